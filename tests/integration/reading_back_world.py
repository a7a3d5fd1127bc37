"""Reconcile as it is wired, over a real database and a real Chatwoot, with a queue in a list."""

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from db.ledger import PostgresLedger
from db.pool import ConnectionPool
from handlers.clients.chatwoot_http import ChatwootHttp
from handlers.domain.deliveries import Accepted, Ignored, InboxRules, read_delivery
from handlers.domain.envelope import decode_attributes
from handlers.domain.errors import RetryReason
from handlers.domain.filing import Claimed
from handlers.domain.message_state import join
from handlers.reading_back.backfill import Backfill
from handlers.settings_parts import ChatwootSettings
from handlers.wiring import reading_back
from tests.component.logged_lines import LoggedLines
from tests.contract.ledger_requests import bucket, claim_request, finish_request
from tests.databases import Database
from tests.fakes.batch_publisher import FakeBatchPublisher
from tests.fakes.clock import FakeClock
from tests.local.chatwoot_server import (
    ADMINISTRATOR,
    WEBHOOK_KEY,
    Chatwoot,
    Receiver,
    run_chatwoot,
    run_receiver,
)

Row = dict[str, Any]
MINUTES: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingBackWorld:
    """Chatwoot's clock is the machine's; ours is moved by the test."""

    database: Database
    chatwoot: Chatwoot
    receiver: Receiver
    pool: ConnectionPool
    http: ChatwootHttp
    clock: FakeClock
    publisher: FakeBatchPublisher = field(default_factory=FakeBatchPublisher)
    log: LoggedLines = field(default_factory=LoggedLines)
    inbox_rules: InboxRules = field(default_factory=InboxRules)
    account_ids: tuple[str, ...] = ("7",)

    def write(self, conversation_id: int, *, is_lost: bool = False, **wish: object) -> int:
        """Write as the customer, with the webhook sent or lost; return the message's id."""
        wish = {"content": "hello", "wait": not is_lost, "fire": not is_lost, **wish}
        path = f"conversations/{conversation_id}/incoming"
        message_id: int = self.chatwoot.control(path, wish)["message_id"]
        return message_id

    def speak(self, conversation_id: int, **wish: object) -> int:
        """Write as somebody on our side."""
        path = f"conversations/{conversation_id}/outgoing"
        found = self.chatwoot.control(path, {"content": "hi", "fire": False, **wish})
        message_id: int = found["message_id"]
        return message_id

    def conversation(self, **wish: object) -> int:
        conversation_id: int = self.chatwoot.contact(**wish)["conversation_id"]
        return conversation_id

    def webhooks_arrive(self) -> None:
        """Let the worker have what the webhooks brought."""
        for received in self.receiver.received:
            self.work(received.body, "webhook")
        self.receiver.received.clear()

    def queue_is_worked_off(self) -> list[Mapping[str, str]]:
        """Let the worker have what was fed; return the attributes."""
        fed = [delivery for batch in self.publisher.batches for delivery in batch]
        for body, attributes in fed:
            self.work(body, decode_attributes(attributes).source.value)
        self.publisher.batches.clear()
        return [attributes for _, attributes in fed]

    def work(self, body: bytes, source: str) -> None:
        """Do what the worker does in the ledger."""
        ledger = PostgresLedger(self.pool, owner_key_canary="c" * 64)
        delivery = read_delivery(body, self.inbox_rules)
        if isinstance(delivery, Ignored):
            assert delivery.account_id is not None
            assert delivery.message_id is not None
            ids = (delivery.account_id, delivery.message_id)
            ledger.ignore("main", ids, source, delivery.reason.value)
            return
        assert isinstance(delivery, Accepted)
        message = delivery.message
        claim = ledger.claim(claim_request(message, source=source))
        if isinstance(claim, Claimed):
            ledger.pin_bucket(claim.lease, bucket())
            ledger.finish(claim.lease, finish_request(message, join(claim.state, message)))

    def parts(self) -> reading_back.ReadingBackParts:
        return reading_back.ReadingBackParts(
            installation="main",
            chatwoot=ChatwootSettings(
                base_url=self.chatwoot.url,
                api_token=ADMINISTRATOR,
                bot_token=None,
                account_ids=self.account_ids,
            ),
            http=self.http,
            inbox_rules=self.inbox_rules,
            pool=self.pool,
            ledger=PostgresLedger(self.pool, owner_key_canary="c" * 64),
            publisher=self.publisher,
            clock=self.clock,
            log=self.log.event_log(),
        )

    def reconcile(self, *, seconds: float = 400.0, dry_run: bool = False) -> dict[str, int]:
        """Run once; return the counts that are not nought."""
        deadline = self.clock.monotonic() + seconds
        run = reading_back.reconciliation(self.parts()).run(deadline, dry_run=dry_run)
        return {name: count for name, count in run.items() if count}

    def backfill(self, since: datetime) -> Backfill:
        return reading_back.backfill(self.parts(), since)

    def ten_minutes_pass(self) -> None:
        """Make everything written until now older than ten minutes."""
        behind = (datetime.now(UTC) - self.clock.now()).total_seconds()
        self.clock.advance(10 * MINUTES + 1 + max(behind, 0))

    def states(self) -> dict[str, str]:
        found = self.database.run("select message_id, state from whatsapp.messages")
        return dict(found)

    def message(self, message_id: int) -> Row:
        found = self.database.run(
            "select to_jsonb(m) from whatsapp.messages as m where m.message_id = %(id)s",
            id=str(message_id),
        )
        row: Row = found[0][0]
        return row

    def settled(self, conversation_id: int) -> int | None:
        found = self.database.run(
            "select settled_id from whatsapp.reconciled_conversations"
            " where conversation_id = %(id)s",
            id=str(conversation_id),
        )
        settled_id: int | None = found[0][0] if found else None
        return settled_id

    def losses(self) -> Row:
        """Return the sums of the loss account."""
        found = self.database.run(
            "select to_jsonb(t) from (select sum(seen) as seen, sum(unseen) as unseen,"
            " sum(received) as received, sum(stored) as stored, sum(ignored) as ignored,"
            " sum(dead) as dead, sum(erased) as erased, sum(in_work) as in_work,"
            " sum(missing) as missing, sum(in_flight) as in_flight, sum(gone) as gone"
            " from whatsapp.loss_per_hour) as t"
        )
        row: Row = {name: count for name, count in found[0][0].items() if count}
        return row

    def refuse(self, reason: RetryReason | None) -> None:
        """Make the broker refuse everything, or take it again."""
        self.publisher.refuse = lambda _: reason

    def was_deployed(self, ago: timedelta) -> None:
        """Make the deployment so long ago, as far as the first reconcile is concerned."""
        self.database.run(
            "update whatsapp.sync_state set value = %(start)s where name = 'reconcile_start'",
            start=(self.clock.now() - ago).isoformat(),
        )


@contextmanager
def running_world(
    database: Database, url: str, folder: Path, *options: str
) -> Iterator[ReadingBackWorld]:
    """Start a Chatwoot; our clock begins with the machine's time, which is Chatwoot's too."""
    clock = FakeClock(datetime.now(UTC))
    with ExitStack() as stack:
        receiver = stack.enter_context(run_receiver())
        hook = ("--webhook-url", receiver.url, "--secret", WEBHOOK_KEY, "--first-id", "1")
        chatwoot = stack.enter_context(run_chatwoot(folder, *hook, *options))
        tls = ssl.create_default_context()
        http = ChatwootHttp(chatwoot.url, ADMINISTRATOR, clock=clock, tls=tls)
        stack.enter_context(closing(http))
        yield ReadingBackWorld(
            database=database,
            chatwoot=chatwoot,
            receiver=receiver,
            pool=stack.enter_context(closing(ConnectionPool(url, size=4))),
            http=http,
            clock=clock,
        )


def payload(body: bytes) -> Row:
    """Return a fed body."""
    found: Row = json.loads(body)
    return found
