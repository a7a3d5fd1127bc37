"""The operator's commands as they are typed, against the whole local stack."""

import json
import uuid

import pytest

from local.chatwoot_people import ChatwootPeople
from local.stack import ACCOUNT_ID, PROJECT_ID, Stack
from tests.system.typed_commands import Commands
from tests.system.waiting import query, settled, until

pytestmark = pytest.mark.system

_UNREADABLE = b'{"event": "message_created"'


@pytest.fixture
def commands(stack: Stack) -> Commands:
    return Commands(stack=stack)


def bury(stack: Stack, body: bytes) -> str:
    """Let the worker give a delivery up, and return its letter's key."""
    key = str(uuid.uuid4())
    publish(stack, body, delivery_id=key)
    until(lambda: query(stack, "select 1 from whatsapp.dead_letters where key = %s", key))
    return key


def publish(stack: Stack, body: bytes, **attributes: str) -> None:
    import grpc  # noqa: PLC0415 - only where a queue is filled by hand
    from google.pubsub_v1.services.publisher import PublisherClient  # noqa: PLC0415
    from google.pubsub_v1.services.publisher.transports import (  # noqa: PLC0415
        PublisherGrpcTransport,
    )
    from google.pubsub_v1.types import PubsubMessage  # noqa: PLC0415

    with grpc.insecure_channel(stack.pubsub_host) as channel:
        PublisherClient(transport=PublisherGrpcTransport(channel=channel)).publish(
            topic=f"projects/{PROJECT_ID}/topics/chatwoot-events",
            messages=[
                PubsubMessage(data=body, attributes={"v": "1", "source": "webhook", **attributes})
            ],
        )


def letter_state(stack: Stack, key: str) -> tuple[object, ...]:
    (row,) = query(
        stack, "select state, reason, times_seen from whatsapp.dead_letters where key = %s", key
    )
    return row


def test_a_poisoned_delivery_is_listed_shown_and_replayed(stack: Stack, commands: Commands) -> None:
    key = bury(stack, _UNREADABLE)

    listed = commands.run("dead-letters", "--reason", "payload_invalid", "--json")
    assert key in {letter["key"] for letter in listed.document["letters"]}
    assert "message_created" not in commands.run("dead-letters").out
    assert "message_created" in commands.run("dead-letters", "--show", key).out

    would = commands.run("replay", "--key", key, "--dry-run")
    assert (would.code, letter_state(stack, key)) == (0, ("open", "payload_invalid", 1))
    assert commands.run("replay", "--key", key).out == "replayed 1, refused 0, left 0\n"

    # It is as unreadable as before, so it ends where it was.
    until(lambda: letter_state(stack, key) == ("open", "payload_invalid", 2))


def test_a_replay_that_ends_as_ignored_closes_the_letter(stack: Stack, commands: Commands) -> None:
    key = bury(stack, _UNREADABLE)
    # What was unreadable then is a note between colleagues now.
    body = json.dumps(
        {
            "event": "message_created",
            "id": 4711,
            "account": {"id": ACCOUNT_ID},
            "conversation": {"id": 1, "channel": "Channel::Whatsapp"},
            "message_type": "outgoing",
            "private": True,
            "created_at": "2026-08-02T09:00:00.482Z",
        }
    )
    query(
        stack,
        "update whatsapp.dead_letters set payload = convert_to(%s, 'utf8') where key = %s",
        body,
        key,
    )

    assert commands.run("replay", "--key", key).code == 0

    until(lambda: letter_state(stack, key)[0] == "closed")
    assert commands.run("replay", "--key", key).code == 1


def test_a_message_that_died_is_brought_back_by_its_id(stack: Stack, commands: Commands) -> None:
    people = ChatwootPeople(stack.chatwoot_url)
    person = people.add_person("Rae", phone="+15550100161")
    sent = people.write(person["conversation_id"], content="PLANTED words")[0]
    settled(stack, sent.message_id)
    query(
        stack,
        "insert into whatsapp.dead_letters (installation, key, account_id, message_id, reason,"
        " payload, attributes) values ('main', %s, '7', %s, 'out_of_time', '{}', '{}')",
        f"key-{sent.message_id}",
        sent.message_id,
    )
    found = commands.run("find", sent.message_id, "--json")
    (message,) = found.document["found"]
    assert (message["ledger"]["state"], message["note"]["processing_status"]) == (
        "stored",
        "stored",
    )
    (stored,) = message["objects"]
    assert (stored["in_store"], stored["in_fallback"]) == (True, False)
    assert [each["state"] for each in message["dead_letters"]] == ["open"]
    assert "PLANTED" not in found.out
    assert "PLANTED" in commands.run("find", sent.message_id, "--show-content").out

    ended = commands.run("replay", "--message", f"{ACCOUNT_ID}/{sent.message_id}", "--dry-run")

    assert ended.code == 0
    assert "1 would be replayed" in ended.out


def test_nothing_is_known_of_a_message_that_never_was(commands: Commands) -> None:
    assert commands.run("find", "no-such-message").code == 1


def test_a_sweep_runs_in_this_process_and_its_log_is_not_among_the_results(
    commands: Commands,
) -> None:
    ended = commands.run("sweep", "spool", "--json")

    assert ended.code == 0
    (report,) = ended.document["sweeps"]
    assert (report["sweep"], report["status"], report["counts"]["left"]) == ("spool", "done", 0)
    assert '"event":"sweep.ended"' in ended.err
    assert "spool" in commands.run("sweep").out.splitlines()
    assert commands.run("sweep", "nothing").code == 2


def test_a_dry_run_counts_what_waits_for_each_sweep_there_is(commands: Commands) -> None:
    waiting = commands.run("sweep", "--dry-run", "--json").document["waiting"]

    assert sorted(waiting) == commands.run("sweep", "--json").document["sweeps"]
    assert commands.run("reconcile", "--dry-run", "--json").document["dry_run"] is True


def test_reconcile_backfill_and_loss_agree_that_nothing_is_missing(
    stack: Stack, commands: Commands
) -> None:
    people = ChatwootPeople(stack.chatwoot_url)
    person = people.add_person("Rae", phone="+15550100162")
    settled(stack, people.write(person["conversation_id"], content="hello")[0].message_id)

    reconciled = commands.run("reconcile", "--account", str(ACCOUNT_ID), "--json")
    assert (reconciled.code, reconciled.document["counts"]["missing"]) == (0, 0), reconciled.err
    dry = commands.run("backfill", "--since", "2026-11-01", "--dry-run", "--json")
    assert (dry.code, dry.document["dry_run"]) == (0, True), dry.err
    loss = commands.run("loss", "--hours", "24", "--json")
    assert (loss.code, loss.document["totals"]["missing"]) == (0, 0), loss.err
    assert loss.document["totals"]["stored"] >= 1


def test_missing_settings_are_all_named_and_end_with_3(commands: Commands) -> None:
    ended = commands.run("loss", environ={"SUPABASE_DB_URL": None, "DB_POOL_SIZE": "none"})

    assert ended.code == 3
    assert "SUPABASE_DB_URL is not set" in ended.err
    assert "DB_POOL_SIZE must" in ended.err


def test_a_command_needs_only_the_settings_of_what_it_looks_at(
    stack: Stack, commands: Commands
) -> None:
    environ = {name: None for name in stack.worker_environ() if name != "SUPABASE_DB_URL"}
    environ.pop("PATH", None)

    assert commands.run("dead-letters", environ=environ).code == 0


def test_a_database_that_does_not_answer_ends_with_4(commands: Commands) -> None:
    nobody = "postgresql://worker:x@127.0.0.1:9/postgres"
    ended = commands.run("loss", "--json", environ={"SUPABASE_DB_URL": nobody})

    assert (ended.code, ended.document["reason"]) == (4, "database_unavailable")
