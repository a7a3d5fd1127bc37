"""An outbox with the ledger that fills it, in memory and in Postgres, and a clock to move."""

import dataclasses
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from typing_extensions import override

from db.ledger import PostgresLedger
from db.outbox import PostgresOutbox
from handlers.domain.filing import Claimed
from handlers.domain.messages import Message, MessageId
from handlers.domain.outgoing import (
    Outgoing,
    OutgoingId,
    OutgoingKind,
    Take,
    TakenOutgoing,
)
from handlers.ports.outbox import Outbox
from tests.contract.ledger_requests import claim_request, claimed, finished, sending_request
from tests.contract.ledger_world import FakeLedgerWorld, LedgerWorld, PostgresLedgerWorld
from tests.factories import make_message
from tests.fakes.outbox import FakeOutbox

ALL: Final = frozenset(OutgoingKind)
LEASE_SECONDS: Final = 60

Row = dict[str, Any]


class OutboxWorld(Protocol):
    """Rows are of installation `main` and account 7."""

    @property
    def ledgers(self) -> LedgerWorld: ...

    @property
    def outbox(self) -> Outbox: ...

    def rows(self) -> list[Row]: ...

    def let_pass(self, seconds: float) -> None: ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FakeOutboxWorld(OutboxWorld):
    ledgers: FakeLedgerWorld
    outbox: FakeOutbox

    @override
    def rows(self) -> list[Row]:
        return [dataclasses.asdict(row) for row in self.outbox.tables.outbox]

    @override
    def let_pass(self, seconds: float) -> None:
        self.ledgers.clock.advance(seconds)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PostgresOutboxWorld(OutboxWorld):
    ledgers: PostgresLedgerWorld
    outbox: Outbox

    @override
    def rows(self) -> list[Row]:
        found = self.ledgers.database.run(
            "select to_jsonb(o) from whatsapp.outbox as o order by o.id"
        )
        return [row for (row,) in found]

    @override
    def let_pass(self, seconds: float) -> None:
        self.ledgers.database.run(
            "update whatsapp.outbox set lease_until = lease_until - %(by)s::interval,"
            " next_attempt_at = next_attempt_at - %(by)s::interval,"
            " expires_at = expires_at - %(by)s::interval,"
            " created_at = created_at - %(by)s::interval",
            by=f"{seconds} seconds",
        )


def outbox_world(world: LedgerWorld) -> OutboxWorld:
    """Put an empty outbox beside a ledger."""
    if isinstance(world, FakeLedgerWorld):
        return FakeOutboxWorld(ledgers=world, outbox=FakeOutbox(world.fake.tables))
    assert isinstance(world, PostgresLedgerWorld)
    assert isinstance(world.ledger, PostgresLedger)
    world.database.run("truncate whatsapp.outbox")
    outbox = PostgresOutbox(world.ledger._pool, installation="main")
    return PostgresOutboxWorld(ledgers=world, outbox=outbox)


def question(cause: str = "question:50001", **changes: Any) -> Outgoing:  # noqa: ANN401
    """Return a message to be sent."""
    wanted = Outgoing(
        cause=cause, kind=OutgoingKind.MESSAGE, document={"content": "Which platform?"}
    )
    return dataclasses.replace(wanted, **changes)


def job(cause: str = "job:50001") -> Outgoing:
    """Return a job to be published."""
    return Outgoing(cause=cause, kind=OutgoingKind.JOB, document={"order": 1})


def decide(
    world: OutboxWorld, *outgoing: Outgoing, message: Message | None = None
) -> tuple[Claimed, tuple[OutgoingId, ...]]:
    """Finish a message that decides to send these; return the claim and what to send now."""
    wanted = message or make_message()
    ledger = world.ledgers.ledger
    claim = claimed(ledger, claim_request(wanted))
    return claim, finish(world, claim, *outgoing, message=wanted)


def finish(
    world: OutboxWorld, claim: Claimed, *outgoing: Outgoing, message: Message | None = None
) -> tuple[OutgoingId, ...]:
    wanted = message or make_message()
    request = sending_request(claim, wanted, *outgoing)
    return finished(world.ledgers.ledger, claim.lease, request)


def take(world: OutboxWorld, only: OutgoingId | None = None) -> Take | None:
    return world.outbox.take(ALL, only=only, lease_seconds=LEASE_SECONDS)


def taken(world: OutboxWorld, only: OutgoingId | None = None) -> TakenOutgoing:
    found = take(world, only)
    assert isinstance(found, TakenOutgoing), found
    return found


def other_message(number: int = 50002) -> Message:
    return make_message(message_id=MessageId(str(number)))


def soon() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the database's clock is the real one
