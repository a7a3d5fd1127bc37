"""One sweep by name: bounded, reported as JSON and as one event, and never an error's text."""

from collections.abc import Callable, Mapping
from typing import Final

import pytest

from handlers.domain.errors import PermanentError, PermanentReason, RetryableError, RetryReason
from handlers.run_maintenance import RunMaintenance
from handlers.tally import InterruptedSweepError
from tests.component.logged_lines import LoggedLines
from tests.fakes.clock import FakeClock

MARKER: Final = "PLANTED-WORDS"
BUSY: Final = RetryableError(RetryReason.DATABASE_BUSY)


class FakeSweep:
    """Does what it is told and keeps its deadlines."""

    def __init__(self, do: Callable[[], Mapping[str, int]]) -> None:
        self._do = do
        self.deadlines: list[float] = []

    def run(self, deadline: float) -> Mapping[str, int]:
        self.deadlines.append(deadline)
        return self._do()


class World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.log = LoggedLines()
        self.spool = FakeSweep(self._work)
        self.failing = FakeSweep(self._fail)
        self.error: Exception = BUSY
        self.maintenance = RunMaintenance(
            sweeps={"spool": self.spool, "failing": self.failing},
            clock=self.clock,
            log=self.log.event_log(),
        )

    def _work(self) -> Mapping[str, int]:
        self.clock.advance(1.25)
        return {"published": 3, "left": 0}

    def _fail(self) -> Mapping[str, int]:
        self.clock.advance(0.5)
        raise self.error


@pytest.fixture
def world() -> World:
    return World()


def test_a_sweep_is_run_by_its_name_and_reports_what_it_did(world: World) -> None:
    report = world.maintenance.run("spool")

    assert report.http_status == 200
    assert report.document == {
        "sweep": "spool",
        "status": "done",
        "seconds": 1.25,
        "counts": {"published": 3, "left": 0},
    }
    assert len(world.spool.deadlines) == 1
    assert world.failing.deadlines == []


def test_a_sweep_is_one_event(world: World) -> None:
    world.maintenance.run("spool")

    assert world.log.entries == [
        {
            "severity": "INFO",
            "event": "sweep.ended",
            "message": "sweep.ended",
            "source": "spool",
            "status": 200,
            "seconds": 1.25,
            "counts": {"published": 3, "left": 0},
        }
    ]


def test_a_sweep_has_less_time_than_the_scheduler_waits(world: World) -> None:
    started = world.clock.monotonic()

    world.maintenance.run("spool")

    assert world.spool.deadlines == [started + 420.0]


@pytest.mark.parametrize("name", ["", "unknown", "Spool", "spool/extra", f"{MARKER}"])
def test_an_unknown_name_runs_nothing_and_tells_the_known_ones(world: World, name: str) -> None:
    report = world.maintenance.run(name)

    assert report.http_status == 404
    assert report.document == {
        "status": "rejected",
        "reason": "unknown_sweep",
        "sweeps": ["failing", "spool"],
    }
    assert world.spool.deadlines == []
    assert world.log.lines == []


def test_a_failure_that_may_pass_asks_to_be_called_again(world: World) -> None:
    report = world.maintenance.run("failing")

    assert report.http_status == 503
    assert report.document == {
        "sweep": "failing",
        "status": "retry",
        "reason": "database_busy",
        "seconds": 0.5,
        "counts": {},
    }
    (entry,) = world.log.entries
    assert (entry["severity"], entry["reason"], entry["status"]) == ("ERROR", "database_busy", 503)


def test_a_sweep_that_ends_half_way_reports_what_it_had_done(world: World) -> None:
    world.error = InterruptedSweepError(BUSY, {"published": 100, "left": 0})

    report = world.maintenance.run("failing")

    assert (report.http_status, report.document["reason"]) == (503, "database_busy")
    assert report.document["counts"] == {"published": 100, "left": 0}
    (entry,) = world.log.entries
    assert entry["counts"] == {"published": 100, "left": 0}


def test_what_nobody_foresaw_half_way_is_logged_and_counted(world: World) -> None:
    world.error = InterruptedSweepError(ValueError(MARKER), {"published": 1})

    report = world.maintenance.run("failing")

    assert report.document["reason"] == "unexpected"
    assert report.document["counts"] == {"published": 1}
    assert world.log.entries[0]["error_types"] == ["ValueError"]
    assert MARKER not in "".join(world.log.lines) + str(report.document)


@pytest.mark.parametrize(
    "error",
    [ValueError(MARKER), KeyError(MARKER), PermanentError(PermanentReason.DATA_REJECTED)],
    ids=["value", "key", "permanent"],
)
def test_what_nobody_foresaw_is_logged_without_its_text(world: World, error: Exception) -> None:
    world.error = error

    report = world.maintenance.run("failing")

    assert (report.http_status, report.document["reason"]) == (503, "unexpected")
    unexpected, ended = world.log.entries
    assert unexpected["event"] == "unexpected_error"
    assert unexpected["source"] == "failing"
    assert unexpected["error_types"][0] == type(error).__name__
    assert (ended["event"], ended["reason"]) == ("sweep.ended", "unexpected")
    assert MARKER not in "".join(world.log.lines) + str(report.document)


def test_the_names_are_known(world: World) -> None:
    assert world.maintenance.names == ("failing", "spool")
