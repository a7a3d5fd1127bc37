"""What reconcile keeps, in Postgres: one method for each statement."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from db.ledger_documents import iso
from db.pool import ConnectionPool
from db.statements import load_statements
from db.text import to_json
from handlers.domain.messages import ConversationId
from handlers.domain.reconciliation import (
    AccountTurn,
    ConversationRef,
    KnownConversation,
    SeenMessage,
    Verdict,
    Visit,
)

_STATEMENTS: Final = load_statements(Path(__file__).with_name("reconciliation.sql"))


class PostgresReconciliation:
    """Speaks to the functions of schema `whatsapp`."""

    def __init__(self, pool: ConnectionPool, *, installation: str) -> None:
        self._pool = pool
        self._installation = installation

    def begin(
        self, account_id: str, *, token: str, now: datetime, lease_seconds: float
    ) -> AccountTurn | None:
        """Take an account for one run; None while another run has it."""
        found = self._call(
            "begin_reconcile",
            account_id,
            token=token,
            now=iso(now),
            lease_seconds=lease_seconds,
        )
        if found is None:
            return None
        return AccountTurn(
            account_id=account_id,
            token=token,
            started_at=datetime.fromisoformat(found["started_at"]),
            mark=datetime.fromisoformat(found["mark"]),
        )

    def advance(
        self, turn: AccountTurn, *, mark: datetime | None, now: datetime, lease_seconds: float
    ) -> None:
        """Keep how far the run has come, and the account for so much longer."""
        self._call(
            "advance_reconcile",
            turn.account_id,
            token=turn.token,
            mark=iso(mark),
            now=iso(now),
            lease_seconds=lease_seconds,
        )

    def known(
        self, account_id: str, conversation_ids: Sequence[ConversationId], *, now: datetime
    ) -> dict[ConversationId, KnownConversation]:
        """Return what is known of conversations."""
        rows = self._call(
            "known_conversations",
            account_id,
            conversation_ids=list(conversation_ids),
            now=iso(now),
        )
        return {row["conversation_id"]: _read_conversation(row) for row in rows}

    def due(
        self, account_id: str, *, visited_before: datetime, now: datetime, batch: int
    ) -> list[KnownConversation]:
        """Return conversations with unsettled ids, or to be looked through for deletions."""
        rows = self._call(
            "due_conversations",
            account_id,
            visited_before=iso(visited_before),
            now=iso(now),
            batch=batch,
        )
        return [_read_conversation(row) for row in rows]

    def compare(  # noqa: PLR0913 - as in the port
        self,
        account_id: str,
        conversation_id: ConversationId,
        messages: Sequence[SeenMessage],
        *,
        since: datetime,
        now: datetime,
        token: str,
        is_dry: bool = False,
    ) -> list[Verdict]:
        """Compare ids with the ledger and record them there."""
        verdicts = self._call(
            "compare_messages",
            account_id,
            conversation_id=conversation_id,
            since=iso(since),
            now=iso(now),
            token=token,
            is_dry=is_dry,
            messages=[
                {
                    "message_id": str(message.message_id),
                    "created_at": iso(message.created_at),
                    "ignore_reason": message.ignore_reason,
                    "is_deleted": message.is_deleted,
                    "source": message.source.value,
                }
                for message in messages
            ],
        )
        return [Verdict(verdict) for verdict in verdicts]

    def unfeed(self, account_id: str, message_ids: Sequence[int], *, token: str) -> None:
        """Take back that messages were fed."""
        self._call(
            "unfeed_messages",
            account_id,
            message_ids=[str(message_id) for message_id in message_ids],
            token=token,
        )

    def save(self, account_id: str, visit: Visit) -> None:
        """Record a visit."""
        self._call(
            "save_visit",
            account_id,
            **_ref_document(visit.ref),
            from_settled_id=visit.from_settled_id,
            settled_id=visit.settled_id,
            is_unsettled=visit.is_unsettled,
            last_message_at=iso(visit.last_message_at),
            visited_at=iso(visit.visited_at),
            reread_at=iso(visit.visited_at) if visit.is_reread else None,
        )

    def close(self, account_id: str, ref: ConversationRef, *, now: datetime, reason: str) -> None:
        """Record that a conversation is gone."""
        self._call(
            "close_conversation",
            account_id,
            **_ref_document(ref),
            now=iso(now),
            reason=reason,
        )

    def rewind(
        self, account_id: str, conversations: Sequence[ConversationRef], *, since: datetime
    ) -> None:
        """Make conversations count from an earlier time on."""
        self._call(
            "rewind_conversations",
            account_id,
            since=iso(since),
            conversations=[_ref_document(ref) for ref in conversations],
        )

    def backfill_position(self, name: str) -> str | None:
        """Return how far a backfill has come."""
        found: str | None = self._pool.fetch_value(
            _STATEMENTS["backfill_position"], {"name": self._position_name(name)}
        )
        return found

    def set_backfill_position(self, name: str, value: str) -> None:
        """Keep how far a backfill has come."""
        self._pool.fetch_value(
            _STATEMENTS["set_backfill_position"],
            {"name": self._position_name(name), "value": value},
        )

    def _position_name(self, name: str) -> str:
        return f"backfill:{self._installation}:{name}"

    def _call(self, name: str, account_id: str, **request: object) -> Any:  # noqa: ANN401 - jsonb
        document = {"installation": self._installation, "account_id": account_id, **request}
        return self._pool.fetch_value(_STATEMENTS[name], {"request": to_json(document)})


def _ref_document(ref: ConversationRef) -> dict[str, object]:
    return {
        "conversation_id": ref.conversation_id,
        "channel": ref.channel,
        "inbox_id": ref.inbox_id,
        "contact_id": ref.contact_id,
    }


def _read_conversation(row: dict[str, Any]) -> KnownConversation:
    return KnownConversation(
        ref=ConversationRef(
            conversation_id=ConversationId(row["conversation_id"]),
            channel=row["channel"],
            inbox_id=row["inbox_id"],
            contact_id=row["contact_id"],
        ),
        since=None if row["since"] is None else datetime.fromisoformat(row["since"]),
        settled_id=row["settled_id"],
        reread_from=row["reread_from"],
        is_reread_due=row["is_reread_due"],
    )
