"""Runs the checks side by side, each within its own time."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from handlers.doctor.findings import Finding, wrong
from handlers.domain.errors import PipelineError, RetryableError
from handlers.ports.clock import Clock


class Check(Protocol):
    """One thing that is looked at."""

    @property
    def about(self) -> str:
        """What it looks at."""

    def run(self) -> Sequence[Finding]:
        """Look; what fails is reported by the doctor."""


class Doctor:
    """One thread a check: one that fails or hangs does not stop the others."""

    def __init__(
        self,
        *,
        checks: Sequence[Check],
        seconds: float,
        clock: Clock,
        on_unexpected: Callable[[Exception, str], None],
    ) -> None:
        self._checks = checks
        self._seconds = seconds
        self._clock = clock
        self._on_unexpected = on_unexpected

    def examine(self, *, on_done: Callable[[str], None]) -> list[Finding]:
        """Return every finding, in the order of the checks."""
        found: dict[int, Sequence[Finding]] = {}

        def look(number: int, check: Check) -> None:
            found[number] = self._look(check)

        # Not a pool, whose threads the interpreter waits for at its end.
        threads = [
            threading.Thread(target=look, args=(number, check), daemon=True)
            for number, check in enumerate(self._checks)
        ]
        deadline = self._clock.monotonic() + self._seconds
        for thread in threads:
            thread.start()
        findings: list[Finding] = []
        for number, (check, thread) in enumerate(zip(self._checks, threads, strict=True)):
            thread.join(max(deadline - self._clock.monotonic(), 0))
            findings += found.get(number) or [self._late(check)]
            on_done(f"checked {check.about}")
        return findings

    def _look(self, check: Check) -> Sequence[Finding]:
        try:
            return check.run()
        except RetryableError as error:
            return [_unanswered(check, error.reason.value)]
        except PipelineError as error:
            return [_unanswered(check, str(error))]
        except Exception as error:  # noqa: BLE001 - the last line of defence: log, go on
            self._on_unexpected(error, check.about)
            return [wrong(check.about, "the check itself failed", "report it with the log line")]

    def _late(self, check: Check) -> Finding:
        return wrong(
            check.about,
            f"no answer within {self._seconds:g} s",
            "see whether the service can be reached from here, or give --check-seconds more",
        )


def _unanswered(check: Check, reason: str) -> Finding:
    return wrong(
        check.about,
        f"could not be asked: {reason}",
        "see whether the service runs, can be reached from here, and takes our credentials",
    )
