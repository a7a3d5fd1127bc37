"""Orders beyond the messages that made them: those that wait, and those that the writer ends."""

from datetime import datetime
from typing import Protocol

from handlers.domain.dialogue.values import Decision
from handlers.domain.dialogue.waiting import (
    FinishedDraft,
    OrderId,
    OrderOutcome,
    PlacedOrder,
    WaitingOrder,
)
from handlers.domain.filing import Stale
from handlers.domain.outgoing import Outgoing, OutgoingId


class Orders(Protocol):
    """The orders of one installation; every method may be repeated."""

    def take_mapped_waiting(self, batch: int, *, skip: int = 0) -> tuple[WaitingOrder, ...]:
        """Return orders WAITING(unmapped) whose person is a user now, oldest message first.

        Without the `skip` oldest ones, which the caller could do nothing with. Nothing is reserved:
        of two sweeps at once, the second finds the order decided.
        """

    def apply_waiting(
        self, waiting: WaitingOrder, decision: Decision
    ) -> tuple[OutgoingId, ...] | Stale:
        """Write what was decided of a waiting order; return what is to be sent now.

        Stale, with nothing written, where conversation or user are others than the decision was
        based on. An order that no longer waits for its person stays as it is.
        """

    def lapse(self, batch: int, *, asked_before: datetime) -> int:
        """Close questions asked before that time; their orders are LAPSED. Return how many."""

    def find_placed(self, order_id: OrderId) -> PlacedOrder | None:
        """Return the order with that id in content_order; None where it is none of ours."""

    def record_outcome(
        self, order_id: OrderId, outcome: OrderOutcome, notice: Outgoing
    ) -> tuple[OutgoingId, ...]:
        """End an order, once, with its notice; return what is to be sent now.

        The notice of a ready one is kept only if the order's user wants it at this moment, that of
        a failed one always. The first end counts: a different one that comes later changes nothing.
        """

    def take_finished_drafts(self, batch: int) -> tuple[FinishedDraft, ...]:
        """Return drafts of our orders that are not marked; none where the app has no such table.

        Nothing is reserved: what is not marked is returned again.
        """

    def mark_draft(self, draft_id: str) -> None:
        """Mark that the person was told of a draft, or does not want to be."""
