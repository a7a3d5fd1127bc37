"""The sweep sends what is due, and leaves a side alone that is down."""

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from handlers.tally import InterruptedSweepError
from tests.unit.outbox_sending import JOB, SendingWorld, question


def test_everything_that_is_due_is_sent_oldest_first() -> None:
    world = SendingWorld()
    for number in range(5):
        world.decide(question(f"q{number}"))
        world.clock.advance(1)

    assert world.sweep()["sent"] == 5
    assert world.sent_texts() == [f"q{number}" for number in range(5)]


def test_a_throttled_chatwoot_is_left_alone_and_jobs_still_go() -> None:
    world = SendingWorld()
    world.decide(*(question(f"q{number}") for number in range(4)), JOB)
    world.conversations.fail_next(RetryableError(RetryReason.CHATWOOT_THROTTLED))

    counts = world.sweep()

    assert (counts["retried"], counts["sent"]) == (1, 1)
    assert world.conversations.calls == ["post"]
    assert len(world.jobs.published) == 1


def test_one_conversation_that_fails_does_not_hold_up_the_others() -> None:
    world = SendingWorld()
    world.decide(*(question(f"q{number}") for number in range(4)))
    world.conversations.fail_next(RetryableError(RetryReason.CHATWOOT_UNAVAILABLE))

    counts = world.sweep()

    assert (counts["retried"], counts["sent"]) == (1, 3)


def test_three_failures_in_a_row_end_the_sending_of_that_kind() -> None:
    world = SendingWorld()
    world.decide(*(question(f"q{number}") for number in range(9)))
    for _ in range(9):
        world.conversations.fail_next(RetryableError(RetryReason.CHATWOOT_UNAVAILABLE))

    assert world.sweep()["retried"] == 3


def test_nothing_is_begun_after_the_deadline() -> None:
    world = SendingWorld()
    world.decide(*(question(f"q{number}") for number in range(9)))
    world.conversations.on_effect = lambda: world.clock.advance(10)

    assert world.sweep(seconds=30)["sent"] == 3


def test_a_database_that_fails_half_way_ends_the_sweep_with_what_was_done() -> None:
    world = SendingWorld()
    world.decide(*(question(f"q{number}") for number in range(3)))
    world.conversations.on_effect = lambda: world.outbox.fail_next(
        RetryableError(RetryReason.DATABASE_UNAVAILABLE), method="take"
    )

    with pytest.raises(InterruptedSweepError) as raised:
        world.sweep()

    assert raised.value.counts["sent"] == 1
