"""What was written after a deletion is removed, once, wherever the sweep dies."""

import itertools
from dataclasses import dataclass, field
from typing import Final

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from handlers.durable_objects import DurableObjects
from handlers.sweeps.orphans import OrphanSweep
from handlers.tally import InterruptedSweepError
from tests.component.fallback_sweep import sweep as sweep_fallback
from tests.fakes.buckets import FakeBuckets
from tests.fakes.clock import FakeClock
from tests.fakes.deleted_media import FakeDeletedMedia
from tests.fakes.ledger_rows import AttachmentRow, MessageRow
from tests.fakes.ledger_tables import LedgerTables
from tests.fakes.objects import FakeObjects
from tests.unit.sweeps import fallback_world

BUCKET: Final = "owner-bucket"
STUB: Final = "whatsapp-messages/2026-08-02/118/1.json"
QUARTER_HOUR: Final = 900
MOST_RUNS: Final = 3
STORE_DOWN: Final = RetryableError(RetryReason.STORAGE_UNAVAILABLE)
DATABASE_DOWN: Final = RetryableError(RetryReason.DATABASE_UNAVAILABLE)
NOTHING: Final = {"removed": 0, "left": 0}


class CrashError(BaseException):
    """The end of the process."""


def media_name(number: int) -> str:
    return f"whatsapp-audio/2026-08-02/118/{number}_801.ogg"


@dataclass(slots=True)
class World:
    """Deletions of a quarter of an hour ago, and what lies in the bucket."""

    clock: FakeClock = field(default_factory=FakeClock)
    tables: LedgerTables = field(init=False)
    queue: FakeDeletedMedia = field(init=False)
    objects: FakeObjects = field(init=False)

    def __post_init__(self) -> None:
        self.tables = LedgerTables(self.clock)
        self.queue = FakeDeletedMedia(self.tables)
        buckets = FakeBuckets()
        buckets.create(BUCKET)
        self.objects = FakeObjects(buckets)
        self.put(STUB)
        self.put(media_name(0))
        self.objects.calls.clear()

    def put(self, name: str) -> None:
        self.objects.create(BUCKET, name, b"bytes", content_type="x", metadata={})

    def add(self, *numbers: int, was_written_late: bool = True) -> None:
        for number in numbers:
            key = ("main", "7", str(number))
            self.tables.messages[key] = MessageRow(
                state="stored", source="webhook", is_deleted=True, bucket_name=BUCKET
            )
            self.tables.attachments[key] = {
                "801": AttachmentRow(
                    kind="audio",
                    state="failed",
                    reason="deleted",
                    object_name=media_name(number),
                    next_attempt_at=self.clock.now(),
                )
            }
            if was_written_late:
                self.put(media_name(number))

    def run(self, *, seconds: float = 60) -> dict[str, int]:
        sweep = OrphanSweep(queue=self.queue, objects=self.objects, clock=self.clock)
        return dict(sweep.run(self.clock.monotonic() + seconds))

    @property
    def names(self) -> set[str]:
        return {name for _, name in self.objects.rows}

    @property
    def waiting(self) -> int:
        rows = [row for each in self.tables.attachments.values() for row in each.values()]
        return sum(row.next_attempt_at is not None for row in rows)


@pytest.fixture
def world() -> World:
    return World()


def test_without_deletions_the_store_is_not_asked(world: World) -> None:
    assert world.run() == NOTHING
    assert world.objects.calls == []


def test_late_media_are_removed_and_everything_else_stays(world: World) -> None:
    world.add(1, 2)

    assert world.run() == {"removed": 2, "left": 0}

    assert world.names == {STUB, media_name(0)}
    assert world.waiting == 0


def test_where_nothing_came_late_the_deletion_is_done_with_all_the_same(world: World) -> None:
    world.add(1, was_written_late=False)

    assert world.run() == {"removed": 1, "left": 0}
    assert world.waiting == 0


def test_nobody_looks_a_second_time(world: World) -> None:
    world.add(1)
    world.run()
    world.clock.advance(86_400)

    assert world.run() == NOTHING
    assert world.objects.calls.count("delete") == 1


def test_fifty_go_at_a_time_until_none_is_due(world: World) -> None:
    world.add(*range(1, 121))

    assert world.run() == {"removed": 120, "left": 0}
    assert world.queue.calls.count("settle_deleted_media") == 3
    assert world.names == {STUB, media_name(0)}


def test_one_that_cannot_be_removed_is_left_for_later_and_the_others_go(world: World) -> None:
    world.add(1, 2, 3)
    world.objects.fail_next(STORE_DOWN, method="delete")

    assert world.run() == {"removed": 2, "left": 1}
    assert (len(world.names), world.waiting) == (3, 1)
    assert world.run() == NOTHING

    world.clock.advance(QUARTER_HOUR)
    assert world.run() == {"removed": 1, "left": 0}
    assert world.names == {STUB, media_name(0)}


def test_a_batch_of_which_nothing_can_be_removed_ends_neither_sweep_nor_wait(world: World) -> None:
    world.add(*range(1, 52))
    for _ in range(50):
        world.objects.fail_next(STORE_DOWN, method="delete")

    assert world.run() == {"removed": 1, "left": 50}
    assert world.waiting == 50


def test_nothing_is_begun_after_the_deadline(world: World) -> None:
    world.add(1)

    assert world.run(seconds=0) == NOTHING
    assert world.queue.calls == []


def test_what_the_deadline_cuts_off_is_due_again_and_what_was_removed_is_settled(
    world: World,
) -> None:
    world.add(1, 2, 3)
    world.objects.on_effect = lambda: world.clock.advance(20)

    assert world.run(seconds=40) == {"removed": 2, "left": 1}
    assert world.waiting == 1

    world.clock.advance(QUARTER_HOUR)
    assert world.run() == {"removed": 1, "left": 0}


def test_a_database_that_fails_half_way_counts_nothing_that_it_did_not_take_down(
    world: World,
) -> None:
    world.add(*range(1, 61))
    world.objects.fail_next(STORE_DOWN, method="delete")
    world.queue.fail_next(DATABASE_DOWN, method="settle_deleted_media")

    with pytest.raises(InterruptedSweepError) as raised:
        world.run()

    assert raised.value.cause is DATABASE_DOWN
    assert raised.value.counts == {"removed": 0, "left": 1}


@pytest.mark.parametrize("away", [None, RetryReason.STORAGE_UNAVAILABLE], ids=["store", "no_store"])
def test_late_media_in_the_fallback_go_too_and_never_reach_the_store(
    away: RetryReason | None,
) -> None:
    stores, world = fallback_world.World(), World()
    bucket, name = fallback_world.BUCKET, media_name(1)
    world.add(1, was_written_late=False)
    world.tables.messages["main", "7", "1"].bucket_name = bucket
    stores.keep(name)
    stores.objects.away = away
    durable = DurableObjects(
        store=stores.objects,
        fallback=stores.fallback,
        clock=stores.clock,
        log=stores.log.event_log(),
    )

    sweep = OrphanSweep(queue=world.queue, objects=durable, clock=world.clock)
    assert sweep.run(world.clock.monotonic() + 60) == {"removed": 1, "left": 0}

    stores.objects.away = None
    stores.clock.advance(7200)
    sweep_fallback(stores)
    assert (bucket, name) not in stores.objects.rows
    assert (bucket, name) not in stores.fallback.rows


@pytest.mark.parametrize("failure", [CrashError(), DATABASE_DOWN], ids=["crash", "answer_lost"])
def test_a_failure_after_any_effect_is_repaired_by_the_next_run(failure: BaseException) -> None:
    undisturbed, effects = run_until_done(None, failure)
    assert effects >= 4

    for fail_at in range(effects):
        world, _ = run_until_done(fail_at, failure)
        assert world.objects.rows == undisturbed.objects.rows, f"after effect {fail_at}"
        assert world.tables.attachments == undisturbed.tables.attachments


def run_until_done(fail_at: int | None, failure: BaseException) -> tuple[World, int]:
    world = World()
    world.add(1, 2)
    counter = itertools.count()

    def on_effect() -> None:
        if next(counter) == fail_at:
            raise failure

    world.queue.on_effect = world.objects.on_effect = on_effect
    for _ in range(MOST_RUNS):
        try:
            world.run()
        except (CrashError, InterruptedSweepError):
            pass
        else:
            if not world.waiting:
                return world, next(counter)
        world.clock.advance(QUARTER_HOUR)
    pytest.fail(f"still waiting: {world.waiting}")
