"""Brings one object from the fallback to the store, and lets go of it only once it is there."""

import tempfile
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from handlers.domain.backoff import wait_before_retry
from handlers.domain.errors import PermanentError, PermanentReason, RetryableError, RetryReason
from handlers.domain.fallback import (
    STORE_FAILURES,
    STORE_OUTAGES,
    FallbackMode,
    FallbackObject,
    StoredFacts,
    is_same_identity,
)
from handlers.domain.log_events import LogEvent
from handlers.logs import EventLog, Severity
from handlers.ports.fallback import FallbackQueue
from handlers.ports.storage import ObjectStore

_FIRST_WAIT_SECONDS: Final = 30.0
_MAX_WAIT_SECONDS: Final = 3600.0
_HANDLED: Final = STORE_FAILURES | {RetryReason.FALLBACK_DAMAGED}


class MoveOutcome(StrEnum):
    """What became of an object."""

    MOVED = "moved"
    DELETED = "deleted"
    CHANGED = "changed"
    """It is to be something else by now, and due again."""
    CONFLICT = "conflict"
    """What lies there is not what was sent; the copy stays."""
    BUCKET_GONE = "bucket_gone"
    REFUSED = "refused"
    """The bucket does not take it, or its bytes are damaged: other buckets are not concerned."""
    STORE_DOWN = "store_down"


class _NotAsSentError(Exception):
    """The store holds other bytes than were sent, or none."""


class _BytesGoneError(Exception):
    """The object changed while its bytes were being read."""


class ObjectMover:
    """Safe to repeat after any step, and against others that write or remove the same object."""

    def __init__(
        self,
        *,
        queue: FallbackQueue,
        store: ObjectStore,
        jitter: Callable[[], float],
        log: EventLog,
    ) -> None:
        self._queue = queue
        self._store = store
        self._jitter = jitter
        self._log = log

    def move(self, taken: FallbackObject) -> MoveOutcome:
        """Bring an object to the store, verify it, and remove the copy.

        Raises:
            RetryableError: the fallback failed; the object is due again when its lease is over.
        """
        try:
            self._bring(taken)
        except RetryableError as error:
            if error.reason not in _HANDLED:
                raise
            return self._give_back(taken, error.reason)
        except _BytesGoneError:
            self._defer(taken, "changed")
            return MoveOutcome.CHANGED
        except _NotAsSentError:
            return self._keep_copy(taken, "checksum_mismatch", has_to_replace=True)
        except PermanentError as error:
            if error.reason is not PermanentReason.OBJECT_CONFLICT:
                raise
            return self._keep_copy(taken, error.reason.value)
        if not self._queue.settle(taken):
            return MoveOutcome.CHANGED
        is_absent = taken.mode is FallbackMode.ABSENT
        return MoveOutcome.DELETED if is_absent else MoveOutcome.MOVED

    def _bring(self, taken: FallbackObject) -> None:
        if taken.mode is FallbackMode.ABSENT:
            self._store.delete(taken.bucket, taken.name)
            return
        if taken.mode is FallbackMode.CREATE:
            there = self._store.facts(taken.bucket, taken.name)
            if there is not None:
                # From an attempt whose answer was lost, the worker's or an earlier mover's.
                if not _is_same(taken, there):
                    raise PermanentError(PermanentReason.OBJECT_CONFLICT)
                return
        self._upload(taken)
        there = self._store.facts(taken.bucket, taken.name)
        if there is None or there.crc32c != taken.crc32c:
            raise _NotAsSentError

    def _upload(self, taken: FallbackObject) -> None:
        with tempfile.TemporaryFile() as file:
            if not self._queue.read_into(taken, file):
                raise _BytesGoneError
            file.seek(0)
            if taken.mode is FallbackMode.REPLACE:
                self._store.replace(
                    taken.bucket,
                    taken.name,
                    file.read(),
                    content_type=taken.content_type,
                    metadata=taken.metadata or {},
                )
            elif taken.metadata is not None:
                self._store.create(
                    taken.bucket,
                    taken.name,
                    file.read(),
                    content_type=taken.content_type,
                    metadata=taken.metadata,
                )
            else:
                self._store.create_from_file(
                    taken.bucket,
                    taken.name,
                    file,
                    byte_count=taken.byte_count,
                    content_type=taken.content_type,
                )

    def _give_back(self, taken: FallbackObject, reason: RetryReason) -> MoveOutcome:
        if reason is RetryReason.BUCKET_UNAVAILABLE:
            self._queue.reopen_bucket(taken.bucket)
            self._queue.defer(taken, reason=reason.value, wait_seconds=0)
            return MoveOutcome.BUCKET_GONE
        if reason not in STORE_OUTAGES:
            is_damaged = reason is RetryReason.FALLBACK_DAMAGED
            severity = Severity.ERROR if is_damaged else Severity.WARNING
            self._say(LogEvent.FALLBACK_REFUSED, severity, taken, reason.value)
        self._defer(taken, reason.value)
        return MoveOutcome.STORE_DOWN if reason in STORE_OUTAGES else MoveOutcome.REFUSED

    def _keep_copy(
        self, taken: FallbackObject, reason: str, *, has_to_replace: bool = False
    ) -> MoveOutcome:
        self._defer(taken, reason, has_to_replace=has_to_replace)
        self._say(LogEvent.FALLBACK_CONFLICT, Severity.ERROR, taken, reason)
        return MoveOutcome.CONFLICT

    def _say(self, event: LogEvent, severity: Severity, taken: FallbackObject, reason: str) -> None:
        identity = taken.metadata or {}
        self._log.emit(
            event,
            severity,
            account_id=identity.get("account_id"),
            conversation_id=identity.get("conversation_id"),
            message_id=identity.get("message_id"),
            reason=reason,
            attempt=taken.attempts,
            byte_count=taken.byte_count,
        )

    def _defer(self, taken: FallbackObject, reason: str, *, has_to_replace: bool = False) -> None:
        self._queue.defer(
            taken,
            reason=reason,
            wait_seconds=wait_before_retry(
                taken.attempts,
                first_seconds=_FIRST_WAIT_SECONDS,
                max_seconds=_MAX_WAIT_SECONDS,
                jitter=self._jitter(),
            ),
            has_to_replace=has_to_replace,
        )


def _is_same(taken: FallbackObject, there: StoredFacts) -> bool:
    if taken.metadata is None:
        return there.crc32c == taken.crc32c
    return is_same_identity(there.metadata, taken.metadata)
