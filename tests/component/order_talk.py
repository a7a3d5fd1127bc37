"""A user who orders by WhatsApp: what they write, tap and say, and what they are asked."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from werkzeug.test import TestResponse

from handlers.domain.json_values import JsonObject
from handlers.ports.media import Transcript
from handlers.sweeps.orders import OrderSweep
from handlers.sweeps.outbox import OutboxSweep
from tests.component.media_samples import NOTE_OGG, VOICE
from tests.component.worker_world import WorkerWorld
from tests.factories import encode, make_delivery, push_request
from tests.fakes.clock import START
from tests.fakes.dialogue_rows import ConversationRow, OrderRow
from tests.fakes.ledger_rows import ContactRow, MessageRow, NoteRow
from tests.fakes.orders import FakeOrders

USER: Final = UUID("a3bb189e-8bf9-3888-9912-ace4e6543002")
ORDER: Final = 50001
"""The number of the message that an order begins with; its answers have the next ones."""
COMPLETE: Final = "write a short, casual LinkedIn post about remote work"
INCOMPLETE: Final = "write a post about our caf\u00e9"
DOUBTFUL: Final = "we could do something on instagram about coffee"
"""The rules cannot tell whether this is an order."""


class Talk:
    """One person's conversation with the worker, whose fakes stay within reach."""

    def __init__(self, world: WorkerWorld, *, is_user: bool = True) -> None:
        self.world = world
        self.tables = world.ledger.tables
        if is_user:
            self.map_person()

    def map_person(self) -> None:
        """Let the person be a user, as the mapper does, from now on."""
        contact = self.tables.contacts.setdefault(("main", "7", "90210"), ContactRow())
        contact.user_id = USER

    def write(self, content: str, number: int = ORDER, **overrides: object) -> TestResponse:
        """Deliver a text or a tap, which comes as the option's title."""
        return self.world.deliver(written(content, number, **overrides))

    def say(self, words: str, number: int = ORDER, **overrides: object) -> TestResponse:
        """Deliver a recording in which these words are heard."""
        return self.world.deliver(self.recorded(words, number, **overrides))

    def recorded(self, words: str, number: int = ORDER, **overrides: object) -> dict[str, Any]:
        """Put a recording behind its link and return its delivery."""
        payload = spoken(number, **overrides)
        # Bytes behind its last page: another file, and as long.
        recording = NOTE_OGG + str(number).encode()
        self.world.downloads.files[payload["attachments"][0]["data_url"]] = recording
        transcript = Transcript(text=words, language=None, seconds=3.0)
        self.world.transcriber.transcripts[recording] = transcript
        return payload

    def sweep(self) -> dict[str, int]:
        """Send what is due."""
        delivery = self.world.sending.delivery(self.world.clock, self.world.log.event_log())
        run = OutboxSweep(delivery=delivery, clock=self.world.clock).run
        return dict(run(self.world.clock.monotonic() + 400))

    def sweep_orders(self) -> dict[str, int]:
        """Take up orders whose person is known by now."""
        delivery = self.world.sending.delivery(self.world.clock, self.world.log.event_log())
        orders = FakeOrders(self.tables)
        run = OrderSweep(orders=orders, outbox=delivery, clock=self.world.clock).run
        return {name: n for name, n in run(self.world.clock.monotonic() + 400).items() if n}

    @property
    def asked(self) -> list[str]:
        """The first lines of what the person was sent."""
        return [str(document["content"]).split("\n")[0] for document in self.sent]

    @property
    def sent(self) -> list[JsonObject]:
        return [posted.document for posted in self.world.sending.conversations.posted]

    @property
    def jobs(self) -> list[dict[str, Any]]:
        """What the writer of the content was given."""
        return [json.loads(each.data) for each in self.world.sending.jobs.published]

    @property
    def outbox(self) -> list[tuple[str, str, str | None]]:
        return [(row.cause, row.state, row.reason) for row in self.tables.outbox]

    @property
    def conversation(self) -> ConversationRow:
        return self.tables.dialogue.conversations["main", "7", "118"]

    def order(self, number: int = ORDER) -> OrderRow:
        return self.tables.dialogue.orders["main", "7", str(number)]

    def message(self, number: int) -> MessageRow:
        return self.world.message(str(number))

    def decided(self, number: int) -> tuple[str | None, str | None]:
        """Return a message's role, and who decided it."""
        row = self.message(number)
        return row.decision, row.decided_by

    def note(self, number: int) -> NoteRow | None:
        return self.tables.notes.of("7", str(number))


def written(content: str, number: int = ORDER, **overrides: object) -> dict[str, Any]:
    """Return the delivery of a text."""
    return make_delivery(**_named(number), content=content) | overrides


def spoken(number: int = ORDER, **overrides: object) -> dict[str, Any]:
    """Return the delivery of a recording."""
    payload: dict[str, Any] = json.loads(json.dumps(VOICE)) | _named(number) | overrides
    payload["attachments"][0]["id"] = number
    payload["attachments"][0]["data_url"] += f"?recording={number}"
    return payload


def backfilled(payload: dict[str, Any]) -> bytes:
    """Return the push request of a message that was read back from before the installation."""
    attributes = {"v": "1", "source": "backfill"}
    return push_request(encode(payload), attributes=attributes)


def written_at(**earlier: float) -> str:
    """Return a message's time, so much before the clock's beginning."""
    return (START - timedelta(**earlier)).astimezone(UTC).isoformat()


def _named(number: int) -> dict[str, object]:
    created_at = datetime(2026, 8, 2, 9, 0, tzinfo=UTC) + timedelta(milliseconds=number - ORDER)
    return {
        "id": number,
        "source_id": f"wamid.{number}",
        "created_at": created_at.isoformat(),
    }
