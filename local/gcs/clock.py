"""Time as Google writes it, and generations that only grow."""

import threading
from datetime import UTC, datetime


def timestamp(moment: datetime) -> str:
    """Return RFC 3339 with milliseconds; such texts sort like the moments they name."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def http_date(text: str) -> str:
    """Turn a stored timestamp into the form of HTTP headers."""
    return datetime.fromisoformat(text).strftime("%a, %d %b %Y %H:%M:%S GMT")


class Clock:
    """Wall time, and microsecond numbers that never repeat even if the clock is set back."""

    def __init__(self, last_number: int) -> None:
        self._last = last_number
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the current time."""
        return datetime.now(UTC)

    def next_number(self) -> int:
        """Return a number greater than every one before it; used for generations and contents."""
        with self._lock:
            self._last = max(self._last + 1, int(self.now().timestamp() * 1_000_000))
            return self._last
