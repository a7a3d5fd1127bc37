"""The warm webhook beside a function that does nothing: latency, throughput and memory."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.deliveries import Person, delivery_body, signed_request
from bench.http_client import (
    Expected,
    is_ok,
    is_ok_with,
    measure_latencies,
    measure_throughput,
)
from bench.process_figures import read_memory
from bench.report import Section, Table, Verdict
from bench.servers import (
    SECRET,
    THREADS,
    Function,
    noop_source,
    product_source,
    start_brokers,
    start_function,
    webhook_environ,
)
from bench.spread import Spread, percentile

_MAX_ADDED_P50_MS = 1.0
_MIN_THROUGHPUT_RATIO = 0.5
_MAX_RESIDENT_MIB = 128.0
_PEOPLE = 50
_PERCENTS = (50, 95, 99)
_METHOD = (
    "Both functions run at the same time under functions-framework and gunicorn with 8 threads and "
    "are measured in alternation, round by round, by one client over kept connections and raw "
    "sockets on the same cores. Every request is a distinct signed delivery of 2.4 kB; every "
    "answer is checked to be 200 `accepted`, which the webhook gives only after the broker "
    "confirmed. The topic has no subscription: the broker's deliveries are not what is measured. "
    "Differences and ratios are taken within a round, so noise of the machine meets both alike."
)


@dataclass(slots=True, kw_only=True)
class _Contender:
    name: str
    function: Function
    expected: Expected
    latencies: dict[int, list[float]] = field(default_factory=dict)
    """Milliseconds by percentile, one for each round."""
    throughputs: list[float] = field(default_factory=list)

    def run_round(self, alone: list[bytes], together: list[bytes]) -> None:
        port = self.function.port
        seconds = measure_latencies(port, alone, self.expected)
        for percent in _PERCENTS:
            figure = percentile(seconds, percent) * 1000
            self.latencies.setdefault(percent, []).append(figure)
        self.throughputs.append(
            measure_throughput(port, together, self.expected, concurrency=THREADS)
        )


def measure(*, is_quick: bool) -> Section:
    """Run all rounds."""
    rounds = 3 if is_quick else 9
    alone, together = (150, 600) if is_quick else (400, 2500)
    requests = _signed_requests()
    with ExitStack() as undo:
        directory = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        noop, webhooks = _start(undo, directory)
        for contender in (noop, *webhooks):
            measure_throughput(
                contender.function.port,
                list(itertools.islice(requests, together)),
                contender.expected,
                concurrency=THREADS,
            )
        for _ in range(rounds):
            for contender in (noop, *webhooks):
                contender.run_round(
                    list(itertools.islice(requests, alone)),
                    list(itertools.islice(requests, together)),
                )
        memory = _memory_rows([noop, *webhooks])
        resident = read_memory(webhooks[0].function.worker).resident
    return Section(
        name="webhook",
        title="Webhook, warm, beside a no-op function",
        method=_METHOD,
        verdicts=[*_verdicts(noop, webhooks[0]), _memory_verdict(resident)],
        tables=[
            *(_speed_table(noop, webhook, rounds) for webhook in webhooks),
            Table(
                title="Memory after the run, MiB",
                columns=("function", "resident", "proportional (PSS)", "gunicorn's master, PSS"),
                rows=memory,
            ),
        ],
    )


def _start(undo: ExitStack, directory: Path) -> tuple[_Contender, list[_Contender]]:
    noop = _Contender(
        name="no-op",
        function=start_function(undo, noop_source(), "noop", environ={}, directory=directory),
        expected=is_ok,
    )
    webhooks = [
        _Contender(
            name=f"webhook, {broker.name}",
            function=start_function(
                undo,
                product_source(),
                "chatwoot_webhook",
                environ=webhook_environ(broker),
                directory=directory,
            ),
            expected=is_ok_with(b'"accepted"'),
        )
        for broker in start_brokers(undo, directory)
    ]
    return noop, webhooks


def _signed_requests() -> Iterator[bytes]:
    for message_id in itertools.count(1):
        body = delivery_body(message_id, Person(number=1 + message_id % _PEOPLE))
        yield signed_request(body, message_id=message_id, secret=SECRET)


def _added(noop: _Contender, webhook: _Contender, percent: int) -> Spread:
    pairs = zip(webhook.latencies[percent], noop.latencies[percent], strict=True)
    return Spread.of(ours - theirs for ours, theirs in pairs)


def _ratio(noop: _Contender, webhook: _Contender) -> Spread:
    pairs = zip(webhook.throughputs, noop.throughputs, strict=True)
    return Spread.of(ours / theirs for ours, theirs in pairs)


def _verdicts(noop: _Contender, webhook: _Contender) -> list[Verdict]:
    added, ratio = _added(noop, webhook, 50), _ratio(noop, webhook)
    return [
        Verdict(
            what=f"p50 at concurrency 1, added to the no-op's ({webhook.name})",
            measured=added.text(unit=" ms"),
            budget=f"≤ {_MAX_ADDED_P50_MS:g} ms",
            is_met=added.median <= _MAX_ADDED_P50_MS,
        ),
        Verdict(
            what=f"throughput at concurrency 8, of the no-op's ({webhook.name})",
            measured=ratio.text(),
            budget=f"≥ {_MIN_THROUGHPUT_RATIO:g}",
            is_met=ratio.median >= _MIN_THROUGHPUT_RATIO,
        ),
    ]


def _memory_verdict(resident: float) -> Verdict:
    return Verdict(
        what="resident memory of the worker process at 8 threads",
        measured=f"{resident:.1f} MiB",
        budget=f"≤ {_MAX_RESIDENT_MIB:g} MiB",
        is_met=resident <= _MAX_RESIDENT_MIB,
    )


def _speed_table(noop: _Contender, webhook: _Contender, rounds: int) -> Table:
    rows = [
        (
            f"p{percent} at concurrency 1, ms",
            Spread.of(noop.latencies[percent]).text(),
            Spread.of(webhook.latencies[percent]).text(),
            "+" + _added(noop, webhook, percent).text(),
        )
        for percent in _PERCENTS
    ]
    rows.append(
        (
            "requests/s at concurrency 8",
            Spread.of(noop.throughputs).text(digits=0),
            Spread.of(webhook.throughputs).text(digits=0),
            "ratio " + _ratio(noop, webhook).text(),
        )
    )
    return Table(
        title=f"{webhook.name}: median (least to greatest) of {rounds} rounds",
        columns=("", "no-op", "webhook", "webhook against no-op"),
        rows=rows,
    )


def _memory_rows(contenders: list[_Contender]) -> list[tuple[str, ...]]:
    rows = []
    for contender in contenders:
        worker = read_memory(contender.function.worker)
        master = read_memory(contender.function.child.pid)
        figures = (worker.resident, worker.proportional, master.proportional)
        rows.append((contender.name, *(f"{figure:.1f}" for figure in figures)))
    return rows
