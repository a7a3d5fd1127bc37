"""Buckets as the database holds them, and who may do what with one."""

import json
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from local.gcs.bucket_rules import location_type
from local.gcs.errors import StorageError
from local.gcs.messages import JsonObject


class Access(StrEnum):
    """What this server's only caller may do with a bucket."""

    OWNED = "owned"
    # Another project's bucket, which lets everybody read.
    READABLE = "readable"
    # Another project's bucket, which lets nobody in.
    DENIED = "denied"


_READING = frozenset(
    {
        "storage.buckets.get", "storage.buckets.getIamPolicy",
        "storage.objects.get", "storage.objects.list",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One row."""

    name: str
    project_number: str
    access: Access
    generation: int
    metageneration: int
    time_created: str
    updated: str
    settings: JsonObject
    policy: JsonObject

    def allows(self, permission: str) -> bool:
        """Tell whether the caller has the permission here."""
        return self.access is Access.OWNED or (
            self.access is Access.READABLE and permission in _READING
        )

    @property
    def keeps_versions(self) -> bool:
        """Whether overwritten and deleted objects stay as noncurrent versions."""
        return bool(self.settings.get("versioning", {}).get("enabled"))

    @property
    def soft_delete_seconds(self) -> int:
        """How long deleted objects can be restored; 0 if not at all."""
        return int(self.settings["softDeletePolicy"]["retentionDurationSeconds"])

    @property
    def has_uniform_access(self) -> bool:
        """Whether object ACLs are switched off."""
        return bool(self.settings["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"])

    def as_json(self, base_url: str) -> JsonObject:
        """Return the bucket resource."""
        return {
            "kind": "storage#bucket",
            "selfLink": f"{base_url}/storage/v1/b/{quote(self.name)}",
            "id": self.name,
            "name": self.name,
            "projectNumber": self.project_number,
            "generation": str(self.generation),
            "metageneration": str(self.metageneration),
            "etag": f"CA{self.metageneration}=",
            "timeCreated": self.time_created,
            "updated": self.updated,
            "locationType": location_type(self.settings["location"]),
            **self.settings,
        }


def find_bucket(connection: sqlite3.Connection, name: str) -> Bucket | None:
    """Return the bucket of that name, whoever owns it."""
    row = connection.execute("SELECT * FROM buckets WHERE name = ?", [name]).fetchone()
    return None if row is None else _from_row(row)


def permitted_bucket(connection: sqlite3.Connection, name: str, permission: str) -> Bucket:
    """Return the bucket, or refuse as Google does when it is absent or not for the caller."""
    bucket = find_bucket(connection, name)
    if bucket is None:
        raise StorageError(status=404, message="The specified bucket does not exist.")
    if not bucket.allows(permission):
        raise StorageError(
            status=403,
            message=f"Caller does not have {permission} access to the Google Cloud Storage bucket."
            f" Permission '{permission}' denied on resource (or it may not exist).",
        )
    return bucket


def list_buckets(
    connection: sqlite3.Connection, *, project_number: str, prefix: str, after: str, limit: int
) -> list[Bucket]:
    """Return a project's buckets in order of name."""
    rows = connection.execute(
        "SELECT * FROM buckets WHERE project_number = ? AND name > ?"
        " AND substr(name, 1, length(?)) = ? ORDER BY name LIMIT ?",
        [project_number, after, prefix, prefix, limit],
    )
    return [_from_row(row) for row in rows]


def save_bucket(connection: sqlite3.Connection, bucket: Bucket) -> None:
    """Insert the bucket, or replace what is kept of it."""
    connection.execute(
        "INSERT OR REPLACE INTO buckets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            bucket.name,
            bucket.project_number,
            bucket.access,
            bucket.generation,
            bucket.metageneration,
            bucket.time_created,
            bucket.updated,
            json.dumps(bucket.settings),
            json.dumps(bucket.policy),
        ],
    )


def delete_bucket_rows(connection: sqlite3.Connection, name: str) -> None:
    """Remove the bucket, its soft-deleted objects and its open uploads."""
    connection.execute(
        "DELETE FROM chunks WHERE content_id IN"
        " (SELECT content_id FROM objects WHERE bucket = :bucket"
        " UNION SELECT content_id FROM uploads WHERE bucket = :bucket)",
        {"bucket": name},
    )
    connection.execute("DELETE FROM objects WHERE bucket = ?", [name])
    connection.execute("DELETE FROM uploads WHERE bucket = ?", [name])
    connection.execute("DELETE FROM buckets WHERE name = ?", [name])


def _from_row(row: sqlite3.Row) -> Bucket:
    return Bucket(
        name=row["name"],
        project_number=row["project_number"],
        access=Access(row["access"]),
        generation=row["generation"],
        metageneration=row["metageneration"],
        time_created=row["time_created"],
        updated=row["updated"],
        settings=json.loads(row["settings"]),
        policy=json.loads(row["policy"]),
    )
