"""Media downloads: whole, in ranges, and decompressed for who cannot take gzip."""

import re
import zlib
from collections.abc import Iterator

from local.gcs.clock import http_date
from local.gcs.contents import CHUNK_BYTES, read_content
from local.gcs.errors import StorageError
from local.gcs.messages import Answer, Request
from local.gcs.object_rows import StoredObject
from local.gcs.objects import stored_object
from local.gcs.state import State

_RANGE = re.compile(r"bytes=(?P<first>\d*)-(?P<last>\d*)")
_GZIP = 16 + zlib.MAX_WBITS


def download_object(state: State, request: Request) -> Answer:
    """Send an object's bytes."""
    return media_answer(state, request, stored_object(state, request))


def media_answer(state: State, request: Request, stored: StoredObject) -> Answer:
    """Send the bytes of this generation, as far as the Range header asks for them."""
    headers = _headers(stored)
    if _is_to_be_decompressed(request, stored):
        # Google answers the whole object then, whatever range was asked for.
        headers["Warning"] = '214 UploadServer "gunzipped"'
        body = read_content(state.database, stored.content_id, 0, stored.size)
        return Answer(headers=headers, body=_decompressed(body))
    if encoding := stored.settings.get("contentEncoding"):
        headers["Content-Encoding"] = str(encoding)
    wanted = _wanted_range(request.headers.get("range"), stored.size)
    start, end = wanted or (0, stored.size)
    if wanted is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    body = read_content(state.database, stored.content_id, start, end)
    status = 200 if wanted is None else 206
    if end - start <= CHUNK_BYTES:
        # Small bodies are read while the object is certain to exist.
        return Answer(status=status, headers=headers, body=b"".join(body))
    return Answer(status=status, headers=headers, body=body, length=end - start)


def _headers(stored: StoredObject) -> dict[str, str]:
    settings = stored.settings
    hashes = [f"crc32c={stored.crc32c}"]
    if stored.md5_hash is not None:
        hashes.append(f"md5={stored.md5_hash}")
    headers = {
        "Content-Type": str(settings.get("contentType", "application/octet-stream")),
        "Cache-Control": str(settings.get("cacheControl", "private, max-age=0")),
        "Last-Modified": http_date(stored.updated),
        "ETag": stored.etag,
        "X-Goog-Generation": str(stored.generation),
        "X-Goog-Metageneration": str(stored.metageneration),
        "X-Goog-Stored-Content-Encoding": str(settings.get("contentEncoding", "identity")),
        "X-Goog-Stored-Content-Length": str(stored.size),
        "X-Goog-Hash": ",".join(hashes),
        "X-Goog-Storage-Class": str(settings["storageClass"]),
        "Accept-Ranges": "bytes",
    }
    if disposition := settings.get("contentDisposition"):
        headers["Content-Disposition"] = str(disposition)
    if language := settings.get("contentLanguage"):
        headers["Content-Language"] = str(language)
    return headers


def _is_to_be_decompressed(request: Request, stored: StoredObject) -> bool:
    return (
        stored.settings.get("contentEncoding") == "gzip"
        and "gzip" not in request.headers.get("accept-encoding", "")
        and "no-transform" not in stored.settings.get("cacheControl", "")
    )


def _decompressed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    decompressor = zlib.decompressobj(_GZIP)
    for piece in pieces:
        data = piece
        while data:
            yield decompressor.decompress(data, CHUNK_BYTES)
            data = decompressor.unconsumed_tail
    yield decompressor.flush()


def _wanted_range(text: str | None, size: int) -> tuple[int, int] | None:
    """Return start and end of the wanted bytes, or None for all of them."""
    match = _RANGE.fullmatch(text or "")
    if match is None or not (match["first"] or match["last"]):
        # Several ranges at once are answered with everything.
        return None
    if match["first"]:
        start = int(match["first"])
        end = min(int(match["last"]) + 1, size) if match["last"] else size
    else:
        start, end = max(0, size - int(match["last"])), size
    if start >= end:
        raise StorageError(status=416, headers={"Content-Range": f"bytes */{size}"})
    return start, end
