"""Calls the sweeps one after the other, as Cloud Scheduler does, only more often."""

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Final

import requests

from local.stack import Stack

_CALL_SECONDS: Final = 60


class Scheduler:
    """A thread that asks `run_maintenance` for every sweep, again and again."""

    def __init__(self, stack: Stack, *, sweeps: Sequence[str], pause_seconds: float) -> None:
        self._stack = stack
        self._sweeps = sweeps
        self._pause = pause_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._call_on, name="scheduler")
        self.counts: Counter[str] = Counter()
        """What the sweeps reported, as `sweep.count`."""
        self.unanswered = 0
        """Calls that broke off: the function was killed."""

    def start(self) -> None:
        """Begin to call."""
        self._thread.start()

    def stop(self) -> None:
        """Call nothing more."""
        self._stop.set()
        self._thread.join()

    def _call_on(self) -> None:
        while not self._stop.is_set():
            for name in self._sweeps:
                self._call(name)
            self._stop.wait(self._pause)

    def _call(self, name: str) -> None:
        url = self._stack.function_url("run_maintenance") + name
        try:
            report = requests.post(url, json={}, timeout=_CALL_SECONDS).json()
        except (requests.RequestException, ValueError):
            # Cloud Scheduler goes on as well; what was left is taken by the next call.
            self.unanswered += 1
            return
        for count, number in report.get("counts", {}).items():
            self.counts[f"{name}.{count}"] += number
