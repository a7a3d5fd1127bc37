"""Time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """Return the time in UTC."""

    def monotonic(self) -> float:
        """Return seconds that only grow."""

    def wait(self, seconds: float) -> None:
        """Return after so many seconds."""
