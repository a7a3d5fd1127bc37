"""Objects that are written whatever the store does: what it will not take, the database keeps.

Objects only ever move from the fallback to the store. So a reader who looks into the fallback first
and then into the store finds an object before, during and after its move.
"""

import io
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final

from handlers.circuit_breaker import CircuitBreaker
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.fallback import STORE_FAILURES, FallbackMode
from handlers.domain.log_events import LogEvent
from handlers.logs import EventLog, Severity
from handlers.ports.clock import Clock
from handlers.ports.fallback import Fallback
from handlers.ports.storage import Objects

# A store that hangs holds a thread for half a minute: after one failure the next go past it.
_PAUSE_SECONDS: Final = 10.0
# How often an object may change or move while it is being read.
_READS: Final = 5


class DurableObjects:
    """The port of objects over the store and the fallback; safe to call from several threads."""

    def __init__(self, *, store: Objects, fallback: Fallback, clock: Clock, log: EventLog) -> None:
        self._store = store
        self._fallback = fallback
        self._breaker = CircuitBreaker(clock=clock, pause_seconds=_PAUSE_SECONDS)
        self._log = log

    def create(
        self, bucket: str, name: str, data: bytes, *, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        """Write an object once; one that is there with equal identity is success."""

        def write() -> None:
            self._store.create(bucket, name, data, content_type=content_type, metadata=metadata)

        if (reason := self._failure(write)) is not None:
            self._fallback.keep(
                bucket, name, io.BytesIO(data), content_type=content_type, metadata=metadata
            )
            self._say(reason, len(data))

    def create_from_file(
        self, bucket: str, name: str, file: BinaryIO, *, byte_count: int, content_type: str
    ) -> None:
        """Write an object from a file once; one that is there with equal bytes is success."""

        def write() -> None:
            self._store.create_from_file(
                bucket, name, file, byte_count=byte_count, content_type=content_type
            )

        if (reason := self._failure(write)) is not None:
            self._fallback.keep(bucket, name, file, content_type=content_type, metadata=None)
            self._say(reason, byte_count)

    def read_into(self, bucket: str, name: str, file: BinaryIO) -> None:
        """Copy an object's bytes into a file, checked against its checksum."""
        start = file.tell()
        for _ in range(_READS):
            kept = self._fallback.find(bucket, name)
            if kept is None:
                self._store.read_into(bucket, name, file)
                return
            if kept.mode is FallbackMode.ABSENT:
                break
            if self._fallback.read_into(kept, file):
                return
            # Moved or changed while it was read.
            file.seek(start)
            file.truncate()
        raise RetryableError(RetryReason.STORAGE_UNAVAILABLE)

    def replace(
        self, bucket: str, name: str, data: bytes, *, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        """Write an object whatever was there; repeatable."""

        def keep(*, only_where_kept: bool) -> bool:
            return self._fallback.replace(
                bucket,
                name,
                data,
                content_type=content_type,
                metadata=metadata,
                only_where_kept=only_where_kept,
            )

        # What the fallback holds is told first: a mover may be uploading it this moment, and has to
        # find out afterwards.
        is_kept = keep(only_where_kept=True)

        def write() -> None:
            self._store.replace(bucket, name, data, content_type=content_type, metadata=metadata)

        if (reason := self._failure(write)) is not None and not is_kept:
            keep(only_where_kept=False)
            self._say(reason, len(data))

    def delete(self, bucket: str, name: str) -> None:
        """Remove an object; one that is not there is success."""
        is_kept = self._fallback.remove(bucket, name, only_where_kept=True)
        reason = self._failure(lambda: self._store.delete(bucket, name))
        if reason is not None and not is_kept:
            self._fallback.remove(bucket, name, only_where_kept=False)
            self._say(reason, 0)

    def _failure(self, call: Callable[[], None]) -> RetryReason | None:
        """Return why the store did not do it, or None once it has."""
        if not self._breaker.allows():
            return RetryReason.STORAGE_UNAVAILABLE
        try:
            call()
        except RetryableError as error:
            if error.reason not in STORE_FAILURES:
                raise
            if error.reason is RetryReason.STORAGE_UNAVAILABLE:
                self._breaker.failed()
            elif error.reason is not RetryReason.STORAGE_THROTTLED:
                # The store answered, and what one bucket refuses says nothing of the others.
                self._breaker.succeeded()
            return error.reason
        self._breaker.succeeded()
        return None

    def _say(self, reason: RetryReason, byte_count: int) -> None:
        self._log.emit(
            LogEvent.FALLBACK_KEPT, Severity.WARNING, reason=reason.value, byte_count=byte_count
        )
