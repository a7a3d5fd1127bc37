"""People's buckets and the objects in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from handlers.domain.fallback import StoredFacts


class Buckets(Protocol):
    """People's buckets."""

    def create(self, name: str) -> "BucketCreation":
        """Create a bucket with every setting, or find out whose it is; repeatable, two seconds.

        Raises:
            RetryableError: the store did not answer in time, or throttles.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketCreation:
    """What became of a bucket's creation."""

    is_ours: bool
    was_created: bool = False


class Objects(Protocol):
    """Objects in people's buckets."""

    def create(
        self, bucket: str, name: str, data: bytes, *, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        """Write an object once; one that is there with equal metadata is success.

        Raises:
            RetryableError: the store did not confirm it.
            PermanentError: another message's object is there.
        """

    def create_from_file(
        self, bucket: str, name: str, file: BinaryIO, *, byte_count: int, content_type: str
    ) -> None:
        """Write an object from a file once; one that is there with equal bytes is success.

        Raises:
            RetryableError: the store did not confirm it.
            PermanentError: other bytes are there.
        """

    def read_into(self, bucket: str, name: str, file: BinaryIO) -> None:
        """Copy an object's bytes into a file, checked against its checksum."""

    def replace(
        self, bucket: str, name: str, data: bytes, *, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        """Write an object whatever was there; repeatable."""

    def delete(self, bucket: str, name: str) -> None:
        """Remove an object; one that is not there is success."""


class ObjectStore(Objects, Protocol):
    """The store itself, which can be asked what lies under a name."""

    def facts(self, bucket: str, name: str) -> StoredFacts | None:
        """Return what the store says of an object, or None where there is none."""
