"""Objects as rows in a dict, under the store's own rules of who wins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from handlers.domain.errors import PermanentError, PermanentReason, RetryableError, RetryReason
from tests.fakes.buckets import FakeBuckets
from tests.fakes.failing import FailingPort

_IDENTITY: Final = ("account_id", "conversation_id", "message_id", "created_at")


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

    def create(
        self, bucket: str, name: str, data: bytes, *, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        with self._call("create"):
            self._require(bucket)
            found = self.rows.get((bucket, name))
            if found is None:
                self._write(bucket, name, data, content_type, metadata)
            elif any(found.metadata.get(key) != metadata.get(key) for key in _IDENTITY):
                raise PermanentError(PermanentReason.OBJECT_CONFLICT)

    def create_from_file(
        self, bucket: str, name: str, file: BinaryIO, *, byte_count: int, content_type: str
    ) -> None:
        with self._call("create_from_file"):
            self._require(bucket)
            file.seek(0)
            data = file.read()
            assert len(data) == byte_count
            found = self.rows.get((bucket, name))
            if found is None:
                self._write(bucket, name, data, content_type, {})
            elif found.data != data:
                raise PermanentError(PermanentReason.OBJECT_CONFLICT)

    def read_into(self, bucket: str, name: str, file: BinaryIO) -> None:
        with self._call("read_into"):
            found = self.rows.get((bucket, name))
            if found is None:
                raise RetryableError(RetryReason.STORAGE_UNAVAILABLE)
            file.write(found.data)

    def replace(
        self, bucket: str, name: str, data: bytes, *, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        with self._call("replace"):
            self._require(bucket)
            self._write(bucket, name, data, content_type, metadata)

    def delete(self, bucket: str, name: str) -> None:
        with self._call("delete"):
            self.rows.pop((bucket, name), None)

    def _require(self, bucket: str) -> None:
        if bucket not in self._buckets.names:
            raise RetryableError(RetryReason.BUCKET_UNAVAILABLE)

    def _write(
        self, bucket: str, name: str, data: bytes, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        self.rows[bucket, name] = StoredObject(
            data=data, content_type=content_type, metadata=dict(metadata)
        )
        self.uploads.append(name)
