"""A command reads one part of the settings; maintenance keeps the spool apart from the people."""

import pytest

from handlers import settings_parts as parts
from handlers.settings import command_settings, maintenance_settings
from handlers.settings_catalogue import CATALOGUE
from handlers.settings_reader import SettingsError
from tests.unit.environments import MAINTENANCE, MARKER, WORKER, RecordingEnvironment


def test_a_command_reads_no_more_than_its_part() -> None:
    environ = RecordingEnvironment(WORKER)

    assert command_settings(parts.database, environ).installation == "main"
    assert environ.read == {"SUPABASE_DB_URL", "DB_POOL_SIZE", "CHATWOOT_INSTALLATION"}


def test_everything_that_is_missing_of_a_part_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        command_settings(parts.chatwoot, {})

    assert str(caught.value).startswith("handlers.cli cannot start: 3 setting(s)")
    named = [problem.split()[0] for problem in caught.value.problems]
    assert sorted(named) == [
        "CHATWOOT_ACCOUNT_ID",
        "CHATWOOT_API_ACCESS_TOKEN",
        "CHATWOOT_BASE_URL",
    ]


def test_the_commands_own_settings_have_what_the_catalogue_says() -> None:
    assert command_settings(parts.dead_letter_topic, {}) == "chatwoot-events-dlq"
    assert command_settings(parts.webhook_url, {}) is None
    assert command_settings(parts.webhook_url, {"WEBHOOK_URL": "https://h.example.com"}) == (
        "https://h.example.com"
    )
    own = {name for name, each in CATALOGUE.items() if each.functions == ("handlers.cli",)}
    assert own == {"CONTENT_READY_TOPIC", "PUBSUB_DEAD_LETTER_TOPIC", "WEBHOOK_URL"}


def test_secrets_of_a_part_are_not_shown() -> None:
    assert MARKER not in repr(command_settings(parts.transcription, WORKER))


@pytest.mark.parametrize("bucket", ["pacelane-whatsapp-spool", "pacelane-whatsapp"])
def test_a_spool_bucket_among_the_peoples_is_refused(bucket: str) -> None:
    with pytest.raises(SettingsError, match="GCS_SPOOL_BUCKET must not begin with"):
        maintenance_settings({**MAINTENANCE, "GCS_SPOOL_BUCKET": bucket})


def test_a_spool_bucket_of_another_prefix_is_taken() -> None:
    taken = maintenance_settings({**MAINTENANCE, "GCS_SPOOL_BUCKET": "pacelane-spool"})

    assert taken.spool_bucket == "pacelane-spool"
