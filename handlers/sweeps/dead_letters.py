"""Replays what was given up for a reason that may have passed."""

from collections.abc import Mapping
from typing import Final

from handlers.domain.errors import UNRECORDED, PermanentReason, RetryReason
from handlers.domain.operator_records import replay_attributes
from handlers.ports.backlog import Backlog
from handlers.ports.broker import BatchPublisher
from handlers.ports.clock import Clock
from handlers.tally import Tally

_BATCH: Final = 50
_PUBLISH_SECONDS: Final = 30.0
# The rest waits for a person: it would fail again. What the broker refuses is of both kinds: the
# webhook may keep it for later, but as a dead letter it has been given up.
_REPLAYED_REASONS: Final = frozenset(
    {reason.value for reason in RetryReason} - {reason.value for reason in PermanentReason}
    | {UNRECORDED}
)


class DeadLetterSweep:
    """Backs off between replays of one letter, and leaves it to a person after seven days."""

    def __init__(self, *, backlog: Backlog, publisher: BatchPublisher, clock: Clock) -> None:
        self._backlog = backlog
        self._publisher = publisher
        self._clock = clock

    def run(self, deadline: float) -> Mapping[str, int]:
        """Return how many were published again, and how many the broker did not take."""
        with Tally("replayed", "left") as counts:
            while self._clock.monotonic() < deadline:
                letters = self._backlog.take_dead_letters(_REPLAYED_REASONS, batch=_BATCH)
                if not letters:
                    break
                reasons = self._publisher.publish_all(
                    [(d.payload, replay_attributes(d.attributes)) for d in letters],
                    budget_seconds=_PUBLISH_SECONDS,
                )
                counts["replayed"] += sum(reason is None for reason in reasons)
                counts["left"] += sum(reason is not None for reason in reasons)
                if not set(reasons) <= {None, RetryReason.PUBLISH_REFUSED}:
                    # The broker is down; taking more would use up their replays for nothing.
                    break
        return counts
