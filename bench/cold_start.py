"""From the start of a function to its first answer, beside a function that does nothing."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.cgroup import CgroupMissingError, processor_share
from bench.deliveries import Person, delivery_body, signed_request
from bench.http_client import Expected, UnexpectedAnswerError, exchange, is_ok, is_ok_with
from bench.process_figures import cpu_seconds, descendants
from bench.report import Section, Table, Verdict
from bench.servers import (
    SECRET,
    Broker,
    function_command,
    function_environ,
    noop_source,
    product_source,
    start_brokers,
    webhook_environ,
)
from bench.spread import Spread
from local import processes
from local.functions import REPOSITORY

_MAX_CPU_RATIO = 2.75
_STRESS_SHARE = 0.5
_MAX_STRESS_SECONDS = 2.0
_STRESS_ROUNDS = 5
_START_SECONDS = 30.0
_MUST_BE_ABSENT = ("openai", "psycopg2", "google.cloud.storage")
_IMPORT_TIME = "import time:"
_METHOD = (
    "A new process is started by the deployed command, one round of each after the other; as soon "
    "as it takes connections it gets one request: for the webhook a signed delivery, which it "
    "answers after a running broker ({broker}) confirmed. Processor time is user and system time "
    "of gunicorn's master and worker, all threads, from the start until the answer was there; the "
    "files are in the page cache and compiled. The stress figure repeats the start in a cgroup "
    "that gets half a processor, where start-up and first answer share that half."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """One function as it is started for one round."""

    source: Path
    target: str
    environ: Mapping[str, str]
    request: bytes
    expected: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class _FirstAnswer:
    """What it took from the start to the first answer."""

    cpu_seconds: float
    wall_seconds: float


def measure(*, is_quick: bool) -> Section:
    """Start both functions again and again."""
    rounds = 4 if is_quick else 15
    with ExitStack() as undo:
        directory = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        broker = start_brokers(undo, directory)[0]
        log = directory / "cold.log"
        starts = [_noop(), _webhook(broker)]
        for start in starts:
            _first_answer(start, log=log)
        found = [[_first_answer(start, log=log) for start in starts] for _ in range(rounds)]
        noops, webhooks = zip(*found, strict=True)
        modules = [_modules_loaded(start, directory) for start in starts]
        stress = _stress_verdict(_webhook(broker), 2 if is_quick else _STRESS_ROUNDS, log)
    ratio = Spread.of(
        ours.cpu_seconds / theirs.cpu_seconds for theirs, ours in zip(noops, webhooks, strict=True)
    )
    return Section(
        name="cold_start",
        title="Webhook, cold start",
        method=_METHOD.format(broker=broker.name),
        verdicts=[
            Verdict(
                what="processor time to the first answer, of the bare function's",
                measured=ratio.text(),
                budget=f"≤ {_MAX_CPU_RATIO:g}",
                is_met=ratio.median <= _MAX_CPU_RATIO,
            ),
            _absence_verdict(modules[1]),
            stress,
        ],
        tables=[_table(noops, webhooks, modules, rounds)],
    )


def _noop() -> _Start:
    body = delivery_body(1, Person(number=1))
    return _Start(
        source=noop_source(),
        target="noop",
        environ={},
        request=signed_request(body, message_id=1, secret=SECRET),
        expected=is_ok,
    )


def _webhook(broker: Broker) -> _Start:
    body = delivery_body(1, Person(number=1))
    return _Start(
        source=product_source(),
        target="chatwoot_webhook",
        environ=webhook_environ(broker),
        request=signed_request(body, message_id=1, secret=SECRET),
        expected=is_ok_with(b'"accepted"'),
    )


def _first_answer(start: _Start, *, log: Path, prefix: Sequence[str] = ()) -> _FirstAnswer:
    port = processes.free_port()
    with log.open("ab") as stream:
        started = time.perf_counter()
        # Not through the local launcher, whose own start would count for both and flatter us.
        process = subprocess.Popen(
            [*prefix, *function_command(start.source, start.target, port)],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            env=function_environ(start.environ),
            cwd=REPOSITORY,
            start_new_session=True,
        )
    try:
        _await_port(port, process, log)
        answer = exchange(port, start.request)
        wall = time.perf_counter() - started
        cpu = cpu_seconds(descendants(process.pid))
        if not start.expected(answer):
            raise UnexpectedAnswerError(answer.decode("utf-8", "replace"))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return _FirstAnswer(cpu_seconds=cpu, wall_seconds=wall)


def _await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None or time.monotonic() > deadline:
            raise processes.ChildError(f"the function did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.002)


def _modules_loaded(start: _Start, directory: Path) -> set[str]:
    log = directory / f"{start.target}-modules.log"
    profiled = _Start(
        source=start.source,
        target=start.target,
        environ={**start.environ, "PYTHONPROFILEIMPORTTIME": "1"},
        request=start.request,
        expected=start.expected,
    )
    _first_answer(profiled, log=log)
    lines = log.read_text(errors="replace").splitlines()
    return {line.rpartition("|")[2].strip() for line in lines if line.startswith(_IMPORT_TIME)}


def _absence_verdict(modules: set[str]) -> Verdict:
    found = [name for name in _MUST_BE_ABSENT if name in modules]
    return Verdict(
        what=f"{', '.join(_MUST_BE_ABSENT)} after the first answer",
        measured=", ".join(found) or "absent",
        budget="absent",
        is_met=not found,
    )


def _stress_verdict(start: _Start, rounds: int, log: Path) -> Verdict:
    what = f"first answer with {_STRESS_SHARE:g} processor, from the start of the process"
    budget = f"≤ {_MAX_STRESS_SECONDS:g} s"
    try:
        with processor_share(_STRESS_SHARE) as prefix:
            answers = [_first_answer(start, log=log, prefix=prefix) for _ in range(rounds)]
    except CgroupMissingError as error:
        return Verdict(what=what, measured=f"skipped: {error}", budget=budget, is_met=None)
    seconds = Spread.of(answer.wall_seconds for answer in answers)
    return Verdict(
        what=what,
        measured=seconds.text(unit=" s"),
        budget=budget,
        is_met=seconds.median <= _MAX_STRESS_SECONDS,
    )


def _table(
    noops: Sequence[_FirstAnswer],
    webhooks: Sequence[_FirstAnswer],
    modules: list[set[str]],
    rounds: int,
) -> Table:
    rows = [
        (
            "processor time to the first answer, s",
            *(
                Spread.of(answer.cpu_seconds for answer in side).text()
                for side in (noops, webhooks)
            ),
        ),
        (
            "time to the first answer, s",
            *(
                Spread.of(answer.wall_seconds for answer in side).text()
                for side in (noops, webhooks)
            ),
        ),
        ("modules imported", *(str(len(names)) for names in modules)),
    ]
    return Table(
        title=f"Start to first answer: median (least to greatest) of {rounds} rounds",
        columns=("", "no-op", "webhook"),
        rows=rows,
    )
