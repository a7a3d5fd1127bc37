"""Signed URLs: GET, HEAD, PUT and DELETE of one object in the XML API's form.

A signature has to be there and has to be young enough; who made it is not verified, since this
server knows nobody's key.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from xml.sax.saxutils import escape

from local.gcs.checksums import ClaimedDigests
from local.gcs.downloads import download_object
from local.gcs.errors import StorageError, invalid
from local.gcs.messages import Answer, JsonObject, Request
from local.gcs.object_rules import check_object_name
from local.gcs.objects import delete_object
from local.gcs.preconditions import Preconditions
from local.gcs.state import State
from local.gcs.uploads import UploadOrder, store

_CODES = {
    400: "InvalidArgument",
    401: "AuthenticationRequired",
    403: "AccessDenied",
    412: "PreconditionFailed",
    416: "InvalidRange",
    429: "SlowDown",
    503: "ServiceUnavailable",
}
_METADATA = "x-goog-meta-"
_SETTINGS = {
    "cache-control": "cacheControl",
    "content-disposition": "contentDisposition",
    "content-encoding": "contentEncoding",
    "content-language": "contentLanguage",
    "x-goog-storage-class": "storageClass",
}


def answer_signed(state: State, request: Request) -> Answer:
    """Do what the URL was signed for."""
    methods: Mapping[str, Callable[[State, Request], Answer]] = {
        "GET": download_object,
        "HEAD": download_object,
        "PUT": _put,
        "DELETE": delete_object,
    }
    try:
        _check_signature(state.clock.now(), request)
        if request.method not in methods:
            raise invalid("Signed URLs of this server take GET, HEAD, PUT and DELETE.")
        # The JSON API's conditions travel in the query, the XML API's in headers.
        conditions = {
            f"if{kind}Match": [request.headers[f"x-goog-if-{kind.lower()}-match"]]
            for kind in ("Generation", "Metageneration")
            if f"x-goog-if-{kind.lower()}-match" in request.headers
        }
        asked = replace(request, query={**request.query, **conditions})
        return methods[request.method](state, asked)
    except StorageError as error:
        return xml_error(request, error)


def xml_error(request: Request, error: StorageError) -> Answer:
    """Answer with a refusal in the XML API's shape."""
    code = _CODES.get(error.status, "InternalError")
    if error.status == HTTPStatus.NOT_FOUND:
        code = "NoSuchKey" if error.message.startswith("No such object") else "NoSuchBucket"
    body = (
        "<?xml version='1.0' encoding='UTF-8'?>"
        f"<Error><Code>{code}</Code><Message>{escape(error.message)}</Message>"
        f"<Details>{escape(request.path)}</Details></Error>"
    )
    return Answer(
        status=error.status,
        headers={"Content-Type": "application/xml; charset=UTF-8", **error.headers},
        body=body.encode(),
    )


def _put(state: State, request: Request) -> Answer:
    resource: JsonObject = {
        setting: request.headers[header]
        for header, setting in _SETTINGS.items()
        if header in request.headers
    }
    metadata = {
        name.removeprefix(_METADATA): value
        for name, value in request.headers.items()
        if name.startswith(_METADATA)
    }
    if metadata:
        resource["metadata"] = metadata
    order = UploadOrder(
        bucket=request.names["bucket"],
        name=check_object_name(request.names["object"]),
        resource=resource,
        content_type=request.headers.get("content-type"),
        conditions=Preconditions.read(request.number),
        claimed=ClaimedDigests().with_headers(request.headers),
    )
    stored = store(state, request, order, request.body.pieces())
    return Answer(
        headers={
            "ETag": stored.etag,
            "X-Goog-Generation": str(stored.generation),
            "X-Goog-Metageneration": "1",
            "X-Goog-Hash": f"crc32c={stored.crc32c},md5={stored.md5_hash}",
            "X-Goog-Stored-Content-Length": str(stored.size),
        }
    )


def _check_signature(now: datetime, request: Request) -> None:
    given = {name.lower(): values[-1] for name, values in request.query.items()}
    if "x-goog-signature" in given:
        try:
            begin = datetime.strptime(given["x-goog-date"], "%Y%m%dT%H%M%S%z")
            end = begin + timedelta(seconds=int(given["x-goog-expires"]))
        except (KeyError, ValueError) as error:
            raise invalid("Malformed signed URL.") from error
    elif "signature" in given:
        try:
            end = datetime.fromtimestamp(int(given["expires"]), tz=now.tzinfo)
        except (KeyError, ValueError) as error:
            raise invalid("Malformed signed URL.") from error
    else:
        raise StorageError(status=403, message="Anonymous caller does not have storage access.")
    if end < now:
        raise invalid("The provided token has expired.")
