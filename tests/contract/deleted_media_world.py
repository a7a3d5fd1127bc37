"""Media of deleted messages beside a ledger, in memory and in Postgres, and a clock to move."""

import dataclasses
from collections.abc import Iterable
from typing import Protocol

from typing_extensions import override

from db.backlog import PostgresBacklog
from db.ledger import PostgresLedger
from handlers.domain.deleted_media import DeletedMedia
from handlers.domain.message_state import join
from handlers.domain.messages import MessageId
from handlers.ports.backlog import DeletedMediaQueue
from tests.contract.ledger_requests import (
    archived_file,
    audio,
    bucket,
    claim_request,
    claimed,
    finish_request,
)
from tests.contract.ledger_world import FakeLedgerWorld, LedgerWorld, PostgresLedgerWorld
from tests.factories import make_message
from tests.fakes.deleted_media import FakeDeletedMedia


class DeletedMediaWorld(Protocol):
    """Rows are of installation `main` and account 7."""

    @property
    def ledgers(self) -> LedgerWorld: ...

    @property
    def queue(self) -> DeletedMediaQueue: ...

    def queue_of(self, installation: str) -> DeletedMediaQueue: ...

    def let_pass(self, seconds: float) -> None: ...

    def bring_back(self, message_id: str) -> None:
        """Let the message be one that nobody deleted, whatever its attachments say."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FakeDeletedMediaWorld(DeletedMediaWorld):
    ledgers: FakeLedgerWorld

    @property
    @override
    def queue(self) -> DeletedMediaQueue:
        return self.queue_of("main")

    @override
    def queue_of(self, installation: str) -> DeletedMediaQueue:
        return FakeDeletedMedia(self.ledgers.fake.tables, installation=installation)

    @override
    def let_pass(self, seconds: float) -> None:
        self.ledgers.clock.advance(seconds)

    @override
    def bring_back(self, message_id: str) -> None:
        self.ledgers.fake.tables.messages["main", "7", message_id].is_deleted = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PostgresDeletedMediaWorld(DeletedMediaWorld):
    ledgers: PostgresLedgerWorld

    @property
    @override
    def queue(self) -> DeletedMediaQueue:
        return self.queue_of("main")

    @override
    def queue_of(self, installation: str) -> DeletedMediaQueue:
        assert isinstance(self.ledgers.ledger, PostgresLedger)
        return PostgresBacklog(self.ledgers.ledger._pool, installation=installation)

    @override
    def let_pass(self, seconds: float) -> None:
        self.ledgers.database.run(
            "update whatsapp.attachments set next_attempt_at = next_attempt_at - %(by)s::interval",
            by=f"{seconds} seconds",
        )

    @override
    def bring_back(self, message_id: str) -> None:
        self.ledgers.change_message(message_id, is_deleted="false")


def deleted_media_world(world: LedgerWorld) -> DeletedMediaWorld:
    """Look at a ledger from the side of what its deletions left."""
    if isinstance(world, FakeLedgerWorld):
        return FakeDeletedMediaWorld(ledgers=world)
    assert isinstance(world, PostgresLedgerWorld)
    return PostgresDeletedMediaWorld(ledgers=world)


def delete_voice(world: DeletedMediaWorld, number: int = 50001, *, is_pinned: bool = True) -> None:
    """Let a worker pin a recording's name and no more, and another one delete its message."""
    ledger, message_id = world.ledgers.ledger, MessageId(str(number))
    voice = make_message(message_id=message_id, attachments=(audio(),))
    claim = claimed(ledger, claim_request(voice))
    ledger.pin_bucket(claim.lease, bucket())
    if is_pinned:
        ledger.pin_attachment(
            claim.lease,
            dataclasses.replace(archived_file(), object_name=object_name(number)),
        )
    world.ledgers.end_leases()
    deletion = make_message(message_id=message_id, is_deleted=True)
    late = claimed(ledger, claim_request(deletion))
    ledger.finish(late.lease, finish_request(deletion, join(late.state, deletion)))


def object_name(number: int) -> str:
    return f"whatsapp-audio/2026-08-02/118/{number}_801.ogg"


def ids(media: Iterable[DeletedMedia]) -> list[str]:
    return [each.message_id for each in media]
