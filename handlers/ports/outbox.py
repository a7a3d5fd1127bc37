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
        no longer stands is cancelled.
        """

    def settle(self, taken: TakenOutgoing, settlement: Settlement) -> bool:
        """Record what came of an attempt; False where another has taken it since."""
