"""Creates the buckets that are missing, and brings to the store what it would not take before."""

import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from handlers.bucket_resolution import MAX_GENERATIONS, BucketCreator, BucketNaming
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.fallback import STORE_FAILURES, STORE_OUTAGES
from handlers.domain.filing import BucketRecord, BucketState
from handlers.object_mover import MoveOutcome, ObjectMover
from handlers.ports.clock import Clock
from handlers.ports.fallback import FallbackQueue
from handlers.tally import Tally

# Google allows a project about one creation in so many seconds.
_CREATION_SECONDS: Final = 2.0
# As many as fit into a sweep.
_BUCKETS: Final = 210
_MAX_FAILED_CREATIONS: Final = 3
_MOVERS: Final = 4
# Longer than the largest file takes on a slow line, and than a sweep: nobody else touches an object
# whose mover may still be writing.
_LEASE_SECONDS: Final = 900
_COUNTED: Final = {
    MoveOutcome.MOVED: "moved",
    MoveOutcome.DELETED: "deleted",
    MoveOutcome.CONFLICT: "conflicts",
}


class FallbackSweep:
    """Stops for this time where the store does, and leaves alone a bucket that refuses.

    Two at once work on different objects.
    """

    def __init__(
        self,
        *,
        queue: FallbackQueue,
        mover: ObjectMover,
        creator: BucketCreator,
        naming: BucketNaming,
        clock: Clock,
    ) -> None:
        self._queue = queue
        self._mover = mover
        self._creator = creator
        self._naming = naming
        self._clock = clock

    def run(self, deadline: float) -> Mapping[str, int]:
        """Return how many objects and buckets came to the store, and how many are left here."""
        with Tally("moved", "deleted", "buckets", "left", "conflicts") as counts:
            self._queue.drop_lost()
            if self._move_all(deadline, counts):
                self._create_buckets(deadline, counts)
            counts["left"] = self._queue.count()
        return counts

    def _move_all(self, deadline: float, counts: dict[str, int]) -> bool:
        """Move whatever has a bucket; return whether the store takes objects."""
        is_down, counting = threading.Event(), threading.Lock()

        def move_some() -> None:
            while self._clock.monotonic() < deadline and not is_down.is_set():
                taken = self._queue.take(lease_seconds=_LEASE_SECONDS)
                if taken is None:
                    return
                outcome = self._mover.move(taken)
                if outcome is MoveOutcome.STORE_DOWN:
                    is_down.set()
                elif outcome is MoveOutcome.REFUSED:
                    self._queue.rest_bucket(
                        taken.bucket, seconds=max(deadline - self._clock.monotonic(), 0.0)
                    )
                elif outcome in _COUNTED:
                    with counting:
                        counts[_COUNTED[outcome]] += 1

        with ThreadPoolExecutor(max_workers=_MOVERS) as movers:
            under_way = [movers.submit(move_some) for _ in range(_MOVERS)]
        for each in under_way:
            each.result()
        return not is_down.is_set()

    def _create_buckets(self, deadline: float, counts: dict[str, int]) -> None:
        unready = self._queue.unready_buckets(limit=_BUCKETS)
        # Strangers' first: what waits for them may have a bucket that is ready.
        waiting = deque(sorted(unready, key=lambda bucket: bucket.state is BucketState.CREATING))
        failures, next_at = 0, self._clock.monotonic()
        while waiting and failures < _MAX_FAILED_CREATIONS:
            bucket = waiting.popleft()
            is_ours = False
            if bucket.state is BucketState.CREATING:
                pause = max(next_at - self._clock.monotonic(), 0.0)
                if self._clock.monotonic() + pause >= deadline:
                    return
                self._clock.wait(pause)
                next_at = self._clock.monotonic() + _CREATION_SECONDS
                try:
                    is_ours = self._creator.create(bucket)
                except RetryableError as error:
                    failures += _failures(error)
                    continue
            if is_ours:
                counts["buckets"] += 1
            elif bucket.generation < MAX_GENERATIONS:
                waiting.extend(self._leave(bucket))
            if not self._move_all(deadline, counts):
                return

    def _leave(self, foreign: BucketRecord) -> list[BucketRecord]:
        """Turn what waits for a stranger's bucket to the owner's next, and return that if unready.

        Every name is left at most once: the next one is of a later generation.
        """
        following = self._naming.record(foreign.owner_id, foreign.generation + 1)
        chosen = self._queue.repoint(foreign, following)
        return [] if chosen.state is BucketState.READY else [chosen]


def _failures(error: RetryableError) -> int:
    """Return how much a failed creation counts; a throttled one ends all for this time.

    What is refused counts nothing: a few that always are would keep all others for ever.

    Raises:
        RetryableError: it was not the store that failed.
    """
    if error.reason not in STORE_FAILURES:
        raise error
    if error.reason not in STORE_OUTAGES:
        return 0
    return _MAX_FAILED_CREATIONS if error.reason is RetryReason.STORAGE_THROTTLED else 1
