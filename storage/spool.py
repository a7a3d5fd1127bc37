"""The spool bucket: deliveries that the broker would not take, until it does."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from google.api_core import exceptions as google_errors
from google.cloud import storage

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.spooling import SPOOL_PREFIX, SpoolEntry
from storage.client import CALL_TIMEOUT_SECONDS, translated_errors
from storage.time_limit import TimeLimit

_WRITERS: Final = 8


class GcsSpool:
    """Writes within a budget, reads oldest first."""

    def __init__(self, client: storage.Client, *, bucket: str) -> None:
        self._bucket = client.bucket(bucket)
        self._writes = TimeLimit(threads=_WRITERS, name="spool")

    def put(
        self, name: str, body: bytes, attributes: Mapping[str, str], *, budget_seconds: float
    ) -> None:
        """Create an object once; one of that name that is there already is success.

        Raises:
            RetryableError: not confirmed within the budget, or refused.
        """

        def write() -> None:
            blob = self._bucket.blob(name)
            blob.metadata = dict(attributes)
            blob.upload_from_string(
                body,
                content_type="application/octet-stream",
                if_generation_match=0,
                checksum="crc32c",
                retry=None,
                timeout=(budget_seconds, budget_seconds),
            )

        try:
            with translated_errors():
                self._writes.within(budget_seconds, write)
        except google_errors.PreconditionFailed:
            return
        except google_errors.NotFound as error:
            raise RetryableError(RetryReason.BUCKET_UNAVAILABLE) from error
        except google_errors.ClientError as error:
            raise RetryableError(RetryReason.STORAGE_UNAVAILABLE) from error

    def oldest(self, *, limit: int) -> list[SpoolEntry]:
        """Return the entries that have lain longest."""
        try:
            with translated_errors():
                found: Iterator[Any] = self._bucket.client.list_blobs(
                    self._bucket,
                    prefix=SPOOL_PREFIX,
                    max_results=limit,
                    fields="items(name,metadata),nextPageToken",
                    retry=None,
                    timeout=CALL_TIMEOUT_SECONDS,
                )
                return [SpoolEntry(name=b.name, attributes=dict(b.metadata or {})) for b in found]
        except google_errors.NotFound as error:
            raise RetryableError(RetryReason.BUCKET_UNAVAILABLE) from error

    def read(self, entry: SpoolEntry) -> bytes | None:
        """Return a delivery's raw body, or None where another sweep has taken it already."""
        try:
            with translated_errors():
                body: bytes = self._bucket.blob(entry.name).download_as_bytes(
                    raw_download=True, retry=None, timeout=CALL_TIMEOUT_SECONDS
                )
        except google_errors.NotFound:
            return None
        return body

    def delete(self, name: str) -> None:
        """Remove a delivery; one that is not there is success."""
        try:
            with translated_errors():
                self._bucket.blob(name).delete(retry=None, timeout=CALL_TIMEOUT_SECONDS)
        except google_errors.NotFound:
            return
