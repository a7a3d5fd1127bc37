"""What leaves the process as a log line: ids and reasons, never what people wrote."""

import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any, Final, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.log_events import LogEvent
from handlers.domain.tracing import Trace
from handlers.logs import EventLog, LogFields, Severity, capture_library_logs

MARKER: Final = "PLANTED-WORDS"
TRACE: Final = Trace(trace_id="a" * 32, span_id="b" * 16, is_sampled=True)

any_text = st.text(st.characters(exclude_categories=()) | st.sampled_from("\n\r\x00\u2028\ud83d"))


class Lines:
    """Keeps what would be written to standard output."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.log = EventLog(project_id="test-project", write=self.written.append)

    @property
    def text(self) -> str:
        return "".join(self.written)

    def entry(self) -> dict[str, Any]:
        (line,) = self.written
        assert line.endswith("\n")
        assert line.isascii()
        assert len(line.splitlines()) == 1
        entry: dict[str, Any] = json.loads(line)
        return entry


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def library_lines(lines: Lines) -> Iterator[Lines]:
    root = logging.getLogger()
    google = logging.getLogger("google")
    handlers, level, last_resort = root.handlers[:], root.level, logging.lastResort
    googles = google.handlers[:], google.propagate
    capture_library_logs(lines.log)
    yield lines
    root.handlers[:] = handlers
    root.setLevel(level)
    google.handlers, google.propagate = googles
    logging.lastResort = last_resort
    logging.captureWarnings(capture=False)


def test_a_logger_that_is_kept_from_the_root_is_told_without_its_text(library_lines: Lines) -> None:
    # As Google's client libraries keep theirs.
    kept = logging.getLogger("kept.from.the.root")
    kept.propagate = False

    kept.warning("the note says %s", MARKER)

    assert library_lines.entry()["source"] == "kept.from.the.root"
    assert MARKER not in library_lines.text


def test_a_librarys_python_warning_is_told_without_its_text(library_lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"the note says {MARKER}", stacklevel=1)

    assert library_lines.entry()["source"] == "py.warnings"
    assert MARKER not in library_lines.text


class QuotingError(Exception):
    """An error that quotes a person, as errors of databases and parsers do."""


def look_up(key: str) -> None:
    raise KeyError(key)


def chained_error() -> QuotingError:
    try:
        try:
            look_up(MARKER)
        except KeyError as error:
            raise QuotingError(f"cannot file {MARKER} for +15550100123") from error
    except QuotingError as error:
        error.add_note(f"the note says {MARKER}")
        return error
    raise AssertionError("the error was lost")


def test_an_event_is_one_line_that_cloud_logging_understands(lines: Lines) -> None:
    lines.log.emit(
        LogEvent.WEBHOOK_REJECTED,
        Severity.WARNING,
        trace=TRACE,
        account_id="7",
        reason="signature_mismatch",
        status=401,
    )

    assert lines.entry() == {
        "severity": "WARNING",
        "event": "webhook.rejected",
        "message": "webhook.rejected",
        "account_id": "7",
        "reason": "signature_mismatch",
        "status": 401,
        "logging.googleapis.com/trace": f"projects/test-project/traces/{'a' * 32}",
        "logging.googleapis.com/spanId": "b" * 16,
        "logging.googleapis.com/trace_sampled": True,
    }


def test_what_is_not_known_is_left_out_and_zero_is_not(lines: Lines) -> None:
    lines.log.emit(LogEvent.MESSAGE_STORED, account_id=None, byte_count=0, seconds=0.0, reason="")

    assert lines.entry() == {
        "severity": "INFO",
        "event": "message.stored",
        "message": "message.stored",
        "byte_count": 0,
        "seconds": 0.0,
        "reason": "",
    }


def test_the_fields_are_a_closed_list() -> None:
    # A new field needs a look at what could stand in it; then it is added here.
    assert set(get_type_hints(LogFields)) == {
        "account_id",
        "conversation_id",
        "message_id",
        "attachment_id",
        "delivery_id",
        "pubsub_message_id",
        "source",
        "reason",
        "status",
        "attempt",
        "seconds",
        "byte_count",
        "generation",
        "counts",
    }


@given(account=any_text, message=any_text, reason=any_text)
def test_an_event_is_one_line_whatever_the_ids_hold(
    account: str, message: str, reason: str
) -> None:
    lines = Lines()
    lines.log.emit(
        LogEvent.MESSAGE_DEAD, account_id=account, message_id=message, reason=reason, source="x"
    )

    entry = lines.entry()
    # JSON joins the two halves of an emoji; that is all it may change.
    assert entry["severity"] == "INFO"
    assert len(entry) == 7
    assert "\ufffd" in account or "\ufffd" not in entry["account_id"]


def test_an_unforeseen_error_is_told_by_types_and_places(lines: Lines) -> None:
    lines.log.unexpected(chained_error(), trace=TRACE, message_id="50001", account_id=None)

    entry = lines.entry()
    assert entry["severity"] == "ERROR"
    assert entry["event"] == "unexpected_error"
    assert entry["error_types"] == ["QuotingError", "KeyError"]
    assert entry["message_id"] == "50001"
    assert "account_id" not in entry
    assert entry["logging.googleapis.com/trace"].endswith("a" * 32)
    assert entry["stack_trace"].startswith("Traceback (most recent call last):\n  File ")
    assert "in chained_error" in entry["stack_trace"]
    assert entry["stack_trace"].endswith("\nQuotingError")


def test_an_unforeseen_errors_text_does_not_leave_the_process(lines: Lines) -> None:
    lines.log.unexpected(chained_error())

    assert MARKER not in lines.text
    assert "15550100123" not in lines.text


def test_errors_that_name_each_other_are_told_once_and_end(lines: Lines) -> None:
    first, second = ValueError(MARKER), TypeError(MARKER)
    first.__cause__, second.__cause__ = second, first

    lines.log.unexpected(first)

    assert len(lines.entry()["error_types"]) <= 30


def test_an_endless_recursion_is_told_in_few_lines(lines: Lines) -> None:
    def recurse(depth: int) -> None:
        if depth:
            recurse(depth - 1)
        raise QuotingError(MARKER)

    with pytest.raises(QuotingError) as caught:
        recurse(200)
    lines.log.unexpected(caught.value)

    assert lines.entry()["stack_trace"].count("\n") <= 31


def test_a_librarys_warning_is_told_without_its_text(library_lines: Lines) -> None:
    url = f"https://storage.example.com/{MARKER}?X-Goog-Signature={MARKER}"

    logging.getLogger("urllib3.connectionpool").warning("Retrying %s", url)

    assert library_lines.entry() == {
        "severity": "WARNING",
        "event": "library.warning",
        "message": "library.warning",
        "source": "urllib3.connectionpool",
    }


def test_a_librarys_exception_is_told_without_its_text(library_lines: Lines) -> None:
    try:
        raise chained_error()
    except QuotingError:
        logging.getLogger("google.auth").exception("Failed for %s", MARKER)

    entry = library_lines.entry()
    assert entry["event"] == "unexpected_error"
    assert entry["source"] == "google.auth"
    assert MARKER not in library_lines.text


def test_exc_info_without_an_exception_is_a_plain_warning(library_lines: Lines) -> None:
    record = logging.LogRecord(
        "openai", logging.ERROR, "path", 1, "no exception: %s", (MARKER,), (None, None, None)
    )
    logging.getLogger("openai").handle(record)

    assert library_lines.entry()["event"] == "library.warning"


def test_what_libraries_say_below_a_warning_is_not_written(library_lines: Lines) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST https://api.example.com/%s", MARKER)

    assert library_lines.written == []


def test_a_line_goes_to_standard_output_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    EventLog(project_id="p").emit(LogEvent.BUCKET_CREATED)

    captured = capsys.readouterr()
    assert json.loads(captured.out)["event"] == "bucket.created"
    assert captured.err == ""
