"""Looks for every message that was answered 200, and compares ledger, rows and objects."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import psycopg2
import requests

from bench.chaos.load import Written
from local.chatwoot_people import Delivery
from local.stack import BUCKET_PREFIX, PROJECT_ID, SPOOL_BUCKET, Stack
from local.stored_state import StoredMessage, list_objects, read_messages

_TIMEOUT_SECONDS: Final = 30
_SPOKEN_WORD: Final = "launch"
_LEFT_BEHIND: Final = {
    "messages without an end": "select count(*) from whatsapp.messages"
    " where state not in ('stored', 'ignored')",
    "attachments without an end": "select count(*) from whatsapp.attachments"
    " where state = 'pending'",
    "objects in the fallback": "select count(*) from whatsapp.fallback_objects",
    "open dead letters": "select count(*) from whatsapp.dead_letters where state = 'open'",
}


@dataclass(slots=True, kw_only=True)
class Findings:
    """What became of everything; each list holds one line for each defect."""

    written: int
    accepted: int
    refused: int
    """Answered otherwise than 200, or not at all: Chatwoot was told, reconcile has to find it."""
    stored_at: Mapping[str, float]
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    disagreeing: list[str] = field(default_factory=list)
    left_behind: dict[str, int] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is lost, doubled, different or left lying."""
        defects = [*self.lost, *self.duplicated, *self.disagreeing]
        return not defects and not any(self.left_behind.values())


def examine(stack: Stack, written: Sequence[Written], deliveries: Sequence[Delivery]) -> Findings:
    """Compare what people wrote and were told with what is stored."""
    accepted = accepted_ids(deliveries)
    messages = read_messages(stack.database_url)
    stored = {key: m.stored_at for key, m in messages.items() if m.stored_at is not None}
    findings = Findings(
        written=len(written),
        accepted=sum(each.message_id in accepted for each in written),
        refused=sum(each.message_id not in accepted for each in written),
        stored_at=stored,
    )
    notes = _count_notes(stack)
    objects = _objects(stack)
    expected: set[tuple[str, str]] = set()
    for each in written:
        message = messages.get(each.message_id)
        if message is None or message.state != "stored" or notes[each.message_id] == 0:
            if each.message_id in accepted:
                findings.lost.append(_line(each, message))
            continue
        if notes[each.message_id] > 1:
            findings.duplicated.append(f"{each.message_id} has {notes[each.message_id]} notes")
        findings.disagreeing += _differences(stack, each, message, objects)
        names = [message.object_name or "", *message.media]
        expected.update((message.bucket_name or "", name) for name in names)
    findings.duplicated += [
        f"{bucket}/{name}" for bucket, name in sorted(objects.keys() - expected)
    ]
    findings.left_behind = _left_behind(stack)
    return findings


def accepted_ids(deliveries: Sequence[Delivery]) -> frozenset[str]:
    """Return the ids of the messages that were answered 200 at least once."""
    return frozenset(each.message_id for each in deliveries if each.http_status == 200)  # noqa: PLR2004 - OK


def waiting(stack: Stack, deliveries: Sequence[Delivery]) -> int:
    """Count the accepted messages that are not settled, and what lies between the stores."""
    messages = read_messages(stack.database_url)
    unsettled = sum(
        key not in messages or not messages[key].is_settled for key in accepted_ids(deliveries)
    )
    return unsettled + sum(_left_behind(stack).values())


def _line(each: Written, message: StoredMessage | None) -> str:
    state = "no row" if message is None else message.state
    return f"{each.message_id}: {state}"


def _differences(
    stack: Stack,
    each: Written,
    message: StoredMessage,
    objects: Mapping[tuple[str, str], int],
) -> list[str]:
    bucket, name = message.bucket_name or "", message.object_name or ""
    found = []
    if (bucket, name) not in objects:
        found.append(f"{each.message_id}: {name} is not in the store")
    elif _archived_content(stack, bucket, name) != each.content:
        found.append(f"{each.message_id}: {name} holds something else")
    if each.file is not None:
        sizes = [objects.get((bucket, media)) for media in message.media]
        if sizes != [each.file.stat().st_size]:
            found.append(f"{each.message_id}: its file is {sizes}")
    if not _says(message.content, each):
        found.append(f"{each.message_id}: its note says something else")
    return found


def _says(note: str | None, each: Written) -> bool:
    if each.content is not None:
        return each.content in (note or "")
    return _SPOKEN_WORD in (note or "")


def _archived_content(stack: Stack, bucket: str, name: str) -> object:
    url = f"{stack.gcs_url}/storage/v1/b/{bucket}/o/{quote(name, safe='')}?alt=media"
    answer = requests.get(url, timeout=_TIMEOUT_SECONDS)
    answer.raise_for_status()
    document: dict[str, Any] = answer.json()
    return document["webhook_payload"]["content"]


def _count_notes(stack: Stack) -> Counter[str]:
    rows = _query(
        stack,
        "select chatwoot_message_id, count(*) from public.meeting_notes"
        " where chatwoot_account_id is not null group by chatwoot_message_id",
    )
    return Counter({str(message_id): int(number) for message_id, number in rows})


def _objects(stack: Stack) -> dict[tuple[str, str], int]:
    url = f"{stack.gcs_url}/storage/v1/b?project={PROJECT_ID}&prefix={BUCKET_PREFIX}"
    answer = requests.get(url, timeout=_TIMEOUT_SECONDS)
    answer.raise_for_status()
    return {
        (bucket["name"], name): size
        for bucket in answer.json().get("items", [])
        for name, size in list_objects(stack.gcs_url, bucket["name"]).items()
    }


def _left_behind(stack: Stack) -> dict[str, int]:
    counts = {title: int(_query(stack, query)[0][0]) for title, query in _LEFT_BEHIND.items()}
    spooled = [n for n in list_objects(stack.gcs_url, SPOOL_BUCKET) if n.startswith("spool/")]
    counts["deliveries in the spool"] = len(spooled)
    return counts


def _query(stack: Stack, statement: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(stack.database_url)) as connection, connection:
        cursor = connection.cursor()
        cursor.execute(statement)
        return cursor.fetchall()
