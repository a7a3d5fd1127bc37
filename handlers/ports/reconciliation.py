"""What reconcile keeps: accounts, conversations, and the ledger's side of the comparison."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from handlers.domain.messages import ConversationId
from handlers.domain.reconciliation import (
    AccountTurn,
    ConversationRef,
    KnownConversation,
    SeenMessage,
    Verdict,
    Visit,
)


class ReconciliationRecords(Protocol):
    """Every method is one round trip, and repeatable."""

    def begin(
        self, account_id: str, *, token: str, now: datetime, lease_seconds: float
    ) -> AccountTurn | None:
        """Take an account for one run; None while another run has it."""

    def advance(
        self, turn: AccountTurn, *, mark: datetime | None, now: datetime, lease_seconds: float
    ) -> None:
        """Keep how far the run has come, and the account for so much longer; 0 ends the turn."""

    def known(
        self, account_id: str, conversation_ids: Sequence[ConversationId], *, now: datetime
    ) -> dict[ConversationId, KnownConversation]:
        """Return what is known of conversations; those never visited are not among them."""

    def due(
        self, account_id: str, *, visited_before: datetime, now: datetime, batch: int
    ) -> list[KnownConversation]:
        """Return conversations with unsettled ids, or to be looked through for deletions."""

    def compare(  # noqa: PLR0913 - the page, where it is from, and how it is meant
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
        """Compare ids with the ledger and record them there, in order; marks what is to be fed.

        Repeated with one token it gives the same; dry, it records nothing.
        """

    def unfeed(self, account_id: str, message_ids: Sequence[int], *, token: str) -> None:
        """Take back that messages were fed: the broker did not take them."""

    def save(self, account_id: str, visit: Visit) -> None:
        """Record a visit; one that began elsewhere than the row now stands moves nothing."""

    def close(self, account_id: str, ref: ConversationRef, *, now: datetime, reason: str) -> None:
        """Record that a conversation is gone, and close what was expected of it.

        It is due again every 6 hours for a week, in case it only seemed so.
        """

    def rewind(
        self, account_id: str, conversations: Sequence[ConversationRef], *, since: datetime
    ) -> None:
        """Make conversations count from an earlier time on and be read again from the start."""

    def backfill_position(self, name: str) -> str | None:
        """Return how far a backfill of that name has come."""

    def set_backfill_position(self, name: str, value: str) -> None:
        """Keep how far a backfill has come."""
