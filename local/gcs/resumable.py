"""Uploads in several requests, which survive broken connections and restarts of this server."""

import json
import re
import secrets
import sqlite3
from dataclasses import asdict, dataclass

from local.gcs.bucket_rows import permitted_bucket
from local.gcs.checksums import ClaimedDigests
from local.gcs.contents import CHUNK_BYTES, append_chunk, delete_content, digests_of
from local.gcs.errors import StorageError, invalid
from local.gcs.messages import Answer, JsonObject, Request, json_answer
from local.gcs.object_rows import find_live
from local.gcs.object_rules import refuse_unsupported
from local.gcs.preconditions import Preconditions
from local.gcs.state import State
from local.gcs.uploads import ReceivedContent, UploadOrder, create_object, order_of

_RANGE = re.compile(r"bytes (?:(?P<first>\d+)-(?P<last>\d+)|\*)/(?:(?P<total>\d+)|\*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One row."""

    upload_id: str
    content_id: int
    received: int
    order: UploadOrder
    # The object's resource once the upload is complete.
    finished: JsonObject | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentRange:
    """Where a request's bytes belong; no first byte asks for the progress only."""

    first: int | None
    total: int | None


def start_upload(state: State, request: Request) -> Answer:
    """Open an upload and say where its bytes go."""
    order = order_of(request, request.json(), request.headers.get("x-upload-content-type"))
    upload_id = secrets.token_urlsafe(24)
    with state.database.transaction() as connection:
        bucket = permitted_bucket(connection, order.bucket, "storage.objects.create")
        refuse_unsupported(bucket, request)
        # Checked again at the end: who starts first has not won yet.
        live = find_live(connection, order.bucket, order.name)
        order.conditions.check(*((live.generation, live.metageneration) if live else (0, 0)))
        connection.execute(
            "INSERT INTO uploads VALUES (?, ?, ?, 0, ?, NULL)",
            [upload_id, order.bucket, state.clock.next_number(), json.dumps(asdict(order))],
        )
    location = f"{request.base_url}{request.path}?uploadType=resumable&upload_id={upload_id}"
    return Answer(headers={"Location": location, "X-GUploader-UploadID": upload_id})


def continue_upload(state: State, request: Request) -> Answer:
    """Take the next bytes, or report how many there are."""
    with state.database.reading() as connection:
        upload = _find(connection, request)
    if upload.finished is not None:
        return json_answer(request, upload.finished)
    place = _content_range(request)
    received = upload.received
    if place.first is not None:
        received = _receive(state, request, upload, place)
    if place.total is None or received < place.total:
        return _progress(received)
    if received > place.total:
        raise invalid("More bytes were received than the upload was to have.")
    return _finish(state, request, upload, received)


def cancel_upload(state: State, request: Request) -> Answer:
    """Forget an upload and its bytes."""
    with state.database.transaction() as connection:
        upload = _find(connection, request)
        if upload.finished is None:
            delete_content(connection, upload.content_id)
        connection.execute("DELETE FROM uploads WHERE upload_id = ?", [upload.upload_id])
    # Google's own code for "client closed request".
    return Answer(status=499)


def _receive(state: State, request: Request, upload: Upload, place: ContentRange) -> int:
    """Store whole chunks as they arrive; only the last request may add a smaller one."""
    received = upload.received
    skip = received - (place.first or 0)
    if skip < 0:
        # The two blanks and the plain text are Google's.
        raise StorageError(
            status=503,
            message="Invalid request.  According to the Content-Range header, the upload offset is"
            f" {place.first} byte(s), which exceeds already uploaded size of {received} byte(s).",
            plain_text=True,
        )
    pending = bytearray()
    for piece in request.body.pieces():
        # Bytes that are here already are sent again by a client that lost our answer.
        pending += piece[skip:]
        skip = max(0, skip - len(piece))
        while len(pending) >= CHUNK_BYTES:
            received = _append(state, upload, received, bytes(pending[:CHUNK_BYTES]))
            del pending[:CHUNK_BYTES]
    if pending and place.total is not None and received + len(pending) >= place.total:
        received = _append(state, upload, received, bytes(pending))
    return received


def _append(state: State, upload: Upload, received: int, chunk: bytes) -> int:
    with state.database.transaction() as connection:
        moved = connection.execute(
            "UPDATE uploads SET received = ? WHERE upload_id = ? AND received = ?",
            [received + len(chunk), upload.upload_id, received],
        ).rowcount
        if not moved:
            raise StorageError(status=409, message="Another request continues this upload.")
        append_chunk(connection, upload.content_id, received, chunk)
    return received + len(chunk)


def _finish(state: State, request: Request, upload: Upload, size: int) -> Answer:
    claimed = upload.order.claimed.with_headers(request.headers)
    with state.database.transaction() as connection:
        digests = digests_of(connection, upload.content_id)
        claimed.check(digests)
        content = ReceivedContent(content_id=upload.content_id, size=size, digests=digests)
        stored = create_object(state, connection, request, upload.order, content)
        resource = stored.as_json(request.base_url)
        finished = connection.execute(
            "UPDATE uploads SET finished = ? WHERE upload_id = ? AND finished IS NULL",
            [json.dumps(resource), upload.upload_id],
        ).rowcount
        if not finished:
            raise StorageError(status=409, message="Another request finished this upload.")
    return json_answer(request, resource)


def _find(connection: sqlite3.Connection, request: Request) -> Upload:
    row = connection.execute(
        "SELECT * FROM uploads WHERE upload_id = ?", [request.parameter("upload_id")]
    ).fetchone()
    if row is None:
        raise StorageError(status=404, message="No such upload.")
    order = json.loads(row["request"])
    return Upload(
        upload_id=row["upload_id"],
        content_id=row["content_id"],
        received=row["received"],
        order=UploadOrder(
            bucket=order["bucket"],
            name=order["name"],
            resource=order["resource"],
            content_type=order["content_type"],
            conditions=Preconditions(**order["conditions"]),
            claimed=ClaimedDigests(**order["claimed"]),
        ),
        finished=None if row["finished"] is None else json.loads(row["finished"]),
    )


def _content_range(request: Request) -> ContentRange:
    text = request.headers.get("content-range")
    if text is None:
        # Everything in one request.
        if request.body.length is None:
            raise invalid("An upload without Content-Range needs a Content-Length.")
        return ContentRange(first=0, total=request.body.length)
    match = _RANGE.fullmatch(text)
    if match is None:
        raise invalid(f"Failed to parse Content-Range header: {text}")
    first, last, total = match["first"], match["last"], match["total"]
    if first is not None and request.body.length not in {None, int(last) - int(first) + 1}:
        raise invalid("Content-Range does not fit the body.")
    return ContentRange(
        first=None if first is None else int(first), total=None if total is None else int(total)
    )


def _progress(received: int) -> Answer:
    headers = {"X-GUploader-UploadStatus": "active"}
    if received:
        headers["Range"] = f"bytes=0-{received - 1}"
    return Answer(status=308, headers=headers)
