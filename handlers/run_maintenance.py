"""Runs one sweep by name, bounded in time, and reports what it did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.json_values import JsonObject
from handlers.domain.log_events import LogEvent
from handlers.logs import EventLog, Severity
from handlers.ports.clock import Clock
from handlers.tally import InterruptedSweepError

# Scheduler waits 540 s; a sweep begins nothing new after this.
_SWEEP_SECONDS: Final = 420.0


class Sweep(Protocol):
    """One thing that maintenance does."""

    def run(self, deadline: float) -> Mapping[str, int]:
        """Work until done or until the monotonic clock passes `deadline`; return counts.

        Raises:
            InterruptedSweepError: it ended half-way, with what it had done.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a sweep did."""

    http_status: int
    document: JsonObject


class RunMaintenance:
    """Knows the sweeps by name."""

    def __init__(self, *, sweeps: Mapping[str, Sweep], clock: Clock, log: EventLog) -> None:
        self._sweeps = sweeps
        self._clock = clock
        self._log = log

    @property
    def names(self) -> tuple[str, ...]:
        """The sweeps there are."""
        return tuple(sorted(self._sweeps))

    def run(self, name: str) -> Report:
        """Run a sweep; 503 asks Scheduler to call again."""
        sweep = self._sweeps.get(name)
        if sweep is None:
            known: JsonObject = {"status": "rejected", "reason": "unknown_sweep"}
            return Report(http_status=404, document={**known, "sweeps": list(self.names)})
        started = self._clock.monotonic()
        counts: Mapping[str, int] = {}
        reason: str | None = None
        try:
            counts = sweep.run(started + _SWEEP_SECONDS)
        except InterruptedSweepError as error:
            counts, reason = error.counts, self._reason(error.cause, name)
        except Exception as error:  # noqa: BLE001 - the last line of defence: log, report
            reason = self._reason(error, name)
        seconds = round(self._clock.monotonic() - started, 3)
        status = 200 if reason is None else 503
        self._log.emit(
            LogEvent.SWEEP_ENDED,
            Severity.INFO if reason is None else Severity.ERROR,
            source=name,
            reason=reason,
            status=status,
            seconds=seconds,
            counts=dict(counts),
        )
        document: JsonObject = {"sweep": name, "seconds": seconds, "counts": dict(counts)}
        document["status"] = "done" if reason is None else "retry"
        if reason is not None:
            document["reason"] = reason
        return Report(http_status=status, document=document)

    def _reason(self, error: Exception, name: str) -> str:
        if isinstance(error, RetryableError):
            return error.reason.value
        self._log.unexpected(error, source=name)
        return RetryReason.UNEXPECTED.value
