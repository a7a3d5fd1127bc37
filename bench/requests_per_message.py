"""How many requests one message costs, counted on the wire between the real components."""

import itertools
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import requests

from bench.http_client import UnexpectedAnswerError
from bench.postgres_tap import PostgresTap, Traffic
from bench.report import Section, Table, Verdict
from local import processes
from local.chatwoot_people import ChatwootPeople
from local.functions import REPOSITORY, start_function
from local.stack import Stack
from local.stored_state import read_messages

_VOICE = REPOSITORY / "local" / "voice"
_KNOWN_TEXT = "text, known person"
_VOICE_NOTE = "voice note, known person"
_MESSAGES = 5
_SETTLE_SECONDS = 60.0
_TIMEOUT_SECONDS = 10
_MAX_SQL = 3
_METHOD = (
    "The whole local stack; people write in the Chatwoot stand-in, which sends its signed webhook, "
    "and everything after that is counted where it arrives: at the Pub/Sub, Cloud Storage, speech "
    "and Chatwoot servers, and by a proxy in front of Postgres that reads the protocol (a round "
    "trip is one simple query; BEGIN and COMMIT would be counted, there are none). Each kind is "
    "sent {count} times, one after the other, after one message that opens the connections."
)
_NOTE = (
    "A message with an attachment reaches us twice: Chatwoot sends `message_created` and, for the "
    "upload, `message_updated`, hence two publishes. Four of the voice note's SQL round trips are "
    "the message's own (claim, pin the object, settle the attachment, finish); the others are "
    "claims for the second delivery, which is handed back while the first holds the lease. The two "
    "Chatwoot requests are the download: the link and where it redirects to."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """What one message caused."""

    storage: dict[str, int]
    sql: Traffic
    publishes: int
    chatwoot: int
    speech: int

    @property
    def storage_total(self) -> int:
        return sum(self.storage.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    name: str
    write: Callable[[], str]
    """Sends one and returns its message id."""


class _Meters:
    """Reads every counter and sets it back."""

    def __init__(self, stack: Stack, tap: PostgresTap) -> None:
        self._stack = stack
        self._tap = tap
        self._published = 0

    def take(self) -> _Counts:
        """Return what was counted since the last call."""
        storage = _read_and_forget(f"{self._stack.gcs_url}/_control/requests")
        chatwoot = _read_and_forget(f"{self._stack.chatwoot_url}/_control/requests")
        speech = _read_and_forget(f"{self._stack.speech_url}/_control/requests")
        before, self._published = self._published, self._count_publishes()
        return _Counts(
            storage={name: int(count) for name, count in storage.items()},
            sql=self._tap.take(),
            publishes=self._published - before,
            chatwoot=sum(chatwoot["requests"].values()),
            speech=int(speech["count"]),
        )

    def _count_publishes(self) -> int:
        return int(_pubsub_stats(self._stack)["requests"].get("Publish", 0))


def measure(*, is_quick: bool) -> Section:
    """Send every kind of message and count."""
    count = 2 if is_quick else _MESSAGES
    with ExitStack() as undo:
        # The file is there at once: how often a late one is asked for is the fault tests' matter.
        stack = undo.enter_context(Stack(attachment_delay_seconds=0))
        tap = undo.enter_context(PostgresTap(stack.postgres.port))
        stack.functions["process_message"].stop()
        undo.enter_context(_start_tapped_worker(stack, tap))
        meters = _Meters(stack, tap)
        found = {
            kind.name: [_count(stack, meters, kind) for _ in range(count)]
            for kind in _kinds(stack, ChatwootPeople(stack.chatwoot_url))
        }
    return Section(
        name="requests_per_message",
        title="Requests per message",
        method=_METHOD.format(count=count),
        verdicts=_verdicts(found),
        tables=[_table(found)],
        notes=[_NOTE],
    )


def _pubsub_stats(stack: Stack) -> dict[str, Any]:
    answer = requests.get(f"{stack.pubsub_control_url}/stats", timeout=_TIMEOUT_SECONDS)
    stats: dict[str, Any] = answer.json()
    return stats


def _read_and_forget(url: str) -> dict[str, Any]:
    counted: dict[str, Any] = requests.get(url, timeout=_TIMEOUT_SECONDS).json()
    requests.delete(url, timeout=_TIMEOUT_SECONDS).raise_for_status()
    return counted


def _start_tapped_worker(stack: Stack, tap: PostgresTap) -> processes.Child:
    parts = urlsplit(stack.worker_database_url)
    url = parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{tap.port}").geturl()
    return start_function(
        "process_message",
        port=stack.function_ports["process_message"],
        environ={**stack.worker_environ(), "SUPABASE_DB_URL": url},
        log=stack.directory / "tapped_worker.log",
    )


def _kinds(stack: Stack, people: ChatwootPeople) -> list[_Kind]:
    known = people.add_person("Known", phone="+15550100001")["conversation_id"]
    numbers = itertools.count(100)

    def write(conversation: int, **message: object) -> str:
        return people.write(conversation, **message)[0].message_id

    def new_person(*, has_user: bool) -> str:
        person = people.add_person("New", phone=f"+15550100{next(numbers)}")
        if has_user:
            _map_to_user(stack, person)
        return write(person["conversation_id"], content="the first one")

    _settle(stack, write(known, content="opens the connections"))
    voice = itertools.cycle(("note.ogg", "order.ogg"))

    def write_voice() -> str:
        # Bytes of its own, or the transcript would be found again and not be asked for.
        path = stack.directory / f"voice-{next(numbers)}.ogg"
        path.write_bytes((_VOICE / next(voice)).read_bytes() + path.name.encode())
        attachment = {"file_type": "audio", "path": str(path), "content_type": "audio/ogg"}
        return write(known, attachments=[attachment | {"filename": path.name}])

    return [
        _Kind(name=_KNOWN_TEXT, write=lambda: write(known, content="a note")),
        _Kind(name="text, new person", write=lambda: new_person(has_user=False)),
        _Kind(name="text, a user's first", write=lambda: new_person(has_user=True)),
        _Kind(name=_VOICE_NOTE, write=write_voice),
    ]


def _map_to_user(stack: Stack, person: dict[str, Any]) -> None:
    with closing(psycopg2.connect(stack.database_url)) as connection, connection:
        connection.cursor().execute(
            "insert into whatsapp.contacts (installation, account_id, contact_id, user_id)"
            " values ('main', %s, %s, gen_random_uuid())",
            (str(person["account_id"]), str(person["contact_id"])),
        )


def _count(stack: Stack, meters: _Meters, kind: _Kind) -> _Counts:
    meters.take()
    _settle(stack, kind.write())
    return meters.take()


def _settle(stack: Stack, message_id: str) -> None:
    deadline = time.monotonic() + _SETTLE_SECONDS
    while True:
        message = read_messages(stack.database_url).get(message_id)
        subscriptions = _pubsub_stats(stack)["subscriptions"].values()
        is_quiet = not any(each["outstanding"] for each in subscriptions)
        if message is not None and message.is_settled and is_quiet:
            break
        if time.monotonic() > deadline:
            raise UnexpectedAnswerError(f"message {message_id} was not settled: {message}")
        time.sleep(0.05)
    if message.state != "stored" or message.error_details:
        raise UnexpectedAnswerError(f"message {message_id} ended as {message}")


def _verdicts(found: dict[str, list[_Counts]]) -> list[Verdict]:
    text, voice = found[_KNOWN_TEXT], found[_VOICE_NOTE]
    added = [counts.storage_total - text[0].storage_total for counts in voice]
    return [
        _verdict("Cloud Storage requests", [c.storage_total for c in text], 1),
        _verdict("SQL round trips", [c.sql.round_trips for c in text], _MAX_SQL),
        _verdict("Chatwoot requests", [c.chatwoot for c in text], 0),
        _verdict("Cloud Storage requests a voice note adds", added, 1),
        _verdict("transcriptions of a voice note", [c.speech for c in voice], 1),
    ]


def _verdict(what: str, counted: list[int], limit: int) -> Verdict:
    about = "" if "voice" in what else " for a text of a known person"
    return Verdict(
        what=what + about,
        measured=_range(counted),
        budget=f"≤ {limit}",
        is_met=max(counted) <= limit,
    )


def _table(found: dict[str, list[_Counts]]) -> Table:
    rows = []
    for name, counts in found.items():
        storage = Counter[str]()
        for each in counts:
            storage.update(each.storage)
        rows.append(
            (
                name,
                _range([c.publishes for c in counts]),
                _range([c.storage_total for c in counts]),
                ", ".join(f"{kind} {total / len(counts):g}" for kind, total in storage.items()),
                _range([c.sql.round_trips for c in counts]),
                _range([c.sql.bytes_sent for c in counts]),
                _range([c.sql.bytes_received for c in counts]),
                _range([c.chatwoot for c in counts]),
                _range([c.speech for c in counts]),
            )
        )
    return Table(
        title="For one message, least to greatest where they differ",
        columns=(
            *("", "publishes", "Cloud Storage", "of these", "SQL round trips"),
            *("SQL bytes out", "SQL bytes in", "Chatwoot", "transcriptions"),
        ),
        rows=rows,
    )


def _range(counted: list[int]) -> str:
    least, greatest = min(counted), max(counted)
    return f"{least:,}" if least == greatest else f"{least:,} to {greatest:,}"
