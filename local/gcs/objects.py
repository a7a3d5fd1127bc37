"""The requests on one object's metadata: read, change, delete, restore."""

from collections.abc import Callable
from dataclasses import replace

from local.gcs.bucket_rows import permitted_bucket
from local.gcs.clock import timestamp
from local.gcs.contents import copy_content
from local.gcs.errors import required
from local.gcs.merge_patch import merge
from local.gcs.messages import Answer, JsonObject, Request, json_answer
from local.gcs.object_rows import (
    ObjectState,
    StoredObject,
    find_live,
    find_object,
    put_live,
    retire,
    save_settings,
)
from local.gcs.object_rules import changeable, check_settings, replaced_settings
from local.gcs.preconditions import Preconditions
from local.gcs.state import State


def get_object(state: State, request: Request) -> Answer:
    """Return an object's metadata."""
    return json_answer(request, stored_object(state, request).as_json(request.base_url))


def stored_object(state: State, request: Request) -> StoredObject:
    """Return the object a reading request names, if its conditions hold."""
    bucket, name = request.names["bucket"], request.names["object"]
    with state.database.reading() as connection:
        permitted_bucket(connection, bucket, "storage.objects.get")
        stored = find_object(
            connection,
            bucket,
            name,
            request.number("generation"),
            soft_deleted_at=state.clock.now() if request.flag("softDeleted") else None,
        )
    Preconditions.read(request.number).check(stored.generation, stored.metageneration)
    return stored


def patch_object(state: State, request: Request) -> Answer:
    """Change the metadata that the body names."""
    change = changeable(request.json())
    return _change(state, request, lambda before: check_settings(merge(before, change)))


def update_object(state: State, request: Request) -> Answer:
    """Replace all metadata by those in the body."""
    resource = request.json()
    return _change(state, request, lambda before: replaced_settings(before, resource))


def delete_object(state: State, request: Request) -> Answer:
    """Delete the current generation or the named one."""
    bucket_name, name = request.names["bucket"], request.names["object"]
    generation = request.number("generation")
    conditions = Preconditions.read(request.number)
    with state.database.transaction() as connection:
        bucket = permitted_bucket(connection, bucket_name, "storage.objects.delete")
        stored = find_object(connection, bucket_name, name, generation)
        conditions.check(stored.generation, stored.metageneration)
        # Naming a generation deletes it even where versions are kept.
        keep_version = bucket.keeps_versions and generation is None
        retire(connection, bucket, stored, state.clock.now(), keep_version=keep_version)
    return Answer(status=204)


def restore_object(state: State, request: Request) -> Answer:
    """Make a new current generation of a soft-deleted one."""
    bucket_name, name = request.names["bucket"], request.names["object"]
    generation = request.number("generation")
    if generation is None:
        raise required("generation")
    conditions = Preconditions.read(request.number)
    now = state.clock.now()
    with state.database.transaction() as connection:
        bucket = permitted_bucket(connection, bucket_name, "storage.objects.restore")
        lost = find_object(connection, bucket_name, name, generation, soft_deleted_at=now)
        live = find_live(connection, bucket_name, name)
        conditions.check(*((live.generation, live.metageneration) if live else (0, 0)))
        restored = replace(
            lost,
            generation=state.clock.next_number(),
            content_id=state.clock.next_number(),
            metageneration=1,
            state=ObjectState.LIVE,
            time_created=timestamp(now),
            updated=timestamp(now),
            time_deleted=None,
            soft_delete_time=None,
            hard_delete_time=None,
        )
        copy_content(connection, lost.content_id, restored.content_id)
        put_live(connection, bucket, restored, now)
    return json_answer(request, restored.as_json(request.base_url))


def _change(state: State, request: Request, rule: Callable[[JsonObject], JsonObject]) -> Answer:
    bucket_name, name = request.names["bucket"], request.names["object"]
    conditions = Preconditions.read(request.number)
    with state.database.transaction() as connection:
        permitted_bucket(connection, bucket_name, "storage.objects.update")
        stored = find_object(connection, bucket_name, name, request.number("generation"))
        conditions.check(stored.generation, stored.metageneration)
        stored = replace(
            stored,
            settings=rule(stored.settings),
            metageneration=stored.metageneration + 1,
            updated=timestamp(state.clock.now()),
        )
        save_settings(connection, stored)
    return json_answer(request, stored.as_json(request.base_url))
