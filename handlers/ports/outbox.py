"""What is to be sent, and what came of it."""

from collections.abc import Set as AbstractSet
from typing import Protocol

from handlers.domain.outgoing import (
    OutgoingId,
    OutgoingKind,
    Settlement,
    Take,
    TakenOutgoing,
)


class Outbox(Protocol):
    """Rows that the ledger's transactions wrote; every taking is a claim with a lease."""

    def take(
        self,
        kinds: AbstractSet[OutgoingKind],
        *,
        only: OutgoingId | None = None,
        lease_seconds: int,
    ) -> Take | None:
        """Take one that is due, the longest waiting or `only` that one; None where there is none.

        What nobody settled within its lease is due again, with an unknown outcome. One whose cause
        no longer stands is cancelled. Outside of WhatsApp's window its template goes out instead,
        where it has one.
        """

    def settle(self, taken: TakenOutgoing, settlement: Settlement) -> bool:
        """Record what came of an attempt; False where another has taken it since."""

    def record_undelivered(self, correlation_id: str, reason: str) -> bool:
        """Record that Chatwoot took a message and its channel did not; True where a row is ours.

        It ends the row as failed, with that reason, whether or not its sending was settled yet (a
        settlement that comes later is by an older fence). Repeating it changes nothing.
        """
