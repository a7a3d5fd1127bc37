"""Finds finished drafts of our orders of which nobody told us, and tells their people."""

from collections.abc import Mapping
from typing import Final

from handlers.domain.dialogue.waiting import OrderOutcome
from handlers.domain.ready import OutcomeReport
from handlers.order_endings import OrderEndings
from handlers.outbox_delivery import OutboxDelivery
from handlers.ports.clock import Clock
from handlers.ports.orders import Orders
from handlers.tally import Tally

_BATCH: Final = 50


class ReadySweep:
    """The same way as the topic's; a draft is marked once its order has ended."""

    def __init__(
        self, *, orders: Orders, endings: OrderEndings, outbox: OutboxDelivery, clock: Clock
    ) -> None:
        self._orders = orders
        self._endings = endings
        self._outbox = outbox
        self._clock = clock

    def run(self, deadline: float) -> Mapping[str, int]:
        """Return how many drafts were marked."""
        seen = set[str]()
        with Tally("marked") as counts:
            while self._clock.monotonic() < deadline:
                drafts = self._orders.take_finished_drafts(_BATCH)
                # One that could not be marked would come for ever.
                new = [draft for draft in drafts if draft.draft_id not in seen]
                if not new:
                    break
                for draft in new:
                    if self._clock.monotonic() >= deadline:
                        break
                    seen.add(draft.draft_id)
                    ending = self._endings.record(
                        OutcomeReport(order_id=draft.order_id, outcome=OrderOutcome.READY)
                    )
                    self._orders.mark_draft(draft.draft_id)
                    counts["marked"] += 1
                    if ending is not None:
                        self._outbox.send_now(ending.to_send, deadline)
        return counts
