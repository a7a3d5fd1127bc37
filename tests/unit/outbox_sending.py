"""The sender over fakes of outbox, Chatwoot and broker, and an order-like finish to fill it."""

import dataclasses
from typing import Any, Final

from handlers.domain.filing import Claimed
from handlers.domain.messages import Message, MessageId
from handlers.domain.outgoing import Outgoing, OutgoingId, OutgoingKind
from handlers.outbox_delivery import Attempt
from handlers.sweeps.outbox import OutboxSweep
from tests.component.logged_lines import LoggedLines
from tests.contract.ledger_requests import claim_request, finished, sending_request
from tests.factories import make_message
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.fakes.ledger_rows import OutboxRow
from tests.fakes.sending import fake_sending

QUESTION: Final = Outgoing(
    cause="question:50001", kind=OutgoingKind.MESSAGE, document={"content": "Which platform?"}
)
JOB: Final = Outgoing(cause="job:50001", kind=OutgoingKind.JOB, document={"order": "caf\u00e9"})


class SendingWorld:
    """Everything that a test of sending looks at."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.ledger = FakeLedger(self.clock)
        self.log = LoggedLines()
        sending = fake_sending(self.ledger.tables)
        self.outbox, self.conversations, self.jobs = (
            sending.outbox,
            sending.conversations,
            sending.jobs,
        )
        self.delivery = sending.delivery(self.clock, self.log.event_log())

    def decide(self, *outgoing: Outgoing, message: Message | None = None) -> tuple[OutgoingId, ...]:
        """Finish a message that decides to send these; a new one unless one is given."""
        number = 50001 + len(self.ledger.tables.messages)
        wanted = message or make_message(message_id=MessageId(str(number)))
        claim = self.ledger.claim(claim_request(wanted))
        assert isinstance(claim, Claimed)
        return finished(self.ledger, claim.lease, sending_request(claim, wanted, *outgoing))

    def send_now(self, ids: tuple[OutgoingId, ...], *, seconds: float = 400) -> None:
        self.delivery.send_now(ids, self.clock.monotonic() + seconds)

    def send_next(self, *, seconds: float = 400) -> Attempt | None:
        return self.delivery.send_next(self.clock.monotonic() + seconds)

    def sweep(self, *, seconds: float = 400) -> dict[str, int]:
        sweep = OutboxSweep(delivery=self.delivery, clock=self.clock)
        return dict(sweep.run(self.clock.monotonic() + seconds))

    def row(self, cause: str = QUESTION.cause) -> OutboxRow:
        (found,) = [row for row in self.ledger.tables.outbox if row.cause == cause]
        return found

    def sent_texts(self) -> list[object]:
        return [posted.document["content"] for posted in self.conversations.posted]


def question(cause: str, **changes: Any) -> Outgoing:  # noqa: ANN401 - the value's own fields
    return dataclasses.replace(QUESTION, cause=cause, document={"content": cause}, **changes)
