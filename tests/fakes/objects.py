"""Objects as rows in a dict, under the store's own rules of who wins."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

import google_crc32c

from handlers.domain.errors import PermanentError, PermanentReason, RetryableError, RetryReason
from handlers.domain.fallback import StoredFacts, is_same_identity
from tests.fakes.buckets import FakeBuckets
from tests.fakes.failing import FailingPort


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """What lies under one name."""

    data: bytes = field(repr=False)
    content_type: str
    metadata: dict[str, str]


class FakeObjects(FailingPort):
    """Needs the bucket to be there, as the real store does."""

    def __init__(self, buckets: FakeBuckets) -> None:
        super().__init__()
        self._buckets = buckets
        self.rows: dict[tuple[str, str], StoredObject] = {}
        self.uploads: list[str] = []
        """Names in the order in which bytes were really written."""
        self.away: RetryReason | None = None
        """Why every call fails, while it does."""
        self.closed: dict[str, RetryReason] = {}
        """Why every call for one bucket fails, while it does."""
        self.before_write: Callable[[str], None] = lambda _: None
        """Called with the name when an upload is under way: what others do meanwhile."""
        self.damage: Callable[[bytes], bytes] = lambda data: data
        """What becomes of bytes on their way."""

    def create(
        self, bucket: str, name: str, data: bytes, *, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        with self._call("create"):
            self._answer(bucket)
            self._require(bucket)
            self.before_write(name)
            found = self.rows.get((bucket, name))
            if found is None:
                self._write(bucket, name, data, content_type, metadata)
            elif not is_same_identity(found.metadata, dict(metadata)):
                raise PermanentError(PermanentReason.OBJECT_CONFLICT)

    def create_from_file(
        self, bucket: str, name: str, file: BinaryIO, *, byte_count: int, content_type: str
    ) -> None:
        with self._call("create_from_file"):
            self._answer(bucket)
            self._require(bucket)
            file.seek(0)
            data = file.read()
            assert len(data) == byte_count
            self.before_write(name)
            found = self.rows.get((bucket, name))
            if found is None:
                self._write(bucket, name, data, content_type, {})
            elif found.data != data:
                raise PermanentError(PermanentReason.OBJECT_CONFLICT)

    def read_into(self, bucket: str, name: str, file: BinaryIO) -> None:
        with self._call("read_into"):
            self._answer(bucket)
            found = self.rows.get((bucket, name))
            if found is None:
                raise RetryableError(RetryReason.STORAGE_UNAVAILABLE)
            file.write(found.data)

    def replace(
        self, bucket: str, name: str, data: bytes, *, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        with self._call("replace"):
            self._answer(bucket)
            self._require(bucket)
            self.before_write(name)
            self._write(bucket, name, data, content_type, metadata)

    def delete(self, bucket: str, name: str) -> None:
        with self._call("delete"):
            self._answer(bucket)
            self.rows.pop((bucket, name), None)

    def facts(self, bucket: str, name: str) -> StoredFacts | None:
        with self._call("facts"):
            self._answer(bucket)
            found = self.rows.get((bucket, name))
            if found is None:
                return None
            return StoredFacts(crc32c=crc32c_of(found.data), metadata=dict(found.metadata))

    def _answer(self, bucket: str) -> None:
        reason = self.away or self.closed.get(bucket)
        if reason is not None:
            raise RetryableError(reason)

    def _require(self, bucket: str) -> None:
        if bucket not in self._buckets.names:
            raise RetryableError(RetryReason.BUCKET_UNAVAILABLE)

    def _write(
        self, bucket: str, name: str, data: bytes, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        self.rows[bucket, name] = StoredObject(
            data=self.damage(data), content_type=content_type, metadata=dict(metadata)
        )
        self.uploads.append(name)


def crc32c_of(data: bytes) -> str:
    """Return a checksum as the store writes it."""
    return base64.b64encode(google_crc32c.Checksum(data).digest()).decode("ascii")
