"""What each function makes of the least and of the most that it can be told."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import pytest

from handlers.domain.notice_templates import NoticeTemplate, NoticeTemplates
from handlers.domain.signature import SenderRules
from handlers.settings import (
    MaintenanceSettings,
    ReadySettings,
    dead_letter_settings,
    maintenance_settings,
    ready_settings,
    webhook_settings,
    worker_settings,
)
from handlers.settings_parts import (
    BrokerSettings,
    DatabaseSettings,
    ServiceAccountKey,
    StorageSettings,
)
from handlers.settings_reader import SettingsError
from tests.unit.environments import (
    DEAD_LETTERS,
    MAINTENANCE,
    MARKER,
    PEM,
    READY,
    SERVICE_ACCOUNT,
    WEBHOOK,
    WORKER,
)

DATABASE: Final = DatabaseSettings(
    url=WORKER["SUPABASE_DB_URL"],
    pool_size=4,
    installation="main",
)
KEY: Final = ServiceAccountKey(
    client_email=SERVICE_ACCOUNT["GCS_CLIENT_EMAIL"],
    private_key=PEM,
    private_key_id=SERVICE_ACCOUNT["GCS_PRIVATE_KEY_ID"],
)


def test_the_webhook_starts_with_little() -> None:
    settings = webhook_settings(WEBHOOK)

    assert settings.broker == BrokerSettings(
        project_id="test-project", topic="chatwoot-events", emulator_host=None
    )
    assert settings.storage == StorageSettings(
        project_id="test-project", service_account_key=None, emulator_host=None
    )
    assert settings.spool_bucket == "test-spool"
    assert settings.inbox_rules.inbox_ids == frozenset()
    assert settings.sender_rules == SenderRules(
        secrets=(f"{MARKER}-secret-one", f"{MARKER}-secret-two")
    )


def test_the_webhook_takes_all_it_is_given() -> None:
    settings = webhook_settings(
        {
            **SERVICE_ACCOUNT,
            "GCS_PROJECT_ID": " test-project ",
            "GCS_SPOOL_BUCKET": " test-spool ",
            "PUBSUB_TOPIC": "events",
            "CHATWOOT_URL_TOKEN": "token",
            "CHATWOOT_BODY_SIGNATURE": "yes",
            "CHATWOOT_TOLERANCE_SECONDS": "60",
            "CHATWOOT_INBOX_IDS": "4, 8,",
            "PUBSUB_EMULATOR_HOST": "127.0.0.1:8085",
            "STORAGE_EMULATOR_HOST": "http://127.0.0.1:9023",
        }
    )

    assert settings.broker == BrokerSettings(
        project_id="test-project", topic="events", emulator_host="127.0.0.1:8085"
    )
    assert settings.storage == StorageSettings(
        project_id="test-project", service_account_key=KEY, emulator_host="http://127.0.0.1:9023"
    )
    assert settings.spool_bucket == "test-spool"
    assert settings.inbox_rules.inbox_ids == {"4", "8"}
    assert settings.sender_rules == SenderRules(
        url_token="token",  # noqa: S106 - tests only
        tolerance_seconds=60,
        allow_body_signature=True,
    )


def test_the_worker_starts_with_little() -> None:
    settings = worker_settings(WORKER)

    assert settings.buckets.project_number == 123_456_789_012
    assert settings.buckets.prefix == "pacelane-whatsapp"
    assert settings.buckets.location == "US"
    assert settings.storage == StorageSettings(
        project_id="test-project", service_account_key=None, emulator_host=None
    )
    assert settings.database == DATABASE
    assert settings.transcribe_model == "gpt-transcribe"
    assert settings.transcribe_language is None
    assert settings.media_rules.chatwoot_host == "chat.example.com"


def test_the_dead_letter_recorder_starts_with_little() -> None:
    settings = dead_letter_settings(DEAD_LETTERS)

    assert settings.project_id == "test-project"
    assert settings.database == DATABASE
    assert settings.inbox_rules.inbox_ids == frozenset()


def test_the_dead_letter_recorder_takes_all_it_is_given() -> None:
    settings = dead_letter_settings(
        {
            **DEAD_LETTERS,
            "CHATWOOT_INBOX_IDS": "4,8",
            "CHATWOOT_INSTALLATION": "second",
            "DB_POOL_SIZE": "2",
        }
    )

    assert settings.inbox_rules.inbox_ids == {"4", "8"}
    assert settings.database == replace(DATABASE, installation="second", pool_size=2)


def test_what_tells_of_ready_content_starts_with_little() -> None:
    settings = ready_settings(READY)

    assert settings.database == DATABASE
    assert settings.chatwoot.account_ids == ("2",)
    assert settings.notice_templates == NoticeTemplates()


@pytest.mark.parametrize("read", [ready_settings, maintenance_settings])
def test_templates_are_one_for_each_language(
    read: Callable[[Mapping[str, str]], ReadySettings | MaintenanceSettings],
) -> None:
    settings = read(
        {
            **MAINTENANCE,
            "CHATWOOT_READY_TEMPLATE": "content_ready:en_US, conteudo_pronto:pt_BR:MARKETING,",
            "CHATWOOT_FAILED_TEMPLATE": "content_failed:en",
        }
    )

    assert settings.notice_templates == NoticeTemplates(
        ready=(
            NoticeTemplate(name="content_ready", language="en_US"),
            NoticeTemplate(name="conteudo_pronto", language="pt_BR", category="MARKETING"),
        ),
        failed=(NoticeTemplate(name="content_failed", language="en"),),
    )


def test_a_template_that_cannot_be_read_is_named_and_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        ready_settings({**READY, "CHATWOOT_READY_TEMPLATE": f"content_ready:en, {MARKER}"})

    assert "CHATWOOT_READY_TEMPLATE must be name:language" in str(caught.value)
    assert MARKER not in str(caught.value)


def test_maintenance_starts_with_little() -> None:
    settings = maintenance_settings(MAINTENANCE)

    assert settings.broker.topic == "chatwoot-events"
    assert settings.storage.service_account_key is None
    assert settings.spool_bucket == "test-spool"
    assert settings.database == DATABASE


def test_maintenance_takes_all_it_is_given() -> None:
    settings = maintenance_settings(
        {
            **MAINTENANCE,
            **SERVICE_ACCOUNT,
            "PUBSUB_TOPIC": "events",
            "PUBSUB_EMULATOR_HOST": "127.0.0.1:8085",
            "STORAGE_EMULATOR_HOST": "http://127.0.0.1:9023",
            "CHATWOOT_INSTALLATION": "second",
        }
    )

    assert settings.broker == BrokerSettings(
        project_id="test-project", topic="events", emulator_host="127.0.0.1:8085"
    )
    assert settings.storage == StorageSettings(
        project_id="test-project", service_account_key=KEY, emulator_host="http://127.0.0.1:9023"
    )
    assert settings.database.installation == "second"
