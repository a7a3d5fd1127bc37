"""The second opinion on what a message is."""

from typing import Protocol

from handlers.domain.orders.values import Understanding


class IntentModel(Protocol):
    """Reads one message at a time and keeps nothing of it."""

    def understand(self, text: str, *, budget_seconds: float) -> Understanding:
        """Return what it takes a message for, decided by MODEL; doubtful where it is not sure.

        Raises:
            RetryableError: it did not answer, or its answer is none.
        """
