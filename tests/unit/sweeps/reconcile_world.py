"""Reconcile with a fake at every port, a worker's half of the ledger, and lossy webhooks."""

import itertools
import json
from collections.abc import Callable
from datetime import datetime, timedelta

from handlers.domain.deliveries import Accepted, InboxRules, read_delivery
from handlers.domain.envelope import decode_attributes
from handlers.domain.filing import Claimed
from handlers.domain.message_state import join
from handlers.domain.messages import ConversationId, Event
from handlers.domain.reconciliation import ConversationRef
from handlers.domain.rest_messages import synthetic_body
from handlers.reading_back.backfill import Backfill
from handlers.reading_back.conversation_visits import ConversationVisits
from handlers.reading_back.feeding import Feeder
from handlers.reading_back.page_comparison import PageComparison
from handlers.reading_back.reconciliation import Reconciliation
from tests.component.logged_lines import LoggedLines
from tests.contract.ledger_requests import bucket, claim_request, finish_request
from tests.fakes.batch_publisher import FakeBatchPublisher
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import FakeConversations
from tests.fakes.failing import FailingPort
from tests.fakes.ledger import FakeLedger
from tests.fakes.reconciliation import FakeReconciliation


class ReconcileWorld:
    """One clock for Chatwoot and for us."""

    def __init__(self, *, account_ids: tuple[str, ...] = ("7",)) -> None:
        self.clock = FakeClock()
        self.chatwoot = FakeConversations(self.clock)
        self.ledger = FakeLedger(self.clock)
        self.records = FakeReconciliation(
            self.ledger.tables, start=self.clock.now() - timedelta(hours=9)
        )
        self.publisher = FakeBatchPublisher()
        self.log = LoggedLines()
        self.account_ids = account_ids
        self._tokens = map(str, itertools.count(1))

    @property
    def ports(self) -> dict[str, FailingPort]:
        return {
            "chatwoot": self.chatwoot,
            "records": self.records,
            "publisher": self.publisher,
            "ledger": self.ledger,
        }

    def new_token(self) -> str:
        return next(self._tokens)

    def visits(self) -> ConversationVisits:
        feeder = Feeder(
            installation="main", publisher=self.publisher, ledger=self.ledger, clock=self.clock
        )
        pages = PageComparison(
            records=self.records,
            feeder=feeder,
            inbox_rules=InboxRules(),
            clock=self.clock,
            new_token=self.new_token,
        )
        return ConversationVisits(records=self.records, pages=pages, clock=self.clock)

    def reconcile(self, *, seconds: float = 400.0) -> dict[str, int]:
        """Run once; return the counts that are not nought."""
        counts = self.reconciliation().run(self.clock.monotonic() + seconds)
        return {name: count for name, count in counts.items() if count}

    def reconciliation(self) -> Reconciliation:
        return Reconciliation(
            account_ids=self.account_ids,
            reader=self.chatwoot,
            records=self.records,
            visits=self.visits(),
            clock=self.clock,
            new_token=self.new_token,
            log=self.log.event_log(),
        )

    def backfill(self, since: datetime) -> Backfill:
        return Backfill(
            account_ids=self.account_ids,
            since=since,
            reader=self.chatwoot,
            records=self.records,
            visits=self.visits(),
            clock=self.clock,
            new_token=self.new_token,
            log=self.log.event_log(),
        )

    def webhook(self, conversation_id: int, message_id: int) -> Callable[[], None]:
        """Return the arrival at the worker of a message's webhook."""
        thread = self.chatwoot.threads[conversation_id]
        document = next(m for m in thread.messages if m["id"] == message_id)
        body = synthetic_body(
            document,
            event=Event.MESSAGE_CREATED,
            account_id="7",
            ref=ConversationRef(
                conversation_id=ConversationId(str(conversation_id)),
                channel=thread.channel,
                inbox_id="4",
                contact_id=str(thread.contact["id"]),
            ),
            contact=thread.contact,
            source_id=None,
        )
        return lambda: self.work(body, "webhook")

    def work(self, body: bytes, source: str) -> None:
        """Do what the worker does in the ledger."""
        delivery = read_delivery(body, InboxRules())
        assert isinstance(delivery, Accepted)
        message = delivery.message
        claim = self.ledger.claim(claim_request(message, source=source))
        if isinstance(claim, Claimed):
            self.ledger.pin_bucket(claim.lease, bucket())
            self.ledger.finish(claim.lease, finish_request(message, join(claim.state, message)))

    def queue_is_worked_off(self) -> list[int]:
        """Let the worker have what was fed; return the ids."""
        fed = [delivery for batch in self.publisher.batches for delivery in batch]
        self.publisher.batches.clear()
        for body, attributes in fed:
            self.work(body, decode_attributes(attributes).source.value)
        return [int(json.loads(body)["id"]) for body, _ in fed]

    @property
    def stored(self) -> set[int]:
        rows = self.ledger.tables.messages.items()
        return {int(key[2]) for key, row in rows if row.state == "stored"}

    def settled(self, conversation_id: int) -> int | None:
        return self.records.conversations["7", str(conversation_id)].settled_id
