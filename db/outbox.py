"""The outbox in Postgres: taking is a claim, settling goes by the fence."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from db.pool import ConnectionPool
from db.statements import load_statements
from db.text import to_json
from handlers.domain.messages import AccountId, ConversationId, MessageId
from handlers.domain.outgoing import (
    CancelledOutgoing,
    OutgoingId,
    OutgoingKind,
    OutgoingState,
    Settlement,
    Take,
    TakenOutgoing,
)

_STATEMENTS: Final = load_statements(Path(__file__).with_name("outbox.sql"))


class PostgresOutbox:
    """The rows of one installation."""

    def __init__(self, pool: ConnectionPool, *, installation: str) -> None:
        self._pool = pool
        self._installation = installation

    def take(
        self,
        kinds: AbstractSet[OutgoingKind],
        *,
        only: OutgoingId | None = None,
        lease_seconds: int,
    ) -> Take | None:
        """Take one that is due; where the answer is lost, its lease runs out."""
        row = self._pool.fetch_value(
            _STATEMENTS["take_outgoing"],
            {
                "installation": self._installation,
                "id": only,
                "kinds": to_json(sorted(kinds)),
                "lease_seconds": lease_seconds,
            },
        )
        return None if row is None else _read(row)

    def settle(self, taken: TakenOutgoing, settlement: Settlement) -> bool:
        """Record what came of an attempt."""
        outcome = {
            "state": settlement.state.value,
            "reason": settlement.reason,
            "external_id": settlement.external_id,
            "is_unknown": settlement.is_unknown,
            "retry_after_seconds": settlement.retry_after_seconds,
        }
        is_ours: bool = self._pool.fetch_value(
            _STATEMENTS["settle_outgoing"],
            {"id": taken.outgoing_id, "fence": taken.fence, "outcome": to_json(outcome)},
        )
        return is_ours

    def record_undelivered(self, correlation_id: str, reason: str) -> bool:
        """Record that a channel did not take what was sent."""
        is_ours: bool = self._pool.fetch_value(
            _STATEMENTS["record_undelivered"],
            {
                "installation": self._installation,
                "correlation_id": correlation_id,
                "reason": reason,
            },
        )
        return is_ours


def _read(row: dict[str, Any]) -> Take:
    account_id, conversation_id = AccountId(row["account_id"]), row["conversation_id"]
    kind = OutgoingKind(row["kind"])
    if row["state"] == OutgoingState.CANCELLED:
        return CancelledOutgoing(
            kind=kind,
            account_id=account_id,
            conversation_id=ConversationId(conversation_id),
            message_id=MessageId(row["message_id"]),
            reason=row["reason"],
        )
    return TakenOutgoing(
        outgoing_id=OutgoingId(row["id"]),
        fence=row["fence"],
        account_id=account_id,
        conversation_id=ConversationId(conversation_id),
        message_id=MessageId(row["message_id"]),
        kind=kind,
        document=row["document"],
        correlation_id=row["correlation_id"],
        attempts=row["attempts"],
        refusals=row["refusals"],
        is_unknown=row["is_unknown"],
        last_reason=row["reason"],
        created_at=datetime.fromisoformat(row["created_at"]),
    )
