"""Objects that the store would not take, kept in the database until it does."""

from collections.abc import Mapping
from typing import BinaryIO, Protocol

from handlers.domain.fallback import FallbackObject
from handlers.domain.filing import BucketRecord


class Fallback(Protocol):
    """Keeps the state that an object is to have in the store."""

    def keep(
        self,
        bucket: str,
        name: str,
        file: BinaryIO,
        *,
        content_type: str,
        metadata: Mapping[str, str] | None,
    ) -> None:
        """Keep an object that is to be created; the same one that is there already is success.

        With metadata the same one is of equal identity, without of equal bytes.

        Raises:
            RetryableError: the fallback is full or away, or the object was removed meanwhile.
            PermanentError: another object is there.
        """

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
        """Keep what an object is to be whatever it was; return whether it is kept here now.

        Raises:
            RetryableError: the fallback is full or away.
        """

    def remove(self, bucket: str, name: str, *, only_where_kept: bool) -> bool:
        """Keep that an object is to be gone; return whether that is kept here now."""

    def find(self, bucket: str, name: str) -> FallbackObject | None:
        """Return what is kept of an object."""

    def read_into(self, kept: FallbackObject, file: BinaryIO) -> bool:
        """Append an object's bytes to a file; False where they are not here any more.

        Raises:
            RetryableError: the bytes are damaged, or the fallback is away.
        """


class FallbackQueue(Protocol):
    """What is to be brought to the store."""

    def take(self, *, lease_seconds: int) -> FallbackObject | None:
        """Take an object that is due and whose bucket is ready; nobody else gets it meanwhile."""

    def read_into(self, kept: FallbackObject, file: BinaryIO) -> bool:
        """Append an object's bytes to a file; False where they are not here any more."""

    def settle(self, taken: FallbackObject) -> bool:
        """Remove what the store has now; False where it has changed since, and is due again."""

    def defer(
        self,
        taken: FallbackObject,
        *,
        reason: str,
        wait_seconds: float,
        has_to_replace: bool = False,
    ) -> None:
        """Give an object back until later; one that arrived damaged `has_to_replace` what is there.

        One that has changed since is due at once.
        """

    def rest_bucket(self, name: str, *, seconds: float) -> None:
        """Let nobody take a bucket's objects for a while; those that failed least are due first."""

    def drop_lost(self) -> None:
        """Remove bytes that were left behind by attempts that ended before they kept an object."""

    def count(self) -> int:
        """Return how many objects are here."""

    def unready_buckets(self, *, limit: int) -> list[BucketRecord]:
        """Return the buckets to be created, and strangers' that objects still wait for."""

    def reopen_bucket(self, name: str) -> None:
        """Record that a bucket that was ready is gone, so that it is created again."""

    def repoint(self, foreign: BucketRecord, following: BucketRecord) -> BucketRecord:
        """Turn all that points to a stranger's bucket to the owner's next; return that one."""
