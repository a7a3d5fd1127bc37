"""Plays people who order content, until everybody's phone shows what it must."""

import sys
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from local.chatwoot_people import Bubble, ChatwootPeople
from local.content_writer import ContentWriter
from local.stack import ACCOUNT_ID, PROJECT_ID, Stack

_VOICE_ORDER = Path(__file__).parent / "voice" / "order.ogg"
_WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.1
# Whoever must hear nothing is watched for this long.
_SILENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What one person's phone shows in the end."""

    title: str
    bubbles: list[Bubble]
    order: str
    """The row of the order, in words."""
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    conversation_id: int
    contact_id: int


class OrderScenes:
    """Plays one scene after the other on a running stack."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._people = ChatwootPeople(stack.chatwoot_url)

    def play(self) -> list[Scene]:
        """Return every scene, whether it ended well or not."""
        with ContentWriter(self._stack.pubsub_host, project_id=PROJECT_ID) as writer:
            return [
                self._in_one_sentence(writer),
                self._with_questions(),
                self._by_voice(),
                self._cancelled(),
                self._of_a_stranger(),
            ]

    def _in_one_sentence(self, writer: ContentWriter) -> Scene:
        person = self._user("Dana Vale", wants_ready_notice=True)
        said = "Write a short, professional LinkedIn post about our new office in Porto"
        self._people.write(person.conversation_id, content=said)
        jobs: list[dict[str, object]] = []

        def has_job() -> bool:
            jobs.extend(writer.take_jobs())
            return bool(jobs)

        problem = _until(has_job, "no job was sent")
        if problem is None:
            writer.say(str(jobs[0]["order_id"]))
            problem = self._shows(person, 2)
        return self._scene("an order in one sentence, and its notice", person, "ready", problem)

    def _with_questions(self) -> Scene:
        person = self._user("Bia Rocha")
        self._people.write(
            person.conversation_id, content="Escreve um post sobre a nossa feira de domingo 🍊"
        )
        problem = self._shows(person, 2)
        for count, title in enumerate(("Instagram", "Curto", "Amigável"), start=1):
            if problem is None:
                self._people.tap(person.conversation_id, title)
                is_last = title == "Amigável"
                problem = self._shows(person, 2 * count + (1 if is_last else 2))
        return self._scene("questions answered by taps", person, "placed", problem)

    def _by_voice(self) -> Scene:
        person = self._user("Max Lind")
        recording = {
            "file_type": "audio",
            "path": str(_VOICE_ORDER),
            "filename": "order.ogg",
            "content_type": "audio/ogg",
        }
        self._people.write(person.conversation_id, attachments=[recording])
        self._wait_for_order(person, "placed", "asking")
        return self._scene("an order by voice", person, "placed", None)

    def _cancelled(self) -> Scene:
        person = self._user("Inés Mora")
        self._people.write(person.conversation_id, content="Hazme un post sobre el club de lectura")
        problem = self._shows(person, 2)
        if problem is None:
            self._people.cancel(person.conversation_id, "mejor no, cancela")
        return self._scene("an order that is called off", person, "cancelled", problem)

    def _of_a_stranger(self) -> Scene:
        added = self._people.add_person("Tom", phone=None)
        person = _Person(conversation_id=added["conversation_id"], contact_id=added["contact_id"])
        self._people.write(person.conversation_id, content="please write me a blog article")
        self._wait_for_order(person, "waiting")
        return self._scene("nobody's user yet: kept, and nothing asked", person, "waiting", None)

    def _user(self, name: str, *, wants_ready_notice: bool = False) -> _Person:
        """Add a person whom the operator has mapped to a user."""
        added = self._people.add_person(name, phone=None)
        user_id = str(uuid.uuid4())
        self._query(
            "insert into whatsapp.contacts (installation, account_id, contact_id, name, user_id)"
            " values ('main', %s, %s, %s, %s)",
            *(str(ACCOUNT_ID), str(added["contact_id"]), name, user_id),
        )
        if wants_ready_notice:
            self._query(
                "insert into public.whatsapp_preferences (user_id, notify_on_ready)"
                " values (%s, true)",
                user_id,
            )
        return _Person(conversation_id=added["conversation_id"], contact_id=added["contact_id"])

    def _shows(self, person: _Person, count: int) -> str | None:
        """Wait until the phone shows so many messages."""
        return _until(
            lambda: len(self._people.phone(person.conversation_id)) >= count,
            f"the phone does not show {count} messages",
        )

    def _wait_for_order(self, person: _Person, *states: str) -> None:
        _until(lambda: self._order_state(person) in states, "no order")

    def _order_state(self, person: _Person) -> str | None:
        rows = self._query(
            "select state from whatsapp.orders where contact_id = %s", str(person.contact_id)
        )
        return str(rows[0][0]) if rows else None

    def _scene(self, title: str, person: _Person, state: str, problem: str | None) -> Scene:
        problem = problem or _until(
            lambda: self._order_state(person) == state, f"its order is not {state}"
        )
        before = len(self._people.phone(person.conversation_id))
        time.sleep(_SILENCE_SECONDS)
        bubbles = self._people.phone(person.conversation_id)
        if problem is None and len(bubbles) != before:
            problem = "more was sent than was needed"
        sys.stdout.write("!" if problem else ".")
        sys.stdout.flush()
        return Scene(title=title, bubbles=bubbles, order=self._describe(person), problem=problem)

    def _describe(self, person: _Person) -> str:
        rows = self._query(
            "select concat_ws(' · ', o.state, o.wait_reason, o.platform, o.length, o.tone, o.topic,"
            " '“' || o.subject || '”', case when o.order_id is null then 'no job' else 'job '"
            " || j.status end) from whatsapp.orders as o"
            " left join public.agent_job as j on j.id = o.job_id where o.contact_id = %s",
            str(person.contact_id),
        )
        return str(rows[0][0]) if rows else "no order"

    def _query(self, statement: str, *parameters: str) -> list[tuple[object, ...]]:
        with closing(psycopg2.connect(self._stack.database_url)) as connection, connection:
            cursor = connection.cursor()
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []


def _until(look: Callable[[], bool], otherwise: str) -> str | None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while not look():
        if time.monotonic() > deadline:
            return otherwise
        time.sleep(_POLL_SECONDS)
    return None
