"""`find`, `loss`, `sweep` and `doctor`: what they show and how they end."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from handlers.cli.exit_codes import ExitCode
from handlers.doctor.findings import ok, warning, wrong
from handlers.domain.errors import PermanentError, PermanentReason, RetryableError, RetryReason
from handlers.settings_reader import SettingsError
from tests.unit.cli.command_world import FakeTools, run
from tests.unit.doctor.doctor_world import FixedCheck

DOWN: Final = RetryableError(RetryReason.DATABASE_UNAVAILABLE)
STORE_DOWN: Final = RetryableError(RetryReason.STORAGE_UNAVAILABLE)
MESSAGE: Final[dict[str, Any]] = {
    "account_id": "7",
    "message_id": "50001",
    "ledger": {"state": "stored", "bucket_name": "b", "object_name": "o.json"},
    "note": None,
    "attachments": [{"attachment_id": "801", "object_name": "a.ogg"}],
    "fallback": [{"object_name": "a.ogg"}],
    "outbox": [],
    "dead_letters": [],
}


@pytest.fixture
def tools() -> FakeTools:
    return FakeTools()


class FixedSweep:
    def __init__(self, error: Exception | None = None, **counts: int) -> None:
        self._error = error
        self._counts = counts

    def run(self, deadline: float) -> Mapping[str, int]:
        assert deadline > 0
        if self._error is not None:
            raise self._error
        return self._counts


def test_a_message_is_found_with_where_its_objects_are(tools: FakeTools) -> None:
    tools.records.messages = [dict(MESSAGE)]
    tools.presence.there = {("b", "o.json")}

    ended = run(tools, "find", "50001", "--json")

    (found,) = ended.document["found"]
    assert found["objects"] == [
        {"bucket": "b", "object": "o.json", "in_fallback": False, "in_store": True},
        {"bucket": "b", "object": "a.ogg", "in_fallback": True, "in_store": False},
    ]
    assert ended.code is ExitCode.DONE


def test_a_message_is_shown_as_a_tree_without_what_is_empty(tools: FakeTools) -> None:
    tools.records.messages = [dict(MESSAGE)]

    out = run(tools, "find", "50001", "--no-store").out

    assert out.startswith("account 7 message 50001\n  ledger\n    state: stored\n")
    assert "- bucket: b\n      object: o.json" in out
    assert "outbox" not in out
    assert "store" not in tools.asked


def test_content_is_asked_for_only_where_somebody_wants_it(tools: FakeTools) -> None:
    tools.records.messages = [dict(MESSAGE)]

    run(tools, "find", "50001", "--no-store")
    run(tools, "find", "50001", "--no-store", "--show-content")

    assert tools.records.calls == ["find_message False", "find_message True"]


def test_a_store_that_does_not_answer_does_not_hide_the_rest(tools: FakeTools) -> None:
    tools.records.messages = [dict(MESSAGE)]
    tools.presence.error = STORE_DOWN

    ended = run(tools, "find", "50001")

    assert ended.code is ExitCode.DONE
    assert "could not be asked: storage_unavailable" in ended.out


def test_a_message_that_nobody_knows_is_wrong(tools: FakeTools) -> None:
    ended = run(tools, "find", "50001")

    assert (ended.code, ended.out) == (ExitCode.WRONG, "nothing is known of message 50001\n")


def test_what_people_wrote_does_not_reach_the_terminal_as_a_command(tools: FakeTools) -> None:
    note = {"content": "red \x1b[31m and \u202e turned\nline"}
    tools.records.messages = [{**MESSAGE, "note": note}]

    out = run(tools, "find", "50001", "--show-content", "--no-store").out

    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "red \\x1b[31m and \\u202e turned\\nline" in out


def test_the_loss_account_is_a_table_with_a_total(tools: FakeTools) -> None:
    row = {"hour": "2026-08-02T08:00:00+00:00", "account_id": "7", "seen": 3, "missing": 0}
    tools.records.hours = [row, {**row, "seen": 4}]

    ended = run(tools, "loss", "--hours", "2")

    assert ended.code is ExitCode.DONE
    heading, *_, total = ended.out.splitlines()
    assert heading.split() == ["hour", "account_id", "seen", "missing"]
    assert total.split() == ["total", "-", "7", "0"]
    assert tools.records.calls == ["loss 2"]


def test_something_missing_is_wrong(tools: FakeTools) -> None:
    tools.records.hours = [{"hour": "h", "account_id": "7", "seen": 3, "missing": 1}]

    ended = run(tools, "loss", "--json")

    assert ended.code is ExitCode.WRONG
    assert ended.document["totals"] == {"seen": 3, "missing": 1}


def test_hours_without_anything_are_done(tools: FakeTools) -> None:
    assert run(tools, "loss").code is ExitCode.DONE


@pytest.mark.parametrize(
    ("sweep", "code", "said"),
    [
        (FixedSweep(moved=2, left=0), ExitCode.DONE, "spool: done; moved 2, left 0; 0.0 s\n"),
        (FixedSweep(left=1), ExitCode.WRONG, "spool: done; left 1; 0.0 s\n"),
        (
            FixedSweep(DOWN),
            ExitCode.RETRY,
            "spool: ended early, database_unavailable; nothing to do; 0.0 s\n",
        ),
    ],
)
def test_a_sweep_is_run_and_reported(
    tools: FakeTools, sweep: FixedSweep, code: ExitCode, said: str
) -> None:
    tools.sweeps["spool"] = sweep

    ended = run(tools, "sweep", "spool")

    assert (ended.code, ended.out) == (code, said)


def test_all_sweeps_are_run_and_the_gravest_end_counts(tools: FakeTools) -> None:
    tools.sweeps = {"a": FixedSweep(DOWN), "b": FixedSweep(left=1), "c": FixedSweep(done=1)}

    ended = run(tools, "sweep", "--all", "--json")

    assert ended.code is ExitCode.RETRY
    assert [each["sweep"] for each in ended.document["sweeps"]] == ["a", "b", "c"]


def test_without_a_name_the_sweeps_are_listed_and_an_unknown_one_is_a_usage_error(
    tools: FakeTools,
) -> None:
    tools.sweeps = {"a": FixedSweep(), "b": FixedSweep()}

    assert run(tools, "sweep").out == "a\nb\n"
    ended = run(tools, "sweep", "x")
    assert (ended.code, ended.out) == (ExitCode.USAGE, "there is no sweep x; there are a, b\n")


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (DOWN, ExitCode.RETRY, "database_unavailable"),
        (PermanentError(PermanentReason.DATA_REJECTED), ExitCode.WRONG, "data_rejected"),
        (SettingsError("X is not set"), ExitCode.SETTINGS, "settings"),
    ],
)
def test_a_command_that_cannot_do_its_work_says_why(
    tools: FakeTools, error: Exception, code: ExitCode, reason: str
) -> None:
    tools.error = error

    ended = run(tools, "loss", "--json")

    assert ended.code is code
    assert ended.document == {"status": code.name.lower(), "reason": reason}
    assert ended.err != ""
    assert run(tools, "loss").out == ""


def test_the_doctor_says_line_by_line_what_is_wrong_and_how_to_mend_it(tools: FakeTools) -> None:
    findings = [ok("a", "there"), warning("b", "ends soon", "renew it"), wrong("c", "gone", "go")]
    tools.checks = [FixedCheck("all", findings)]

    ended = run(tools, "doctor")

    assert ended.code is ExitCode.WRONG
    assert ended.out.splitlines() == [
        "ok       a: there",
        "warning  b: ends soon",
        "           mend: renew it",
        "wrong    c: gone",
        "           mend: go",
        "",
        "1 ok, 1 warning, 1 wrong",
    ]


def test_a_warning_alone_is_not_wrong(tools: FakeTools) -> None:
    tools.checks = [FixedCheck("b", [warning("b", "ends soon", "renew it")])]

    ended = run(tools, "doctor", "--json")

    assert ended.code is ExitCode.DONE
    assert ended.document["findings"] == [
        {"about": "b", "verdict": "warning", "said": "ends soon", "mend": "renew it"}
    ]
