"""Uploads in one request: metadata and bytes become an object in a single transaction."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from local.gcs.bucket_rows import permitted_bucket
from local.gcs.checksums import ClaimedDigests, Digests
from local.gcs.clock import timestamp
from local.gcs.contents import ContentWriter
from local.gcs.messages import Answer, JsonObject, Request, json_answer
from local.gcs.multipart_body import read_multipart
from local.gcs.object_rows import StoredObject, find_live, put_live
from local.gcs.object_rules import check_object_name, new_settings, refuse_unsupported
from local.gcs.preconditions import Preconditions
from local.gcs.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadOrder:
    """What a caller wants stored, apart from the bytes."""

    bucket: str
    name: str
    resource: JsonObject
    content_type: str | None
    conditions: Preconditions = field(default_factory=Preconditions)
    claimed: ClaimedDigests = field(default_factory=ClaimedDigests)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedContent:
    """Bytes that are in the database, or go there with the transaction of their object."""

    content_id: int
    size: int
    digests: Digests


def upload_media(state: State, request: Request) -> Answer:
    """Store the body as it is; only the query names the object."""
    resource: JsonObject = {}
    if encoding := request.parameter("contentEncoding"):
        resource["contentEncoding"] = encoding
    order = order_of(request, resource, request.headers.get("content-type"))
    return _answer(request, store(state, request, order, request.body.pieces()))


def upload_multipart(state: State, request: Request) -> Answer:
    """Store the second part of the body under the metadata in the first."""
    upload = read_multipart(request)
    order = order_of(request, upload.metadata, upload.content_type)
    return _answer(request, store(state, request, order, upload.media))


def order_of(request: Request, resource: JsonObject, content_type: str | None) -> UploadOrder:
    """Read name, conditions and digests from wherever the request has them."""
    if kms_key := request.parameter("kmsKeyName"):
        resource = {**resource, "kmsKeyName": kms_key}
    return UploadOrder(
        bucket=request.names["bucket"],
        name=check_object_name(request.parameter("name") or resource.get("name")),
        resource=resource,
        content_type=content_type,
        conditions=Preconditions.read(request.number),
        claimed=ClaimedDigests.from_metadata(resource).with_headers(request.headers),
    )


def store(
    state: State, request: Request, order: UploadOrder, pieces: Iterable[bytes]
) -> StoredObject:
    """Receive the bytes and make them an object."""
    with ContentWriter(state.database, state.clock.next_number()) as writer:
        for piece in pieces:
            writer.write(piece)
        content = ReceivedContent(
            content_id=writer.content_id, size=writer.size, digests=writer.digests()
        )
        order.claimed.check(content.digests)
        with state.database.transaction() as connection:
            stored = create_object(state, connection, request, order, content)
            writer.keep(connection)
    return stored


def create_object(
    state: State,
    connection: sqlite3.Connection,
    request: Request,
    order: UploadOrder,
    content: ReceivedContent,
) -> StoredObject:
    """Add the object's row if its bucket and conditions allow."""
    bucket = permitted_bucket(connection, order.bucket, "storage.objects.create")
    refuse_unsupported(bucket, request)
    live = find_live(connection, order.bucket, order.name)
    order.conditions.check(*((live.generation, live.metageneration) if live else (0, 0)))
    now = state.clock.now()
    stored = StoredObject(
        bucket=order.bucket,
        name=order.name,
        generation=state.clock.next_number(),
        metageneration=1,
        content_id=content.content_id,
        size=content.size,
        crc32c=content.digests.crc32c,
        md5_hash=content.digests.md5_hash,
        time_created=timestamp(now),
        updated=timestamp(now),
        settings=new_settings(bucket, order.resource, content_type=order.content_type),
    )
    put_live(connection, bucket, stored, now)
    return stored


def _answer(request: Request, stored: StoredObject) -> Answer:
    return json_answer(request, stored.as_json(request.base_url))
