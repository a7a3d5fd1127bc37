"""The bucket requests of the JSON API."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

from local.gcs.bucket_rows import (
    Access,
    Bucket,
    delete_bucket_rows,
    find_bucket,
    list_buckets,
    permitted_bucket,
    save_bucket,
)
from local.gcs.bucket_rules import (
    check_bucket_name,
    new_settings,
    patched_settings,
    replaced_settings,
)
from local.gcs.clock import timestamp
from local.gcs.errors import StorageError, invalid, required
from local.gcs.iam_policy import default_policy
from local.gcs.messages import Answer, JsonObject, Request, json_answer
from local.gcs.preconditions import Preconditions
from local.gcs.state import State

_MOST_RESULTS = 1000


def insert_bucket(state: State, request: Request) -> Answer:
    """Create a bucket; names are shared with every other project."""
    project = request.parameter("project")
    if not project:
        raise required("project")
    resource = request.json()
    name = check_bucket_name(resource.get("name"))
    number = state.projects.number_of(project)
    bucket = new_bucket(state, name=name, project_number=number, resource=resource)
    with state.database.transaction() as connection:
        existing = find_bucket(connection, name)
        if existing is not None:
            raise StorageError(status=409, message=_conflict_message(existing, number))
        if not state.creation_limit.admit(number):
            raise StorageError(
                status=429,
                message="The project exceeded the rate limit for creating and deleting buckets.",
            )
        save_bucket(connection, bucket)
    return json_answer(request, bucket.as_json(request.base_url))


def new_bucket(
    state: State,
    *,
    name: str,
    project_number: str,
    resource: JsonObject,
    access: Access = Access.OWNED,
) -> Bucket:
    """Return a bucket that nobody has seen yet."""
    now = state.clock.now()
    return Bucket(
        name=name,
        project_number=project_number,
        access=access,
        generation=state.clock.next_number(),
        metageneration=1,
        time_created=timestamp(now),
        updated=timestamp(now),
        settings=new_settings(resource, now),
        policy=default_policy(project_number),
    )


def get_bucket(state: State, request: Request) -> Answer:
    """Return a bucket's settings."""
    with state.database.reading() as connection:
        bucket = permitted_bucket(connection, request.names["bucket"], "storage.buckets.get")
    _check(request, bucket)
    return json_answer(request, bucket.as_json(request.base_url))


def list_project_buckets(state: State, request: Request) -> Answer:
    """List the buckets of one project."""
    project = request.parameter("project")
    if not project:
        raise required("project")
    limit = request.number("maxResults") or _MOST_RESULTS
    with state.database.reading() as connection:
        found = list_buckets(
            connection,
            project_number=state.projects.number_of(project),
            prefix=request.parameter("prefix") or "",
            after=_decoded(request.parameter("pageToken")),
            limit=limit + 1,
        )
    page = found[:limit]
    answer: JsonObject = {"kind": "storage#buckets"}
    if page:
        answer["items"] = [bucket.as_json(request.base_url) for bucket in page]
    if len(found) > limit:
        answer["nextPageToken"] = urlsafe_b64encode(page[-1].name.encode()).decode()
    return json_answer(request, answer)


def patch_bucket(state: State, request: Request) -> Answer:
    """Change the settings that the body names."""
    return _change(state, request, request.json(), whole=False)


def update_bucket(state: State, request: Request) -> Answer:
    """Replace all settings by those in the body."""
    return _change(state, request, request.json(), whole=True)


def delete_bucket(state: State, request: Request) -> Answer:
    """Delete a bucket that holds no object, current or not."""
    name = request.names["bucket"]
    with state.database.transaction() as connection:
        bucket = permitted_bucket(connection, name, "storage.buckets.delete")
        _check(request, bucket)
        holds_objects = connection.execute(
            "SELECT 1 FROM objects WHERE bucket = ? AND state <> 'soft_deleted' LIMIT 1", [name]
        ).fetchone()
        if holds_objects:
            raise StorageError(status=409, message="The bucket you tried to delete is not empty.")
        delete_bucket_rows(connection, name)
    return Answer(status=204)


def _change(state: State, request: Request, change: JsonObject, *, whole: bool) -> Answer:
    now = state.clock.now()
    with state.database.transaction() as connection:
        bucket = permitted_bucket(connection, request.names["bucket"], "storage.buckets.update")
        _check(request, bucket)
        rule = replaced_settings if whole else patched_settings
        bucket = replace(
            bucket,
            settings=rule(bucket.settings, change, now),
            metageneration=bucket.metageneration + 1,
            updated=timestamp(now),
        )
        save_bucket(connection, bucket)
    return json_answer(request, bucket.as_json(request.base_url))


def _check(request: Request, bucket: Bucket) -> None:
    # Buckets have no generation conditions outside restore.
    conditions = Preconditions.read(request.number)
    replace(conditions, generation_match=None, generation_not_match=None).check(
        bucket.generation, bucket.metageneration
    )


def _conflict_message(existing: Bucket, number: str) -> str:
    if existing.access is Access.OWNED and existing.project_number == number:
        return "Your previous request to create the named bucket succeeded and you already own it."
    return (
        "The requested bucket name is not available. The bucket namespace is shared by all users"
        " of the system. Please select a different name and try again."
    )


def _decoded(token: str | None) -> str:
    try:
        return urlsafe_b64decode(token or "").decode()
    except ValueError as error:
        raise invalid("Invalid page token.") from error
