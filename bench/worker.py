"""The worker beside a bare function that makes the same requests with the same libraries."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

import psycopg2

from bench.deliveries import Person, delivery_body, push_request
from bench.http_client import (
    Expected,
    UnexpectedAnswerError,
    is_ok,
    is_ok_with,
    measure_latencies,
    measure_throughput,
)
from bench.people import introduce, let_write_once
from bench.process_figures import cpu_seconds, read_memory
from bench.report import Section, Table, Verdict
from bench.servers import THREADS, Function, bare_worker_source, product_source, start_function
from bench.spread import Spread, percentile
from local.stack import Stack

_MIN_RATIO = 0.6
_CONCURRENCIES = (1, THREADS)
_PEOPLE = 50
_METHOD = (
    "Both run under functions-framework and gunicorn with 8 threads, against the same Postgres "
    "(fsync off) and the same Cloud Storage server of ours, which share the two cores with them; "
    "pushes come directly from one client over kept connections, in alternation, round by round. "
    "Every push is a distinct text message of one of {people} known people with a bucket. The bare "
    "function decodes the push and makes the same three requests (claim, one upload, finish) with "
    "the same libraries and options, without any check, type, recovery or log. Afterwards the "
    "ledger must hold every message of both as `stored`, with a note."
)
_STORED = """
select count(*) from whatsapp.messages as m join public.meeting_notes as n on n.id = m.note_id
where m.state = 'stored' and m.is_archived
"""


@dataclass(slots=True, kw_only=True)
class _Contender:
    function: Function
    expected: Expected
    throughputs: dict[int, list[float]] = field(default_factory=dict)
    """Messages a second by concurrency, one for each round."""
    medians: list[float] = field(default_factory=list)
    """Seconds at concurrency 1, one for each round."""
    cpu: list[float] = field(default_factory=list)
    """Processor seconds of the function's process for one message at concurrency 8."""

    def run_round(self, pushes: Iterator[bytes], counts: dict[int, int]) -> None:
        port = self.function.port
        seconds = measure_latencies(port, list(itertools.islice(pushes, counts[1])), self.expected)
        self.medians.append(percentile(seconds, 50))
        self.throughputs.setdefault(1, []).append(len(seconds) / sum(seconds))
        together = list(itertools.islice(pushes, counts[THREADS]))
        before = cpu_seconds([self.function.worker])
        throughput = measure_throughput(port, together, self.expected, concurrency=THREADS)
        self.cpu.append((cpu_seconds([self.function.worker]) - before) / len(together))
        self.throughputs.setdefault(THREADS, []).append(throughput)


def measure(*, is_quick: bool) -> Section:
    """Run all rounds."""
    rounds = 3 if is_quick else 9
    counts = {1: 60, THREADS: 200} if is_quick else {1: 200, THREADS: 800}
    people = [Person(number=number) for number in range(1, _PEOPLE + 1)]
    with ExitStack() as undo:
        stack = undo.enter_context(Stack())
        bare, worker = _start(undo, stack)
        introduce(people, database_url=stack.database_url)
        let_write_once(people, worker_port=worker.function.port, first_message_id=1)
        sent = itertools.count(1 + _PEOPLE)
        pushes = _pushes(people, sent)
        for contender in (bare, worker):
            warm_up = list(itertools.islice(pushes, counts[THREADS]))
            measure_throughput(
                contender.function.port, warm_up, contender.expected, concurrency=THREADS
            )
        for _ in range(rounds):
            for contender in (bare, worker):
                contender.run_round(pushes, counts)
        _check_stored(stack.database_url, next(sent) - 1)
        resident = [read_memory(each.function.worker).resident for each in (bare, worker)]
    return Section(
        name="worker",
        title="Worker beside a bare function",
        method=_METHOD.format(people=_PEOPLE),
        verdicts=[_verdict(bare, worker, concurrency) for concurrency in _CONCURRENCIES],
        tables=[_table(bare, worker, resident, rounds)],
    )


def _start(undo: ExitStack, stack: Stack) -> tuple[_Contender, _Contender]:
    environ = {
        **stack.worker_environ(),
        # The worker sets it itself; without it the bare function would ask for the bucket as well.
        "DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA": "true",
    }
    directory = stack.directory
    bare = start_function(
        undo, bare_worker_source(), "bare_worker", environ=environ, directory=directory
    )
    worker = start_function(
        undo,
        product_source(),
        "process_message",
        environ=stack.worker_environ(),
        directory=directory,
    )
    return (
        _Contender(function=bare, expected=is_ok),
        _Contender(function=worker, expected=is_ok_with(b'"stored"')),
    )


def _pushes(people: list[Person], message_ids: Iterator[int]) -> Iterator[bytes]:
    for message_id in message_ids:
        person = people[message_id % len(people)]
        body = delivery_body(message_id, person)
        yield push_request(body, message_id=message_id, person=person)


def _check_stored(database_url: str, expected: int) -> None:
    with closing(psycopg2.connect(database_url)) as connection, connection:
        cursor = connection.cursor()
        cursor.execute(_STORED)
        (found,) = cursor.fetchone() or (0,)
    if found != expected:
        raise UnexpectedAnswerError(f"{found} of {expected} messages are stored")


def _ratio(bare: _Contender, worker: _Contender, concurrency: int) -> Spread:
    pairs = zip(worker.throughputs[concurrency], bare.throughputs[concurrency], strict=True)
    return Spread.of(ours / theirs for ours, theirs in pairs)


def _verdict(bare: _Contender, worker: _Contender, concurrency: int) -> Verdict:
    ratio = _ratio(bare, worker, concurrency)
    return Verdict(
        what=f"throughput at concurrency {concurrency}, of the bare function's",
        measured=ratio.text(),
        budget=f"≥ {_MIN_RATIO:g}",
        is_met=ratio.median >= _MIN_RATIO,
    )


def _table(bare: _Contender, worker: _Contender, resident: list[float], rounds: int) -> Table:
    rows: list[tuple[str, ...]] = [
        (
            f"messages/s at concurrency {concurrency}",
            Spread.of(bare.throughputs[concurrency]).text(digits=0),
            Spread.of(worker.throughputs[concurrency]).text(digits=0),
            _ratio(bare, worker, concurrency).text(),
        )
        for concurrency in _CONCURRENCIES
    ]
    for name, theirs, ours in (
        ("p50 at concurrency 1, ms", bare.medians, worker.medians),
        ("processor time a message at concurrency 8, ms", bare.cpu, worker.cpu),
    ):
        ratio = Spread.of(b / a for a, b in zip(theirs, ours, strict=True))
        figures = (Spread.of(side).text(scale=1000) for side in (theirs, ours))
        rows.append((name, *figures, ratio.text()))
    rows.append(("resident memory afterwards, MiB", *(f"{mib:.0f}" for mib in resident), ""))
    return Table(
        title=f"Text messages of known people: median (least to greatest) of {rounds} rounds",
        columns=("", "bare function", "worker", "worker / bare"),
        rows=rows,
    )
