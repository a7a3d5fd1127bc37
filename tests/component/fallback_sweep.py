"""The sweep that empties the fallback, over fakes."""

from typing import Protocol

from handlers.bucket_resolution import BucketCreator, BucketNaming
from handlers.object_mover import ObjectMover
from handlers.sweeps.fallback import FallbackSweep
from tests.component.logged_lines import LoggedLines
from tests.component.worker_world import HASH_KEY, PREFIX
from tests.fakes.buckets import FakeBuckets
from tests.fakes.clock import FakeClock
from tests.fakes.fallback import FakeFallback
from tests.fakes.ledger import FakeLedger
from tests.fakes.objects import FakeObjects


class SweptWorld(Protocol):
    """What the sweep works on."""

    @property
    def clock(self) -> FakeClock: ...

    @property
    def ledger(self) -> FakeLedger: ...

    @property
    def buckets(self) -> FakeBuckets: ...

    @property
    def objects(self) -> FakeObjects: ...

    @property
    def fallback(self) -> FakeFallback: ...

    @property
    def log(self) -> LoggedLines: ...


def sweep(world: SweptWorld, *, seconds: float = 420) -> dict[str, int]:
    """Run the sweep and return its counts."""
    events = world.log.event_log()
    made = FallbackSweep(
        queue=world.fallback,
        mover=ObjectMover(
            queue=world.fallback, store=world.objects, jitter=lambda: 0.0, log=events
        ),
        creator=BucketCreator(ledger=world.ledger, buckets=world.buckets, log=events),
        naming=BucketNaming(prefix=PREFIX, owner_hash_key=HASH_KEY),
        clock=world.clock,
    )
    return dict(made.run(world.clock.monotonic() + seconds))


def bring_back(world: SweptWorld) -> None:
    """Let the store answer again."""
    world.objects.away = world.buckets.away = None
