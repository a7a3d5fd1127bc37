"""The fallback in dicts: the same rules as the SQL functions, which a contract suite compares."""

import itertools
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import BinaryIO

from handlers.domain.errors import PermanentError, PermanentReason, RetryableError, RetryReason
from handlers.domain.fallback import FallbackMode, FallbackObject, is_same_identity
from handlers.domain.filing import BucketRecord, BucketState
from handlers.ports.clock import Clock
from tests.fakes.failing import FailingPort
from tests.fakes.ledger_tables import HELD, LedgerTables
from tests.fakes.objects import crc32c_of


@dataclass(slots=True, kw_only=True)
class FallbackRow:
    """One object; changed in place, as a row is."""

    kept: FallbackObject
    data: bytes = field(repr=False)
    next_attempt_at: datetime
    moving_until: datetime | None = None
    last_error: str | None = None


class FakeFallback(FailingPort):
    """Shares buckets, messages and notes with the in-memory ledger, as both share a database."""

    def __init__(self, clock: Clock, tables: LedgerTables, *, max_bytes: int = 2**30) -> None:
        super().__init__()
        self._clock = clock
        self._tables = tables
        self._lock = threading.RLock()
        self._tokens = map(str, itertools.count(1))
        self.max_bytes = max_bytes
        self.rows: dict[tuple[str, str], FallbackRow] = {}
        self.damaged: set[str] = set()
        """Names of the objects whose bytes are not as they were given."""

    @property
    def used_bytes(self) -> int:
        return sum(len(row.data) for row in self.rows.values())

    def keep(
        self,
        bucket: str,
        name: str,
        file: BinaryIO,
        *,
        content_type: str,
        metadata: Mapping[str, str] | None,
    ) -> None:
        with self._alone("keep"):
            file.seek(0)
            data = file.read()
            found = self.rows.get((bucket, name))
            if found is None:
                self._put(bucket, name, FallbackMode.CREATE, data, content_type, metadata)
                return
            if found.kept.mode is FallbackMode.ABSENT:
                raise RetryableError(RetryReason.STORAGE_UNAVAILABLE)
            if metadata is None:
                is_same = found.kept.crc32c == crc32c_of(data)
            else:
                is_same = is_same_identity(found.kept.metadata or {}, dict(metadata))
            if not is_same:
                raise PermanentError(PermanentReason.OBJECT_CONFLICT)

    def replace(  # noqa: PLR0913 - all that makes an object
        self,
        bucket: str,
        name: str,
        data: bytes,
        *,
        content_type: str,
        metadata: Mapping[str, str],
        only_where_kept: bool,
    ) -> bool:
        with self._alone("replace"):
            if only_where_kept and (bucket, name) not in self.rows:
                return False
            self._put(bucket, name, FallbackMode.REPLACE, data, content_type, metadata)
            return True

    def remove(self, bucket: str, name: str, *, only_where_kept: bool) -> bool:
        with self._alone("remove"):
            if only_where_kept and (bucket, name) not in self.rows:
                return False
            self._put(bucket, name, FallbackMode.ABSENT, b"", "", None)
            return True

    def find(self, bucket: str, name: str) -> FallbackObject | None:
        with self._alone("find"):
            found = self.rows.get((bucket, name))
            return None if found is None else found.kept

    def read_into(self, kept: FallbackObject, file: BinaryIO) -> bool:
        with self._alone("read_into"):
            found = self.rows.get((kept.bucket, kept.name))
            if found is None or found.kept.upload_id != kept.upload_id:
                return False
            if kept.name in self.damaged:
                raise RetryableError(RetryReason.FALLBACK_DAMAGED)
            file.write(found.data)
            return True

    def take(self, *, lease_seconds: int) -> FallbackObject | None:
        with self._alone("take"):
            now = self._clock.now()
            ready = {b.name for b in self._tables.buckets.values() if b.state is BucketState.READY}
            due = [
                row
                for row in self.rows.values()
                if row.kept.bucket in ready
                and row.next_attempt_at <= now
                and (row.moving_until is None or row.moving_until <= now)
            ]
            if not due:
                return None
            row = min(due, key=lambda row: (row.next_attempt_at, row.kept.attempts))
            row.moving_until = now + timedelta(seconds=lease_seconds)
            row.kept = replace(row.kept, mover=next(self._tokens), attempts=row.kept.attempts + 1)
            return row.kept

    def settle(self, taken: FallbackObject) -> bool:
        with self._alone("settle"):
            row = self._held(taken)
            if row is None:
                return True
            if row.kept.generation == taken.generation:
                del self.rows[taken.bucket, taken.name]
                return True
            self._release(row, 0)
            return False

    def defer(
        self,
        taken: FallbackObject,
        *,
        reason: str,
        wait_seconds: float,
        has_to_replace: bool = False,
    ) -> None:
        with self._alone("defer"):
            row = self._held(taken)
            if row is None:
                return
            if row.kept.generation != taken.generation:
                self._release(row, 0)
                return
            row.last_error = reason
            if has_to_replace and row.kept.mode is FallbackMode.CREATE:
                row.kept = replace(row.kept, mode=FallbackMode.REPLACE)
            self._release(row, wait_seconds)

    def rest_bucket(self, name: str, *, seconds: float) -> None:
        with self._alone("rest_bucket"):
            now = self._clock.now()
            until = now + timedelta(seconds=seconds)
            for (bucket, _), row in self.rows.items():
                is_held = row.moving_until is not None and row.moving_until > now
                if bucket == name and not is_held:
                    row.next_attempt_at = max(row.next_attempt_at, until)

    def drop_lost(self) -> None:
        with self._alone("drop_lost"):
            pass

    def count(self) -> int:
        with self._alone("count"):
            return len(self.rows)

    def unready_buckets(self, *, limit: int) -> list[BucketRecord]:
        with self._alone("unready_buckets"):
            waiting = {bucket for bucket, _ in self.rows}
            return [
                b
                for b in self._tables.buckets.values()
                if b.state is BucketState.CREATING
                or (b.state is BucketState.FOREIGN and b.name in waiting)
            ][:limit]

    def reopen_bucket(self, name: str) -> None:
        with self._alone("reopen_bucket"):
            for key, bucket in self._tables.buckets.items():
                if bucket.name == name and bucket.state is BucketState.READY:
                    self._tables.buckets[key] = replace(bucket, state=BucketState.CREATING)

    def repoint(self, foreign: BucketRecord, following: BucketRecord) -> BucketRecord:
        with self._alone("repoint"):
            buckets = self._tables.buckets
            buckets.setdefault((following.owner_id, following.generation), following)
            key = (foreign.owner_id, foreign.generation)
            buckets[key] = replace(foreign, state=BucketState.FOREIGN)
            chosen = max(
                (
                    b
                    for b in buckets.values()
                    if (b.owner_id, b.generation) != key and b.owner_id == foreign.owner_id
                ),
                key=lambda b: (b.state in HELD, b.generation),
            )
            for message in self._tables.messages.values():
                if (message.owner_id, message.bucket_name) == (foreign.owner_id, foreign.name):
                    message.bucket_name = chosen.name
                    message.bucket_generation = chosen.generation
            for note in self._tables.notes.rows.values():
                path = note.gcs_storage_path or ""
                if path.startswith(f"gs://{foreign.name}/"):
                    note.gcs_storage_path = path.replace(foreign.name, chosen.name, 1)
            for bucket, name in list(self.rows):
                if bucket == foreign.name:
                    row = self.rows.pop((bucket, name))
                    row.kept = replace(row.kept, bucket=chosen.name, attempts=0)
                    row.next_attempt_at = self._clock.now()
                    self.rows.setdefault((chosen.name, name), row)
            return chosen

    def _put(  # noqa: PLR0913, PLR0917 - all that makes an object
        self,
        bucket: str,
        name: str,
        mode: FallbackMode,
        data: bytes,
        content_type: str,
        metadata: Mapping[str, str] | None,
    ) -> None:
        found = self.rows.get((bucket, name))
        freed = len(found.data) if found else 0
        if data and self.used_bytes - freed + len(data) > self.max_bytes:
            raise RetryableError(RetryReason.FALLBACK_FULL)
        is_absent = mode is FallbackMode.ABSENT
        kept = FallbackObject(
            bucket=bucket,
            name=name,
            generation=found.kept.generation + 1 if found else 1,
            mode=mode,
            upload_id=None if is_absent else f"upload-{next(self._tokens)}",
            content_type=content_type,
            metadata=None if metadata is None else dict(metadata),
            byte_count=len(data),
            crc32c="" if is_absent else crc32c_of(data),
            attempts=0,
            mover=found.kept.mover if found else None,
        )
        self.rows[bucket, name] = FallbackRow(
            kept=kept,
            data=data,
            next_attempt_at=self._clock.now(),
            moving_until=found.moving_until if found else None,
        )

    def _held(self, taken: FallbackObject) -> FallbackRow | None:
        row = self.rows.get((taken.bucket, taken.name))
        return row if row is not None and row.kept.mover == taken.mover else None

    def _release(self, row: FallbackRow, wait_seconds: float) -> None:
        row.kept = replace(row.kept, mover=None)
        row.moving_until = None
        row.next_attempt_at = self._clock.now() + timedelta(seconds=wait_seconds)

    @contextmanager
    def _alone(self, method: str) -> Iterator[None]:
        with self._lock, self._call(method):
            yield
