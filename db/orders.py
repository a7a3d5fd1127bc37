"""Orders in Postgres, beyond the messages that made them."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from db.dialogue_documents import decision_document, outgoing_document, read_content, read_facts
from db.pool import ConnectionPool
from db.statements import load_statements
from db.text import to_json
from handlers.domain.dialogue.values import Decision, OrderState
from handlers.domain.dialogue.waiting import (
    FinishedDraft,
    OrderId,
    OrderOutcome,
    PlacedOrder,
    WaitingOrder,
)
from handlers.domain.filing import Stale
from handlers.domain.messages import AccountId, ContactId, ConversationId, MessageId
from handlers.domain.orders.values import Language
from handlers.domain.outgoing import Outgoing, OutgoingId

_STATEMENTS: Final = load_statements(Path(__file__).with_name("orders.sql"))
_ENDS: Final = {
    OrderOutcome.READY: OrderState.READY,
    OrderOutcome.FAILED: OrderState.UNFULFILLED,
}


class PostgresOrders:
    """The orders of one installation."""

    def __init__(self, pool: ConnectionPool, *, installation: str) -> None:
        self._pool = pool
        self._installation = installation

    def take_mapped_waiting(self, batch: int, *, skip: int = 0) -> tuple[WaitingOrder, ...]:
        """Return orders whose person is a user now."""
        rows = self._fetch("mapped_waiting_orders", batch=batch, skip=skip)
        return tuple(_read_waiting(row) for row in rows)

    def apply_waiting(
        self, waiting: WaitingOrder, decision: Decision
    ) -> tuple[OutgoingId, ...] | Stale:
        """Write what was decided of a waiting order."""
        request = {
            "installation": self._installation,
            "account_id": waiting.account_id,
            "conversation_id": waiting.conversation_id,
            "message_id": waiting.order_message_id,
            "user_id": waiting.facts.user_id,
            "decision": decision_document(
                decision,
                installation=self._installation,
                account_id=waiting.account_id,
                message=None,
            ),
        }
        found = self._fetch("apply_waiting_order", request=to_json(request))
        if isinstance(found, dict):
            return Stale(facts=read_facts(found["stale"]))
        return _ids(found)

    def lapse(self, batch: int, *, asked_before: datetime) -> int:
        """Close questions asked before that time."""
        closed: int = self._fetch("lapse_questions", batch=batch, asked_before=asked_before)
        return closed

    def find_placed(self, order_id: OrderId) -> PlacedOrder | None:
        """Return the order with that id in content_order."""
        row = self._fetch("find_placed_order", order_id=order_id)
        if row is None:
            return None
        return PlacedOrder(
            account_id=AccountId(row["account_id"]),
            conversation_id=ConversationId(row["conversation_id"]),
            order_message_id=MessageId(row["message_id"]),
            order_id=OrderId(row["order_id"]),
            language=Language(row["language"]),
        )

    def record_outcome(
        self, order_id: OrderId, outcome: OrderOutcome, notice: Outgoing
    ) -> tuple[OutgoingId, ...]:
        """End an order, once, with its notice."""
        order = self.find_placed(order_id)
        if order is None:
            return ()
        document = outgoing_document(notice, self._installation, order.account_id)
        return _ids(
            self._fetch(
                "record_order_outcome",
                order_id=order_id,
                state=_ENDS[outcome].value,
                notice=to_json(document),
            )
        )

    def take_finished_drafts(self, batch: int) -> tuple[FinishedDraft, ...]:
        """Return drafts of our orders that are not marked."""
        rows = self._fetch("finished_drafts", batch=batch)
        return tuple(
            FinishedDraft(draft_id=row["draft_id"], order_id=OrderId(row["order_id"]))
            for row in rows
        )

    def mark_draft(self, draft_id: str) -> None:
        """Mark that the person was told of a draft, or does not want to be."""
        self._fetch("mark_draft", draft_id=draft_id)

    def _fetch(self, name: str, **parameters: object) -> Any:  # noqa: ANN401 - jsonb of many shapes
        return self._pool.fetch_value(
            _STATEMENTS[name], {"installation": self._installation, **parameters}
        )


def _ids(found: list[int]) -> tuple[OutgoingId, ...]:
    return tuple(OutgoingId(outgoing_id) for outgoing_id in found)


def _read_waiting(row: dict[str, Any]) -> WaitingOrder:
    contact_id, last_incoming_at = row["contact_id"], row["last_incoming_at"]
    return WaitingOrder(
        account_id=AccountId(row["account_id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        order_message_id=MessageId(row["message_id"]),
        sender_id=None if contact_id is None else ContactId(contact_id),
        content=read_content(row),
        words=row["words"] or "",
        written_at=datetime.fromisoformat(row["created_at"]),
        shows_options=row["shows_options"],
        last_incoming_at=datetime.fromisoformat(last_incoming_at) if last_incoming_at else None,
        facts=read_facts(row["dialogue"]),
    )
