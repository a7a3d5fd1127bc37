"""Orders over the in-memory ledger's rows: the same rules as the SQL functions."""

from datetime import datetime

from handlers.domain.dialogue.values import Decision, OrderState, WaitReason
from handlers.domain.dialogue.waiting import (
    FinishedDraft,
    OrderId,
    OrderOutcome,
    PlacedOrder,
    WaitingOrder,
)
from handlers.domain.filing import Stale
from handlers.domain.messages import AccountId, ContactId, ConversationId, MessageId
from handlers.domain.outgoing import Outgoing, OutgoingId
from tests.fakes.dialogue_rows import OrderRow
from tests.fakes.failing import FailingPort
from tests.fakes.ledger_decisions import LedgerDecisions
from tests.fakes.ledger_rows import MessageKey
from tests.fakes.ledger_tables import LedgerTables

_ENDS = {OrderOutcome.READY: OrderState.READY, OrderOutcome.FAILED: OrderState.UNFULFILLED}


class FakeOrders(FailingPort):
    """The orders of installation `main`."""

    def __init__(self, tables: LedgerTables) -> None:
        super().__init__()
        self.tables = tables
        self._decisions = LedgerDecisions(tables)

    def take_mapped_waiting(self, batch: int, *, skip: int = 0) -> tuple[WaitingOrder, ...]:
        with self._call("take_mapped_waiting"):
            found = [
                self._waiting(key, order)
                for key, order in self.tables.dialogue.orders.items()
                if _is_unmapped(order) and self._user_of(key, order) is not None
            ]
            found.sort(key=lambda w: (w.written_at, len(w.order_message_id), w.order_message_id))
            return tuple(found[skip : skip + batch])

    def apply_waiting(
        self, waiting: WaitingOrder, decision: Decision
    ) -> tuple[OutgoingId, ...] | Stale:
        with self._call("apply_waiting"):
            key = ("main", waiting.account_id, waiting.order_message_id)
            order = self.tables.dialogue.orders[key]
            if _is_unmapped(order):
                user_id = self._user_of(key, order)
                facts = self._decisions.conversation_facts(key, user_id)
                if facts.version != decision.based_on or user_id != waiting.facts.user_id:
                    return Stale(facts=facts)
                self._decisions.apply(key, user_id, decision)
            return self._decisions.to_send(key, decision)

    def lapse(self, batch: int, *, asked_before: datetime) -> int:
        with self._call("lapse"):
            closed = 0
            for (installation, account_id, _), row in self.tables.dialogue.conversations.items():
                if closed == batch:
                    break
                if row.question is None or row.question.asked_at >= asked_before:
                    continue
                key = (installation, account_id, row.question.order_message_id)
                order = self.tables.dialogue.orders.get(key)
                if order is not None and order.state is OrderState.ASKING:
                    order.state = OrderState.LAPSED
                    row.question = None
                    row.version += 1
                    closed += 1
            return closed

    def find_placed(self, order_id: OrderId) -> PlacedOrder | None:
        with self._call("find_placed"):
            found = self._placed(order_id)
            if found is None or found[1].content is None:
                return None
            (_, account_id, message_id), order = found
            return PlacedOrder(
                account_id=AccountId(account_id),
                conversation_id=ConversationId(order.conversation_id),
                order_message_id=MessageId(message_id),
                order_id=order_id,
                language=found[1].content.told_in,
            )

    def record_outcome(
        self, order_id: OrderId, outcome: OrderOutcome, notice: Outgoing
    ) -> tuple[OutgoingId, ...]:
        with self._call("record_outcome"):
            found = self._placed(order_id)
            if found is None:
                return ()
            key, order = found
            is_ready = outcome is OrderOutcome.READY
            if order.state in {OrderState.PLACED, OrderState.FAILED}:
                order.state, order.reason = _ENDS[outcome], None
                order.ready_at = self.tables.now()
                if not is_ready or self.tables.dialogue.wants_notices.get(order.user_id or ""):
                    self.tables.queue(key, notice, is_limited=False)
            if order.state is not _ENDS[outcome]:
                return ()
            return self._decisions.to_send(key, None, notice.cause)

    def take_finished_drafts(self, batch: int) -> tuple[FinishedDraft, ...]:
        with self._call("take_finished_drafts"):
            found = [
                FinishedDraft(draft_id=draft_id, order_id=OrderId(draft.order_id))
                for draft_id, draft in (self.tables.dialogue.drafts or {}).items()
                if not draft.is_told_of and self._placed(OrderId(draft.order_id)) is not None
            ]
            return tuple(found[:batch])

    def mark_draft(self, draft_id: str) -> None:
        with self._call("mark_draft"):
            draft = (self.tables.dialogue.drafts or {}).get(draft_id)
            if draft is not None and self._placed(OrderId(draft.order_id)) is not None:
                draft.is_told_of = True

    def _placed(self, order_id: OrderId) -> tuple[MessageKey, OrderRow] | None:
        orders = self.tables.dialogue.orders.items()
        return next(((key, order) for key, order in orders if order.order_id == order_id), None)

    def _user_of(self, key: MessageKey, order: OrderRow) -> str | None:
        contact = self.tables.contacts.get((key[0], key[1], order.contact_id or ""))
        return str(contact.user_id) if contact is not None and contact.user_id else None

    def _waiting(self, key: MessageKey, order: OrderRow) -> WaitingOrder:
        assert order.content is not None
        return WaitingOrder(
            account_id=AccountId(key[1]),
            conversation_id=ConversationId(order.conversation_id),
            order_message_id=MessageId(key[2]),
            sender_id=ContactId(order.contact_id) if order.contact_id else None,
            content=order.content,
            words=order.words or "",
            written_at=order.created_at or order.decided_at,
            shows_options=order.shows_options,
            last_incoming_at=self._decisions.conversation(key).last_incoming_at,
            facts=self._decisions.conversation_facts(key, self._user_of(key, order)),
        )


def _is_unmapped(order: OrderRow) -> bool:
    return (order.state, order.wait_reason) == (OrderState.WAITING, WaitReason.UNMAPPED)
