"""Uploads that carry metadata and media in one multipart/related body (RFC 2387)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from local.gcs.errors import invalid
from local.gcs.messages import JsonObject, Request, parse_json

_METADATA_LIMIT = 1024 * 1024
_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipartUpload:
    """The metadata, the media's own type, and the media as a stream."""

    metadata: JsonObject
    content_type: str | None
    media: Iterator[bytes]


def boundary_of(content_type: str) -> bytes:
    """Return the delimiter between parts."""
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise invalid("Multipart body without a boundary.")
    return b"--" + match[1].strip().encode()


def read_multipart(request: Request) -> MultipartUpload:
    """Read the metadata part and hand out the media part as it arrives."""
    delimiter = boundary_of(request.headers.get("content-type", ""))
    pieces = request.body.pieces()
    _, buffer = _read_until(pieces, b"", delimiter)
    _, buffer = _read_until(pieces, buffer, b"\r\n\r\n")
    metadata, buffer = _read_until(pieces, buffer, b"\r\n" + delimiter)
    headers, buffer = _read_until(pieces, buffer, b"\r\n\r\n")
    return MultipartUpload(
        metadata=parse_json(metadata),
        content_type=_content_type(headers),
        media=_media(pieces, buffer, b"\r\n" + delimiter),
    )


def _read_until(pieces: Iterator[bytes], buffer: bytes, mark: bytes) -> tuple[bytes, bytes]:
    """Return what comes before the mark and what was read beyond it."""
    while mark not in buffer:
        piece = next(pieces, b"")
        if not piece or len(buffer) > _METADATA_LIMIT:
            raise invalid("Malformed multipart body.")
        buffer += piece
    before, _, after = buffer.partition(mark)
    return before, after


def _content_type(headers: bytes) -> str | None:
    for line in headers.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-type":
            return value.strip()
    return None


def _media(pieces: Iterator[bytes], buffer: bytes, end: bytes) -> Iterator[bytes]:
    """Yield bytes up to the closing delimiter, which may lie across two pieces."""
    while (position := buffer.find(end)) < 0:
        piece = next(pieces, b"")
        if not piece:
            raise invalid("Malformed multipart body.")
        safe = max(0, len(buffer) - len(end) + 1)
        if safe:
            yield buffer[:safe]
        buffer = buffer[safe:] + piece
    if position:
        yield buffer[:position]
    for _ in pieces:
        # The client is still sending its epilogue; the connection serves the next request after it.
        continue
