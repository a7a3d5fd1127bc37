"""What is left of a message once everything has come to rest, without ids and times."""

import json
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import psycopg2
import requests
from psycopg2.extras import RealDictCursor

from local.stack import Stack
from local.stored_state import list_objects

# Which way it came, when, and how often it was tried are no part of an end state.
_MESSAGES: Final = """
select m.message_id, m.state, m.content, m.is_deleted, m.is_archived, m.last_error,
  m.lease_until is null as is_free, m.owner_id, m.bucket_name, b.state as bucket_state,
  (select count(*) from public.meeting_notes as n where n.chatwoot_message_id = m.message_id)
    as notes
from whatsapp.messages as m
left join whatsapp.buckets as b on b.bucket_name = m.bucket_name
"""
_NOTES: Final = """
select chatwoot_message_id as message_id, content, source_type, message_type, processing_status,
  error_details, user_id, metadata ->> 'channel' as channel
from public.meeting_notes
"""
_ATTACHMENTS: Final = """
select message_id, kind, state, reason, is_stored, media_type, byte_count, transcript, language,
  seconds, model, transcribing_until is null as is_free, next_attempt_at
from whatsapp.attachments
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndState:
    """Equal for equal messages, whatever happened to them on the way."""

    message: dict[str, Any]
    note: dict[str, Any]
    attachments: tuple[dict[str, Any], ...]
    objects: dict[str, object]
    """By name with the ids taken out: an archived message's words, or a file's bytes."""


def read_end_states(stack: Stack, conversations: dict[str, str]) -> dict[str, EndState]:
    """Return the end states of messages, by their ids; `conversations` tells each one's."""
    with closing(psycopg2.connect(stack.database_url)) as connection, connection:
        cursor = connection.cursor(cursor_factory=RealDictCursor)
        messages, notes, attachments = (
            _rows(cursor, statement) for statement in (_MESSAGES, _NOTES, _ATTACHMENTS)
        )
    objects = _objects(stack, {str(each["bucket_name"]) for each in messages})
    states = {}
    for row in messages:
        message_id = row.pop("message_id")
        if message_id not in conversations:
            continue
        middle = f"/{conversations[message_id]}/{message_id}"
        states[message_id] = EndState(
            message=row,
            note=next((_without_id(n) for n in notes if n["message_id"] == message_id), {}),
            attachments=tuple(
                _without_id(each) for each in attachments if each["message_id"] == message_id
            ),
            objects={
                _nameless(name, middle): content
                for name, content in objects.items()
                if middle in name
            },
        )
    return states


def _rows(cursor: RealDictCursor, statement: str) -> list[dict[str, Any]]:
    cursor.execute(statement)
    return [dict(row) for row in cursor.fetchall()]


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "message_id"}


def _nameless(name: str, middle: str) -> str:
    folder, _, rest = name.partition(middle)
    # Of "_801.ogg" and ".json" only what follows the ids, of the folder what precedes the day.
    return f"{folder.split('/', maxsplit=1)[0]}.{rest.rpartition('.')[2]}"


def _objects(stack: Stack, buckets: set[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for bucket in buckets:
        for name in list_objects(stack.gcs_url, bucket):
            path = f"{stack.gcs_url}/storage/v1/b/{bucket}/o/{quote(name, safe='')}?alt=media"
            answer = requests.get(path, timeout=10)
            answer.raise_for_status()
            assert name not in found, "an object lies in two buckets"
            found[name] = _words(answer.content) if name.endswith(".json") else answer.content
    return found


def _words(document: bytes) -> dict[str, object]:
    found = json.loads(document)
    payload = found["webhook_payload"]
    return {
        "keys": sorted(found),
        "content": payload["content"],
        "files": [each["file_size"] for each in payload.get("attachments", [])],
    }
