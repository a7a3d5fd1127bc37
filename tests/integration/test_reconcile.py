"""What Chatwoot has and we have not is found, once, and nothing else is touched."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from tests.databases import Database
from tests.integration.reading_back_world import (
    MINUTES,
    ReadingBackWorld,
    payload,
    running_world,
)


@pytest.fixture
def world(database: Database, worker_url: str, tmp_path: Path) -> Iterator[ReadingBackWorld]:
    with running_world(database, worker_url, tmp_path) as made:
        yield made


def test_a_lost_webhooks_message_is_stored_after_one_reconcile(world: ReadingBackWorld) -> None:
    conversation = world.conversation()
    lost = world.write(conversation, is_lost=True)
    world.write(conversation)
    world.webhooks_arrive()
    world.ten_minutes_pass()

    counts = world.reconcile()

    assert counts["missing"] == counts["fed"] == 1
    assert world.message(lost)["state"] == "expected"
    (attributes,) = world.queue_is_worked_off()
    assert attributes["source"] == "reconcile"
    assert attributes["message_id"] == str(lost)
    assert set(world.states().values()) == {"stored"}
    assert world.message(lost)["source"] == "reconcile"
    assert "missing" not in world.reconcile()


def test_a_young_id_is_waited_for_and_holds_the_settled_one_back(world: ReadingBackWorld) -> None:
    conversation = world.conversation()
    young = world.write(conversation, is_lost=True)
    world.write(conversation)
    world.webhooks_arrive()

    counts = world.reconcile()

    assert (counts["in_flight"], counts.get("fed", 0)) == (1, 0)
    assert world.settled(conversation) == 0
    assert world.losses()["in_flight"] == 1
    world.ten_minutes_pass()
    assert world.reconcile()["fed"] == 1
    assert world.settled(conversation) == 0
    world.queue_is_worked_off()
    world.reconcile()
    assert world.settled(conversation) == young + 1


def test_a_gap_below_the_newest_known_id_is_found(world: ReadingBackWorld) -> None:
    conversation = world.conversation()
    ids = [world.write(conversation, is_lost=number in {3, 4, 150}) for number in range(260)]
    world.webhooks_arrive()
    world.ten_minutes_pass()

    counts = world.reconcile()

    assert (counts["fed"], counts["pages"]) == (3, 3)
    world.queue_is_worked_off()
    world.reconcile()
    assert world.settled(conversation) == ids[-1]
    # Whatever lies below is never read again.
    assert world.reconcile().get("pages", 0) == 0


def test_a_dry_run_counts_what_is_missing_and_leaves_no_trace(world: ReadingBackWorld) -> None:
    conversation = world.conversation()
    world.write(conversation, is_lost=True)
    world.ten_minutes_pass()
    before = (world.states(), world.settled(conversation))

    assert world.reconcile(dry_run=True)["missing"] == 1
    assert world.reconcile(dry_run=True)["missing"] == 1

    assert (world.states(), world.settled(conversation)) == before
    assert world.queue_is_worked_off() == []
    assert world.reconcile()["fed"] == 1


def test_what_was_fed_is_not_fed_again_within_an_hour_and_then_is(world: ReadingBackWorld) -> None:
    world.write(world.conversation(), is_lost=True)
    world.ten_minutes_pass()
    assert world.reconcile()["fed"] == 1

    for _ in range(3):
        world.clock.advance(15 * MINUTES)
        assert "fed" not in world.reconcile()
    assert world.losses()["missing"] == 1

    world.clock.advance(16 * MINUTES)
    assert world.reconcile()["fed"] == 1


def test_what_the_broker_did_not_take_is_fed_by_the_next_run(world: ReadingBackWorld) -> None:
    world.write(world.conversation(), is_lost=True)
    world.ten_minutes_pass()
    world.refuse(RetryReason.PUBLISH_TIMEOUT)
    with pytest.raises(RetryableError, match="publish_timeout"):
        world.reconcile()
    (stopped,) = world.log.named("reconcile.stopped")
    assert stopped["reason"] == "publish_timeout"

    world.publisher.batches.clear()
    world.refuse(None)
    assert world.reconcile()["fed"] == 1


def test_what_is_not_ours_is_recorded_and_never_published(world: ReadingBackWorld) -> None:
    whatsapp = world.conversation()
    widget = world.conversation(channel="web_widget")
    sms = world.conversation(channel="twilio_whatsapp", source_id="+15550100123")
    ignored = {
        world.speak(whatsapp): "not_incoming",
        world.speak(whatsapp, private=True): "private_note",
        world.speak(whatsapp, sender="activity"): "not_incoming",
        world.speak(whatsapp, sender="template"): "not_incoming",
        world.speak(whatsapp, sender="agent_bot"): "not_incoming",
        world.write(widget, is_lost=True): "channel_not_whatsapp",
        world.write(sms, is_lost=True): "channel_not_whatsapp",
    }
    world.ten_minutes_pass()

    counts = world.reconcile()

    assert counts["ignored"] == len(ignored)
    assert world.publisher.batches == []
    for message_id, reason in ignored.items():
        row = world.message(message_id)
        assert (row["state"], row["last_error"]) == ("ignored", reason)


def test_twilios_whatsapp_is_ours_and_comes_with_its_source_id(world: ReadingBackWorld) -> None:
    world.write(world.conversation(channel="twilio_whatsapp"), is_lost=True)
    world.ten_minutes_pass()

    world.reconcile()

    ((body, _),) = world.publisher.confirmed
    contact_inbox = payload(body)["conversation"]["contact_inbox"]
    assert contact_inbox["source_id"] == "whatsapp:+15550100123"


@pytest.mark.parametrize("state", ["stored", "ignored", "dead", "erased"])
def test_an_end_state_is_never_fed_again(world: ReadingBackWorld, state: str) -> None:
    conversation = world.conversation()
    message_id = world.write(conversation)
    world.webhooks_arrive()
    world.database.run("update whatsapp.messages set state = %(state)s", state=state)
    world.ten_minutes_pass()

    assert "fed" not in world.reconcile()

    assert world.settled(conversation) == message_id
    assert world.message(message_id)["state"] == state


def test_a_legacy_message_is_left_alone(world: ReadingBackWorld) -> None:
    conversation = world.conversation()
    message_id = world.write(conversation, is_lost=True)
    world.database.run(
        "insert into whatsapp.messages"
        " (installation, account_id, message_id, conversation_id, state, source)"
        " values ('main', '', %(message)s, %(conversation)s, 'legacy', 'legacy')",
        message=str(message_id),
        conversation=str(conversation),
    )
    world.ten_minutes_pass()

    assert "fed" not in world.reconcile()

    assert world.states() == {str(message_id): "legacy"}
    assert world.settled(conversation) == message_id


def test_history_is_not_new_work_unless_somebody_asks(world: ReadingBackWorld) -> None:
    conversation = world.conversation()
    day = 24 * 3600
    now = world.clock.now().timestamp()
    old = [
        world.write(conversation, is_lost=True, created_at=now - 30 * day + n) for n in range(60)
    ]
    new = world.write(conversation, is_lost=True)
    world.database.run("update whatsapp.sync_state set value = now()::date::text || ' 00:00+00'")
    world.ten_minutes_pass()

    assert world.reconcile()["fed"] == 1
    world.queue_is_worked_off()
    assert world.states() == {str(new): "stored"}

    since = world.clock.now() - timedelta(days=60)
    deadline = world.clock.monotonic() + 400
    assert world.backfill(since).run(deadline, dry_run=True)["missing"] == len(old)
    assert world.states() == {str(new): "stored"}
    assert world.backfill(since).run(deadline)["fed"] == len(old)
    assert {each["source"] for each in world.queue_is_worked_off()} == {"backfill"}
    assert set(world.states().values()) == {"stored"}
    assert world.message(old[0])["source"] == "backfill"
    assert world.backfill(since).run(deadline)["fed"] == 0


def test_a_deletion_whose_webhook_was_lost_is_found(world: ReadingBackWorld) -> None:
    conversation = world.conversation()
    message_id = world.write(conversation)
    world.webhooks_arrive()
    world.ten_minutes_pass()
    world.reconcile()
    assert world.settled(conversation) == message_id
    world.chatwoot.control(f"messages/{message_id}/update", {"deleted": True, "fire": False})

    assert "deleted_found" not in world.reconcile()
    world.clock.advance(7 * 3600)
    assert world.reconcile()["deleted_found"] == 1
    (attributes,) = world.queue_is_worked_off()
    assert attributes["event"] == "message_updated"
    assert world.message(message_id)["is_deleted"] is True
    world.clock.advance(7 * 3600)
    assert "deleted_found" not in world.reconcile()


def test_an_account_that_fails_does_not_keep_the_others(world: ReadingBackWorld) -> None:
    world.write(world.conversation(), is_lost=True)
    world.ten_minutes_pass()
    both = replace(world, account_ids=("99", "7"))

    counts = both.reconcile()

    assert (counts["accounts_failed"], counts["fed"]) == (1, 1)
    (stopped,) = both.log.named("reconcile.stopped")
    assert (stopped["account_id"], stopped["reason"]) == ("99", "chatwoot_forbidden")
    (found,) = both.log.named("reconcile.missing_found")
    assert (found["account_id"], found["counts"]["missing"]) == ("7", 1)


def test_what_one_404_closed_is_missing_again_until_it_is_stored(world: ReadingBackWorld) -> None:
    world.write(world.conversation(), is_lost=True)
    world.reconcile()
    world.ten_minutes_pass()
    world.chatwoot.control("faults", {"match": "/messages", "status": 404, "times": 1})
    assert world.reconcile()["gone"] == 1
    assert world.losses() == {"seen": 1, "gone": 1}

    world.clock.advance(7 * 3600)

    assert world.reconcile()["fed"] == 1
    assert world.losses() == {"seen": 1, "missing": 1}
    world.queue_is_worked_off()
    assert world.losses() == {"seen": 1, "received": 1, "stored": 1}


def test_a_throttled_run_waits_and_goes_on(world: ReadingBackWorld) -> None:
    world.write(world.conversation(), is_lost=True)
    world.ten_minutes_pass()
    fault = {"match": "/messages", "status": 429, "times": 2}
    world.chatwoot.control("faults", fault)

    assert world.reconcile()["fed"] == 1
    assert world.clock.waits == [20.0, 20.0]


def test_one_conversation_that_cannot_be_read_is_put_off(world: ReadingBackWorld) -> None:
    broken, other = world.conversation(), world.conversation()
    world.write(broken, is_lost=True)
    world.write(other, is_lost=True)
    world.ten_minutes_pass()
    path = f"/conversations/{broken}/messages"
    world.chatwoot.control("faults", {"match": path, "status": 500, "times": -1})

    counts = world.reconcile()
    assert (counts["fed"], counts["postponed"]) == (1, 1)

    world.chatwoot.control("faults", method="DELETE")
    assert world.reconcile()["fed"] == 1
