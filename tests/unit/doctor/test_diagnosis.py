"""The doctor's checks run side by side, and none is in another's way."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from handlers.doctor.diagnosis import Doctor
from handlers.doctor.findings import Finding, Verdict, ok
from handlers.doctor.settings_checks import SettingsCheck
from handlers.domain.errors import (
    ChatwootRefusedError,
    RetryableError,
    RetryReason,
)
from handlers.wiring.instance import SystemClock
from tests.unit.doctor.doctor_world import FixedCheck, found


class FailingCheck:
    def __init__(self, error: Exception) -> None:
        self.about = "failing"
        self._error = error

    def run(self) -> Sequence[Finding]:
        raise self._error


class HangingCheck:
    about = "hanging"

    def __init__(self) -> None:
        self.end = threading.Event()

    def run(self) -> Sequence[Finding]:
        self.end.wait()
        return []


@contextmanager
def hanging() -> Iterator[HangingCheck]:
    check = HangingCheck()
    try:
        yield check
    finally:
        check.end.set()


def examine(*checks: FixedCheck | FailingCheck | HangingCheck) -> list[Finding]:
    unexpected: list[str] = []
    doctor = Doctor(
        checks=checks,
        seconds=0.2,
        clock=SystemClock(),
        on_unexpected=lambda error, about: unexpected.append(f"{about} {type(error).__name__}"),
    )
    done: list[str] = []
    findings = doctor.examine(on_done=done.append)
    assert done == [f"checked {check.about}" for check in checks]
    if unexpected:
        assert unexpected == ["failing KeyError"]
    return findings


def test_findings_come_in_the_order_of_the_checks() -> None:
    one = FixedCheck("a", [ok("a", "1"), ok("a", "2")])

    assert [each.said for each in examine(one, FixedCheck("b", [ok("b", "3")]))] == ["1", "2", "3"]


def test_a_check_that_hangs_is_reported_and_stops_nobody() -> None:
    with hanging() as check:
        findings = examine(check, FixedCheck("b", [ok("b", "fine")]))

    assert [(f.about, f.verdict) for f in findings] == [
        ("hanging", Verdict.WRONG),
        ("b", Verdict.OK),
    ]
    assert findings[0].said == "no answer within 0.2 s"


def test_a_service_that_does_not_answer_is_reported_with_its_reason() -> None:
    down = FailingCheck(RetryableError(RetryReason.DATABASE_UNAVAILABLE))
    refused = FailingCheck(ChatwootRefusedError(422))

    first, second, third = examine(down, refused, FixedCheck("b", [ok("b", "fine")]))

    assert first.said == "could not be asked: database_unavailable"
    assert second.said == "could not be asked: chatwoot answered 422"
    assert third.verdict is Verdict.OK


def test_a_check_that_fails_unexpectedly_shows_none_of_the_error_and_stops_nobody() -> None:
    first, second = examine(FailingCheck(KeyError("PLANTED")), FixedCheck("b", [ok("b", "fine")]))

    assert first.verdict is Verdict.WRONG
    assert "PLANTED" not in str(first)
    assert second.verdict is Verdict.OK


def test_settings_that_are_missing_are_all_reported_with_where_to_get_them() -> None:
    check = SettingsCheck(
        function="process_message",
        read=lambda: ["A is not set\n    for: this\n    get it: there", "B must be 1 or 0"],
    )

    first, second = check.run()

    assert (first.said, first.mend) == ("A is not set", "for: this; get it: there")
    assert second.said == "B must be 1 or 0"
    assert found(SettingsCheck(function="f", read=list)) == [(Verdict.OK, "complete")]
