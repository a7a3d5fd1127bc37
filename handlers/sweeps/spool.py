"""Publishes again what the webhook had to keep in the spool, oldest first."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from handlers.domain.envelope import decode_attributes, delivery_key
from handlers.domain.errors import (
    InvalidPayloadError,
    PermanentReason,
    RetryableError,
    RetryReason,
)
from handlers.domain.filing import DeadLetter
from handlers.domain.spooling import SpoolEntry
from handlers.ports.broker import BatchPublisher
from handlers.ports.clock import Clock
from handlers.ports.ledger import Ledger
from handlers.ports.spool import Spool
from handlers.tally import Tally

# One request to the broker carries as many.
_BATCH: Final = 100
_READERS: Final = 8
_PUBLISH_SECONDS: Final = 30.0
# As many as cannot be read now are passed over in one run; more, and the store itself is ill.
_MAX_UNREADABLE: Final = 200


class SpoolSweep:
    """Deletes only what the broker has confirmed; two at once publish some twice, which is fine."""

    def __init__(
        self,
        *,
        installation: str,
        spool: Spool,
        publisher: BatchPublisher,
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self._installation = installation
        self._spool = spool
        self._publisher = publisher
        self._ledger = ledger
        self._clock = clock

    def run(self, deadline: float) -> Mapping[str, int]:
        """Return how many were published, given up as invalid, and left."""
        unreadable: set[str] = set()
        with (
            Tally("published", "dead", "left") as counts,
            ThreadPoolExecutor(max_workers=_READERS) as readers,
        ):
            while self._clock.monotonic() < deadline and len(unreadable) <= _MAX_UNREADABLE:
                found = self._spool.oldest(limit=_BATCH + len(unreadable))
                entries = [entry for entry in found if entry.name not in unreadable]
                if not entries:
                    break
                there = []
                for entry, body in zip(entries, readers.map(self._read, entries), strict=True):
                    if isinstance(body, RetryableError):
                        unreadable.add(entry.name)
                        counts["left"] += 1
                    elif body is not None:
                        there.append((entry, body))
                outcomes = self._publish(there)
                for outcome in outcomes.values():
                    counts[outcome] += 1
                finished = [name for name, outcome in outcomes.items() if outcome != "left"]
                list(readers.map(self._spool.delete, finished))
                if len(finished) < len(outcomes):
                    # The broker is still down; what waits longest stays first in line.
                    break
        return counts

    def _read(self, entry: SpoolEntry) -> bytes | RetryableError | None:
        try:
            return self._spool.read(entry)
        except RetryableError as error:
            # One that cannot be read now keeps neither its own batch nor those behind it.
            return error

    def _publish(self, there: Sequence[tuple[SpoolEntry, bytes]]) -> dict[str, str]:
        """Return what became of each entry: published, dead or left."""
        reasons = self._publisher.publish_all(
            [(body, entry.attributes) for entry, body in there], budget_seconds=_PUBLISH_SECONDS
        )
        outcomes = {}
        for (entry, body), reason in zip(there, reasons, strict=True):
            if reason is None:
                outcomes[entry.name] = "published"
            elif reason is RetryReason.PUBLISH_REFUSED:
                outcomes[entry.name] = "dead" if self._bury(entry, body) else "left"
            else:
                outcomes[entry.name] = "left"
        return outcomes

    def _bury(self, entry: SpoolEntry, body: bytes) -> bool:
        attributes = dict(entry.attributes)
        try:
            key = delivery_key(body, decode_attributes(attributes))
        except InvalidPayloadError:
            # The key that the worker finds again when a replay of it comes to a good end.
            key = delivery_key(body, None)
        letter = DeadLetter(
            installation=self._installation,
            key=key,
            reason=PermanentReason.PUBLISH_REFUSED.value,
            payload=body,
            attributes=attributes,
            delivery_attempt=None,
            message=None,
            published_at=None,
        )
        try:
            self._ledger.bury(letter)
        except RetryableError:
            # It stays in the spool; what the broker has taken beside it need not go twice.
            return False
        return True
