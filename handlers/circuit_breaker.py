"""Leaves a service alone for a while after it failed, so that nobody waits for it in vain."""

import threading

from handlers.ports.clock import Clock


class CircuitBreaker:
    """Shared by the threads of an instance; when the time is over, one of them goes first."""

    def __init__(self, *, clock: Clock, pause_seconds: float) -> None:
        self._clock = clock
        self._pause_seconds = pause_seconds
        self._lock = threading.Lock()
        self._closed_until: float | None = None

    def allows(self) -> bool:
        """Return whether the caller may try; it then says how that went."""
        with self._lock:
            now = self._clock.monotonic()
            if self._closed_until is None:
                return True
            if now < self._closed_until:
                return False
            # The others stay away until this caller knows more.
            self._closed_until = now + self._pause_seconds
            return True

    def failed(self, *, asked_seconds: float = 0.0) -> None:
        """Let nobody try for the length of the pause, or for longer where the service asked so."""
        with self._lock:
            pause = max(self._pause_seconds, asked_seconds)
            self._closed_until = self._clock.monotonic() + pause

    def succeeded(self) -> None:
        """Let everybody try."""
        with self._lock:
            self._closed_until = None
