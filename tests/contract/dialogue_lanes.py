"""The dialogue in memory and in Postgres, and what a test may see and do behind its back."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from typing_extensions import override

from db.ledger import PostgresLedger
from db.orders import PostgresOrders
from handlers.domain.dialogue.values import Preferences
from handlers.ports.orders import Orders
from tests.contract.dialogue_world import USER, DialogueWorld, Row
from tests.contract.ledger_world import FakeLedgerWorld, LedgerWorld, PostgresLedgerWorld
from tests.contract.outbox_world import (
    FakeOutboxWorld,
    PostgresOutboxWorld,
    outbox_world,
    soon,
)
from tests.fakes.dialogue_rows import AppRow, ConversationRow, DraftRow
from tests.fakes.orders import FakeOrders

_DRAFTS: Final = """
create table public.saved_drafts (
  id uuid primary key default gen_random_uuid(), user_id uuid, title text, content text,
  status text default 'draft', order_id uuid references public.content_order (id),
  whatsapp_notification_sent boolean default false, whatsapp_notification_sent_at timestamptz
)
"""


_REFUSAL: Final = """
create function public.refuse() returns trigger language plpgsql as $$
begin raise exception 'refused' using errcode = '{}'; end $$;
create trigger refuse before insert on public.agent_job
for each row execute function public.refuse()
"""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FakeDialogueWorld(DialogueWorld):
    outboxes: FakeOutboxWorld
    orders: FakeOrders

    @property
    @override
    def ledgers(self) -> FakeLedgerWorld:
        return self.outboxes.ledgers

    @override
    def now(self) -> datetime:
        return self.ledgers.clock.now()

    @override
    def conversation(self) -> Row:
        rows = self.orders.tables.dialogue.conversations
        row = rows.get(("main", "7", "118")) or ConversationRow()
        question = row.question
        return {
            "version": row.version,
            "moved_by": row.moved_by,
            "last_incoming_at": row.last_incoming_at,
            "question": None if question is None else (question.order_message_id, question.field),
        }

    @override
    def order(self, message_id: str = "50001") -> Row | None:
        row = self.orders.tables.dialogue.orders.get(("main", "7", message_id))
        if row is None:
            return None
        content = row.content
        parameters = dataclasses.asdict(content.parameters) if content else {}
        return (
            dataclasses.asdict(row)
            | parameters
            | {
                "subject": content.subject if content else None,
                "language": content.language if content else None,
                "person_language": content.person_language if content else None,
                "note_id": None if row.note_id is None else str(row.note_id),
                "failure_notice": row.failure_notice,
            }
        )

    @override
    def content_orders(self) -> list[Row]:
        return [_row(each) for each in self.orders.tables.dialogue.content_orders]

    @override
    def agent_jobs(self) -> list[Row]:
        jobs = self.orders.tables.dialogue.agent_jobs
        return [_row(each) for each in jobs if each.status == "pending"]

    @override
    def begin_jobs(self) -> None:
        for job in self.orders.tables.dialogue.agent_jobs:
            job.status = "processing"

    @override
    def prefer(self, preferences: Preferences) -> None:
        self.orders.tables.dialogue.preferences[str(USER)] = preferences

    @override
    def want_notices(self) -> None:
        self.orders.tables.dialogue.wants_notices[str(USER)] = True

    @override
    @contextmanager
    def refusing(self, sqlstate: str) -> Iterator[None]:
        self.orders.tables.dialogue.refusal = sqlstate
        yield
        self.orders.tables.dialogue.refusal = None

    @override
    @contextmanager
    def drafts(self) -> Iterator[None]:
        self.orders.tables.dialogue.drafts = {}
        yield
        self.orders.tables.dialogue.drafts = None

    @override
    def add_draft(self, order_id: str) -> None:
        drafts = self.orders.tables.dialogue.drafts
        assert drafts is not None
        drafts[f"draft-{len(drafts)}"] = DraftRow(order_id=order_id)

    @override
    def let_window_pass(self, seconds: float) -> None:
        self.ledgers.clock.advance(seconds)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PostgresDialogueWorld(DialogueWorld):
    outboxes: PostgresOutboxWorld
    orders: Orders

    @property
    @override
    def ledgers(self) -> PostgresLedgerWorld:
        return self.outboxes.ledgers

    @override
    def now(self) -> datetime:
        return soon()

    @override
    def conversation(self) -> Row:
        found = self.ledgers.database.run(
            "select version, moved_by, last_incoming_at, context_json ->> 'orderMessageId',"
            " context_json ->> 'clarifyingField' from whatsapp.conversations"
            " where chatwoot_conversation_id = '118'"
        )
        version, moved_by, last, order, field = found[0] if found else (0, None, None, None, None)
        return {
            "version": version,
            "moved_by": moved_by,
            "last_incoming_at": last,
            "question": None if order is None else (order, field),
        }

    @override
    def order(self, message_id: str = "50001") -> Row | None:
        rows = self.ledgers.database.run(
            "select to_jsonb(o) from whatsapp.orders as o where message_id = %(id)s", id=message_id
        )
        return rows[0][0] if rows else None

    @override
    def content_orders(self) -> list[Row]:
        rows = self.ledgers.database.run(
            "select jsonb_build_object('row_id', id, 'user_id', user_id, 'parameters', params_json,"
            " 'user_message', null) from public.content_order"
            " where (source, triggered_by) = ('whatsapp', 'whatsapp') order by created_at"
        )
        return [row for (row,) in rows]

    @override
    def agent_jobs(self) -> list[Row]:
        rows = self.ledgers.database.run(
            "select jsonb_build_object('row_id', id, 'user_id', user_id,"
            " 'parameters', payload_json, 'user_message', user_message) from public.agent_job"
            " where (type, status) = ('process_order', 'pending') order by created_at"
        )
        return [row for (row,) in rows]

    @override
    def begin_jobs(self) -> None:
        self.ledgers.database.run("update public.agent_job set status = 'processing'")

    @override
    def prefer(self, preferences: Preferences) -> None:
        self.ledgers.database.run(
            "insert into public.whatsapp_preferences"
            " (user_id, platform, length, tone, topic, language)"
            " values (%(user)s, %(platform)s, %(length)s, %(tone)s, %(topic)s, %(language)s)",
            user=str(USER),
            **dataclasses.asdict(preferences),
        )

    @override
    def want_notices(self) -> None:
        self.ledgers.database.run(
            "insert into public.user_bucket_mapping (user_id, bucket_name, notify_on_ready)"
            " values (%(user)s, 'a-bucket', true)",
            user=str(USER),
        )

    @override
    @contextmanager
    def refusing(self, sqlstate: str) -> Iterator[None]:
        self.ledgers.database.run(_REFUSAL.format(sqlstate))
        try:
            yield
        finally:
            self.ledgers.database.run("drop function public.refuse() cascade")

    @override
    @contextmanager
    def drafts(self) -> Iterator[None]:
        self.ledgers.database.run(_DRAFTS)
        try:
            yield
        finally:
            self.ledgers.database.run("drop table public.saved_drafts")

    @override
    def add_draft(self, order_id: str) -> None:
        statement = "insert into public.saved_drafts (order_id) values (%(order)s)"
        self.ledgers.database.run(statement, order=order_id)

    @override
    def let_window_pass(self, seconds: float) -> None:
        self.ledgers.database.run(
            "update whatsapp.conversations set last_incoming_at = last_incoming_at - %(by)s",
            by=timedelta(seconds=seconds),
        )


def dialogue_world(world: LedgerWorld) -> DialogueWorld:
    """Put outbox and orders beside a ledger."""
    outboxes = outbox_world(world)
    if isinstance(outboxes, FakeOutboxWorld):
        return FakeDialogueWorld(outboxes=outboxes, orders=FakeOrders(outboxes.outbox.tables))
    assert isinstance(outboxes, PostgresOutboxWorld)
    assert isinstance(outboxes.ledgers.ledger, PostgresLedger)
    orders = PostgresOrders(outboxes.ledgers.ledger._pool, installation="main")
    return PostgresDialogueWorld(outboxes=outboxes, orders=orders)


def _row(each: AppRow) -> Row:
    row = dataclasses.asdict(each)
    del row["status"]
    return row
