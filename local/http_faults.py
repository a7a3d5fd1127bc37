"""Answers that go wrong on demand: one list of faults, ordered over the control API."""

import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

_UNTIL_CLEARED = -1


@dataclass(slots=True, kw_only=True)
class Fault:
    """What happens to requests whose "METHOD /path" contains `match`.

    `times` counts down; -1 lasts until cleared. With `after` the request takes effect first and
    only its answer is lost.
    """

    match: str = ""
    status: int | None = None
    times: int = 1
    delay_seconds: float = 0.0
    after: bool = False
    reset_connection: bool = False
    cut_after_bytes: int | None = None
    retry_after: float | str | None = None
    body: str | None = None

    @property
    def replaces_answer(self) -> bool:
        """Say whether the caller does not get the real answer."""
        return self.status is not None or self.reset_connection


class Faults:
    """The faults in force; the oldest that matches wins."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, wanted: Mapping[str, Any]) -> Fault:
        """Put a fault in force; raise ValueError for fields there are not."""
        try:
            fault = Fault(**wanted)
        except TypeError as error:
            raise ValueError(str(error)) from error
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything work again."""
        with self._lock:
            self._faults.clear()

    def describe(self) -> list[dict[str, Any]]:
        """Return the faults that are left."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def take(self, request_line: str) -> Fault | None:
        """Return the fault for this request and count it; wait if it says so."""
        with self._lock:
            fault = next((each for each in self._faults if each.match in request_line), None)
            if fault is None:
                return None
            if fault.times != _UNTIL_CLEARED:
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
        if fault.delay_seconds:
            time.sleep(fault.delay_seconds)
        return fault
