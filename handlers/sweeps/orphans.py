"""Removes media that a worker thought dead wrote after their message had been deleted."""

from collections.abc import Mapping
from typing import Final

from handlers.domain.deleted_media import DeletedMedia
from handlers.domain.errors import RetryableError
from handlers.ports.backlog import DeletedMediaQueue
from handlers.ports.clock import Clock
from handlers.ports.storage import Objects
from handlers.tally import Tally

_BATCH: Final = 50


class OrphanSweep:
    """Looks once, when no worker of before the deletion can be left; failures are due again."""

    def __init__(self, *, queue: DeletedMediaQueue, objects: Objects, clock: Clock) -> None:
        self._queue = queue
        self._objects = objects
        self._clock = clock

    def run(self, deadline: float) -> Mapping[str, int]:
        """Return how many are surely gone now, and how many are to be looked for again."""
        with Tally("removed", "left") as counts:
            while self._clock.monotonic() < deadline:
                taken = self._queue.take_deleted_media(batch=_BATCH)
                if not taken:
                    break
                removed = [each for each in taken if self._remove(each, deadline)]
                counts["left"] += len(taken) - len(removed)
                if removed:
                    self._queue.settle_deleted_media(removed)
                    counts["removed"] += len(removed)
        return counts

    def _remove(self, media: DeletedMedia, deadline: float) -> bool:
        if self._clock.monotonic() >= deadline:
            return False
        try:
            self._objects.delete(media.bucket, media.object_name)
        except RetryableError:
            return False
        return True
