"""Objects in Postgres, in pieces, until Cloud Storage takes them."""

import base64
import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

import google_crc32c

from db.ledger_documents import bucket_document, read_bucket
from db.pool import ConnectionPool
from db.statements import load_statements
from db.text import to_json
from handlers.domain.errors import (
    PermanentError,
    PermanentReason,
    PipelineError,
    RetryableError,
    RetryReason,
)
from handlers.domain.fallback import IDENTITY_KEYS, FallbackMode, FallbackObject
from handlers.domain.filing import BucketRecord

_STATEMENTS: Final = load_statements(Path(__file__).with_name("fallback.sql"))
# What a statement may carry without holding up the others, and the table's own limit.
_CHUNK_BYTES: Final = 1024 * 1024
_LOST_BATCH: Final = 500

Document = dict[str, object]


class PostgresFallback:
    """Bytes come first, then one statement that makes them an object: half an object is never seen.

    Every attempt to keep one has an upload of its own, so each statement may be repeated, and what
    an attempt left behind that did not come to its end is told from what is needed.
    """

    def __init__(
        self, pool: ConnectionPool, *, max_bytes: int, new_token: Callable[[], str]
    ) -> None:
        self._pool = pool
        self._max_bytes = max_bytes
        self._new_token = new_token

    def keep(
        self,
        bucket: str,
        name: str,
        file: BinaryIO,
        *,
        content_type: str,
        metadata: Mapping[str, str] | None,
    ) -> None:
        """Keep an object that is to be created; the same one that is there already is success."""
        described, data = self._upload(file)
        document = {
            **described,
            "bucket": bucket,
            "name": name,
            "content_type": content_type,
            "metadata": None if metadata is None else dict(metadata),
            "identity": IDENTITY_KEYS,
        }
        found = self._run(
            "keep_fallback_object",
            object=to_json(document),
            data=data,
            max_bytes=self._max_bytes,
        )
        if found == "conflict":
            raise PermanentError(PermanentReason.OBJECT_CONFLICT)
        if found != "kept":
            # Its message was deleted since; the next attempt learns that from the ledger.
            raise RetryableError(RetryReason.STORAGE_UNAVAILABLE)

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
        """Keep what an object is to be whatever it was; return whether it is kept here now."""
        described, only_chunk = self._upload(io.BytesIO(data))
        document = {
            **described,
            "mode": FallbackMode.REPLACE.value,
            "bucket": bucket,
            "name": name,
            "content_type": content_type,
            "metadata": dict(metadata),
        }
        return self._set(document, only_chunk, only_where_kept=only_where_kept)

    def remove(self, bucket: str, name: str, *, only_where_kept: bool) -> bool:
        """Keep that an object is to be gone; return whether that is kept here now."""
        document = {
            "mode": FallbackMode.ABSENT.value,
            "bucket": bucket,
            "name": name,
            "byte_count": 0,
        }
        return self._set(document, None, only_where_kept=only_where_kept)

    def find(self, bucket: str, name: str) -> FallbackObject | None:
        """Return what is kept of an object."""
        return _read(self._run("find_fallback_object", bucket=bucket, name=name))

    def read_into(self, kept: FallbackObject, file: BinaryIO) -> bool:
        """Append an object's bytes to a file; False where they are not here any more."""
        checksum, byte_count, number = google_crc32c.Checksum(), 0, 0
        while byte_count < kept.byte_count:
            data = self._run("read_fallback_chunk", upload_id=kept.upload_id, number=number)
            if data is None:
                return False
            chunk = bytes(data)
            checksum.update(chunk)
            file.write(chunk)
            byte_count, number = byte_count + len(chunk), number + 1
        if _encoded(checksum) != kept.crc32c:
            raise RetryableError(RetryReason.FALLBACK_DAMAGED)
        return True

    def take(self, *, lease_seconds: int) -> FallbackObject | None:
        """Take an object that is due and whose bucket is ready; nobody else gets it meanwhile."""
        return _read(
            self._run("take_fallback_object", mover=self._new_token(), lease_seconds=lease_seconds)
        )

    def settle(self, taken: FallbackObject) -> bool:
        """Remove what the store has now; False where it has changed since, and is due again."""
        return bool(
            self._run(
                "settle_fallback_object",
                bucket=taken.bucket,
                name=taken.name,
                mover=taken.mover,
                generation=taken.generation,
            )
        )

    def defer(
        self,
        taken: FallbackObject,
        *,
        reason: str,
        wait_seconds: float,
        has_to_replace: bool = False,
    ) -> None:
        """Give an object back until later."""
        self._run(
            "defer_fallback_object",
            bucket=taken.bucket,
            name=taken.name,
            mover=taken.mover,
            generation=taken.generation,
            reason=reason,
            wait_seconds=wait_seconds,
            has_to_replace=has_to_replace,
        )

    def rest_bucket(self, name: str, *, seconds: float) -> None:
        """Let nobody take a bucket's objects for a while; those that failed least are due first."""
        self._run("rest_fallback_bucket", bucket=name, seconds=seconds)

    def drop_lost(self) -> None:
        """Remove bytes that no object refers to and that are older than any attempt."""
        while self._run("drop_lost_fallback_chunks", batch=_LOST_BATCH) == _LOST_BATCH:
            pass

    def count(self) -> int:
        """Return how many objects are here."""
        return int(self._run("count_fallback_objects"))

    def unready_buckets(self, *, limit: int) -> list[BucketRecord]:
        """Return the buckets to be created, and strangers' that objects still wait for."""
        return [read_bucket(row) for row in self._run("list_unready_buckets", batch=limit)]

    def reopen_bucket(self, name: str) -> None:
        """Record that a bucket that was ready is gone, so that it is created again."""
        self._run("reopen_bucket", bucket=name)

    def repoint(self, foreign: BucketRecord, following: BucketRecord) -> BucketRecord:
        """Turn all that points to a stranger's bucket to the owner's next; return that one."""
        return read_bucket(
            self._run(
                "repoint_bucket",
                foreign=to_json(bucket_document(foreign)),
                following=to_json(bucket_document(following)),
            )
        )

    def _set(self, document: Document, data: bytes | None, *, only_where_kept: bool) -> bool:
        return bool(
            self._run(
                "set_fallback_object",
                object=to_json(document),
                data=data,
                max_bytes=self._max_bytes,
                only_where_kept=only_where_kept,
            )
        )

    def _upload(self, file: BinaryIO) -> tuple[Document, bytes | None]:
        """Send a file's bytes under a new name; a single piece is returned, to go with its row."""
        upload_id = self._new_token()
        size = file.seek(0, io.SEEK_END)
        if size > _CHUNK_BYTES:
            self._run("require_fallback_room", byte_count=size, max_bytes=self._max_bytes)
        try:
            return self._send(upload_id, file)
        except (PipelineError, OSError):
            # No row can refer to it yet. Where this fails as well the sweep does it in an hour.
            with suppress(PipelineError):
                self._run("drop_fallback_upload", upload_id=upload_id)
            raise

    def _send(self, upload_id: str, file: BinaryIO) -> tuple[Document, bytes | None]:
        checksum = google_crc32c.Checksum()
        file.seek(0)
        chunk = file.read(_CHUNK_BYTES)
        byte_count, number = 0, 0
        while chunk:
            checksum.update(chunk)
            byte_count += len(chunk)
            following = file.read(_CHUNK_BYTES)
            if number == 0 and not following:
                break
            self._run(
                "add_fallback_chunk",
                upload_id=upload_id,
                number=number,
                data=chunk,
                max_bytes=self._max_bytes,
            )
            chunk, number = following, number + 1
        described: Document = {
            "upload_id": upload_id,
            "byte_count": byte_count,
            "crc32c": _encoded(checksum),
        }
        return described, chunk or None

    def _run(self, statement: str, **parameters: object) -> Any:  # noqa: ANN401 - what SQL returns
        return self._pool.fetch_value(_STATEMENTS[statement], parameters)


def _read(row: dict[str, Any] | None) -> FallbackObject | None:
    if row is None:
        return None
    return FallbackObject(
        bucket=row["bucket"],
        name=row["name"],
        generation=row["generation"],
        mode=FallbackMode(row["mode"]),
        upload_id=row["upload_id"],
        content_type=row["content_type"] or "",
        metadata=row["metadata"],
        byte_count=row["byte_count"],
        crc32c=row["crc32c"] or "",
        attempts=row["attempts"],
        mover=row["mover"],
    )


def _encoded(checksum: google_crc32c.Checksum) -> str:
    return base64.b64encode(checksum.digest()).decode("ascii")
