"""What a request and an answer are, whether they came by a connection or inside a batch."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from local.gcs.errors import StorageError, invalid
from local.gcs.partial_response import select_fields
from local.gcs.request_body import Body

JsonObject: TypeAlias = dict[str, Any]

_METADATA_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call. Header names are lower case; path segments are decoded one by one."""

    method: str
    # As it stood in the request line.
    target: str
    path: str
    segments: tuple[str, ...]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Body
    base_url: str
    names: Mapping[str, str] = field(default_factory=dict)

    def parameter(self, name: str) -> str | None:
        """Return the last value of a query parameter."""
        values = self.query.get(name)
        return values[-1] if values else None

    def flag(self, name: str) -> bool:
        """Return whether a boolean query parameter is set."""
        return (self.parameter(name) or "").lower() == "true"

    def number(self, name: str) -> int | None:
        """Return a query parameter that must be an integer."""
        value = self.parameter(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError as error:
            raise invalid(f"Invalid long value: '{value}'.") from error

    def json(self) -> JsonObject:
        """Return the body as a JSON object; an absent body is an empty one."""
        return parse_json(self.body.read_all(_METADATA_LIMIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back: bytes, or an iterator that is sent while it is produced."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterator[bytes] = b""
    # Of an iterator's bytes; None sends them in HTTP chunks.
    length: int | None = None


def target_of(raw: str) -> tuple[str, tuple[str, ...], dict[str, list[str]]]:
    """Split a request target into path, decoded segments and query."""
    parts = urlsplit(raw)
    if not parts.path.startswith("/"):
        raise invalid("The request path does not begin with a slash.")
    try:
        segments = tuple(unquote(part, errors="strict") for part in parts.path.split("/")[1:])
        query = parse_qs(parts.query, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise invalid("The request path is not UTF-8.") from error
    return parts.path, segments, query


def parse_json(raw: bytes) -> JsonObject:
    """Decode a JSON object."""
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw)
    except ValueError as error:
        raise StorageError(status=400, message="Parse Error", reason="parseError") from error
    if not isinstance(value, dict):
        raise StorageError(status=400, message="Parse Error", reason="parseError")
    return value


def json_answer(
    request: Request, value: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    """Answer with JSON, reduced to what `fields` asks for."""
    fields = request.parameter("fields")
    if fields is not None:
        value = select_fields(value, fields)
    return Answer(
        status=status,
        headers={"Content-Type": "application/json; charset=UTF-8", **(headers or {})},
        body=json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"),
    )


def error_answer(error: StorageError) -> Answer:
    """Answer with a refusal in Google's shape."""
    if error.status == HTTPStatus.NOT_MODIFIED:
        return Answer(status=304, headers=error.headers)
    if error.plain_text:
        content_type, body = "text/plain; charset=utf-8", error.message
    else:
        content_type, body = "application/json; charset=UTF-8", json.dumps(error.as_json())
    return Answer(
        status=error.status,
        headers={"Content-Type": content_type, **error.headers},
        body=body.encode(),
    )
