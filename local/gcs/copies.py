"""New objects out of stored ones: copy, rewrite and compose, without moving bytes over HTTP."""

import sqlite3
from dataclasses import replace

from local.gcs.bucket_rows import permitted_bucket
from local.gcs.clock import timestamp
from local.gcs.contents import copy_content, digests_of
from local.gcs.errors import StorageError, invalid
from local.gcs.messages import Answer, JsonObject, Request, json_answer
from local.gcs.object_rows import StoredObject, find_live, find_object, put_live
from local.gcs.object_rules import (
    changeable,
    check_object_name,
    new_settings,
    refuse_unsupported,
)
from local.gcs.preconditions import Preconditions
from local.gcs.state import State

_MOST_SOURCES = 32


def copy_object(state: State, request: Request) -> Answer:
    """Copy an object and return the copy."""
    return json_answer(request, _copy(state, request).as_json(request.base_url))


def rewrite_object(state: State, request: Request) -> Answer:
    """Copy an object in one call; Google may need several for large ones."""
    copy = _copy(state, request)
    return json_answer(
        request,
        {
            "kind": "storage#rewriteResponse",
            "totalBytesRewritten": str(copy.size),
            "objectSize": str(copy.size),
            "done": True,
            "resource": copy.as_json(request.base_url),
        },
    )


def compose_object(state: State, request: Request) -> Answer:
    """Join up to 32 objects of one bucket."""
    bucket_name = request.names["bucket"]
    name = check_object_name(request.names["object"])
    order = request.json()
    wanted: list[JsonObject] = order.get("sourceObjects", [])
    if not 1 <= len(wanted) <= _MOST_SOURCES:
        raise invalid("The number of source components must be between 1 and 32.")
    with state.database.transaction() as connection:
        permitted_bucket(connection, bucket_name, "storage.objects.get")
        sources = [_compose_source(connection, bucket_name, source) for source in wanted]
        content_id = state.clock.next_number()
        size = 0
        for source in sources:
            copy_content(connection, source.content_id, content_id, offset=size)
            size += source.size
        composed = replace(
            sources[0],
            name=name,
            content_id=content_id,
            size=size,
            crc32c=digests_of(connection, content_id).crc32c,
            # As at Google, only the CRC of a composed object is known.
            md5_hash=None,
            component_count=sum(source.component_count or 1 for source in sources),
        )
        created = _create(state, connection, request, composed, order.get("destination", {}))
    return json_answer(request, created.as_json(request.base_url))


def _copy(state: State, request: Request) -> StoredObject:
    names = request.names
    target_name = check_object_name(names["target_object"])
    resource = request.json()
    with state.database.transaction() as connection:
        permitted_bucket(connection, names["bucket"], "storage.objects.get")
        generation = request.number("sourceGeneration")
        source = find_object(connection, names["bucket"], names["object"], generation)
        Preconditions.read(request.number, prefix="ifSource").check(
            source.generation, source.metageneration
        )
        content_id = state.clock.next_number()
        copy_content(connection, source.content_id, content_id)
        copy = replace(
            source, bucket=names["target_bucket"], name=target_name, content_id=content_id
        )
        if not changeable(resource):
            # Without metadata of its own the copy takes the source's, except its class.
            kept = changeable(source.settings)
            resource = {**kept, **{k: v for k, v in resource.items() if k == "storageClass"}}
        return _create(state, connection, request, copy, resource)


def _create(
    state: State,
    connection: sqlite3.Connection,
    request: Request,
    template: StoredObject,
    resource: JsonObject,
) -> StoredObject:
    bucket = permitted_bucket(connection, template.bucket, "storage.objects.create")
    refuse_unsupported(bucket, request)
    live = find_live(connection, template.bucket, template.name)
    Preconditions.read(request.number).check(
        *((live.generation, live.metageneration) if live else (0, 0))
    )
    if kms_key := request.parameter("destinationKmsKeyName"):
        resource = {**resource, "kmsKeyName": kms_key}
    now = state.clock.now()
    created = StoredObject(
        bucket=template.bucket,
        name=template.name,
        generation=state.clock.next_number(),
        metageneration=1,
        content_id=template.content_id,
        size=template.size,
        crc32c=template.crc32c,
        md5_hash=template.md5_hash,
        component_count=template.component_count,
        time_created=timestamp(now),
        updated=timestamp(now),
        settings=new_settings(bucket, resource),
    )
    put_live(connection, bucket, created, now)
    return created


def _compose_source(
    connection: sqlite3.Connection, bucket: str, wanted: JsonObject
) -> StoredObject:
    name, generation = wanted.get("name"), wanted.get("generation")
    found = find_object(
        connection, bucket, str(name), None if generation is None else int(generation)
    )
    match = wanted.get("objectPreconditions", {}).get("ifGenerationMatch")
    if match is not None and int(match) != found.generation:
        raise StorageError(status=412)
    return found
