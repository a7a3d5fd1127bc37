"""Sends messages that never reached us through the queue, as their webhooks would have been."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from handlers.domain.envelope import Attributes, Source, delivery_key, encode_attributes
from handlers.domain.errors import PermanentReason, RetryableError, RetryReason
from handlers.domain.filing import DeadLetter
from handlers.domain.messages import Message
from handlers.ports.broker import BatchPublisher
from handlers.ports.clock import Clock
from handlers.ports.ledger import Ledger

_PUBLISH_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One message on its way into the queue."""

    message_id: int
    message: Message
    body: bytes = field(repr=False)
    source: Source


class Feeder:
    """Publishes; what the broker calls invalid is kept as a dead letter, as everywhere."""

    def __init__(
        self, *, installation: str, publisher: BatchPublisher, ledger: Ledger, clock: Clock
    ) -> None:
        self._installation = installation
        self._publisher = publisher
        self._ledger = ledger
        self._clock = clock

    def publish(self, feeds: Sequence[Feed]) -> tuple[list[int], RetryableError | None]:
        """Return the ids that the broker did not take, and why."""
        attributes = [self._attributes(feed) for feed in feeds]
        reasons = self._publisher.publish_all(
            [(feed.body, each) for feed, each in zip(feeds, attributes, strict=True)],
            budget_seconds=_PUBLISH_SECONDS,
        )
        left: list[int] = []
        failure: RetryableError | None = None
        for feed, each, reason in zip(feeds, attributes, reasons, strict=True):
            if reason is RetryReason.PUBLISH_REFUSED:
                self._bury(feed, each)
            elif reason is not None:
                left.append(feed.message_id)
                failure = RetryableError(reason)
        return left, failure

    def _attributes(self, feed: Feed) -> dict[str, str]:
        return encode_attributes(_described(feed, self._clock.now().isoformat()))

    def _bury(self, feed: Feed, attributes: dict[str, str]) -> None:
        self._ledger.bury(
            DeadLetter(
                installation=self._installation,
                key=delivery_key(feed.body, None),
                reason=PermanentReason.PUBLISH_REFUSED.value,
                payload=feed.body,
                attributes=attributes,
                delivery_attempt=None,
                message=feed.message,
                published_at=None,
            )
        )


def _described(feed: Feed, received_at: str) -> Attributes:
    message = feed.message
    return Attributes(
        source=feed.source,
        event=message.event.value,
        account_id=message.account_id,
        conversation_id=message.conversation_id,
        message_id=message.message_id,
        received_at=received_at,
    )
