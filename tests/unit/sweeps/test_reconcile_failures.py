"""What stops reconcile, what does not, and what becomes of messages that cannot be had."""

from datetime import timedelta
from typing import Final

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from tests.unit.sweeps.reconcile_world import ReconcileWorld

MINUTE: Final = 60.0
HOUR: Final = 60 * MINUTE


class DiedError(Exception):
    """The process is gone; nothing of ours may catch it."""


def test_when_every_account_fails_the_sweep_fails() -> None:
    world = ReconcileWorld(account_ids=("7", "8"))
    world.chatwoot.fail_next(RetryableError(RetryReason.CHATWOOT_UNAVAILABLE))

    with pytest.raises(RetryableError, match="chatwoot_unavailable"):
        world.reconcile()

    assert len(world.log.named("reconcile.stopped")) == 2


def test_throttled_beyond_the_deadline_it_stops_with_the_mark_kept() -> None:
    world = ReconcileWorld()
    world.chatwoot.open(1)
    world.chatwoot.write(1)
    world.clock.advance(11 * MINUTE)
    mark = world.records.start
    for _ in range(10):
        world.chatwoot.fail_next(
            RetryableError(RetryReason.CHATWOOT_THROTTLED), method="messages_after"
        )

    with pytest.raises(RetryableError, match="chatwoot_throttled"):
        world.reconcile(seconds=90)

    assert sum(world.clock.waits) < 90
    assert world.records.accounts["7"].mark == mark


def test_the_wait_that_chatwoot_asks_for_is_kept() -> None:
    world = ReconcileWorld()
    world.chatwoot.fail_next(RetryableError(RetryReason.CHATWOOT_THROTTLED, retry_after=37.0))

    world.reconcile()

    assert world.clock.waits == [37.0]


def _with_lost_messages(*, conversations: int) -> ReconcileWorld:
    world = ReconcileWorld()
    world.reconcile()
    for conversation in range(1, conversations + 1):
        world.chatwoot.open(conversation)
        world.chatwoot.write(conversation)
        world.clock.advance(1)
    world.clock.advance(11 * MINUTE)
    return world


def _fail(world: ReconcileWorld, *methods: str | None) -> None:
    for method in methods:
        error = RetryableError(RetryReason.CHATWOOT_UNAVAILABLE)
        world.chatwoot.fail_next(error, method=method)


def test_a_chatwoot_that_goes_down_is_asked_no_more_after_three_conversations() -> None:
    world = _with_lost_messages(conversations=5)
    mark = world.records.accounts["7"].mark
    world.chatwoot.on_effect = lambda: _fail(world, *[None] * 10)

    with pytest.raises(RetryableError, match="chatwoot_unavailable"):
        world.reconcile()

    assert world.chatwoot.calls.count("messages_after") == 3
    assert world.records.accounts["7"].mark == mark


def test_conversations_that_cannot_be_read_do_not_keep_the_others() -> None:
    world = _with_lost_messages(conversations=8)
    _fail(world, *["messages_after"] * 7)

    counts = world.reconcile()

    assert (counts["postponed"], counts["fed"]) == (7, 1)
    assert world.records.accounts["7"].mark == world.clock.now()
    world.clock.advance(HOUR)
    world.reconcile()
    world.queue_is_worked_off()
    assert world.stored == set(range(1, 9))


def test_conversations_that_cannot_be_judged_do_not_keep_the_others() -> None:
    world = _with_lost_messages(conversations=8)
    for conversation in range(1, 8):
        world.chatwoot.threads[conversation].channel = None

    counts = world.reconcile()

    assert (counts["unjudged"], counts["fed"]) == (7, 1)
    assert "postponed" not in counts
    assert world.chatwoot.calls.count("updated_within") == 1
    assert world.records.accounts["7"].mark == world.clock.now()
    for conversation in range(1, 8):
        world.chatwoot.threads[conversation].channel = "Channel::Whatsapp"
        world.chatwoot.write(conversation, private=True)
    world.reconcile()
    world.queue_is_worked_off()
    assert world.stored == set(range(1, 9))


def test_a_conversation_that_is_gone_closes_what_was_expected_of_it() -> None:
    world = ReconcileWorld()
    world.chatwoot.open(1)
    world.chatwoot.write(1)
    world.reconcile()
    world.chatwoot.threads[1].is_gone = True
    world.clock.advance(11 * MINUTE)

    assert world.reconcile()["gone"] == 1

    row = world.ledger.tables.messages["main", "7", "1"]
    assert (row.state, row.last_error) == ("ignored", "conversation_gone")
    assert "gone" not in world.reconcile()


def test_a_conversation_that_was_not_found_once_is_looked_for_again() -> None:
    world = ReconcileWorld()
    world.chatwoot.open(1)
    world.chatwoot.write(1)
    world.reconcile()
    world.chatwoot.write(1)
    world.clock.advance(11 * MINUTE)
    world.chatwoot.on_effect = lambda: setattr(world.chatwoot.threads[1], "is_gone", True)
    assert world.reconcile()["gone"] == 1
    world.chatwoot.on_effect = lambda: None
    world.chatwoot.threads[1].is_gone = False

    world.clock.advance(7 * HOUR)
    assert world.reconcile()["missing"] == 2
    world.queue_is_worked_off()
    world.clock.advance(MINUTE)
    world.reconcile()

    assert world.stored == {1, 2}
    assert world.settled(1) == 2


def test_a_conversation_that_was_not_found_at_first_sight_is_looked_for_again() -> None:
    world = _with_lost_messages(conversations=1)
    world.chatwoot.on_effect = lambda: setattr(world.chatwoot.threads[1], "is_gone", True)
    assert world.reconcile()["gone"] == 1
    world.chatwoot.on_effect = lambda: None
    world.chatwoot.threads[1].is_gone = False

    world.clock.advance(7 * HOUR)

    assert world.reconcile()["fed"] == 1


def _with_a_long_past() -> ReconcileWorld:
    world = ReconcileWorld()
    world.chatwoot.open(1).created_at = world.records.start - timedelta(days=9)
    old = (world.records.start - timedelta(days=8)).timestamp()
    world.chatwoot.write(1, created_at=old)
    for _ in range(200):
        world.chatwoot.write(1)
    world.clock.advance(11 * MINUTE)
    return world


def test_looking_for_where_messages_begin_to_count_ends_at_the_deadline() -> None:
    world = _with_a_long_past()
    world.chatwoot.on_effect = lambda: world.clock.advance(10)

    assert world.reconcile(seconds=60)["postponed"] == 1

    assert world.chatwoot.calls.count("messages_before") < 7
    assert world.records.accounts["7"].mark == world.records.start
    world.chatwoot.on_effect = lambda: None
    assert world.reconcile()["fed"] == 200


def test_a_chatwoot_that_does_not_go_back_is_read_from_the_beginning() -> None:
    world = _with_a_long_past()
    world.chatwoot.is_before_ignored = True
    world.chatwoot.on_effect = lambda: world.clock.advance(1)

    counts = world.reconcile()

    assert (counts["fed"], world.chatwoot.calls.count("messages_before")) == (200, 2)


def test_what_was_in_the_queue_when_its_conversation_went_is_stored_all_the_same() -> None:
    world = ReconcileWorld()
    world.chatwoot.open(1)
    world.chatwoot.write(1)
    world.clock.advance(11 * MINUTE)
    world.reconcile()
    world.chatwoot.threads[1].is_gone = True
    for _ in range(2):
        world.clock.advance(2 * HOUR)
        world.reconcile()

    world.queue_is_worked_off()

    assert world.stored == {1}


def test_a_message_that_its_queue_lost_is_fed_after_a_day() -> None:
    world = ReconcileWorld()
    world.chatwoot.open(1)
    message_id = world.chatwoot.write(1)
    world.ledger.fail_next(DiedError(), method="finish")
    with pytest.raises(DiedError):
        world.webhook(1, message_id)()
    world.clock.advance(23 * HOUR)
    assert world.reconcile()["in_work"] == 1

    world.clock.advance(2 * HOUR)
    assert world.reconcile()["fed"] == 1
    world.queue_is_worked_off()
    assert world.stored == {message_id}


def test_what_the_broker_calls_invalid_becomes_a_dead_letter() -> None:
    world = ReconcileWorld()
    world.chatwoot.open(1)
    world.chatwoot.write(1)
    world.clock.advance(11 * MINUTE)
    world.publisher.refuse = lambda _: RetryReason.PUBLISH_REFUSED

    world.reconcile()

    (letter,) = world.ledger.tables.dead_letters.values()
    assert (letter.reason, letter.message_id) == ("publish_refused", "1")
    assert world.ledger.tables.messages["main", "7", "1"].state == "dead"
    world.clock.advance(MINUTE)
    world.reconcile()
    assert world.settled(1) == 1
