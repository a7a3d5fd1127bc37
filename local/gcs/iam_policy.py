"""The IAM requests of the JSON API: policies are kept and returned, never evaluated."""

from base64 import b64encode
from dataclasses import replace

from local.gcs.bucket_rows import find_bucket, permitted_bucket, save_bucket
from local.gcs.errors import StorageError, invalid
from local.gcs.messages import Answer, JsonObject, Request, json_answer
from local.gcs.state import State

_PUBLIC_MEMBERS = {"allUsers", "allAuthenticatedUsers"}
_VERSION_WITH_CONDITIONS = 3


def default_policy(project_number: str) -> JsonObject:
    """Return the policy Google gives a new bucket."""
    return {
        "version": 1,
        "etag": _etag(1),
        "revision": 1,
        "bindings": [
            {
                "role": "roles/storage.legacyBucketOwner",
                "members": [f"projectEditor:{project_number}", f"projectOwner:{project_number}"],
            },
            {
                "role": "roles/storage.legacyBucketReader",
                "members": [f"projectViewer:{project_number}"],
            },
        ],
    }


def get_policy(state: State, request: Request) -> Answer:
    """Return a bucket's policy."""
    name = request.names["bucket"]
    with state.database.reading() as connection:
        bucket = permitted_bucket(connection, name, "storage.buckets.getIamPolicy")
    return json_answer(request, _as_json(name, bucket.policy))


def set_policy(state: State, request: Request) -> Answer:
    """Replace a bucket's policy, unless it changed since the caller read it."""
    name = request.names["bucket"]
    wanted = request.json()
    bindings = wanted.get("bindings", [])
    with state.database.transaction() as connection:
        bucket = permitted_bucket(connection, name, "storage.buckets.setIamPolicy")
        if wanted.get("etag") not in {None, bucket.policy["etag"]}:
            raise StorageError(status=412)
        conditional = any("condition" in binding for binding in bindings)
        if conditional and wanted.get("version") != _VERSION_WITH_CONDITIONS:
            raise invalid("A policy with conditions must be of version 3.")
        if conditional and not bucket.has_uniform_access:
            raise invalid("Conditions need uniform bucket-level access.")
        members = {member for binding in bindings for member in binding.get("members", [])}
        prevention = bucket.settings["iamConfiguration"]["publicAccessPrevention"]
        if prevention == "enforced" and members & _PUBLIC_MEMBERS:
            raise StorageError(
                status=412,
                message="The member bindings allUsers and allAuthenticatedUsers are not allowed"
                " since public access prevention is enforced.",
            )
        revision = bucket.policy["revision"] + 1
        policy: JsonObject = {
            "version": wanted.get("version", 1),
            "etag": _etag(revision),
            "revision": revision,
            "bindings": bindings,
        }
        save_bucket(connection, replace(bucket, policy=policy))
    return json_answer(request, _as_json(name, policy))


def check_permissions(state: State, request: Request) -> Answer:
    """Return those of the named permissions that the caller has."""
    asked = request.query.get("permissions", [])
    with state.database.reading() as connection:
        bucket = find_bucket(connection, request.names["bucket"])
    if bucket is None:
        raise StorageError(status=404, message="The specified bucket does not exist.")
    answer: JsonObject = {"kind": "storage#testIamPermissionsResponse"}
    granted = [permission for permission in asked if bucket.allows(permission)]
    if granted:
        answer["permissions"] = granted
    return json_answer(request, answer)


def _as_json(name: str, policy: JsonObject) -> JsonObject:
    return {
        "kind": "storage#policy",
        "resourceId": f"projects/_/buckets/{name}",
        "version": policy["version"],
        "etag": policy["etag"],
        "bindings": policy["bindings"],
    }


def _etag(revision: int) -> str:
    return b64encode(b"\x08" + revision.to_bytes(4, "big")).decode()
