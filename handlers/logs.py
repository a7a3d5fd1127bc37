"""Structured logs: one JSON object a line, ids and reasons only.

The fields are a closed list. What people wrote, their names and numbers, URLs and tokens have no
field here, and an exception is logged by its type and place because its text may quote any of them.
"""

import json
import logging
import sys
import traceback
from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypedDict, Unpack

from typing_extensions import override

from handlers.domain.log_events import LogEvent
from handlers.domain.tracing import Trace

_MAX_FRAMES: Final = 30


class Severity(StrEnum):
    """Cloud Logging's severities."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


class LogFields(TypedDict, total=False):
    """Everything a log line may carry beside its event."""

    account_id: str | None
    conversation_id: str | None
    message_id: str | None
    attachment_id: str | None
    delivery_id: str | None
    pubsub_message_id: str | None
    source: str | None
    reason: str | None
    status: int
    attempt: int | None
    seconds: float
    byte_count: int | None
    generation: int
    counts: dict[str, int]


class EventLog:
    """Writes events to standard output in Cloud Logging's structured format."""

    def __init__(self, *, project_id: str, write: Callable[[str], object] | None = None) -> None:
        self._project_id = project_id
        self._write = write or _write_line

    def emit(
        self,
        event: LogEvent,
        severity: Severity = Severity.INFO,
        *,
        trace: Trace | None = None,
        **fields: Unpack[LogFields],
    ) -> None:
        """Write one event; fields that are None are left out."""
        entry: dict[str, object] = {"severity": severity.value, "event": event.value}
        # Error Reporting and the log viewer show `message`; it is a constant for each event.
        entry["message"] = event.value
        entry.update((name, value) for name, value in fields.items() if value is not None)
        self._finish(entry, trace)

    def unexpected(
        self, error: BaseException, *, trace: Trace | None = None, **fields: Unpack[LogFields]
    ) -> None:
        """Write an error that nobody foresaw: its types and places, never its text."""
        entry: dict[str, object] = {
            "severity": Severity.ERROR.value,
            "event": LogEvent.UNEXPECTED_ERROR.value,
            "message": LogEvent.UNEXPECTED_ERROR.value,
            "error_types": _error_types(error),
            "stack_trace": _places(error),
        }
        entry.update((name, value) for name, value in fields.items() if value is not None)
        self._finish(entry, trace)

    def _finish(self, entry: dict[str, object], trace: Trace | None) -> None:
        if trace is not None:
            entry["logging.googleapis.com/trace"] = (
                f"projects/{self._project_id}/traces/{trace.trace_id}"
            )
            entry["logging.googleapis.com/spanId"] = trace.span_id
            entry["logging.googleapis.com/trace_sampled"] = trace.is_sampled
        self._write(json.dumps(entry, ensure_ascii=True, separators=(",", ":")) + "\n")


class _LibraryHandler(logging.Handler):
    """Turns what libraries log into an event without their text, which may quote a signed URL."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(level=logging.WARNING)
        self._log = log

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self._log.unexpected(record.exc_info[1], source=record.name)
        else:
            self._log.emit(LogEvent.LIBRARY_WARNING, Severity.WARNING, source=record.name)


def capture_library_logs(log: EventLog) -> None:
    """Send every library's warnings through `log`; called once per process."""
    handler = _LibraryHandler(log)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    # Google's libraries keep theirs from the root once a client is made.
    google = logging.getLogger("google")
    google.handlers = [handler]
    google.propagate = False
    # Whoever does the same without a handler would write to standard error as it is.
    logging.lastResort = handler
    logging.captureWarnings(capture=True)


def _write_line(line: str) -> None:
    # Unbuffered in effect: Cloud Run may freeze the process right after the answer.
    sys.stdout.write(line)
    sys.stdout.flush()


def _error_types(error: BaseException) -> list[str]:
    found: list[str] = []
    link: BaseException | None = error
    while link is not None and len(found) < _MAX_FRAMES:
        found.append(type(link).__name__)
        link = link.__cause__ or link.__context__
    return found


def _places(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-_MAX_FRAMES:]
    lines = [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames]
    # This is the shape that Error Reporting groups by.
    return "\n".join(["Traceback (most recent call last):", *lines, type(error).__name__])
