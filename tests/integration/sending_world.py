"""A conversation at a real Chatwoot, an outbox in Postgres, and senders as processes have them."""

import ssl
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, Final

from db.ledger import PostgresLedger
from db.outbox import PostgresOutbox
from db.pool import ConnectionPool
from handlers.clients.chatwoot_http import ChatwootHttp
from handlers.clients.chatwoot_messages import ChatwootMessages
from handlers.domain.messages import ConversationId, Message, MessageId
from handlers.domain.outgoing import Outgoing, OutgoingId, OutgoingKind
from handlers.outbox_delivery import OutboxDelivery
from handlers.ports.conversations import Conversations
from handlers.ports.outbox import Outbox
from handlers.sweeps.outbox import OutboxSweep
from handlers.wiring.instance import SystemClock
from tests.component.logged_lines import LoggedLines
from tests.contract.ledger_requests import claim_request, claimed, finished, sending_request
from tests.databases import Database
from tests.factories import make_message
from tests.fakes.publisher import FakePublisher
from tests.local.chatwoot_server import ADMINISTRATOR, BOT, Chatwoot

TLS: Final = ssl.create_default_context()
_NUMBERS: Final = iter(range(50001, 60000))


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingWorld:
    """One person's conversation, and senders as two processes have them."""

    database: Database
    pool: ConnectionPool
    chatwoot: Chatwoot
    conversation_id: int
    undo: ExitStack
    log: LoggedLines

    @property
    def outbox(self) -> PostgresOutbox:
        return PostgresOutbox(self.pool, installation="main")

    def messages(self, url: str | None = None, *, writer: str = BOT) -> ChatwootMessages:
        clock, address = SystemClock(), url or self.chatwoot.url
        sending, reading = (
            self.undo.enter_context(closing(ChatwootHttp(address, t, clock=clock, tls=TLS)))
            for t in (writer, ADMINISTRATOR)
        )
        return ChatwootMessages(sending=sending, reading=reading, clock=clock)

    def delivery(
        self, *, outbox: Outbox | None = None, conversations: Conversations | None = None
    ) -> OutboxDelivery:
        return OutboxDelivery(
            outbox=outbox or self.outbox,
            conversations=conversations or self.messages(),
            jobs=FakePublisher(),
            account_ids=("7",),
            clock=SystemClock(),
            jitter=lambda: 0.0,
            log=self.log.event_log(),
        )

    def message(self) -> Message:
        return make_message(
            message_id=MessageId(str(next(_NUMBERS))),
            conversation_id=ConversationId(str(self.conversation_id)),
        )

    def decide(self, text: str = "Which platform?") -> tuple[OutgoingId, ...]:
        """Finish a message that asks something."""
        ledger = PostgresLedger(self.pool, owner_key_canary="c" * 64)
        message = self.message()
        question = Outgoing(
            cause=f"question:{message.message_id}",
            kind=OutgoingKind.MESSAGE,
            document={"content": text},
        )
        claim = claimed(ledger, claim_request(message))
        return finished(ledger, claim.lease, sending_request(claim, message, question))

    def fault(self, match: str, **fault: object) -> None:
        self.chatwoot.control("faults", {"match": match, **fault})

    def let_pass(self, seconds: int) -> None:
        self.database.run(
            "update whatsapp.outbox set lease_until = lease_until - %(by)s::interval,"
            " next_attempt_at = next_attempt_at - %(by)s::interval",
            by=f"{seconds} seconds",
        )

    def send_now(self, ids: tuple[OutgoingId, ...], delivery: OutboxDelivery | None = None) -> None:
        deadline = SystemClock().monotonic() + 5.5
        (delivery or self.delivery()).send_now(ids, deadline)

    def sweep(self, delivery: OutboxDelivery | None = None) -> dict[str, int]:
        clock = SystemClock()
        sweep = OutboxSweep(delivery=delivery or self.delivery(), clock=clock)
        return dict(sweep.run(clock.monotonic() + 60))

    def sweep_until_done(self) -> None:
        for _ in range(6):
            self.let_pass(4000)
            self.sweep()
        assert self.states() == ["sent"] * len(self.states())

    def states(self) -> list[str]:
        return [state for (state,) in self.database.run("select state from whatsapp.outbox")]

    def texts(self) -> list[str]:
        """What the customer was sent."""
        path = f"conversations/{self.conversation_id}/messages"
        payload: list[dict[str, Any]] = self.chatwoot.api("GET", path).json()["payload"]
        return [each["content"] for each in payload if each["message_type"] == 1]
