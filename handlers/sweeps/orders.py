"""Takes up orders whose people are known by now, and closes questions that nobody answered."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from handlers.domain.dialogue.asking import PATIENCE
from handlers.domain.dialogue.deciding import decide_waiting
from handlers.domain.dialogue.values import OrderState
from handlers.domain.dialogue.waiting import WaitingOrder
from handlers.domain.errors import PermanentError
from handlers.domain.filing import Stale
from handlers.domain.messages import AccountId, MessageId
from handlers.outbox_delivery import OutboxDelivery
from handlers.ports.clock import Clock
from handlers.ports.orders import Orders
from handlers.tally import Tally

_BATCH: Final = 50
_MAX_DECISIONS: Final = 3
# An answer that was written in time may still be on its way.
_GRACE: Final = timedelta(hours=1)


class OrderSweep:
    """Each waiting order is decided once in a run, in the order in which people wrote."""

    def __init__(self, *, orders: Orders, outbox: OutboxDelivery, clock: Clock) -> None:
        self._orders = orders
        self._outbox = outbox
        self._clock = clock

    def run(self, deadline: float) -> Mapping[str, int]:
        """Return how many came to what; `left` are tried again by a later run."""
        with Tally("lapsed", "placed", "asked", "late", "left") as counts:
            while self._clock.monotonic() < deadline:
                asked_before = self._clock.now() - PATIENCE - _GRACE
                lapsed = self._orders.lapse(_BATCH, asked_before=asked_before)
                counts["lapsed"] += lapsed
                if lapsed < _BATCH:
                    break
            seen = set[tuple[AccountId, MessageId]]()
            while self._clock.monotonic() < deadline:
                waiting = self._orders.take_mapped_waiting(_BATCH, skip=counts["left"])
                # Only what came in between can be in both.
                new = [order for order in waiting if _key(order) not in seen]
                if not new:
                    break
                for order in new:
                    if self._clock.monotonic() >= deadline:
                        break
                    seen.add(_key(order))
                    counts[self._take_up(order, deadline)] += 1
        return counts

    def _take_up(self, order: WaitingOrder, deadline: float) -> str:
        for _ in range(_MAX_DECISIONS):
            if order.facts.user_id is None:
                break
            decision = decide_waiting(order, self._clock.now())
            try:
                applied = self._orders.apply_waiting(order, decision)
            except PermanentError:
                # It stays where the operator sees it, and holds up nobody else's.
                break
            if not isinstance(applied, Stale):
                self._outbox.send_now(applied, deadline)
                states = {each.order_message_id: each.state for each in decision.orders}
                return _NAMES[states[order.order_message_id]]
            order = replace(order, facts=applied.facts)
        return "left"


def _key(order: WaitingOrder) -> tuple[AccountId, MessageId]:
    return order.account_id, order.order_message_id


_NAMES: Final = {
    OrderState.PLACED: "placed",
    OrderState.ASKING: "asked",
    OrderState.WAITING: "late",
}
