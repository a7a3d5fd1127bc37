"""What was given up for a reason that may have passed goes through the queue again."""

from typing import Final

import pytest

from handlers.domain.errors import PermanentReason, RetryableError, RetryReason
from handlers.domain.filing import DeadDelivery
from handlers.sweeps.dead_letters import DeadLetterSweep
from handlers.tally import InterruptedSweepError
from tests.fakes.backlog import FakeBacklog
from tests.fakes.batch_publisher import FakeBatchPublisher
from tests.fakes.clock import FakeClock

PERMANENT: Final = {reason.value for reason in PermanentReason}


def letter(number: int, **attributes: str) -> DeadDelivery:
    return DeadDelivery(
        key=f"d{number}", payload=f"body {number}".encode(), attributes={"v": "1"} | attributes
    )


class World:
    def __init__(self, *letters: DeadDelivery) -> None:
        self.clock = FakeClock()
        self.backlog = FakeBacklog()
        self.backlog.dead = list(letters)
        self.publisher = FakeBatchPublisher()

    def run(self, *, seconds: float = 60) -> dict[str, int]:
        sweep = DeadLetterSweep(backlog=self.backlog, publisher=self.publisher, clock=self.clock)
        return dict(sweep.run(self.clock.monotonic() + seconds))


def test_without_letters_nothing_is_published() -> None:
    world = World()

    assert world.run() == {"replayed": 0, "left": 0}
    assert world.publisher.batches == []


def test_a_letter_is_published_as_it_was_but_for_its_source() -> None:
    world = World(letter(1, source="webhook", delivery_id="d1", traceparent="t"), letter(2))

    assert world.run() == {"replayed": 2, "left": 0}

    assert world.publisher.confirmed == [
        (b"body 1", {"v": "1", "source": "replay", "delivery_id": "d1", "traceparent": "t"}),
        (b"body 2", {"v": "1", "source": "replay"}),
    ]
    assert set(world.publisher.budgets) == {30.0}


def test_fifty_go_at_a_time_until_none_is_due() -> None:
    world = World(*(letter(n) for n in range(120)))

    assert world.run() == {"replayed": 120, "left": 0}
    assert [len(batch) for batch in world.publisher.batches] == [50, 50, 20]


def test_what_would_fail_again_is_not_asked_for() -> None:
    world = World()

    world.run()

    asked = world.backlog.asked_reasons
    assert "unrecorded" in asked
    assert {reason.value for reason in RetryReason} - PERMANENT <= asked
    assert not asked & PERMANENT


def test_one_that_the_broker_calls_invalid_does_not_keep_the_others() -> None:
    world = World(*(letter(n) for n in range(60)))
    world.publisher.refuse = lambda body: RetryReason.PUBLISH_REFUSED if body == b"body 0" else None

    assert world.run() == {"replayed": 59, "left": 1}


def test_while_the_broker_is_down_no_more_replays_are_used_up() -> None:
    world = World(*(letter(n) for n in range(120)))
    world.publisher.refuse = lambda _: RetryReason.PUBLISH_FAILED

    assert world.run() == {"replayed": 0, "left": 50}
    assert len(world.backlog.dead) == 70


def test_a_database_that_is_down_ends_the_sweep() -> None:
    world = World(letter(1))
    world.backlog.fail_next(RetryableError(RetryReason.DATABASE_UNAVAILABLE))

    with pytest.raises(InterruptedSweepError) as caught:
        world.run()

    assert str(caught.value.cause) == "database_unavailable"


def test_a_sweep_that_ends_half_way_tells_what_it_had_done() -> None:
    world = World(*(letter(n) for n in range(60)))
    down = RetryableError(RetryReason.DATABASE_UNAVAILABLE)
    world.publisher.on_effect = lambda: world.backlog.fail_next(down)

    with pytest.raises(InterruptedSweepError) as caught:
        world.run()

    assert caught.value.counts == {"replayed": 50, "left": 0}


def test_a_letter_whose_attributes_nobody_can_read_goes_without_them() -> None:
    world = World(letter(1, v="9", delivery_id="d1"))

    assert world.run() == {"replayed": 1, "left": 0}
    assert world.publisher.confirmed == [(b"body 1", {"v": "1", "source": "replay"})]


def test_nothing_is_begun_after_the_deadline() -> None:
    world = World(*(letter(n) for n in range(60)))
    world.publisher.on_effect = lambda: world.clock.advance(61)

    assert world.run(seconds=60) == {"replayed": 50, "left": 0}
    assert len(world.backlog.dead) == 10
