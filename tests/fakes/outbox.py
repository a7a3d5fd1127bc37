"""The outbox over the in-memory ledger's rows: the same rules as the SQL functions."""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from handlers.domain.dialogue.values import OrderState
from handlers.domain.errors import RetryReason
from handlers.domain.json_values import JsonObject
from handlers.domain.messages import AccountId, ConversationId, MessageId
from handlers.domain.outgoing import (
    CancelledOutgoing,
    OutgoingId,
    OutgoingKind,
    OutgoingPurpose,
    Settlement,
    Take,
    TakenOutgoing,
)
from tests.fakes.dialogue_rows import ConversationRow, cancel_job
from tests.fakes.failing import FailingPort
from tests.fakes.ledger_rows import OutboxRow
from tests.fakes.ledger_tables import LedgerTables


class FakeOutbox(FailingPort):
    """Takes and settles the rows that the in-memory ledger's finish wrote."""

    def __init__(self, tables: LedgerTables) -> None:
        super().__init__()
        self.tables = tables

    def take(
        self,
        kinds: AbstractSet[OutgoingKind],
        *,
        only: OutgoingId | None = None,
        lease_seconds: int,
    ) -> Take | None:
        with self._call("take"):
            now = self.tables.now()
            due = [
                row
                for row in self.tables.outbox
                if row.state in {"waiting", "sending"}
                and (only is None or row.id == only)
                and row.kind in kinds
                and _due_at(row) <= now
            ]
            row = min(due, key=_due_at, default=None)
            if row is None:
                return None
            row.is_unknown = row.is_unknown or row.state == "sending"
            row.fence += 1
            withdrawn = self._withdrawn(row, now)
            if withdrawn is not None:
                row.state, row.reason, row.lease_until = "cancelled", withdrawn, None
                return _cancelled(row, withdrawn)
            row.state = "sending"
            row.attempts += 1
            row.lease_until = now + timedelta(seconds=lease_seconds)
            is_late = row.purpose is not None and not self._is_window_open(row, now)
            return _taken(row, (row.template if is_late else None) or row.document)

    def settle(self, taken: TakenOutgoing, settlement: Settlement) -> bool:
        with self._call("settle"):
            (row,) = [row for row in self.tables.outbox if row.id == taken.outgoing_id]
            if row.fence != taken.fence:
                return False
            if row.state == "sending":
                now = self.tables.now()
                row.state, row.reason = settlement.state.value, settlement.reason
                row.refusals += settlement.reason == RetryReason.CHATWOOT_REFUSED
                row.is_unknown, row.external_id = settlement.is_unknown, settlement.external_id
                row.lease_until = None
                wait = timedelta(seconds=settlement.retry_after_seconds or 0)
                row.next_attempt_at = now + wait
                row.sent_at = now if row.state == "sent" else None
                if (row.state, row.kind) == ("failed", OutgoingKind.JOB):
                    self._fail_job(row)
            return True

    def record_undelivered(self, correlation_id: str, reason: str) -> bool:
        with self._call("record_undelivered"):
            ours = [
                row
                for row in self.tables.outbox
                if row.correlation_id == correlation_id and row.kind == OutgoingKind.MESSAGE
            ]
            for row in ours:
                if row.state in {"waiting", "sending", "sent"}:
                    row.fence += row.state != "sent"
                    row.state, row.reason = "failed", reason
                    row.lease_until, row.is_unknown = None, False
            return bool(ours)

    def _fail_job(self, row: OutboxRow) -> None:
        key = (row.installation, row.account_id, row.order_message_id or "")
        order = self.tables.dialogue.orders.get(key)
        if order is None or order.state is not OrderState.PLACED:
            return
        if not cancel_job(self.tables.dialogue, order):
            return
        order.state, order.reason = OrderState.FAILED, f"job_failed:{row.reason or 'unknown'}"
        if order.failure_notice is not None:
            self.tables.queue(key, order.failure_notice)

    def _withdrawn(self, row: OutboxRow, now: datetime) -> str | None:
        message = self.tables.messages.get((row.installation, row.account_id, row.message_id))
        if message is None or message.state == "erased":
            return "message_erased"
        if message.is_deleted:
            return "message_deleted"
        if row.expires_at is not None and row.expires_at <= now:
            return "expired"
        return self._closed(row, now)

    def _closed(self, row: OutboxRow, now: datetime) -> str | None:
        if row.purpose == OutgoingPurpose.QUESTION and row.cause != self._open_question(row):
            return "question_closed"
        key = (row.installation, row.account_id, row.order_message_id or "")
        order = self.tables.dialogue.orders.get(key)
        if order is not None and order.state is OrderState.CANCELLED:
            return "order_cancelled"
        if row.purpose is None or row.template is not None or self._is_window_open(row, now):
            return None
        return "window_closed"

    def _open_question(self, row: OutboxRow) -> str | None:
        question = self._conversation(row).question
        if question is None:
            return None
        return f"question:{question.order_message_id}:{question.field}"

    def _is_window_open(self, row: OutboxRow, now: datetime) -> bool:
        newest = self._conversation(row).last_incoming_at
        return newest is not None and newest > now - timedelta(hours=24)

    def _conversation(self, row: OutboxRow) -> ConversationRow:
        key = (row.installation, row.account_id, row.conversation_id)
        return self.tables.dialogue.conversations.get(key) or ConversationRow()


def _due_at(row: OutboxRow) -> datetime:
    return row.lease_until or row.next_attempt_at


def _cancelled(row: OutboxRow, reason: str) -> CancelledOutgoing:
    return CancelledOutgoing(
        kind=OutgoingKind(row.kind),
        account_id=AccountId(row.account_id),
        conversation_id=ConversationId(row.conversation_id),
        message_id=MessageId(row.message_id),
        reason=reason,
    )


def _taken(row: OutboxRow, document: JsonObject) -> TakenOutgoing:
    return TakenOutgoing(
        outgoing_id=OutgoingId(row.id),
        fence=row.fence,
        account_id=AccountId(row.account_id),
        conversation_id=ConversationId(row.conversation_id),
        message_id=MessageId(row.message_id),
        kind=OutgoingKind(row.kind),
        document=document,
        correlation_id=row.correlation_id,
        attempts=row.attempts,
        refusals=row.refusals,
        is_unknown=row.is_unknown,
        last_reason=row.reason,
        created_at=row.created_at,
    )
