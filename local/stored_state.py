"""Reads back what the pipeline stored: ledger, note, attachments and objects."""

from dataclasses import dataclass

import psycopg2
import requests
from psycopg2.extras import RealDictCursor

_QUERY = """
select m.message_id, m.state, m.last_error, extract(epoch from m.stored_at) as stored_at,
  m.bucket_name, m.object_name, n.content, n.processing_status, n.error_details, n.user_id,
  n.id is not null as has_note,
  coalesce(array_agg(a.object_name order by a.attachment_id)
    filter (where a.is_stored), '{}') as media,
  coalesce(bool_or(a.state = 'pending'), false) as is_pending
from whatsapp.messages as m
left join public.meeting_notes as n on n.id = m.note_id
left join whatsapp.attachments as a using (installation, account_id, message_id)
group by m.installation, m.account_id, m.message_id, n.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """One message as the database knows it."""

    message_id: str
    state: str
    stored_at: float | None
    bucket_name: str | None
    object_name: str | None
    content: str | None
    processing_status: str | None
    error_details: str | None
    user_id: str | None
    has_note: bool
    media: tuple[str, ...]
    is_pending: bool

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        # An attachment is settled a moment before its words reach the note.
        is_waiting = self.is_pending or self.processing_status == "processing"
        return self.state in {"stored", "ignored", "dead"} and not is_waiting


def read_messages(database_url: str) -> dict[str, StoredMessage]:
    """Return every message of the ledger by its id."""
    connection = psycopg2.connect(database_url)
    try:
        with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(_QUERY)
            rows = cursor.fetchall()
    finally:
        connection.close()
    return {
        row["message_id"]: StoredMessage(
            message_id=row["message_id"],
            state=row["state"],
            stored_at=None if row["stored_at"] is None else float(row["stored_at"]),
            bucket_name=row["bucket_name"],
            object_name=row["object_name"],
            content=row["content"],
            processing_status=row["processing_status"],
            error_details=row["error_details"],
            user_id=row["user_id"],
            has_note=row["has_note"],
            media=tuple(row["media"]),
            is_pending=row["is_pending"],
        )
        for row in rows
    }


def list_objects(gcs_url: str, bucket: str) -> dict[str, int]:
    """Return the names and sizes in bytes of a bucket's objects, as Cloud Storage lists them."""
    sizes: dict[str, int] = {}
    page: str | None = ""
    while page is not None:
        answer = requests.get(
            f"{gcs_url}/storage/v1/b/{bucket}/o", params={"pageToken": page}, timeout=10
        )
        answer.raise_for_status()
        listing = answer.json()
        sizes |= {item["name"]: int(item["size"]) for item in listing.get("items", [])}
        page = listing.get("nextPageToken")
    return sizes
