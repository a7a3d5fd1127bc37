"""Runs a command with fakes of everything that it works with."""

import io
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from typing_extensions import override

from handlers.cli.__main__ import main
from handlers.cli.exit_codes import ExitCode
from handlers.cli.tools import DoctorOptions
from handlers.doctor.diagnosis import Check, Doctor
from handlers.domain.operator_records import KeptLetter, LetterSummary
from handlers.reading_back.backfill import Backfill
from handlers.reading_back.reconciliation import Reconciliation
from handlers.run_maintenance import RunMaintenance, Sweep
from handlers.understanding import Understander
from tests.component.logged_lines import LoggedLines
from tests.fakes.batch_publisher import FakeBatchPublisher
from tests.fakes.clock import START, FakeClock
from tests.fakes.intents import FakeIntentModel, FakeRules
from tests.fakes.operator_records import FakeOperatorRecords
from tests.fakes.spool import FakeSpool


class FakePresence:
    """The store as a set."""

    def __init__(self) -> None:
        self.there: set[tuple[str, str]] = set()
        self.error: Exception | None = None

    def is_there(self, bucket: str, name: str) -> bool:
        if self.error is not None:
            raise self.error
        return (bucket, name) in self.there


@dataclass(slots=True)
class FakeTools:
    """What the commands ask for; `asked` tells what they did."""

    records: FakeOperatorRecords = field(default_factory=FakeOperatorRecords)
    broker: FakeBatchPublisher = field(default_factory=FakeBatchPublisher)
    presence: FakePresence = field(default_factory=FakePresence)
    kept_deliveries: FakeSpool = field(default_factory=FakeSpool)
    sweeps: dict[str, Sweep] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    time: FakeClock = field(default_factory=FakeClock)
    asked: list[str] = field(default_factory=list)
    error: Exception | None = None
    rules: FakeRules = field(default_factory=FakeRules)
    model: FakeIntentModel | None = None
    typed: BinaryIO = field(default_factory=io.BytesIO)
    log: LoggedLines = field(default_factory=LoggedLines)

    def operator_records(self) -> FakeOperatorRecords:
        self.asked.append("records")
        if self.error is not None:
            raise self.error
        return self.records

    def publisher(self) -> FakeBatchPublisher:
        self.asked.append("publisher")
        return self.broker

    def maintenance(self) -> RunMaintenance:
        return RunMaintenance(sweeps=self.sweeps, clock=self.time, log=LoggedLines().event_log())

    def spool(self) -> FakeSpool:
        return self.kept_deliveries

    def object_presence(self) -> FakePresence:
        self.asked.append("store")
        return self.presence

    def reconciliation(self, account_id: str | None) -> Reconciliation:
        raise AssertionError(account_id)

    def backfill(self, since: datetime, account_id: str | None) -> Backfill:
        raise AssertionError(since, account_id)

    def understander(self, *, rules_only: bool) -> Understander:
        return Understander(
            rules=self.rules,
            model=None if rules_only else self.model,
            clock=self.time,
            log=self.log.event_log(),
        )

    def standard_input(self) -> BinaryIO:
        return self.typed

    def clock(self) -> FakeClock:
        return self.time

    def doctor(self, options: DoctorOptions) -> Doctor:
        return Doctor(
            checks=self.checks,
            seconds=options.check_seconds,
            clock=self.time,
            on_unexpected=lambda error, about: self.asked.append(f"{about}: {error!r}"),
        )

    def keep(self, number: int, **changes: Any) -> None:  # noqa: ANN401 - any field of a summary
        """Keep a letter; a higher number is a later one."""
        summary = LetterSummary(
            key=f"d{number}",
            reason="unrecorded",
            state="open",
            account_id="7",
            message_id=str(50_000 + number),
            source="webhook",
            byte_count=6,
            delivery_attempt=100,
            replays=0,
            times_seen=1,
            first_seen_at=START - timedelta(days=1, seconds=-number),
            last_seen_at=START,
            next_replay_at=None,
        )
        kept = KeptLetter(
            summary=replace(summary, **changes),
            payload=f"body {number}".encode(),
            attributes={"v": "1", "source": "webhook", "delivery_id": f"d{number}"},
        )
        self.records.kept[kept.summary.key] = kept


class Terminal(io.StringIO):
    """Somebody watches."""

    @override
    def isatty(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: ExitCode
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - documents of many shapes
        return json.loads(self.out)


def run(
    tools: FakeTools,
    *words: str,
    err: io.StringIO | None = None,
    out: io.StringIO | None = None,
) -> Ended:
    shown, said = out or io.StringIO(), err or io.StringIO()
    code = main(words, tools, shown, said)
    return Ended(code=code, out=shown.getvalue(), err=said.getvalue())
