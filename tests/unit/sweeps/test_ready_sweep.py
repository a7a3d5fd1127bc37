"""Drafts that nobody told us of end their orders in the topic's own way, once."""

from typing import Final

import pytest

from handlers.domain.errors import OutcomeUnknownError, RetryableError, RetryReason
from handlers.tally import InterruptedSweepError
from tests.unit.order_world import OrderWorld

STRANGER: Final = "ffffffff-ffff-4fff-8fff-ffffffffffff"
DOWN: Final = RetryableError(RetryReason.DATABASE_UNAVAILABLE)


def world_with_drafts(count: int = 1, *, wants_notices: bool = True) -> OrderWorld:
    world = OrderWorld()
    world.map_person(wants_notices=wants_notices)
    for number in range(50001, 50001 + count):
        world.order(number)
        world.draft(world.order_id(number))
    return world


def test_a_finished_draft_ends_its_order_and_is_marked() -> None:
    world = world_with_drafts()

    assert world.sweep_ready() == {"marked": 1}

    assert (world.states(), len(world.texts()), world.untold()) == (["ready"], 1, 0)


def test_who_did_not_opt_in_is_told_nothing_and_the_draft_is_marked() -> None:
    world = world_with_drafts(wants_notices=False)

    world.sweep_ready()

    assert (world.states(), world.texts(), world.untold()) == (["ready"], [], 0)


def test_a_person_is_told_once_by_sweep_and_topic_and_of_several_drafts() -> None:
    world = world_with_drafts()
    world.draft(world.order_id())

    assert world.sweep_ready() == {"marked": 2}
    assert world.sweep_ready() == {"marked": 0}

    assert len(world.texts()) == 1


def test_others_drafts_are_left_alone() -> None:
    world = world_with_drafts(0)
    world.draft(STRANGER)

    assert world.sweep_ready() == {"marked": 0}
    assert world.untold() == 1


def test_where_the_app_has_no_drafts_there_is_nothing_to_do() -> None:
    assert OrderWorld().sweep_ready() == {"marked": 0}


def test_more_than_a_batch_is_worked_off() -> None:
    assert world_with_drafts(60).sweep_ready() == {"marked": 60}


def test_a_draft_that_cannot_be_marked_does_not_come_for_ever() -> None:
    world = world_with_drafts()

    drafts = world.tables.dialogue.drafts
    assert drafts is not None

    def unmark() -> None:
        for draft in drafts.values():
            draft.is_told_of = False

    world.orders.on_effect = unmark

    assert world.sweep_ready() == {"marked": 1}
    assert len(world.texts()) == 1


@pytest.mark.parametrize("method", ["take_finished_drafts", "record_outcome", "mark_draft"])
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_a_crash_after_any_step_leaves_what_the_next_run_finishes(
    method: str, is_after: bool
) -> None:
    world = world_with_drafts(3)
    fail = world.orders.fail_after_next if is_after else world.orders.fail_next
    fail(DOWN, method=method)

    with pytest.raises(InterruptedSweepError):
        world.sweep_ready()
    world.sweep_ready()
    while world.delivery.send_next(world.clock.monotonic() + 60) is not None:
        pass

    assert (world.states(), world.untold()) == (["ready"] * 3, 0)
    assert len(world.texts()) == 3


def test_a_chatwoot_that_is_down_leaves_the_notice_to_the_outbox() -> None:
    world = world_with_drafts()
    world.sending.conversations.fail_next(OutcomeUnknownError(RetryReason.CHATWOOT_UNAVAILABLE))

    assert world.sweep_ready() == {"marked": 1}
    assert (world.states(), world.texts()) == (["ready"], [])


def test_nothing_is_begun_after_the_deadline() -> None:
    world = world_with_drafts(3)
    world.sending.conversations.on_effect = lambda: world.clock.advance(30)

    assert world.sweep_ready(seconds=40) == {"marked": 2}
    assert world.untold() == 1
