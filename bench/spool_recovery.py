"""How long the spool takes to catch up after the broker was away."""

import itertools
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Final, Self

import psycopg2
import requests

from bench.deliveries import Person, delivery_body, signed_request
from bench.http_client import UnexpectedAnswerError, exchange, is_ok
from bench.report import Section, Table, Verdict
from local.stack import SPOOL_BUCKET, Stack
from local.stored_state import list_objects

# More than a million deliveries a day.
_PER_SECOND: Final = 15.0
_PEOPLE: Final = 50
_IDS_PER_ROUND: Final = 1_000_000
_QUIET_SECONDS: Final = 2.0
_SETTLE_SECONDS: Final = 300.0
_STORED: Final = "select count(*) from whatsapp.messages where state = 'stored'"
_METHOD: Final = (
    "The whole local stack. Deliveries come at {per_second:g} a second. For a while the broker "
    "refuses every Publish (UNAVAILABLE); each delivery must be answered 200 all the same. Then "
    "the broker is back and the sweep `spool` is asked, as Scheduler would within five minutes, "
    "while deliveries go on coming at the same rate. Caught up is when the spool is empty, and "
    "wholly when every message that was answered 200 is stored. Both are compared with the length "
    "of the outage: what a deployment adds is only the wait for the next sweep."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    outage: float
    spooled: int
    slowest_answer: float
    emptied: float
    """Seconds from the broker's return."""
    stored: float


class _Sender:
    """Sends distinct deliveries at a steady rate, from a thread of its own."""

    def __init__(self, stack: Stack, *, first_id: int) -> None:
        self._stack = stack
        self._ids = itertools.count(first_id)
        self._people = [Person(number=number) for number in range(1, _PEOPLE + 1)]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._send_on, name="sender")
        self._failure: UnexpectedAnswerError | None = None
        self.answers: list[float] = []
        """Seconds of each answer; every one was 200."""

    def __enter__(self) -> Self:
        """Begin to send."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Send nothing more."""
        self.stop()

    def stop(self) -> None:
        """Send nothing more; raise what was answered otherwise than 200. Repeatable."""
        self._stop.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _send_on(self) -> None:
        for message_id in self._ids:
            person = self._people[message_id % _PEOPLE]
            body = delivery_body(message_id, person)
            secret = self._stack.webhook_secret
            request = signed_request(body, message_id=message_id, secret=secret)
            began = time.monotonic()
            answer = exchange(self._stack.webhook_port, request)
            seconds = time.monotonic() - began
            if not is_ok(answer) or b"accepted" not in answer:
                self._failure = UnexpectedAnswerError(answer.decode("utf-8", "replace"))
                return
            self.answers.append(seconds)
            if self._stop.wait(max(0.0, 1 / _PER_SECOND - seconds)):
                return


def measure(*, is_quick: bool) -> Section:
    """Measure an outage, short and long."""
    lengths = (5.0,) if is_quick else (10.0, 30.0, 60.0)
    with Stack() as stack:
        rounds = [
            _run(stack, seconds, first_id=1 + number * _IDS_PER_ROUND)
            for number, seconds in enumerate(lengths)
        ]
    worst = max(each.emptied / each.outage for each in rounds)
    return Section(
        name="spool_recovery",
        title="Catching up after the broker was away",
        method=_METHOD.format(per_second=_PER_SECOND),
        verdicts=(
            Verdict(
                what="time until the spool is empty, of the outage's length",
                measured=f"{worst:.2f}",
                budget="≤ 1, and one interval of the sweep",
                is_met=worst <= 1,
            ),
        ),
        tables=(
            Table(
                title="From the broker's return, with deliveries coming all the time",
                columns=(
                    "outage",
                    "spooled",
                    "slowest answer",
                    "spool empty after",
                    "all stored after",
                ),
                rows=[
                    (
                        f"{each.outage:.0f} s",
                        str(each.spooled),
                        f"{each.slowest_answer:.2f} s",
                        f"{each.emptied:.1f} s",
                        f"{each.stored:.1f} s",
                    )
                    for each in rounds
                ],
            ),
        ),
    )


def _run(stack: Stack, seconds: float, *, first_id: int) -> _Round:
    stored_before = _stored(stack)
    with _Sender(stack, first_id=first_id) as sender:
        time.sleep(_QUIET_SECONDS)
        sent_before = len(sender.answers)
        faults = f"{stack.pubsub_control_url}/faults"
        order = {"method": "Publish", "code": "UNAVAILABLE", "times": -1}
        requests.post(faults, json=order, timeout=5).raise_for_status()
        time.sleep(seconds)
        slowest = max(sender.answers[sent_before:])
        spooled = _spooled(stack)
        requests.delete(faults, timeout=5).raise_for_status()
        mended = time.monotonic()
        while _spooled(stack):
            report = stack.sweep("spool")
            if report["status"] != "done":
                raise UnexpectedAnswerError(f"the sweep said {report}")
        emptied = time.monotonic() - mended
        sender.stop()
    while _stored(stack) - stored_before < len(sender.answers):
        if time.monotonic() - mended > _SETTLE_SECONDS:
            raise UnexpectedAnswerError("some of what was answered 200 is not stored")
        time.sleep(0.1)
    return _Round(
        outage=seconds,
        spooled=spooled,
        slowest_answer=slowest,
        emptied=emptied,
        stored=time.monotonic() - mended,
    )


def _spooled(stack: Stack) -> int:
    return sum(name.startswith("spool/") for name in list_objects(stack.gcs_url, SPOOL_BUCKET))


def _stored(stack: Stack) -> int:
    with closing(psycopg2.connect(stack.database_url)) as connection, connection:
        cursor = connection.cursor()
        cursor.execute(_STORED)
        (found,) = cursor.fetchone() or (0,)
    return int(found)
