"""Lists of objects: prefix, delimiter, pages, versions and soft-deleted ones."""

import json
import sqlite3
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field

from local.gcs.bucket_rows import permitted_bucket
from local.gcs.clock import timestamp
from local.gcs.errors import StorageError, invalid
from local.gcs.messages import Answer, JsonObject, Request, json_answer
from local.gcs.object_rows import StoredObject, from_row
from local.gcs.state import State

_MOST_RESULTS = 1000
# Sorts after every name that begins with the text before it.
_LAST_CHARACTER = "\U0010ffff"
# Greater than every generation: the list goes on with the next name.
_NO_GENERATION = 2**62

# One statement for each kind of list, so that each walks its index in order.
_LIVE = (
    "SELECT * FROM objects WHERE bucket = :bucket AND state = 'live' AND name >= :name"
    " AND (name > :name OR generation > :generation) ORDER BY name LIMIT :limit"
)
_VERSIONS = (
    "SELECT * FROM objects WHERE bucket = :bucket AND state <> 'soft_deleted' AND name >= :name"
    " AND (name > :name OR generation > :generation) ORDER BY name, generation LIMIT :limit"
)
_SOFT_DELETED = (
    "SELECT * FROM objects WHERE bucket = :bucket AND state = 'soft_deleted'"
    " AND hard_delete_time > :now AND name >= :name"
    " AND (name > :name OR generation > :generation) ORDER BY name, generation LIMIT :limit"
)
_UNSUPPORTED = ("matchGlob", "includeFoldersAsPrefixes", "filter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The place in the order of names and generations after which a list goes on."""

    name: str
    generation: int

    def token(self) -> str:
        """Return the position as a page token."""
        return urlsafe_b64encode(json.dumps([self.name, self.generation]).encode()).decode()

    @classmethod
    def from_token(cls, token: str) -> "Position":
        """Take the position out of a page token."""
        try:
            name, generation = json.loads(urlsafe_b64decode(token))
            return cls(name=str(name), generation=int(generation))
        except (ValueError, TypeError) as error:
            raise invalid("Invalid page token.") from error


@dataclass(slots=True, kw_only=True)
class Page:
    """Items and common prefixes found so far."""

    items: list[StoredObject] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    next_position: Position | None = None

    @property
    def size(self) -> int:
        """How much of the limit is used: prefixes count like items."""
        return len(self.items) + len(self.prefixes)


def list_objects(state: State, request: Request) -> Answer:
    """Return one page of a bucket's objects."""
    for name in _UNSUPPORTED:
        if request.parameter(name):
            raise StorageError(status=501, message=f"This server does not implement {name}.")
    if request.flag("versions") and request.flag("softDeleted"):
        raise invalid("Cannot list versions and soft-deleted objects at once.")
    bucket = request.names["bucket"]
    with state.database.reading() as connection:
        permitted_bucket(connection, bucket, "storage.objects.list")
        page = _collect(connection, request, timestamp(state.clock.now()))
    answer: JsonObject = {"kind": "storage#objects"}
    if page.items:
        answer["items"] = [stored.as_json(request.base_url) for stored in page.items]
    if page.prefixes:
        answer["prefixes"] = page.prefixes
    if page.next_position is not None:
        answer["nextPageToken"] = page.next_position.token()
    return json_answer(request, answer)


def _collect(connection: sqlite3.Connection, request: Request, now: str) -> Page:
    prefix = request.parameter("prefix") or ""
    delimiter = request.parameter("delimiter") or ""
    end = request.parameter("endOffset")
    limit = min(request.number("maxResults") or _MOST_RESULTS, _MOST_RESULTS)
    position = _first_position(request, prefix)
    several = request.flag("versions") or request.flag("softDeleted")
    page = Page()
    while True:
        skipped_to: Position | None = None
        for stored in _walk(connection, request, position, now, limit - page.size + 1):
            if not stored.name.startswith(prefix) or (end and stored.name >= end):
                return page
            if page.size == limit:
                page.next_position = position
                return page
            common = _common_prefix(stored.name, prefix, delimiter)
            if common is not None and common not in page.prefixes[-1:]:
                page.prefixes.append(common)
                if request.flag("includeTrailingDelimiter") and stored.name == common:
                    page.items.append(stored)
                # Everything below the prefix is left out without being read.
                skipped_to = position = Position(
                    name=common + _LAST_CHARACTER, generation=_NO_GENERATION
                )
                break
            if common is None:
                page.items.append(stored)
            # A live object that is overwritten between two pages must not come twice.
            position = Position(
                name=stored.name,
                generation=stored.generation if several else _NO_GENERATION,
            )
        if skipped_to is None:
            return page


def _first_position(request: Request, prefix: str) -> Position:
    token = request.parameter("pageToken")
    if token:
        return Position.from_token(token)
    # Generations are positive, so the first name itself is included.
    return Position(name=max(prefix, request.parameter("startOffset") or ""), generation=0)


def _walk(
    connection: sqlite3.Connection, request: Request, position: Position, now: str, limit: int
) -> Iterator[StoredObject]:
    statement = _LIVE
    if request.flag("versions"):
        statement = _VERSIONS
    elif request.flag("softDeleted"):
        statement = _SOFT_DELETED
    rows = connection.execute(
        statement,
        {
            "bucket": request.names["bucket"],
            "name": position.name,
            "generation": position.generation,
            "now": now,
            "limit": limit,
        },
    )
    return map(from_row, rows)


def _common_prefix(name: str, prefix: str, delimiter: str) -> str | None:
    if not delimiter:
        return None
    found = name.find(delimiter, len(prefix))
    return None if found < 0 else name[: found + len(delimiter)]
