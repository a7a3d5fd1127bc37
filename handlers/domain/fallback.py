"""What the database holds for Cloud Storage: the state that an object is to have there."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handlers.domain.errors import RetryReason

STORE_FAILURES: Final = frozenset(
    {
        RetryReason.STORAGE_UNAVAILABLE,
        RetryReason.STORAGE_THROTTLED,
        RetryReason.STORAGE_FORBIDDEN,
        RetryReason.STORAGE_REFUSED,
        RetryReason.BUCKET_UNAVAILABLE,
    }
)
"""Why the store does not take an object, as far as the fallback can help."""
STORE_OUTAGES: Final = frozenset({RetryReason.STORAGE_UNAVAILABLE, RetryReason.STORAGE_THROTTLED})
"""Those of them for which it takes no other object either; the rest are one bucket's."""
IDENTITY_KEYS: Final = ("account_id", "conversation_id", "message_id", "created_at")
"""The metadata that make an object one message's and no other's."""


class FallbackMode(StrEnum):
    """How an object comes to its state in the store."""

    CREATE = "create"
    """Once; the first writer wins."""
    REPLACE = "replace"
    """Whatever is there."""
    ABSENT = "absent"
    """Nothing may be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackObject:
    """One object that the store does not have yet as it is meant to be."""

    bucket: str
    name: str
    generation: int
    """Grows with every change of the object."""
    mode: FallbackMode
    upload_id: str | None
    """What its bytes are kept under; None where there are none."""
    content_type: str
    metadata: dict[str, str] | None
    """Identity of a message's object; None for media, which are known by their checksum."""
    byte_count: int
    crc32c: str
    """Base64, as the store writes it."""
    attempts: int
    mover: str | None
    """Names the taking that holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFacts:
    """What the store says of an object."""

    crc32c: str
    metadata: dict[str, str]


def is_same_identity(one: dict[str, str], other: dict[str, str]) -> bool:
    """Return whether two objects' metadata are those of the same message."""
    return all(one.get(key) == other.get(key) for key in IDENTITY_KEYS)
