"""Which function answers which request, and what kind the request is counted as."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from local.gcs.buckets import (
    delete_bucket,
    get_bucket,
    insert_bucket,
    list_project_buckets,
    patch_bucket,
    update_bucket,
)
from local.gcs.copies import compose_object, copy_object, rewrite_object
from local.gcs.downloads import download_object
from local.gcs.errors import StorageError, invalid
from local.gcs.iam_policy import check_permissions, get_policy, set_policy
from local.gcs.messages import Answer, Request
from local.gcs.object_listing import list_objects
from local.gcs.objects import (
    delete_object,
    get_object,
    patch_object,
    restore_object,
    update_object,
)
from local.gcs.resumable import cancel_upload, continue_upload, start_upload
from local.gcs.signed_urls import answer_signed
from local.gcs.state import State
from local.gcs.uploads import upload_media, upload_multipart

Handler: TypeAlias = Callable[[State, Request], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A request that was understood."""

    kind: str
    handler: Handler
    request: Request


_BUCKET = "/storage/v1/b/{bucket}"
_OBJECT = "/storage/v1/b/{bucket}/o/{object}"
_TARGET = "b/{target_bucket}/o/{target_object}"
_UPLOAD = "/upload/storage/v1/b/{bucket}/o"

_TABLE: tuple[tuple[str, str, str, Handler], ...] = (
    ("GET", "/storage/v1/b", "list buckets", list_project_buckets),
    ("POST", "/storage/v1/b", "insert bucket", insert_bucket),
    ("GET", _BUCKET, "get bucket", get_bucket),
    ("PATCH", _BUCKET, "patch bucket", patch_bucket),
    ("PUT", _BUCKET, "update bucket", update_bucket),
    ("DELETE", _BUCKET, "delete bucket", delete_bucket),
    ("GET", _BUCKET + "/iam", "get bucket policy", get_policy),
    ("PUT", _BUCKET + "/iam", "set bucket policy", set_policy),
    ("GET", _BUCKET + "/iam/testPermissions", "test bucket permissions", check_permissions),
    ("GET", _BUCKET + "/o", "list objects", list_objects),
    ("GET", _OBJECT, "get object", get_object),
    ("PATCH", _OBJECT, "patch object", patch_object),
    ("PUT", _OBJECT, "update object", update_object),
    ("DELETE", _OBJECT, "delete object", delete_object),
    ("POST", _OBJECT + "/restore", "restore object", restore_object),
    ("POST", _OBJECT + "/compose", "compose object", compose_object),
    ("POST", f"{_OBJECT}/copyTo/{_TARGET}", "copy object", copy_object),
    ("POST", f"{_OBJECT}/rewriteTo/{_TARGET}", "rewrite object", rewrite_object),
    ("GET", "/download" + _OBJECT, "download object", download_object),
    ("PUT", _UPLOAD, "continue upload", continue_upload),
    ("DELETE", _UPLOAD, "cancel upload", cancel_upload),
)
_PATTERNS = tuple(
    (method, tuple(pattern.split("/")[1:]), kind, handler)
    for method, pattern, kind, handler in _TABLE
)
_UPLOAD_PATTERN = tuple(_UPLOAD.split("/")[1:])
_UPLOAD_TYPES: dict[str, tuple[str, Handler]] = {
    "media": ("insert object", upload_media),
    "multipart": ("insert object", upload_multipart),
    "resumable": ("start upload", start_upload),
}
_API_ROOTS = frozenset({"storage", "upload", "download", "batch"})


def find_route(request: Request) -> Route:
    """Return what answers the request; unknown parts of the API are refused with 501."""
    if request.method == "POST":
        names = _match(_UPLOAD_PATTERN, request.segments)
        if names is not None:
            kind, handler = _upload_handler(request)
            return Route(kind=kind, handler=handler, request=replace(request, names=names))
    for method, pattern, kind, handler in _PATTERNS:
        names = _match(pattern, request.segments) if method == request.method else None
        if names is None:
            continue
        named = replace(request, names=names)
        if handler is get_object and request.parameter("alt") == "media":
            return Route(kind="download object", handler=download_object, request=named)
        return Route(kind=kind, handler=handler, request=named)
    bucket, *rest = request.segments
    if bucket in _API_ROOTS or not rest:
        raise StorageError(status=501)
    names = {"bucket": bucket, "object": "/".join(rest)}
    return Route(
        kind=f"signed {request.method.lower()} object",
        handler=answer_signed,
        request=replace(request, names=names),
    )


def _upload_handler(request: Request) -> tuple[str, Handler]:
    upload_type = request.parameter("uploadType") or ""
    if upload_type not in _UPLOAD_TYPES:
        raise invalid(f"Invalid upload type '{upload_type}'.")
    return _UPLOAD_TYPES[upload_type]


def _match(pattern: tuple[str, ...], segments: tuple[str, ...]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    names = {}
    for expected, actual in zip(pattern, segments, strict=True):
        if expected.startswith("{"):
            names[expected[1:-1]] = actual
        elif expected != actual:
            return None
    return names
