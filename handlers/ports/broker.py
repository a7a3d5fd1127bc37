"""The message broker."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from handlers.domain.errors import RetryReason


class Publisher(Protocol):
    """Hands one delivery to the broker."""

    def publish(self, data: bytes, attributes: Mapping[str, str], *, budget_seconds: float) -> str:
        """Return the broker's id once it has confirmed; repeating makes a second copy.

        Raises:
            RetryableError: it has not confirmed within the budget, or refused.
        """


class BatchPublisher(Protocol):
    """Hands many deliveries to the broker at once."""

    def publish_all(
        self, deliveries: Sequence[tuple[bytes, Mapping[str, str]]], *, budget_seconds: float
    ) -> list[RetryReason | None]:
        """Return, for each delivery in order, None once confirmed, else why not."""
