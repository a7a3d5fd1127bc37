"""Waiting orders go on once their people are known, and questions nobody answered are closed."""

from dataclasses import replace
from typing import Final

import pytest

from handlers.domain.dialogue.values import Preferences, WaitReason
from handlers.domain.errors import (
    PermanentError,
    PermanentReason,
    RetryableError,
    RetryReason,
)
from handlers.domain.orders.values import Platform, Tone
from handlers.tally import InterruptedSweepError
from tests.unit.order_world import INCOMPLETE, USER, OrderWorld

DAY: Final = 24 * 3600
NOTHING: Final = {"lapsed": 0, "placed": 0, "asked": 0, "late": 0, "left": 0}


def counts(**changed: int) -> dict[str, int]:
    return {**NOTHING, **changed}


def test_while_a_person_is_unknown_their_orders_wait_and_nobody_is_asked() -> None:
    world = OrderWorld()
    world.order(50001)
    world.order(50002, INCOMPLETE)

    assert world.sweep_orders() == NOTHING

    assert (world.states(), world.texts()) == (["waiting", "waiting"], [])


def test_once_the_person_is_known_a_complete_order_is_placed_and_wakes_the_writer() -> None:
    world = OrderWorld()
    world.order()
    world.map_person()

    assert world.sweep_orders() == counts(placed=1)

    assert world.states() == ["placed"]
    assert len(world.sending.jobs.published) == 1
    assert world.texts() == []
    assert world.sweep_orders() == NOTHING


def test_several_orders_are_placed_in_the_order_in_which_they_were_written() -> None:
    world = OrderWorld()
    for number in (50003, 50001, 50002):
        world.order(number)
    world.map_person()

    assert world.sweep_orders() == counts(placed=3)

    jobs = [published.attributes["message_id"] for published in world.sending.jobs.published]
    assert jobs == ["50001", "50002", "50003"]


def test_an_incomplete_order_is_asked_about_and_the_next_one_is_not() -> None:
    world = OrderWorld()
    world.order(50001, INCOMPLETE)
    world.order(50002, INCOMPLETE)
    world.map_person()

    assert world.sweep_orders() == counts(asked=1, late=1)

    assert world.states() == ["asking", "waiting"]
    assert world.row(50002).wait_reason is WaitReason.LATE
    assert len(world.texts()) == 1


def test_a_day_after_the_person_wrote_nobody_is_asked() -> None:
    world = OrderWorld()
    world.order(50001, INCOMPLETE)
    world.clock.advance(DAY + 60)
    world.map_person()

    assert world.sweep_orders() == counts(late=1)
    assert (world.texts(), world.sweep_orders()) == ([], NOTHING)


def test_a_users_preferences_make_a_question_unnecessary() -> None:
    world = OrderWorld()
    world.order(50001, replace(INCOMPLETE, platform=None))
    world.map_person()
    world.tables.dialogue.preferences[str(USER)] = Preferences(
        platform=Platform.BLOG, tone=Tone.FRIENDLY
    )

    assert world.sweep_orders() == counts(placed=1)


def test_a_question_that_nobody_answered_lapses_a_day_and_some_grace_later() -> None:
    world = OrderWorld()
    world.map_person()
    world.order(50001, INCOMPLETE)
    world.clock.advance(DAY + 60)
    # An answer that was written in time may still be on its way.
    assert world.sweep_orders() == NOTHING
    world.clock.advance(3600)

    assert world.sweep_orders() == counts(lapsed=1)
    assert world.states() == ["lapsed"]


def test_more_than_a_batch_is_worked_off() -> None:
    world = OrderWorld()
    for number in range(50001, 50061):
        world.order(number)
    world.map_person()

    assert world.sweep_orders() == counts(placed=60)


class Moving:
    """Moves the dialogue under the sweep's hands, so many times."""

    def __init__(self, world: OrderWorld, times: int) -> None:
        self._conversation = world.tables.dialogue.conversations["main", "7", "118"]
        self._left = times

    def __call__(self) -> None:
        if self._left:
            self._left -= 1
            self._conversation.version += 1


@pytest.mark.parametrize(
    ("times", "expected"), [(1, counts(placed=1)), (2, counts(placed=1)), (9, counts(left=1))]
)
def test_a_dialogue_that_moves_meanwhile_is_decided_again_a_few_times(
    times: int, expected: dict[str, int]
) -> None:
    world = OrderWorld()
    world.order()
    world.map_person()
    world.orders.on_effect = Moving(world, times)

    assert world.sweep_orders() == expected


def test_a_person_who_is_unknown_again_is_left() -> None:
    world = OrderWorld()
    world.order()
    world.map_person()

    def unmap() -> None:
        if world.orders.calls[-1] == "take_mapped_waiting":
            world.tables.contacts["main", "7", "90210"].user_id = None

    world.orders.on_effect = unmap

    assert world.sweep_orders() == counts(left=1)
    assert world.states() == ["waiting"]


def test_an_order_that_cannot_be_written_holds_up_nobody_elses() -> None:
    world = OrderWorld()
    for number in (50001, 50002):
        world.order(number)
    world.map_person()
    world.orders.fail_next(PermanentError(PermanentReason.DATA_REJECTED), method="apply_waiting")

    assert world.sweep_orders() == counts(placed=1, left=1)
    assert world.states() == ["waiting", "placed"]


def test_a_batch_of_orders_that_cannot_be_written_holds_up_nobody_elses() -> None:
    world = OrderWorld()
    for number in range(50001, 50061):
        world.order(number)
    world.map_person()
    for _ in range(50):
        rejected = PermanentError(PermanentReason.DATA_REJECTED)
        world.orders.fail_next(rejected, method="apply_waiting")

    assert world.sweep_orders() == counts(placed=10, left=50)


@pytest.mark.parametrize("method", ["lapse", "take_mapped_waiting", "apply_waiting"])
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_a_crash_after_any_step_leaves_what_the_next_run_finishes(
    method: str, is_after: bool
) -> None:
    world = OrderWorld()
    for number in (50001, 50002):
        world.order(number)
    world.map_person()
    fail = world.orders.fail_after_next if is_after else world.orders.fail_next
    fail(RetryableError(RetryReason.DATABASE_UNAVAILABLE), method=method)

    with pytest.raises(InterruptedSweepError):
        world.sweep_orders()
    world.sweep_orders()
    while world.delivery.send_next(world.clock.monotonic() + 60) is not None:
        pass

    assert world.states() == ["placed", "placed"]
    assert len(world.sending.jobs.published) == 2


def test_nothing_is_begun_after_the_deadline() -> None:
    world = OrderWorld()
    for number in range(50001, 50005):
        world.order(number)
    world.map_person()
    world.orders.on_effect = lambda: world.clock.advance(30)

    report = world.sweep_orders(seconds=100)

    assert report["placed"] == world.states().count("placed") < 4
