"""The doctor against the whole local stack: in order, and with one thing wrong at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from local.chatwoot_people import ChatwootPeople
from local.pgbouncer import PgBouncer, find_pgbouncer
from local.stack import ACCOUNT_ID, SPOOL_BUCKET, Stack
from tests.system.typed_commands import Commands
from tests.system.waiting import query, settled

pytestmark = pytest.mark.system


@pytest.fixture
def commands(stack: Stack, people: ChatwootPeople) -> Commands:
    # The first message fixes the owner hash key.
    if not query(stack, "select 1 from whatsapp.sync_state where name = 'owner_key_canary'"):
        person = people.add_person("Ada", phone=None)
        settled(stack, people.write(person["conversation_id"], content="hi")[0].message_id)
    return Commands(stack=stack)


def test_the_doctor_finds_the_stack_in_order(stack: Stack, commands: Commands) -> None:
    findings = commands.doctor()

    bad = {about: each for about, each in findings.items() if any(v != "ok" for v, _ in each)}
    # A laptop has no transaction pooler, and the official emulator keeps for seven days at most.
    short = [("wrong", "dead-letters: keeps messages for 7 d, not 31 d")]
    if stack.official_pubsub is not None:
        assert bad.pop("subscription of chatwoot-events-dlq") == short
    assert list(bad) == ["database connections"]
    assert bad["database connections"][0][0] == "warning"
    assert len(findings) == 19


def test_the_doctor_takes_a_transaction_pooler_for_what_it_is(
    stack: Stack, commands: Commands
) -> None:
    if find_pgbouncer() is None:
        pytest.skip("pgbouncer is not on this machine")
    with PgBouncer(upstream=stack.database_url) as pooler:
        url = stack.worker_database_url.replace(f":{stack.postgres.port}/", f":{pooler.port}/")
        findings = commands.doctor(SUPABASE_DB_URL=url)

    (finding,) = findings["database connections"]
    assert finding == (
        "warning",
        "4 instances x DB_POOL_SIZE 8 = 32; the pooler does not tell how many it takes",
    )


@pytest.mark.parametrize(
    ("environ", "about", "said"),
    [
        ({"OPENAI_API_KEY": None}, "settings of process_message", "OPENAI_API_KEY is not set"),
        ({"OPENAI_API_KEY": "wrong"}, "OpenAI model gpt-transcribe", "OPENAI_API_KEY is refused"),
        (
            {"OPENAI_TRANSCRIBE_MODEL": "none"},
            "OpenAI model none",
            "our key has no such model",
        ),
        (
            {"OPENAI_INTENT_MODEL": "nobody"},
            "OpenAI model nobody",
            "our key has no such model",
        ),
        (
            {"OWNER_HASH_KEY": "k" * 40},
            "owner hash key",
            "OWNER_HASH_KEY is not the key this database was filled with",
        ),
        (
            {"GCS_PROJECT_NUMBER": "99"},
            "spool bucket",
            f"{SPOOL_BUCKET} is not in the project of GCS_PROJECT_NUMBER",
        ),
        ({"GCS_SPOOL_BUCKET": "gone"}, "spool bucket", "there is no bucket gone"),
        (
            {"GCS_SPOOL_BUCKET": "local-whatsapp-spool"},
            "settings of run_maintenance",
            "GCS_SPOOL_BUCKET must not begin with GCS_BUCKET_PREFIX",
        ),
        ({"CONTENT_JOBS_TOPIC": "none"}, "topic none", "there is no such topic"),
        ({"CONTENT_READY_TOPIC": "none"}, "subscription of none", "there is no such topic"),
        (
            {"PUBSUB_DEAD_LETTER_TOPIC": "none"},
            "subscription of chatwoot-events",
            "process-message: its dead letters go to chatwoot-events-dlq",
        ),
        (
            {"CHATWOOT_API_ACCESS_TOKEN": "wrong"},
            f"Chatwoot account {ACCOUNT_ID}",
            "CHATWOOT_API_ACCESS_TOKEN is refused",
        ),
        ({"CHATWOOT_ACCOUNT_ID": "8"}, "Chatwoot account 8", "there is no such account"),
        (
            {"WEBHOOK_URL": "https://elsewhere.example.com/"},
            f"webhook of account {ACCOUNT_ID}",
            "none of 1 delivers to us",
        ),
        (
            {"CHATWOOT_WEBHOOK_SECRET": "another"},
            f"webhook of account {ACCOUNT_ID}",
            "its secret is not in CHATWOOT_WEBHOOK_SECRET: every delivery is refused",
        ),
    ],
)
def test_the_doctor_finds_what_is_set_wrongly_and_the_rest_in_order(
    commands: Commands, environ: dict[str, str | None], about: str, said: str
) -> None:
    findings = commands.doctor(**environ)

    assert ("wrong", said) in findings[about]
    assert ("ok", "there") in findings.get("topic content-jobs", [("ok", "there")])
    assert findings["migrations"][0][0] == "ok"


def test_a_database_that_is_down_leaves_the_other_checks_alone(commands: Commands) -> None:
    findings = commands.doctor(SUPABASE_DB_URL="postgresql://worker:x@127.0.0.1:9/postgres")

    assert findings["database role"] == [("wrong", "could not be asked: database_unavailable")]
    assert [verdict for verdict, _ in findings["spool bucket"]] == ["ok"], findings
    assert [verdict for verdict, _ in findings[f"Chatwoot account {ACCOUNT_ID}"]] == ["ok"]


def test_a_superuser_is_told_apart(stack: Stack, commands: Commands) -> None:
    findings = commands.doctor(SUPABASE_DB_URL=stack.database_url)

    assert findings["database role"] == [("wrong", "postgres is a superuser")]


def test_a_migration_that_is_missing_is_named(stack: Stack, commands: Commands) -> None:
    history = "supabase_migrations.schema_migrations"
    (last,) = query(stack, f"select max(version) from {history}")  # noqa: S608
    query(stack, f"update {history} set version = %s where version = %s", "29990101000000", *last)  # noqa: S608
    try:
        findings = commands.doctor()
    finally:
        query(
            stack,
            f"update {history} set version = %s where version = '29990101000000'",  # noqa: S608
            *last,
        )

    assert findings["migrations"] == [
        ("wrong", f"missing {last[0]}"),
        ("warning", "unknown to this release: 29990101000000"),
    ]


@contextmanager
def changed_bucket(stack: Stack, **change: object) -> Iterator[None]:
    url = f"{stack.gcs_url}/storage/v1/b/{SPOOL_BUCKET}"
    before = requests.get(url, timeout=5).json()
    requests.patch(url, json=change, timeout=5).raise_for_status()
    try:
        yield
    finally:
        back = {name: before.get(name) for name in change}
        requests.patch(url, json=back, timeout=5).raise_for_status()


def test_a_spool_bucket_that_keeps_what_is_deleted_is_found(
    stack: Stack, commands: Commands
) -> None:
    with changed_bucket(
        stack,
        softDeletePolicy={"retentionDurationSeconds": "604800"},
        versioning={"enabled": True},
        lifecycle={"rule": [{"action": {"type": "Delete"}, "condition": {"age": 14}}]},
    ):
        findings = commands.doctor()

    assert [said for _, said in findings["spool bucket"]] == [
        "keeps what is deleted: an erased person would live on",
        "keeps older versions: an erased person would live on",
        "a lifecycle rule deletes what waits under spool/",
    ]
    assert findings["bucket rights"][0][0] == "ok"


def test_a_store_that_fails_or_hangs_is_reported_and_stops_nobody(
    stack: Stack, commands: Commands
) -> None:
    fault = {"match": "/upload", "status": 503, "times": -1}
    requests.post(f"{stack.gcs_url}/_control/faults", json=fault, timeout=5).raise_for_status()
    try:
        findings = commands.doctor()
    finally:
        requests.delete(f"{stack.gcs_url}/_control/faults", timeout=5)

    assert findings["bucket rights"] == [("wrong", "could not be asked: storage_unavailable")]
    assert findings["spool bucket"][0][0] == "ok"


def test_a_model_for_orders_that_is_switched_off_is_in_order(commands: Commands) -> None:
    findings = commands.doctor(OPENAI_INTENT_MODEL="off")

    said = "OPENAI_INTENT_MODEL is off: the rules decide alone"
    assert findings["OpenAI intent model"] == [("ok", said)]


def test_the_end_of_a_model_is_announced_ninety_days_before(
    stack: Stack, commands: Commands
) -> None:
    url = f"{stack.speech_url}/_control/models/gpt-transcribe"
    requests.put(url, json={"shutdown_date": "2020-01-31"}, timeout=5).raise_for_status()
    try:
        findings = commands.doctor()
    finally:
        requests.put(url, json={"shutdown_date": None}, timeout=5).raise_for_status()

    assert findings["OpenAI model gpt-transcribe"] == [("wrong", "was shut down on 2020-01-31")]


def test_a_webhook_without_an_event_is_found(stack: Stack, commands: Commands) -> None:
    base = f"{stack.chatwoot_url}/api/v1/accounts/{ACCOUNT_ID}/webhooks"
    headers = {"Api-Access-Token": stack.api_token}
    listed = requests.get(base, headers=headers, timeout=5).json()["payload"]["webhooks"]
    (webhook,) = [each for each in listed if each["url"] == stack.webhook_url]

    def subscribe(*events: str) -> None:
        requests.patch(
            f"{base}/{webhook['id']}",
            headers=headers,
            json={"subscriptions": list(events)},
            timeout=5,
        ).raise_for_status()

    subscribe("message_created")
    try:
        findings = commands.doctor()
    finally:
        subscribe("message_created", "message_updated")

    assert findings[f"webhook of account {ACCOUNT_ID}"] == [
        ("wrong", "is not subscribed to message_updated")
    ]
