"""Everything the answering functions share."""

import threading
import time
from collections import Counter
from pathlib import Path

from local.gcs.clock import Clock
from local.gcs.database import Database
from local.gcs.faults import Faults


class RequestCounts:
    """How many requests of each kind arrived since the last reset."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, kind: str) -> None:
        """Count one."""
        with self._lock:
            self._counts[kind] += 1

    def snapshot(self) -> dict[str, int]:
        """Return the counts."""
        with self._lock:
            return dict(sorted(self._counts.items()))

    def reset(self) -> None:
        """Start again from nothing."""
        with self._lock:
            self._counts.clear()


class CreationLimit:
    """Google lets a project create about one bucket every two seconds; off unless set."""

    def __init__(self) -> None:
        self._per_seconds = 0.0
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()

    def set(self, per_seconds: float) -> None:
        """Allow one creation in that many seconds; 0 allows all."""
        with self._lock:
            self._per_seconds = per_seconds
            self._last.clear()

    def admit(self, project_number: str) -> bool:
        """Tell whether the project may create a bucket now, and count it if so."""
        with self._lock:
            now = time.monotonic()
            last = self._last.get(project_number)
            if last is not None and now - last < self._per_seconds:
                return False
            self._last[project_number] = now
            return True


class Projects:
    """Which number a project id has; ids without a number of their own share the default."""

    def __init__(self, default_number: str) -> None:
        self.default_number = default_number
        self._numbers: dict[str, str] = {}

    def assign(self, project: str, number: str) -> None:
        """Give a project a number of its own."""
        self._numbers[project] = number

    def number_of(self, project: str) -> str:
        """Return the number; a project may be named by its number."""
        if project.isdecimal():
            return project
        return self._numbers.get(project, self.default_number)


class State:
    """The database, the clock and what tests may set."""

    def __init__(self, *, data: Path | None, project_number: str) -> None:
        self.database = Database(data)
        self.clock = Clock(self.database.last_number())
        self.projects = Projects(project_number)
        self.creation_limit = CreationLimit()
        self.counts = RequestCounts()
        self.faults = Faults()
