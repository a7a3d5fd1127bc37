"""Failures that a test ordered, in the order it ordered them."""

import threading
from dataclasses import dataclass, replace
from urllib.parse import unquote

from local.gcs.errors import StorageError

FOREVER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with the requests it matches.

    `match` is a method, a part of the path, or a method and a part of the path. `after` lets the
    effect happen before the failure. `cut_after_bytes` breaks the body, whichever way it travels.
    """

    match: str
    status: int | None = None
    times: int = 1
    delay_seconds: float = 0.0
    after: bool = False
    reset_connection: bool = False
    cut_after_bytes: int | None = None
    message: str = ""
    reason: str = ""
    retry_after: str | None = None

    def applies_to(self, method: str, target: str) -> bool:
        """Tell whether a request is meant; object names match with and without their escapes."""
        if self.match == method:
            return True
        wanted, _, part = self.match.rpartition(" ")
        return wanted in {"", "*", method} and (part in target or part in unquote(target))

    def error(self) -> StorageError | None:
        """Return the refusal to answer with, if the fault has one."""
        if self.status is None:
            return None
        headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
        return StorageError(
            status=self.status, message=self.message, reason=self.reason, headers=headers
        )


class Faults:
    """The faults still to come; each request meets the first that matches it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Order a fault."""
        with self._lock:
            self._faults.append(fault)

    def pending(self) -> list[Fault]:
        """Return what is still to come."""
        with self._lock:
            return list(self._faults)

    def clear(self) -> None:
        """Take every order back."""
        with self._lock:
            self._faults.clear()

    def take(self, method: str, target: str) -> Fault | None:
        """Return the fault this request meets and use it up once."""
        # Requests without faults are the rule, and an empty list needs no lock to be seen.
        if not self._faults:
            return None
        with self._lock:
            for index, fault in enumerate(self._faults):
                if not fault.applies_to(method, target):
                    continue
                if fault.times == 1:
                    del self._faults[index]
                elif fault.times != FOREVER:
                    self._faults[index] = replace(fault, times=fault.times - 1)
                return fault
        return None
