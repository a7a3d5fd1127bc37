"""A clock that moves only when told to, or when somebody waits."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 8, 2, 9, 0, 5, tzinfo=UTC)


class FakeClock:
    """Time as a test sets it."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self._monotonic = 1000.0
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
