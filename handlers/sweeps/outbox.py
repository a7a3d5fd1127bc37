"""Sends what is due and was not sent when it was decided."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from handlers.domain.errors import RetryReason
from handlers.domain.outgoing import OutgoingKind, OutgoingState
from handlers.outbox_delivery import ALL_KINDS, Attempt, OutboxDelivery
from handlers.ports.clock import Clock
from handlers.tally import Tally

# So many in a row, and it is the other side that is down, not one conversation.
_MAX_FAILURES_IN_A_ROW: Final = 3


class OutboxSweep:
    """One row after the other: a lease must not run while its row waits for others."""

    def __init__(self, *, delivery: OutboxDelivery, clock: Clock) -> None:
        self._delivery = delivery
        self._clock = clock

    def run(self, deadline: float) -> Mapping[str, int]:
        """Return how many ended how; `retried` wait for a later sweep."""
        kinds, failures = set(ALL_KINDS), Counter[OutgoingKind]()
        with Tally("sent", "retried", "failed", "cancelled", "skipped") as counts:
            while kinds and self._clock.monotonic() < deadline:
                attempt = self._delivery.send_next(deadline, kinds=frozenset(kinds))
                if attempt is None:
                    break
                counts[_name(attempt)] += 1
                is_retried = attempt.state is OutgoingState.WAITING
                failures[attempt.kind] = failures[attempt.kind] + 1 if is_retried else 0
                is_down = failures[attempt.kind] >= _MAX_FAILURES_IN_A_ROW
                if is_down or attempt.reason == RetryReason.CHATWOOT_THROTTLED:
                    kinds.discard(attempt.kind)
        return counts


def _name(attempt: Attempt) -> str:
    return "retried" if attempt.state is OutgoingState.WAITING else attempt.state.value
