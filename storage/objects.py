"""Objects in people's buckets: written once, confirmed by checksum, the first writer wins."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

import google_crc32c
from google.api_core import exceptions as google_errors
from google.cloud import storage

from handlers.domain.errors import (
    PermanentError,
    PermanentReason,
    RetryableError,
    RetryReason,
)
from handlers.domain.fallback import StoredFacts, is_same_identity
from storage.client import CALL_TIMEOUT_SECONDS, translated_errors

# Bounds the memory of a large upload; a multiple of 256 KiB, as the protocol demands.
_CHUNK_BYTES: Final = 4 * 1024 * 1024
_READ_BYTES: Final = 1024 * 1024
_REPLACE_ATTEMPTS: Final = 3


class GcsObjects:
    """Writes, reads and removes objects; every call is one attempt, the queue repeats."""

    def __init__(self, client: storage.Client) -> None:
        self._client = client

    def create(
        self, bucket: str, name: str, data: bytes, *, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        """Write an object once; one that is there with equal identity is success."""
        blob = self._blob(bucket, name)
        try:
            self._upload(blob, data, content_type, metadata, if_generation_match=0)
        except google_errors.PreconditionFailed:
            # It may be ours, from an attempt whose answer was lost.
            found = self._reload(bucket, name).metadata or {}
            if not is_same_identity(found, dict(metadata)):
                raise PermanentError(PermanentReason.OBJECT_CONFLICT) from None

    def create_from_file(
        self, bucket: str, name: str, file: BinaryIO, *, byte_count: int, content_type: str
    ) -> None:
        """Write an object from a file once; one that is there with equal bytes is success."""
        blob = self._blob(bucket, name)
        blob.chunk_size = _CHUNK_BYTES
        file.seek(0)
        try:
            with _upload_errors(), translated_errors():
                blob.upload_from_file(
                    file,
                    size=byte_count,
                    content_type=content_type,
                    if_generation_match=0,
                    checksum="crc32c",
                    retry=None,
                    timeout=CALL_TIMEOUT_SECONDS,
                )
        except google_errors.PreconditionFailed:
            if self._reload(bucket, name).crc32c != _crc32c(file):
                raise PermanentError(PermanentReason.OBJECT_CONFLICT) from None

    def read_into(self, bucket: str, name: str, file: BinaryIO) -> None:
        """Copy an object's bytes into a file, checked against its checksum."""
        blob = self._blob(bucket, name)
        try:
            with translated_errors():
                blob.download_to_file(
                    file,
                    raw_download=True,
                    checksum="crc32c",
                    retry=None,
                    timeout=CALL_TIMEOUT_SECONDS,
                )
        except google_errors.NotFound as error:
            raise RetryableError(RetryReason.STORAGE_UNAVAILABLE) from error

    def replace(
        self, bucket: str, name: str, data: bytes, *, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        """Write an object whatever was there; repeatable."""
        for _ in range(_REPLACE_ATTEMPTS):
            blob = self._blob(bucket, name)
            try:
                self._upload(
                    blob,
                    data,
                    content_type,
                    metadata,
                    if_generation_match=self._generation(bucket, name),
                )
            except google_errors.PreconditionFailed:
                # Somebody wrote in between; what they wrote has to go as well.
                continue
            return
        raise RetryableError(RetryReason.STORAGE_REFUSED)

    def delete(self, bucket: str, name: str) -> None:
        """Remove an object; one that is not there is success."""
        try:
            with translated_errors():
                self._blob(bucket, name).delete(retry=None, timeout=CALL_TIMEOUT_SECONDS)
        except google_errors.NotFound:
            return
        except (google_errors.PreconditionFailed, google_errors.Conflict) as error:
            raise RetryableError(RetryReason.STORAGE_REFUSED) from error

    def facts(self, bucket: str, name: str) -> StoredFacts | None:
        """Return what the store says of an object, or None where there is none."""
        blob = self._blob(bucket, name)
        try:
            with translated_errors():
                blob.reload(retry=None, timeout=CALL_TIMEOUT_SECONDS)
        except google_errors.NotFound:
            return None
        return StoredFacts(crc32c=blob.crc32c, metadata=dict(blob.metadata or {}))

    def _blob(self, bucket: str, name: str) -> Any:  # noqa: ANN401 - the library is untyped
        return self._client.bucket(bucket).blob(name)

    def _upload(
        self,
        blob: Any,  # noqa: ANN401
        data: bytes,
        content_type: str,
        metadata: Mapping[str, str],
        *,
        if_generation_match: int,
    ) -> None:
        blob.metadata = dict(metadata)
        with _upload_errors(), translated_errors():
            blob.upload_from_string(
                data,
                content_type=content_type,
                if_generation_match=if_generation_match,
                checksum="crc32c",
                retry=None,
                timeout=CALL_TIMEOUT_SECONDS,
            )

    def _reload(self, bucket: str, name: str) -> Any:  # noqa: ANN401
        blob = self._blob(bucket, name)
        try:
            with translated_errors():
                blob.reload(retry=None, timeout=CALL_TIMEOUT_SECONDS)
        except google_errors.NotFound as error:
            # Removed this moment, or a policy forbade the write: Google answers 412 to both.
            raise RetryableError(RetryReason.STORAGE_REFUSED) from error
        return blob

    def _generation(self, bucket: str, name: str) -> int:
        blob = self._blob(bucket, name)
        try:
            with translated_errors():
                blob.reload(retry=None, timeout=CALL_TIMEOUT_SECONDS)
        except google_errors.NotFound:
            return 0
        return int(blob.generation)


@contextmanager
def _upload_errors() -> Iterator[None]:
    try:
        yield
    except google_errors.NotFound as error:
        raise RetryableError(RetryReason.BUCKET_UNAVAILABLE) from error
    except google_errors.Conflict as error:
        raise RetryableError(RetryReason.STORAGE_REFUSED) from error


def _crc32c(file: BinaryIO) -> str:
    file.seek(0)
    checksum = google_crc32c.Checksum()
    while chunk := file.read(_READ_BYTES):
        checksum.update(chunk)
    return base64.b64encode(checksum.digest()).decode("ascii")
