"""The sender as the worker has it, over fakes at its ports."""

from dataclasses import dataclass, field

from handlers.logs import EventLog
from handlers.outbox_delivery import OutboxDelivery
from handlers.ports.clock import Clock
from tests.fakes.ledger_tables import LedgerTables
from tests.fakes.outbox import FakeOutbox
from tests.fakes.publisher import FakePublisher
from tests.fakes.sent_messages import FakeSentMessages


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeSending:
    """Sends from the rows of one in-memory ledger."""

    outbox: FakeOutbox
    conversations: FakeSentMessages = field(default_factory=FakeSentMessages)
    jobs: FakePublisher = field(default_factory=FakePublisher)

    def delivery(self, clock: Clock, log: EventLog) -> OutboxDelivery:
        """Build the real use case over the fakes."""
        return OutboxDelivery(
            outbox=self.outbox,
            conversations=self.conversations,
            jobs=self.jobs,
            account_ids=("7",),
            clock=clock,
            jitter=lambda: 0.0,
            log=log,
        )


def fake_sending(tables: LedgerTables) -> FakeSending:
    """Put a sender beside a ledger."""
    return FakeSending(outbox=FakeOutbox(tables))
