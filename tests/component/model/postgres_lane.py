"""The lane on a real Postgres, where the superuser ends leases and waits."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from db.backlog import PostgresBacklog
from db.ledger import PostgresLedger
from db.pool import ConnectionPool
from handlers.ports.backlog import Backlog, DeletedMediaQueue
from handlers.ports.ledger import Ledger
from tests.component.model.lane import SeenMessage, SeenNote
from tests.databases import Database
from tests.fakes.clock import FakeClock
from tests.fakes.failing import FailingPort

_LEASES_END_SECONDS = 301
_TABLES = "contacts messages attachments buckets dead_letters sync_state"


class Observed(FailingPort):
    """Passes every call on to an adapter, with the failures and hooks of a fake."""

    def __init__(self, target: object) -> None:
        super().__init__()
        self._target = target

    def __getattr__(self, name: str) -> Callable[..., object]:
        method = getattr(self._target, name)

        def call(*arguments: object, **named: object) -> object:
            with self._call(name):
                result: object = method(*arguments, **named)
            return result

        return call


@dataclass(slots=True, kw_only=True)
class PostgresLane:
    """Starts from empty tables."""

    database: Database
    pool: ConnectionPool
    clock: FakeClock = field(default_factory=FakeClock)
    failing_ledger: Observed = field(init=False)
    backlog: Backlog = field(init=False)
    deleted_media: DeletedMediaQueue = field(init=False)

    def __post_init__(self) -> None:
        tables = ", ".join(f"whatsapp.{name}" for name in _TABLES.split())
        self.database.run(f"truncate {tables}, public.meeting_notes cascade")
        self.failing_ledger = Observed(PostgresLedger(self.pool, owner_key_canary="c" * 64))
        backlog = PostgresBacklog(self.pool, installation="main")
        self.backlog, self.deleted_media = backlog, backlog

    @property
    def ledger(self) -> Ledger:
        return cast("Ledger", self.failing_ledger)

    def messages(self) -> dict[str, SeenMessage]:
        rows = self.database.run(
            "select m.message_id, m.state, m.object_name,"
            " coalesce(bool_or(a.state = 'pending' or a.next_attempt_at is not null), false)"
            " from whatsapp.messages as m"
            " left join whatsapp.attachments as a using (installation, account_id, message_id)"
            " group by m.message_id, m.state, m.object_name"
        )
        return {
            message_id: SeenMessage(state=state, object_name=name, is_waiting=is_waiting)
            for message_id, state, name, is_waiting in rows
        }

    def notes(self) -> list[SeenNote]:
        rows = self.database.run(
            "select chatwoot_message_id, content, processing_status, error_details"
            " from public.meeting_notes"
        )
        return [
            SeenNote(
                message_id=message_id,
                content=content,
                processing_status=processing_status,
                error_details=error_details,
            )
            for message_id, content, processing_status, error_details in rows
        ]

    def open_letters(self) -> int:
        statement = "select count(*) from whatsapp.dead_letters where state = 'open'"
        return int(self.database.run(statement)[0][0])

    def end_leases(self) -> None:
        self.clock.advance(_LEASES_END_SECONDS)
        self.database.run(
            "update whatsapp.messages set lease_until = now() - interval '1 s'"
            " where lease_until is not null"
        )
        self.database.run(
            "update whatsapp.attachments set transcribing_until = now() - interval '1 s'"
            " where transcribing_until is not null"
        )

    def make_due(self) -> None:
        self.database.run(
            "update whatsapp.attachments set next_attempt_at = now()"
            " where state = 'pending' or next_attempt_at is not null"
        )
        self.database.run(
            "update whatsapp.dead_letters set next_replay_at = now() where state = 'open'"
        )
