"""Whose data it is, and the unguessable name of that owner's bucket."""

import hashlib
import hmac
import re
from typing import Final, NewType

from handlers.domain.messages import AccountId

OwnerId = NewType("OwnerId", str)
"""A user's id, or `account_{account id}` for people without a user."""

DEFAULT_INSTALLATION: Final = "main"
_BUCKET_PREFIX: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,36}", re.ASCII)
# 24 hexadecimal digits are 96 bits; "-" and these fit beside a prefix of 37 characters.
_HASH_CHARACTERS: Final = 24


def fallback_owner(installation: str, account_id: AccountId) -> OwnerId:
    """Return the owner of everything from an account's contacts that no user is known for."""
    account = f"account_{account_id}"
    return OwnerId(account if installation == DEFAULT_INSTALLATION else f"{installation}_{account}")


def is_bucket_prefix(prefix: str) -> bool:
    """Return whether bucket names may start with `prefix`: Google's rules, room for the hash."""
    return (
        _BUCKET_PREFIX.fullmatch(prefix) is not None
        and not prefix.startswith("goog")
        and "google" not in prefix
    )


def bucket_name(prefix: str, owner_hash_key: bytes, owner_id: OwnerId, generation: int) -> str:
    """Return the bucket's name, at most 63 characters; without the key nobody can work it out.

    A new generation is a new name, for when the last one turned out to be a stranger's bucket.
    """
    key = subkey(owner_hash_key, "bucket")
    digest = hmac.new(key, f"{owner_id}:{generation}".encode(), hashlib.sha256).hexdigest()
    return f"{prefix}-{digest[:_HASH_CHARACTERS]}"


def subkey(owner_hash_key: bytes, purpose: str) -> bytes:
    """Derive a key for one purpose, so that no two uses of the owner-hash key share one."""
    return hmac.new(owner_hash_key, purpose.encode(), hashlib.sha256).digest()


def key_canary(owner_hash_key: bytes) -> str:
    """Return a value that tells one owner-hash key from another without telling the key."""
    return hmac.new(subkey(owner_hash_key, "canary"), b"v1", hashlib.sha256).hexdigest()
