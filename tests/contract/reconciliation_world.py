"""Reconcile's records in every lane, with the ledger beside them."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import pytest
from typing_extensions import override

from db.ledger import PostgresLedger
from db.pool import ConnectionPool
from db.reconciliation import PostgresReconciliation
from handlers.domain.envelope import Source
from handlers.domain.messages import ConversationId
from handlers.domain.reconciliation import (
    AccountTurn,
    ConversationRef,
    KnownConversation,
    SeenMessage,
    Verdict,
    Visit,
)
from handlers.ports.ledger import Ledger
from handlers.ports.reconciliation import ReconciliationRecords
from tests.databases import Database
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.fakes.reconciliation import FakeReconciliation

CONVERSATION: Final = ConversationId("118")
NOW: Final = datetime(2026, 8, 2, 9, 30, tzinfo=UTC)
START: Final = datetime(2026, 8, 2, tzinfo=UTC)
REF: Final = ConversationRef(
    conversation_id=CONVERSATION, channel="Channel::Whatsapp", inbox_id="4", contact_id="90210"
)
TABLES: Final = (
    "contacts messages attachments buckets dead_letters sync_state reconciled_accounts"
    " reconciled_conversations"
)


class RecordsWorld(Protocol):
    """What a test looks at besides the port."""

    records: ReconciliationRecords
    ledger: Ledger

    @abstractmethod
    def state(self, message_id: int) -> tuple[str, str | None] | None:
        """Return a message's state and reason."""

    @abstractmethod
    def change(self, message_id: int, state: str) -> None:
        """Put a message into a state."""

    @abstractmethod
    def add_legacy(self, message_id: int) -> None:
        """Add a row of the product before."""


@dataclass(slots=True, kw_only=True)
class FakeRecordsWorld(RecordsWorld):
    records: FakeReconciliation
    ledger: FakeLedger

    @override
    def state(self, message_id: int) -> tuple[str, str | None] | None:
        row = self.ledger.tables.messages.get(("main", "7", str(message_id)))
        return (row.state, row.last_error) if row else None

    @override
    def change(self, message_id: int, state: str) -> None:
        self.ledger.tables.messages["main", "7", str(message_id)].state = state

    @override
    def add_legacy(self, message_id: int) -> None:
        row = self.ledger.tables.messages.pop(("main", "7", str(message_id)))
        row.state = "legacy"
        self.ledger.tables.messages["main", "", str(message_id)] = row


@dataclass(slots=True, kw_only=True)
class PostgresRecordsWorld(RecordsWorld):
    records: PostgresReconciliation
    ledger: PostgresLedger
    database: Database

    @override
    def state(self, message_id: int) -> tuple[str, str | None] | None:
        rows = self.database.run(
            "select state, last_error from whatsapp.messages"
            " where account_id = '7' and message_id = %(id)s",
            id=str(message_id),
        )
        return (rows[0][0], rows[0][1]) if rows else None

    @override
    def change(self, message_id: int, state: str) -> None:
        self.database.run(
            "update whatsapp.messages set state = %(state)s where message_id = %(id)s",
            state=state,
            id=str(message_id),
        )

    @override
    def add_legacy(self, message_id: int) -> None:
        self.database.run(
            "update whatsapp.messages set state = 'legacy', account_id = ''"
            " where message_id = %(id)s",
            id=str(message_id),
        )


def fake_world() -> FakeRecordsWorld:
    ledger = FakeLedger(FakeClock())
    return FakeRecordsWorld(records=FakeReconciliation(ledger.tables, start=START), ledger=ledger)


def postgres_world(database: Database, pool: ConnectionPool) -> PostgresRecordsWorld:
    tables = ", ".join(f"whatsapp.{name}" for name in TABLES.split())
    database.run(f"truncate {tables}, public.meeting_notes")
    database.run(
        "insert into whatsapp.sync_state values ('reconcile_start', %(start)s)",
        start=START.isoformat(),
    )
    return PostgresRecordsWorld(
        records=PostgresReconciliation(pool, installation="main"),
        ledger=PostgresLedger(pool, owner_key_canary="c" * 64),
        database=database,
    )


@contextmanager
def records_world(request: pytest.FixtureRequest) -> Iterator[RecordsWorld]:
    """Give the lane that a fixture's parameter names."""
    if request.param == "fake":
        yield fake_world()
        return
    database: Database = request.getfixturevalue("ledger_database")
    url = database.worker_url
    if request.param == "pgbouncer":
        server, pooler = request.getfixturevalue("databases").server, "pgbouncer"
        url = url.replace(f":{server.port}/", f":{request.getfixturevalue(pooler).port}/")
    with closing(ConnectionPool(url, size=2)) as pool:
        yield postgres_world(database, pool)


def seen(
    message_id: int,
    *,
    minutes_old: float = 30,
    ignore_reason: str | None = None,
    is_deleted: bool = False,
) -> SeenMessage:
    return SeenMessage(
        message_id=message_id,
        created_at=NOW - timedelta(minutes=minutes_old),
        ignore_reason=ignore_reason,
        is_deleted=is_deleted,
        source=Source.RECONCILE,
    )


def compare(
    world: RecordsWorld,
    *messages: SeenMessage,
    by: str = "t1",
    later: timedelta = timedelta(),
    since: datetime = START,
    is_dry: bool = False,
) -> list[Verdict]:
    return world.records.compare(
        "7", CONVERSATION, messages, since=since, now=NOW + later, token=by, is_dry=is_dry
    )


def visit(
    *,
    from_settled_id: int | None = None,
    settled_id: int | None = 5,
    is_unsettled: bool = False,
    minutes_later: float = 0,
    is_reread: bool = True,
) -> Visit:
    return Visit(
        ref=REF,
        from_settled_id=from_settled_id,
        settled_id=settled_id,
        is_unsettled=is_unsettled,
        last_message_at=NOW,
        visited_at=NOW + timedelta(minutes=minutes_later),
        is_reread=is_reread,
    )


def known(world: RecordsWorld, *, later: timedelta = timedelta()) -> KnownConversation | None:
    return world.records.known("7", [CONVERSATION], now=NOW + later).get(CONVERSATION)


def due(world: RecordsWorld, *, later: timedelta) -> Sequence[str]:
    now = NOW + later
    found = world.records.due("7", visited_before=now, now=now, batch=10)
    return [each.ref.conversation_id for each in found]


def begin(
    world: RecordsWorld,
    by: str = "t1",
    *,
    later: timedelta = timedelta(),
) -> AccountTurn | None:
    return world.records.begin("7", token=by, now=NOW + later, lease_seconds=600)
