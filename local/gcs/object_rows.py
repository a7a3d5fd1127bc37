"""Objects as the database holds them: live, noncurrent or soft-deleted."""

import json
import sqlite3
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from local.gcs.bucket_rows import Bucket
from local.gcs.clock import timestamp
from local.gcs.contents import delete_content
from local.gcs.errors import StorageError
from local.gcs.messages import JsonObject

_PURGED_AT_ONCE = 10


class ObjectState(StrEnum):
    """Where a generation is in its life."""

    LIVE = "live"
    # Replaced or deleted in a bucket with versioning.
    NONCURRENT = "noncurrent"
    # Deleted, restorable until its hard-delete time.
    SOFT_DELETED = "soft_deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One generation."""

    bucket: str
    name: str
    generation: int
    metageneration: int
    content_id: int
    size: int
    crc32c: str
    md5_hash: str | None
    time_created: str
    updated: str
    settings: JsonObject
    state: ObjectState = ObjectState.LIVE
    component_count: int | None = None
    time_deleted: str | None = None
    soft_delete_time: str | None = None
    hard_delete_time: str | None = None

    @property
    def etag(self) -> str:
        """The version of bytes and metadata together."""
        return b64encode(f"{self.generation}/{self.metageneration}".encode()).decode()

    def as_json(self, base_url: str) -> JsonObject:
        """Return the object resource, all of whose links stay on this server."""
        path = f"/storage/v1/b/{quote(self.bucket)}/o/{quote(self.name, safe='')}"
        generation = str(self.generation)
        resource: JsonObject = {
            "kind": "storage#object",
            "id": f"{self.bucket}/{self.name}/{generation}",
            "selfLink": base_url + path,
            "mediaLink": f"{base_url}/download{path}?generation={generation}&alt=media",
            "name": self.name,
            "bucket": self.bucket,
            "generation": generation,
            "metageneration": str(self.metageneration),
            "size": str(self.size),
            "crc32c": self.crc32c,
            "md5Hash": self.md5_hash,
            "etag": self.etag,
            "timeCreated": self.time_created,
            "timeFinalized": self.time_created,
            "timeStorageClassUpdated": self.time_created,
            "updated": self.updated,
            "timeDeleted": self.time_deleted,
            "softDeleteTime": self.soft_delete_time,
            "hardDeleteTime": self.hard_delete_time,
            "componentCount": self.component_count,
            **self.settings,
        }
        return {key: value for key, value in resource.items() if value is not None}


def find_live(connection: sqlite3.Connection, bucket: str, name: str) -> StoredObject | None:
    """Return the current generation of a name."""
    row = connection.execute(
        "SELECT * FROM objects WHERE bucket = ? AND name = ? AND state = 'live'", [bucket, name]
    ).fetchone()
    return None if row is None else from_row(row)


def find_object(
    connection: sqlite3.Connection,
    bucket: str,
    name: str,
    generation: int | None = None,
    *,
    soft_deleted_at: datetime | None = None,
) -> StoredObject:
    """Return the current generation or the named one, or refuse with 404.

    Soft-deleted generations are found only if asked for, and only before their hard-delete time.
    """
    if generation is None:
        found = find_live(connection, bucket, name)
    else:
        row = connection.execute(
            "SELECT * FROM objects"
            " WHERE bucket = :bucket AND name = :name AND generation = :generation"
            " AND CASE WHEN :moment IS NULL THEN state <> 'soft_deleted'"
            " ELSE state = 'soft_deleted' AND hard_delete_time > :moment END",
            {
                "bucket": bucket,
                "name": name,
                "generation": generation,
                "moment": soft_deleted_at and timestamp(soft_deleted_at),
            },
        ).fetchone()
        found = None if row is None else from_row(row)
    if found is None:
        raise StorageError(status=404, message=f"No such object: {bucket}/{name}")
    return found


def put_live(
    connection: sqlite3.Connection, bucket: Bucket, stored: StoredObject, now: datetime
) -> None:
    """Make this generation the current one; its predecessor goes the way of overwritten ones."""
    former = find_live(connection, stored.bucket, stored.name)
    if former is not None:
        retire(connection, bucket, former, now, keep_version=bucket.keeps_versions)
    insert_rows(connection, [stored])


def insert_rows(connection: sqlite3.Connection, objects: Iterable[StoredObject]) -> None:
    """Add generations as they are."""
    connection.executemany(
        "INSERT INTO objects (bucket, name, generation, metageneration, state, content_id, size,"
        " crc32c, md5_hash, component_count, time_created, updated, time_deleted,"
        " soft_delete_time, hard_delete_time, settings)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            [
                stored.bucket, stored.name, stored.generation, stored.metageneration,
                stored.state, stored.content_id, stored.size, stored.crc32c, stored.md5_hash,
                stored.component_count, stored.time_created, stored.updated, stored.time_deleted,
                stored.soft_delete_time, stored.hard_delete_time, json.dumps(stored.settings),
            ]
            for stored in objects
        ],
    )  # fmt: skip


def save_settings(connection: sqlite3.Connection, stored: StoredObject) -> None:
    """Keep changed metadata of a generation."""
    connection.execute(
        "UPDATE objects SET settings = ?, metageneration = ?, updated = ?"
        " WHERE bucket = ? AND name = ? AND generation = ?",
        [
            json.dumps(stored.settings),
            stored.metageneration,
            stored.updated,
            stored.bucket,
            stored.name,
            stored.generation,
        ],
    )


def retire(
    connection: sqlite3.Connection,
    bucket: Bucket,
    stored: StoredObject,
    now: datetime,
    *,
    keep_version: bool,
) -> None:
    """Take a generation out of use: noncurrent, soft-deleted or gone."""
    key = [stored.bucket, stored.name, stored.generation]
    moment = timestamp(now)
    if keep_version:
        connection.execute(
            "UPDATE objects SET state = 'noncurrent', time_deleted = ?"
            " WHERE bucket = ? AND name = ? AND generation = ?",
            [moment, *key],
        )
    elif bucket.soft_delete_seconds:
        until = timestamp(now + timedelta(seconds=bucket.soft_delete_seconds))
        connection.execute(
            "UPDATE objects SET state = 'soft_deleted', soft_delete_time = ?,"
            " hard_delete_time = ?, time_deleted = coalesce(time_deleted, ?)"
            " WHERE bucket = ? AND name = ? AND generation = ?",
            [moment, until, moment, *key],
        )
    else:
        _remove(connection, stored)
    for row in connection.execute(
        "SELECT * FROM objects WHERE hard_delete_time <= ? LIMIT ?", [moment, _PURGED_AT_ONCE]
    ).fetchall():
        _remove(connection, from_row(row))


def from_row(row: sqlite3.Row) -> StoredObject:
    """Build a generation from its row."""
    values = dict(row)
    values["state"] = ObjectState(values["state"])
    values["settings"] = json.loads(values["settings"])
    return StoredObject(**values)


def _remove(connection: sqlite3.Connection, stored: StoredObject) -> None:
    connection.execute(
        "DELETE FROM objects WHERE bucket = ? AND name = ? AND generation = ?",
        [stored.bucket, stored.name, stored.generation],
    )
    delete_content(connection, stored.content_id)
