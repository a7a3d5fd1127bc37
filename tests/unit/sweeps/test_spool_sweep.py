"""The spool is published oldest first, and only what the broker confirmed is deleted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import pytest
from typing_extensions import override

from handlers.domain.envelope import delivery_key
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.spooling import SpoolEntry
from handlers.sweeps.spool import SpoolSweep
from handlers.tally import InterruptedSweepError
from tests.fakes.batch_publisher import FakeBatchPublisher
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.fakes.spool import FakeSpool

DOWN: Final = RetryReason.PUBLISH_FAILED
REFUSED: Final = RetryReason.PUBLISH_REFUSED
STORE_DOWN: Final = RetryableError(RetryReason.STORAGE_UNAVAILABLE)
DATABASE_DOWN: Final = RetryableError(RetryReason.DATABASE_UNAVAILABLE)
DONE: Final = {"published": 0, "dead": 0, "left": 0}


@dataclass(slots=True)
class World:
    clock: FakeClock = field(default_factory=FakeClock)
    spool: FakeSpool = field(default_factory=FakeSpool)
    publisher: FakeBatchPublisher = field(default_factory=FakeBatchPublisher)
    ledger: FakeLedger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = FakeLedger(self.clock)

    def fill(self, *numbers: int) -> None:
        for number in numbers:
            attributes = {"v": "1", "source": "spool", "delivery_id": f"d{number:03}"}
            self.spool.put(
                f"spool/{number:03}", f"body {number}".encode(), attributes, budget_seconds=1
            )

    def run(self, *, seconds: float = 60, spool: FakeSpool | None = None) -> dict[str, int]:
        sweep = SpoolSweep(
            installation="main",
            spool=spool or self.spool,
            publisher=self.publisher,
            ledger=self.ledger,
            clock=self.clock,
        )
        return dict(sweep.run(self.clock.monotonic() + seconds))


@pytest.fixture
def world() -> World:
    return World()


def refusing(reason: RetryReason, *numbers: int) -> Callable[[bytes], RetryReason | None]:
    bodies = {f"body {number}".encode() for number in numbers}
    return lambda body: reason if body in bodies else None


def test_an_empty_spool_asks_nothing_of_the_broker(world: World) -> None:
    assert world.run() == DONE
    assert world.publisher.batches == []


def test_everything_is_published_oldest_first_with_its_attributes(world: World) -> None:
    world.fill(3, 1, 2)

    assert world.run() == {**DONE, "published": 3}

    assert [body for body, _ in world.publisher.confirmed] == [b"body 1", b"body 2", b"body 3"]
    assert world.publisher.confirmed[0][1] == {"v": "1", "source": "spool", "delivery_id": "d001"}
    assert world.spool.rows == {}


def test_a_hundred_go_at_a_time(world: World) -> None:
    world.fill(*range(250))

    assert world.run() == {**DONE, "published": 250}

    assert [len(batch) for batch in world.publisher.batches] == [100, 100, 50]
    assert set(world.publisher.budgets) == {30.0}


def test_malformed_bodies_stay_where_they_are(world: World) -> None:
    world.spool.put("malformed/2026-08-02/abc", b"{", {}, budget_seconds=1)

    assert world.run() == DONE
    assert list(world.spool.rows) == ["malformed/2026-08-02/abc"]


@pytest.mark.parametrize("reason", [DOWN, RetryReason.PUBLISH_TIMEOUT])
def test_what_the_broker_did_not_confirm_stays_and_the_rest_goes(
    world: World, reason: RetryReason
) -> None:
    world.fill(1, 2, 3)
    world.publisher.refuse = refusing(reason, 2)

    assert world.run() == {"published": 2, "dead": 0, "left": 1}

    assert list(world.spool.rows) == ["spool/002"]
    assert world.ledger.tables.dead_letters == {}


def test_while_the_broker_is_down_one_batch_is_enough(world: World) -> None:
    world.fill(*range(150))
    world.publisher.refuse = lambda _: DOWN

    assert world.run() == {**DONE, "left": 100}

    assert len(world.publisher.batches) == 1
    assert len(world.spool.rows) == 150


def test_after_the_outage_the_next_sweep_takes_all_that_was_left(world: World) -> None:
    world.fill(*range(150))
    world.publisher.refuse = lambda _: DOWN
    world.run()
    world.publisher.refuse = lambda _: None

    assert world.run() == {**DONE, "published": 150}
    assert world.spool.rows == {}


def test_what_the_broker_calls_invalid_is_buried_and_deleted(world: World) -> None:
    world.fill(1, 2, 3)
    world.publisher.refuse = refusing(REFUSED, 2)

    assert world.run() == {"published": 2, "dead": 1, "left": 0}

    ((key, letter),) = world.ledger.tables.dead_letters.items()
    assert key == ("main", "d002")
    assert (letter.reason, letter.payload) == ("publish_refused", b"body 2")
    assert letter.attributes == {"v": "1", "source": "spool", "delivery_id": "d002"}
    assert world.spool.rows == {}


def test_a_refused_one_without_delivery_id_is_kept_under_its_digest(world: World) -> None:
    world.spool.put("spool/1", b"body", {"v": "1"}, budget_seconds=1)
    world.publisher.refuse = lambda _: REFUSED

    world.run()

    ((_, key),) = world.ledger.tables.dead_letters
    assert key.startswith("sha256:")


@pytest.mark.parametrize("attributes", [{"v": "9"}, {"v": "1", "source": "nowhere"}])
def test_a_refused_one_whose_attributes_nobody_can_read_is_kept_under_its_digest(
    world: World, attributes: dict[str, str]
) -> None:
    world.spool.put("spool/1", b"body", attributes, budget_seconds=1)
    world.publisher.refuse = lambda _: REFUSED

    assert world.run() == {**DONE, "dead": 1}

    # Under the key by which the worker closes it when a replay of it ends well.
    assert list(world.ledger.tables.dead_letters) == [("main", delivery_key(b"body", None))]
    assert world.spool.rows == {}


def test_what_cannot_be_buried_stays_and_the_rest_does_not_go_twice(world: World) -> None:
    world.fill(1, 2, 3)
    world.publisher.refuse = refusing(REFUSED, 1)
    world.ledger.fail_next(DATABASE_DOWN, method="bury")

    assert world.run() == {"published": 2, "dead": 0, "left": 1}
    assert list(world.spool.rows) == ["spool/001"]

    assert world.run() == {**DONE, "dead": 1}
    assert world.spool.rows == {}
    assert len(world.publisher.confirmed) == 2


def test_what_another_sweep_took_meanwhile_is_passed_over(world: World) -> None:
    world.fill(1, 2, 3)
    taken = TakenMeanwhile(world.spool, "spool/002")

    assert world.run(spool=taken) == {**DONE, "published": 2}
    assert [body for body, _ in world.publisher.confirmed] == [b"body 1", b"body 3"]
    assert world.spool.rows == {}


class TakenMeanwhile(FakeSpool):
    """Another sweep deletes one entry after it was listed and before it is read."""

    def __init__(self, spool: FakeSpool, name: str) -> None:
        super().__init__()
        self.rows = spool.rows
        self._name = name

    @override
    def read(self, entry: SpoolEntry) -> bytes | None:
        self.rows.pop(self._name, None)
        return super().read(entry)


def test_one_that_cannot_be_read_does_not_keep_the_others(world: World) -> None:
    world.fill(*range(5))
    world.spool.fail_next(STORE_DOWN, method="read")

    assert world.run() == {"published": 4, "dead": 0, "left": 1}
    assert len(world.spool.rows) == 1


class Unreadable(FakeSpool):
    """Some entries cannot be read for now."""

    def __init__(self, spool: FakeSpool, names: set[str]) -> None:
        super().__init__()
        self.rows = spool.rows
        self._names = names

    @override
    def read(self, entry: SpoolEntry) -> bytes | None:
        if entry.name in self._names:
            raise STORE_DOWN
        return super().read(entry)


def test_one_that_cannot_be_read_does_not_keep_the_batches_behind_its_own(world: World) -> None:
    world.fill(*range(250))

    counts = world.run(spool=Unreadable(world.spool, {"spool/000"}))

    assert counts == {"published": 249, "dead": 0, "left": 1}
    assert list(world.spool.rows) == ["spool/000"]


def test_a_whole_batch_that_cannot_be_read_does_not_keep_the_next(world: World) -> None:
    world.fill(*range(150))
    names = {f"spool/{number:03}" for number in range(100)}

    assert world.run(spool=Unreadable(world.spool, names))["published"] == 50


def test_where_nothing_can_be_read_the_run_ends(world: World) -> None:
    world.fill(*range(600))

    counts = world.run(spool=Unreadable(world.spool, {f"spool/{n:03}" for n in range(600)}))

    assert counts == {"published": 0, "dead": 0, "left": 300}


@pytest.mark.parametrize("method", ["oldest", "delete"])
def test_a_store_that_is_down_ends_the_sweep(world: World, method: str) -> None:
    world.fill(1, 2)
    world.spool.fail_next(STORE_DOWN, method=method)

    with pytest.raises(InterruptedSweepError) as caught:
        world.run()

    assert caught.value.cause is STORE_DOWN


def test_a_store_that_fails_after_a_batch_does_not_make_it_uncounted(world: World) -> None:
    world.fill(*range(150))
    world.publisher.on_effect = lambda: world.spool.fail_next(STORE_DOWN, method="oldest")

    with pytest.raises(InterruptedSweepError) as caught:
        world.run()

    assert caught.value.counts == {"published": 100, "dead": 0, "left": 0}


def test_what_was_published_and_could_not_be_deleted_is_published_again(world: World) -> None:
    world.fill(1)
    world.spool.fail_next(STORE_DOWN, method="delete")
    with pytest.raises(InterruptedSweepError):
        world.run()

    assert world.run() == {**DONE, "published": 1}
    assert world.spool.rows == {}


def test_nothing_is_begun_after_the_deadline(world: World) -> None:
    world.fill(1)

    assert world.run(seconds=0) == DONE
    assert world.spool.calls == ["put"]


def test_a_batch_under_way_at_the_deadline_is_finished(world: World) -> None:
    world.fill(*range(150))
    world.publisher.on_effect = lambda: world.clock.advance(61)

    assert world.run(seconds=60) == {**DONE, "published": 100}
    assert len(world.spool.rows) == 50
