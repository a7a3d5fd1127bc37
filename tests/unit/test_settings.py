"""Settings are read whole, reported whole, and say nothing secret."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest

from handlers.domain.media_hosts import check_url
from handlers.settings import (
    dead_letter_settings,
    function_target,
    maintenance_settings,
    migration_database_url,
    ready_settings,
    webhook_settings,
    worker_settings,
)
from handlers.settings_catalogue import CATALOGUE
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
    RecordingEnvironment,
)

Read = Callable[[Mapping[str, str]], object]
DIRECT: Final = "postgresql://owner:secret@db.example.com:5432/postgres"
POOLED: Final = "postgresql://owner:secret@db.example.com:6543/postgres"

FUNCTIONS: Final[Mapping[str, Read]] = {
    "chatwoot_webhook": webhook_settings,
    "process_message": worker_settings,
    "record_dead_letter": dead_letter_settings,
    "notify_ready": ready_settings,
    "run_maintenance": maintenance_settings,
}


def every_dataclass(value: Any) -> Iterator[Any]:  # noqa: ANN401 - settings of every shape
    yield value
    for field in dataclasses.fields(value):
        inner = getattr(value, field.name)
        if dataclasses.is_dataclass(inner):
            yield from every_dataclass(inner)


def problems(read: Read, variables: Mapping[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        read(variables)
    return str(caught.value)


@pytest.mark.parametrize(
    ("read", "needed"),
    [
        (webhook_settings, set(WEBHOOK)),
        (worker_settings, set(WORKER)),
        (dead_letter_settings, set(DEAD_LETTERS)),
        (ready_settings, set(READY)),
        (maintenance_settings, set(MAINTENANCE)),
        (migration_database_url, {"SUPABASE_DB_URL"}),
    ],
    ids=["webhook", "worker", "dead-letters", "ready", "maintenance", "migrate"],
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
    assert problems(dead_letter_settings, {}).startswith("record_dead_letter cannot start")
    assert problems(ready_settings, {}).startswith("notify_ready cannot start")
    assert problems(maintenance_settings, {}).startswith("run_maintenance cannot start")
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
    readers = (worker_settings, dead_letter_settings, maintenance_settings, migration_database_url)
    for read in readers:
        text = problems(read, {**WORKER, **MAINTENANCE, "SUPABASE_DB_URL": url})

        assert "SUPABASE_DB_URL" in text
        assert MARKER not in text


@pytest.mark.parametrize("read", FUNCTIONS.values(), ids=FUNCTIONS)
def test_secrets_do_not_show_in_repr(read: Read) -> None:
    everything = {**MAINTENANCE, **WORKER, **WEBHOOK, **SERVICE_ACCOUNT}
    settings = read({**everything, "CHATWOOT_URL_TOKEN": MARKER})

    assert MARKER not in repr(settings) + str(settings)
    assert "test-project" in repr(settings)


@pytest.mark.parametrize("read", FUNCTIONS.values(), ids=FUNCTIONS)
def test_settings_cannot_be_changed(read: Read) -> None:
    settings = read({**MAINTENANCE, **WORKER, **WEBHOOK, **SERVICE_ACCOUNT})

    for value in every_dataclass(settings):
        for field in dataclasses.fields(value):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(value, field.name, None)


def test_a_settings_error_is_none_of_the_applications() -> None:
    assert SettingsError.__mro__[1] is Exception


@pytest.mark.parametrize(
    ("read", "function"),
    [
        *((read, name) for name, read in FUNCTIONS.items()),
        (migration_database_url, "db.migrate"),
    ],
    ids=[*FUNCTIONS, "db.migrate"],
)
def test_a_function_reads_what_the_catalogue_says_and_nothing_else(
    read: Read, function: str
) -> None:
    switches = {"ALLOW_INSECURE_DOWNLOADS": "1", "ALLOW_UNSIGNED": "1", "SUPABASE_DB_URL": DIRECT}
    environment = RecordingEnvironment(
        {**MAINTENANCE, **WEBHOOK, **WORKER, **SERVICE_ACCOUNT, **switches}
    )
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

    assert worker.storage.service_account_key is not None
    assert worker.storage.service_account_key.private_key == PEM
