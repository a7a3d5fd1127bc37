"""Many calls in one multipart/mixed request; each is answered for itself."""

from collections.abc import Callable, Iterator
from email.parser import BytesHeaderParser
from http import HTTPStatus
from io import BytesIO
from urllib.parse import urlsplit

from local.gcs.errors import StorageError, invalid
from local.gcs.messages import Answer, Request, error_answer, target_of
from local.gcs.multipart_body import boundary_of
from local.gcs.request_body import Body

_LARGEST_BATCH = 10 * 1024 * 1024
_MOST_CALLS = 1000
_ANSWER_BOUNDARY = "batch_part_boundary"


def answer_batch(request: Request, dispatch: Callable[[Request], Answer]) -> Answer:
    """Answer every call in the body; uploads and downloads are no part of batches."""
    calls = list(_calls(request))
    if len(calls) > _MOST_CALLS:
        raise invalid("A batch holds at most 1000 calls.")
    parts = [
        b"--%s\r\nContent-Type: application/http\r\nContent-ID: <response-%d>\r\n\r\n%s\r\n"
        % (_ANSWER_BOUNDARY.encode(), number, _answer_one(request, call, dispatch))
        for number, call in enumerate(calls, 1)
    ]
    return Answer(
        headers={"Content-Type": f"multipart/mixed; boundary={_ANSWER_BOUNDARY}"},
        body=b"".join(parts) + f"--{_ANSWER_BOUNDARY}--\r\n".encode(),
    )


def _calls(request: Request) -> Iterator[bytes]:
    delimiter = boundary_of(request.headers.get("content-type", ""))
    body = request.body.read_all(_LARGEST_BATCH).replace(b"\r\n", b"\n")
    for part in (b"\n" + body).split(b"\n" + delimiter)[1:]:
        if part.startswith(b"--"):
            return
        # The part's own headers end at the first empty line; the call follows.
        yield part.partition(b"\n\n")[2]


def _answer_one(outer: Request, call: bytes, dispatch: Callable[[Request], Answer]) -> bytes:
    try:
        answer = dispatch(_parse(outer, call))
    except StorageError as error:
        answer = error_answer(error)
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def _parse(outer: Request, call: bytes) -> Request:
    line, _, rest = call.partition(b"\n")
    head, _, body = rest.partition(b"\n\n")
    try:
        method, target, _ = line.decode("latin-1").split()
    except ValueError as error:
        raise invalid("Malformed call in a batch.") from error
    parts = urlsplit(target)
    path, segments, query = target_of(f"{parts.path}?{parts.query}")
    if segments[0] != "storage":
        raise invalid("Only calls of the JSON API can be part of a batch.")
    if query.get("alt") == ["media"]:
        raise invalid("Media cannot be part of a batch.")
    headers = BytesHeaderParser().parsebytes(head)
    return Request(
        method=method,
        target=target,
        path=path,
        segments=segments,
        query=query,
        headers={name.lower(): value for name, value in headers.items()},
        body=Body(BytesIO(body), len(body)),
        base_url=outer.base_url,
    )
