"""The two digests Google keeps of every object, computed while the bytes pass."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import google_crc32c

from local.gcs.errors import invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """Base64 digests; a composed object has no MD5."""

    crc32c: str
    md5_hash: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDigests:
    """What the sender says the digests are; None where it says nothing."""

    crc32c: str | None = None
    md5_hash: str | None = None

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, object]) -> "ClaimedDigests":
        """Take the digests out of an object resource."""
        crc32c, md5_hash = metadata.get("crc32c"), metadata.get("md5Hash")
        return cls(
            crc32c=None if crc32c is None else str(crc32c),
            md5_hash=None if md5_hash is None else str(md5_hash),
        )

    def with_headers(self, headers: Mapping[str, str]) -> "ClaimedDigests":
        """Add what X-Goog-Hash and Content-MD5 claim."""
        claimed = replace(self, md5_hash=headers.get("content-md5", self.md5_hash))
        for part in headers.get("x-goog-hash", "").split(","):
            name, _, digest = part.strip().partition("=")
            if name == "crc32c":
                claimed = replace(claimed, crc32c=digest)
            elif name == "md5":
                claimed = replace(claimed, md5_hash=digest)
        return claimed

    def check(self, actual: Digests) -> None:
        """Refuse bytes that are not the ones the sender meant."""
        if self.crc32c is not None and self.crc32c != actual.crc32c:
            raise invalid(
                f'Provided CRC32C "{self.crc32c}" doesn\'t match calculated CRC32C'
                f' "{actual.crc32c}".'
            )
        if self.md5_hash is not None and self.md5_hash != actual.md5_hash:
            raise invalid(
                f'Provided MD5 hash "{self.md5_hash}" doesn\'t match calculated MD5 hash'
                f' "{actual.md5_hash}".'
            )


class RunningDigests:
    """Digests of the bytes seen so far."""

    def __init__(self) -> None:
        self._crc32c = 0
        self._md5 = hashlib.md5(usedforsecurity=False)

    def update(self, piece: bytes) -> None:
        """Take the next bytes into account."""
        self._crc32c = google_crc32c.extend(self._crc32c, piece)
        self._md5.update(piece)

    def finish(self) -> Digests:
        """Return the digests in Google's spelling."""
        crc32c = self._crc32c.to_bytes(4, "big")
        return Digests(
            crc32c=base64.b64encode(crc32c).decode(),
            md5_hash=base64.b64encode(self._md5.digest()).decode(),
        )
