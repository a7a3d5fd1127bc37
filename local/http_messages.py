"""Requests, answers and routes of the local HTTP servers, as values."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request with its whole body; `params` are the named parts of the path."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Message
    body: bytes
    params: Mapping[str, str] = field(default_factory=dict)

    def first(self, name: str) -> str | None:
        """Return a query parameter's first value."""
        values = self.query.get(name)
        return values[0] if values else None

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object, {} for none; raise ValueError otherwise."""
        value = json.loads(self.body) if self.body else {}
        if not isinstance(value, dict):
            raise ValueError("the body is not a JSON object")  # noqa: TRY004 - as bad JSON is
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer; with `file` the body is that file's content."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None

    @property
    def length(self) -> int:
        """The body's size in bytes."""
        return len(self.body) if self.file is None else self.file.stat().st_size


class RefusedError(Exception):
    """The request is answered with this instead of its result."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


Handler = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path with {names}, and what answers it."""

    method: str
    path: str
    handler: Handler

    def match(self, method: str, path: str) -> Mapping[str, str] | None:
        """Return the named parts of the path, or None if this route is another."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(pattern, path) if method == self.method else None
        return found.groupdict() if found else None


def json_response(value: object, status: int = 200) -> Response:
    """Answer with compact JSON."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(status=status, body=text.encode())
