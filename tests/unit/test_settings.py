"""Settings are read whole, reported whole, and say nothing secret."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Final

import pytest

from handlers.domain.media_hosts import check_url
from handlers.domain.signature import SenderRules
from handlers.settings import (
    function_target,
    migration_database_url,
    webhook_settings,
    worker_settings,
)
from handlers.settings_catalogue import CATALOGUE
from handlers.settings_reader import SettingsError
from tests.unit.environments import (
    MARKER,
    PEM,
    SERVICE_ACCOUNT,
    WEBHOOK,
    WORKER,
    RecordingEnvironment,
)

Read = Callable[[Mapping[str, str]], object]
DIRECT: Final = "postgresql://owner:secret@db.example.com:5432/postgres"
POOLED: Final = "postgresql://owner:secret@db.example.com:6543/postgres"


def problems(read: Read, variables: Mapping[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        read(variables)
    return str(caught.value)


def test_the_webhook_starts_with_little() -> None:
    settings = webhook_settings(WEBHOOK)

    assert settings.project_id == "test-project"
    assert settings.topic == "chatwoot-events"
    assert settings.pubsub_emulator_host is None
    assert settings.inbox_rules.inbox_ids == frozenset()
    assert settings.sender_rules == SenderRules(
        secrets=(f"{MARKER}-secret-one", f"{MARKER}-secret-two")
    )


def test_the_webhook_takes_all_it_is_given() -> None:
    settings = webhook_settings(
        {
            "GCS_PROJECT_ID": " test-project ",
            "PUBSUB_TOPIC": "events",
            "CHATWOOT_URL_TOKEN": "token",
            "CHATWOOT_BODY_SIGNATURE": "yes",
            "CHATWOOT_TOLERANCE_SECONDS": "60",
            "CHATWOOT_INBOX_IDS": "4, 8,",
            "PUBSUB_EMULATOR_HOST": "127.0.0.1:8085",
        }
    )

    assert settings.project_id == "test-project"
    assert settings.topic == "events"
    assert settings.pubsub_emulator_host == "127.0.0.1:8085"
    assert settings.inbox_rules.inbox_ids == {"4", "8"}
    assert settings.sender_rules == SenderRules(
        url_token="token",  # noqa: S106 - tests only
        tolerance_seconds=60,
        allow_body_signature=True,
    )


def test_the_worker_starts_with_little() -> None:
    settings = worker_settings(WORKER)

    assert settings.project_number == 123_456_789_012
    assert settings.bucket_prefix == "pacelane-whatsapp"
    assert settings.bucket_location == "US"
    assert settings.service_account_key is None
    assert settings.installation == "main"
    assert settings.database_pool_size == 4
    assert settings.transcribe_model == "gpt-transcribe"
    assert settings.transcribe_language is None
    assert settings.media_rules.chatwoot_host == "chat.example.com"
    assert settings.owner_hash_key == WORKER["OWNER_HASH_KEY"].encode()


@pytest.mark.parametrize(
    ("read", "needed"),
    [
        (webhook_settings, {"GCS_PROJECT_ID", "CHATWOOT_WEBHOOK_SECRET"}),
        (worker_settings, set(WORKER)),
        (migration_database_url, {"SUPABASE_DB_URL"}),
    ],
    ids=["webhook", "worker", "migrate"],
)
@pytest.mark.parametrize("blank", ["absent", "empty", "blanks"])
def test_everything_that_is_missing_is_named_at_once(
    read: Read, needed: set[str], blank: str
) -> None:
    variables = {} if blank == "absent" else dict.fromkeys(needed, " " * (blank == "blanks"))

    text = problems(read, variables)

    for name in needed:
        assert f"{name} is not set" in text
        assert CATALOGUE[name].purpose in text
        assert CATALOGUE[name].source in text
    assert f"{len(needed)} setting(s)" in text


def test_an_error_says_which_function_cannot_start() -> None:
    assert problems(webhook_settings, {}).startswith("chatwoot_webhook cannot start")
    assert problems(worker_settings, {}).startswith("process_message cannot start")
    assert problems(migration_database_url, {}).startswith("db.migrate cannot start")


WRONG_FOR_THE_WORKER: Final = {
    "GCS_PROJECT_NUMBER": f"{MARKER}",
    "GCS_BUCKET_PREFIX": f"Google_{MARKER}",
    "OWNER_HASH_KEY": f"{MARKER}-short",
    "SUPABASE_DB_URL": f"mysql://worker:{MARKER}@db/x",
    "DB_POOL_SIZE": f"{MARKER}",
    "CHATWOOT_BASE_URL": f"chat.example.com/{MARKER}",
    "CHATWOOT_INSTALLATION": f"My {MARKER}",
    "ALLOW_INSECURE_DOWNLOADS": f"{MARKER}",
    "OPENAI_TRANSCRIBE_LANGUAGE": f"{MARKER}",
    "MEDIA_MAX_BYTES": "-1",
    "AUDIO_MAX_SECONDS": "1.5",
    "GCS_PRIVATE_KEY": f"{MARKER}",
}


def test_everything_malformed_is_named_at_once_and_not_repeated() -> None:
    text = problems(worker_settings, {**WORKER, **SERVICE_ACCOUNT, **WRONG_FOR_THE_WORKER})

    for name in WRONG_FOR_THE_WORKER:
        assert f"{name} must" in text
    assert f"{len(WRONG_FOR_THE_WORKER)} setting(s)" in text
    assert MARKER not in text


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://worker:{MARKER}#more@db.example.com:5432/postgres",
        f"postgresql://worker:{MARKER}/more@db.example.com:5432/postgres",
        f"postgresql://worker:{MARKER}?more@db.example.com:5432/postgres",
        f"postgresql://worker:{MARKER}\u2100@db.example.com:5432/postgres",
        f"postgresql://worker:[{MARKER}@db.example.com:5432/postgres",
        f"postgresql://worker:{MARKER}@db.example.com:{MARKER}/postgres",
        f"postgresql://worker:{MARKER}@db.example.com:99999/postgres",
    ],
    ids=["hash", "slash", "question-mark", "ligature", "bracket", "port", "port-too-big"],
)
def test_a_database_url_that_cannot_be_read_is_not_repeated(url: str) -> None:
    for read in (worker_settings, migration_database_url):
        text = problems(read, {**WORKER, "SUPABASE_DB_URL": url})

        assert "SUPABASE_DB_URL" in text
        assert MARKER not in text


def test_secrets_do_not_show_in_repr() -> None:
    webhook = webhook_settings({**WEBHOOK, "CHATWOOT_URL_TOKEN": MARKER})
    worker = worker_settings({**WORKER, **SERVICE_ACCOUNT})

    assert MARKER not in repr(webhook) + str(webhook)
    assert MARKER not in repr(worker) + str(worker)
    assert "test-project" in repr(webhook)


@pytest.mark.parametrize("read", [webhook_settings, worker_settings], ids=["webhook", "worker"])
def test_settings_cannot_be_changed(read: Read) -> None:
    settings = read({**WORKER, **WEBHOOK})

    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.project_id = "other"  # type: ignore[attr-defined]


def test_a_settings_error_is_none_of_the_applications() -> None:
    assert SettingsError.__mro__[1] is Exception


@pytest.mark.parametrize(
    ("read", "function"),
    [
        (webhook_settings, "chatwoot_webhook"),
        (worker_settings, "process_message"),
        (migration_database_url, "db.migrate"),
    ],
    ids=["webhook", "worker", "migrate"],
)
def test_a_function_reads_what_the_catalogue_says_and_nothing_else(
    read: Read, function: str
) -> None:
    switches = {"ALLOW_INSECURE_DOWNLOADS": "1", "ALLOW_UNSIGNED": "1", "SUPABASE_DB_URL": DIRECT}
    environment = RecordingEnvironment({**WEBHOOK, **WORKER, **SERVICE_ACCOUNT, **switches})
    read(environment)

    assert environment.read == {
        name for name, variable in CATALOGUE.items() if function in variable.functions
    }


def test_the_function_that_starts_is_told_by_the_framework() -> None:
    assert function_target({"FUNCTION_TARGET": "process_message"}) == "process_message"
    assert function_target({}) == ""


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"SUPABASE_DB_URL": DIRECT}, DIRECT),
        ({"SUPABASE_MIGRATION_DB_URL": DIRECT, "SUPABASE_DB_URL": POOLED}, DIRECT),
        ({"SUPABASE_MIGRATION_DB_URL": " ", "SUPABASE_DB_URL": DIRECT}, DIRECT),
    ],
    ids=["only-one", "its-own", "blank"],
)
def test_migrations_have_a_url_of_their_own(variables: dict[str, str], expected: str) -> None:
    assert migration_database_url(variables) == expected


@pytest.mark.parametrize("name", ["SUPABASE_DB_URL", "SUPABASE_MIGRATION_DB_URL"])
def test_migrations_do_not_run_through_a_transaction_pooler(name: str) -> None:
    text = problems(migration_database_url, {name: POOLED})

    assert "SUPABASE_MIGRATION_DB_URL must not be a transaction pooler" in text
    assert "secret" not in text.replace("Secret Manager", "")


@pytest.mark.parametrize(
    "base_url",
    [
        "https://chat.example.com",
        "https://Chat.Example.com/",
        "https://chat.example.com:443",
        "https://chat.example.com/app",
        "https://chat.example.com.",
        "https://chat.example.com:8443",
    ],
)
def test_a_base_url_that_is_taken_is_one_that_media_may_come_from(base_url: str) -> None:
    try:
        rules = worker_settings({**WORKER, "CHATWOOT_BASE_URL": base_url}).media_rules
    except SettingsError:
        return
    assert check_url(f"{base_url.rstrip('/')}/file.ogg", rules, is_redirect=False).is_named


def test_private_keys_come_out_as_pem() -> None:
    worker = worker_settings({**WORKER, **SERVICE_ACCOUNT})

    assert worker.service_account_key is not None
    assert worker.service_account_key.private_key == PEM
