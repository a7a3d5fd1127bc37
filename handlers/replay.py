"""Sends dead letters that a person selected through the queue again."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from handlers.domain.errors import RetryReason
from handlers.domain.operator_records import LetterSelection, ReplayPosition, replay_attributes
from handlers.ports.broker import BatchPublisher
from handlers.ports.operator_records import OperatorRecords

_BATCH: Final = 50
_PUBLISH_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayCounts:
    """What became of the selected letters."""

    replayed: int = 0
    refused: int = 0
    """The broker calls them invalid; they stay open and would be refused again."""
    left: int = 0
    """The broker did not take them; they stay open and the rest was not tried."""


class Replay:
    """Takes every selected letter once, oldest first, whatever it was given up for."""

    def __init__(self, *, records: OperatorRecords, publisher: BatchPublisher) -> None:
        self._records = records
        self._publisher = publisher

    def run(
        self, selection: LetterSelection, *, on_progress: Callable[[Mapping[str, int]], None]
    ) -> ReplayCounts:
        """Publish the open ones with source=replay; end early where the broker is down."""
        counts = ReplayCounts()
        after: ReplayPosition | None = None
        while letters := self._records.take_dead_letters(selection, after, batch=_BATCH):
            reasons = self._publisher.publish_all(
                [(letter.payload, replay_attributes(letter.attributes)) for letter in letters],
                budget_seconds=_PUBLISH_SECONDS,
            )
            replayed = reasons.count(None)
            refused = reasons.count(RetryReason.PUBLISH_REFUSED)
            counts = ReplayCounts(
                replayed=counts.replayed + replayed,
                refused=counts.refused + refused,
                left=len(reasons) - replayed - refused,
            )
            on_progress(asdict(counts))
            if counts.left:
                break
            after = letters[-1].position
        return counts
