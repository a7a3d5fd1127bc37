"""Whether a message costs more when there are a thousand times as many."""

import hashlib
import itertools
import json
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import requests
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver's lower case

from bench.deliveries import PUBLISHED_AT, Person, delivery_body, push_request
from bench.http_client import is_ok_with, measure_latencies
from bench.ledger_documents import CLAIM, FINISH, claim_document, finish_document, ids_of
from bench.report import Section, Table, Verdict
from bench.servers import Function, product_source, start_function
from bench.spread import Spread, percentile
from local.stack import PROJECT_ID, Stack

_FILL = Path(__file__).with_name("fill.sql")
_FEW = 1_000
_MANY = 1_000_000
_MANY_IN_QUICK = 30_000
_WRITERS = 1_000
_FIRST_MESSAGE = 10_000_000
_MAX_RATIO = 1.25
_TIMEOUT_SECONDS = 10
# Statistics reach the view at most once a second.
_STATISTICS_SECONDS = 1.5
_FIGURES = ("claim", "finish", "worker")
_METHOD = (
    "Two databases of one server (32 MB of shared buffers, fsync off), filled with {few:,} and "
    "with {many:,} rows each of messages, notes, attachments, people and buckets, vacuumed and "
    "analysed. In alternation, round by round, each gets new text messages of {writers} people "
    "drawn at random from all: claim and finish called directly and timed by the caller, and "
    "pushes to a worker at concurrency 1. The limit of the ratio is ours: the design says that the "
    "cost must not depend on the number. Sequential scans are Postgres's own count for the large "
    "database during all rounds."
)
_SCANS = """
select coalesce(sum(seq_scan), 0) from pg_stat_user_tables
where relname in ('contacts', 'messages', 'attachments', 'buckets', 'meeting_notes')
"""


@dataclass(slots=True, kw_only=True)
class _Population:
    """One database, its worker, and those who write."""

    rows: int
    url: str
    worker: Function
    connection: Connection
    writers: list[Person]
    medians: dict[str, list[float]] = field(default_factory=dict)
    """Seconds by figure, one for each round."""

    def run_round(self, numbers: Iterator[int], count: int) -> None:
        claims, finishes = zip(
            *(_claim_and_finish(self.connection, *self._message(numbers)) for _ in range(count)),
            strict=True,
        )
        pushes = []
        for _ in range(count):
            message_id, person = self._message(numbers)
            body = delivery_body(message_id, person)
            pushes.append(push_request(body, message_id=message_id, person=person))
        seconds = measure_latencies(self.worker.port, pushes, is_ok_with(b'"stored"'))
        for name, found in zip(_FIGURES, (claims, finishes, seconds), strict=True):
            self.medians.setdefault(name, []).append(percentile(found, 50))

    def _message(self, numbers: Iterator[int]) -> tuple[int, Person]:
        number = next(numbers)
        return number, self.writers[number % len(self.writers)]


def measure(*, is_quick: bool) -> Section:
    """Fill two databases and send both the same kind of messages."""
    rounds, count = (3, 60) if is_quick else (9, 200)
    many_rows = _MANY_IN_QUICK if is_quick else _MANY
    with ExitStack() as undo:
        stack = undo.enter_context(Stack())
        few, many = (_populate(undo, stack, rows) for rows in (_FEW, many_rows))
        numbers = itertools.count(_FIRST_MESSAGE)
        for population in (few, many):
            population.run_round(numbers, count)
            population.medians.clear()
        scans = _sequential_scans(many.connection)
        for number in range(rounds):
            # Who goes first changes, or what the first leaves behind would meet the same one.
            for population in (few, many)[:: 1 if number % 2 else -1]:
                population.run_round(numbers, count)
        scans = _sequential_scans(many.connection) - scans
    whole = _ratio(few, many, "worker")
    return Section(
        name="growth",
        title="Growth",
        method=_METHOD.format(few=_FEW, many=many_rows, writers=_WRITERS),
        verdicts=[
            Verdict(
                what=f"worker's p50 with {many_rows:,} rows, of that with {_FEW:,}",
                measured=whole.text(),
                budget=f"≤ {_MAX_RATIO:g}",
                is_met=whole.median <= _MAX_RATIO,
            ),
            Verdict(
                what="sequential scans of the large tables",
                measured=str(scans),
                budget="0",
                is_met=scans == 0,
            ),
        ],
        tables=[_table(few, many, rounds)],
    )


def _populate(undo: ExitStack, stack: Stack, rows: int) -> _Population:
    name = f"rows_{rows}"
    url = stack.postgres.create_database(name, template="postgres")
    connection = undo.enter_context(closing(psycopg2.connect(url)))
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(_FILL.read_text(encoding="utf-8").replace("{rows}", str(rows)))
    cursor.execute("vacuum analyze")
    cursor.execute("checkpoint")
    numbers = random.Random(rows).sample(range(1, rows + 1), _WRITERS)  # noqa: S311 - no secret
    writers = [Person(number=number) for number in numbers]
    for writer in writers:
        _create_bucket(stack.gcs_url, writer)
    worker_url = stack.worker_database_url.rpartition("/")[0] + f"/{name}"
    worker = start_function(
        undo,
        product_source(),
        "process_message",
        environ={**stack.worker_environ(), "SUPABASE_DB_URL": worker_url},
        directory=stack.directory,
    )
    return _Population(rows=rows, url=url, worker=worker, connection=connection, writers=writers)


def _create_bucket(gcs_url: str, person: Person) -> None:
    # As fill.sql names it.
    digest = hashlib.md5(person.contact_id.encode(), usedforsecurity=False).hexdigest()
    answer = requests.post(
        f"{gcs_url}/storage/v1/b",
        params={"project": PROJECT_ID},
        json={"name": f"bench-{digest[:24]}"},
        timeout=_TIMEOUT_SECONDS,
    )
    # The two databases may have a person in common.
    if answer.status_code != requests.codes.conflict:
        answer.raise_for_status()


def _claim_and_finish(
    connection: Connection, message_id: int, person: Person
) -> tuple[float, float]:
    body = json.loads(delivery_body(message_id, person))
    request = json.dumps(claim_document(body, PUBLISHED_AT))
    with connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.execute(CLAIM, {"request": request})
        (claimed,) = cursor.fetchone() or (None,)
        claim_seconds = time.perf_counter() - started
        bucket = claimed["bucket"]["name"]
        lease = json.dumps({**ids_of(body), "fence": claimed["fence"]})
        request = json.dumps(finish_document(body, bucket))
        started = time.perf_counter()
        cursor.execute(FINISH, {"lease": lease, "request": request})
        return claim_seconds, time.perf_counter() - started


def _sequential_scans(connection: Connection) -> int:
    time.sleep(_STATISTICS_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute("select pg_stat_force_next_flush()")
        cursor.execute(_SCANS)
        (scans,) = cursor.fetchone() or (0,)
        return int(scans)


def _ratio(few: _Population, many: _Population, figure: str) -> Spread:
    pairs = zip(many.medians[figure], few.medians[figure], strict=True)
    return Spread.of(ours / theirs for ours, theirs in pairs)


def _table(few: _Population, many: _Population, rounds: int) -> Table:
    titles = {
        "claim": "claim, SQL, ms",
        "finish": "finish, SQL, ms",
        "worker": "a push to the worker, ms",
    }
    return Table(
        title=f"p50 of a round: median (least to greatest) of {rounds} rounds",
        columns=("", *(f"{each.rows:,} rows" for each in (few, many)), "ratio"),
        rows=[
            (
                title,
                *(Spread.of(each.medians[name]).text(scale=1000) for each in (few, many)),
                _ratio(few, many, name).text(),
            )
            for name, title in titles.items()
        ],
    )
