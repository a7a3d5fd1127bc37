"""Length of an OGG recording from its first and last pages, without decoding it."""

import struct
from typing import Final

_PAGE: Final = b"OggS"
_PAGE_HEADER_BYTES: Final = 27
_OPUS_RATE: Final = 48_000  # RFC 7845: granule positions of Opus always count at 48 kHz.
_UNKNOWN_GRANULE: Final = 0xFFFF_FFFF_FFFF_FFFF


def ogg_seconds(head: bytes, tail: bytes) -> float | None:
    """Return the length in seconds, or None where the pages do not tell.

    `head` is the beginning of the file, `tail` its end with at least the last page in it.
    """
    rate, skipped = _sample_rate(head)
    granule = _last_granule(tail)
    if rate is None or granule is None:
        return None
    return max(granule - skipped, 0) / rate


def _sample_rate(head: bytes) -> tuple[int | None, int]:
    opus = head.find(b"OpusHead")
    if 0 <= opus <= len(head) - 12:
        (pre_skip,) = struct.unpack_from("<H", head, opus + 10)
        return _OPUS_RATE, pre_skip
    vorbis = head.find(b"\x01vorbis")
    if 0 <= vorbis <= len(head) - 16:
        (rate,) = struct.unpack_from("<I", head, vorbis + 12)
        return rate or None, 0
    return None, 0


def _last_granule(tail: bytes) -> int | None:
    page = tail.rfind(_PAGE)
    while page >= 0:
        if page + _PAGE_HEADER_BYTES <= len(tail):
            (granule,) = struct.unpack_from("<Q", tail, page + 6)
            if granule != _UNKNOWN_GRANULE:
                return int(granule)
        page = tail.rfind(_PAGE, 0, page)
    return None
