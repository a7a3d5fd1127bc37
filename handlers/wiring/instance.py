"""What an instance owns: its clock, its log, chance, and the promise to build things once."""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar

from handlers.domain.tracing import Trace
from handlers.logs import EventLog, capture_library_logs

T = TypeVar("T")


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Return after so many seconds."""
        threading.Event().wait(seconds)


def once(build: Callable[[], T]) -> Callable[[], T]:
    """Return a function that builds on its first call, also when threads call it at once."""
    lock = threading.Lock()
    built: list[T] = []

    def get() -> T:
        if not built:
            with lock:
                if not built:
                    built.append(build())
        return built[0]

    return get


@cache
def event_log(project_id: str) -> EventLog:
    """Return the instance's log, which takes the libraries' warnings too."""
    log = EventLog(project_id=project_id)
    capture_library_logs(log)
    return log


def new_trace() -> Trace:
    """Return a trace for a request that came without one."""
    return Trace(trace_id=secrets.token_hex(16), span_id=secrets.token_hex(8))


def new_token() -> str:
    """Return a name that nothing else has."""
    return secrets.token_hex(16)


def jitter() -> float:
    """Return a number in [0, 1)."""
    return secrets.randbelow(1_000_000) / 1_000_000
