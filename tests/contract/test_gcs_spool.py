"""What only the real store can do to the spool: hang, throttle, be away, or be another's."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from handlers.domain.errors import RetryableError
from handlers.domain.spooling import SpoolEntry
from storage.spool import GcsSpool
from tests.contract.spool_world import GcsSpoolWorld, gcs_spool_world
from tests.local.gcs_server import GcsServer, running_gcs

ATTRIBUTES: Final = {"v": "1"}
ENTRY: Final = SpoolEntry(name="spool/1", attributes=ATTRIBUTES)
# What the machine may add to a budget before it counts as not honoured.
GRACE_SECONDS: Final = 0.3


@pytest.fixture(scope="module")
def gcs() -> Iterator[GcsServer]:
    with running_gcs() as server:
        yield server


@pytest.fixture
def world(gcs: GcsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[GcsSpoolWorld]:
    with gcs_spool_world(gcs, monkeypatch, connections=16) as real:
        yield real


def put(spool: GcsSpool, name: str = "spool/1", *, budget: float = 2.0) -> None:
    spool.put(name, b"body", ATTRIBUTES, budget_seconds=budget)


def seconds_until_refused(spool: GcsSpool, name: str = "spool/1", *, budget: float) -> float:
    started = time.monotonic()
    with pytest.raises(RetryableError, match="storage_unavailable"):
        put(spool, name, budget=budget)
    return time.monotonic() - started


def test_a_delivery_is_kept_with_one_request(world: GcsSpoolWorld) -> None:
    put(world.spool)

    assert sum(world.server.counts().values()) == 1


def test_a_batch_is_listed_with_one_request_and_nothing_is_read_for_it(
    world: GcsSpoolWorld,
) -> None:
    for number in range(20):
        put(world.spool, f"spool/{number:02}")
    world.server.control("DELETE", "requests")

    assert len(world.spool.oldest(limit=100)) == 20
    assert sum(world.server.counts().values()) == 1


def test_attributes_are_kept_as_object_metadata(world: GcsSpoolWorld) -> None:
    put(world.spool)

    assert world.metadata("spool/1") == ATTRIBUTES


@pytest.mark.parametrize("budget", [0.2, 0.6])
def test_a_store_that_hangs_holds_nobody_longer_than_the_budget(
    world: GcsSpoolWorld, budget: float
) -> None:
    world.server.fail("POST /upload", delay_seconds=3.0)

    assert seconds_until_refused(world.spool, budget=budget) <= budget + GRACE_SECONDS


def test_a_store_that_sends_its_answer_too_late_is_not_waited_for(world: GcsSpoolWorld) -> None:
    world.server.fail("POST /upload", delay_seconds=1.5, after=True)

    assert seconds_until_refused(world.spool, budget=0.3) <= 0.3 + GRACE_SECONDS


def test_a_slow_store_within_the_budget_is_waited_for(world: GcsSpoolWorld) -> None:
    world.server.fail("POST /upload", delay_seconds=0.3)

    put(world.spool, budget=2.0)

    assert world.names() == ["spool/1"]


@pytest.mark.parametrize("budget", [0.0, -1.0])
def test_without_a_budget_nothing_is_sent(world: GcsSpoolWorld, budget: float) -> None:
    assert seconds_until_refused(world.spool, budget=budget) <= GRACE_SECONDS
    assert world.server.counts() == {}


def test_many_that_hang_at_once_do_not_hold_those_that_come_after(world: GcsSpoolWorld) -> None:
    hanging = 12
    world.server.fail("POST /upload", delay_seconds=1.0, times=hanging)
    with ThreadPoolExecutor(max_workers=hanging) as threads:
        spent = list(
            threads.map(
                lambda _: seconds_until_refused(world.spool, budget=0.3),
                range(hanging),
            )
        )

    assert max(spent) <= 0.3 + GRACE_SECONDS
    # The threads are still held by those that hang; the ones in line were given up, so the next
    # delivery finds a thread as soon as one is free.
    world.server.control("DELETE", "faults")
    put(world.spool, "spool/later", budget=2.0)
    assert "spool/later" in world.names()


def test_what_is_late_is_not_written_after_its_turn_was_given_up(world: GcsSpoolWorld) -> None:
    writers = 8
    world.server.fail("POST /upload", delay_seconds=0.5, times=writers)
    with ThreadPoolExecutor(max_workers=writers + 1) as threads:
        holding = [
            threads.submit(put, world.spool, f"spool/{number}", budget=2.0)
            for number in range(writers)
        ]
        while len(world.server.counts()) == 0 or sum(world.server.counts().values()) < writers:
            threading.Event().wait(0.01)
        seconds_until_refused(world.spool, "spool/stale", budget=0.1)
        for each in holding:
            each.result()
    # Whatever was still in line came before this one.
    put(world.spool, "spool/last")
    threading.Event().wait(0.1)

    assert "spool/last" in world.names()
    assert "spool/stale" not in world.names()


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (429, "storage_throttled"),
        (403, "storage_forbidden"),
        (400, "storage_refused"),
        (404, "bucket_unavailable"),
        (409, "storage_unavailable"),
        (500, "storage_unavailable"),
        (503, "storage_unavailable"),
    ],
)
def test_refusals_are_told_in_our_words_after_one_attempt(
    world: GcsSpoolWorld, status: int, reason: str
) -> None:
    world.server.fail("POST /upload", status=status)

    with pytest.raises(RetryableError, match=f"^{reason}$"):
        put(world.spool)

    assert sum(world.server.counts().values()) == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (429, "storage_throttled"),
        (403, "storage_forbidden"),
        (500, "storage_unavailable"),
        (503, "storage_unavailable"),
    ],
)
@pytest.mark.parametrize("what", ["oldest", "read", "delete"])
def test_the_sweep_learns_why_after_one_attempt(
    world: GcsSpoolWorld, what: str, status: int, reason: str
) -> None:
    put(world.spool)
    world.server.control("DELETE", "requests")
    world.server.fail("/", status=status)

    with pytest.raises(RetryableError, match=f"^{reason}$"):
        sweep(world.spool, what)

    assert sum(world.server.counts().values()) == 1


def sweep(spool: GcsSpool, what: str) -> None:
    calls: dict[str, Callable[[], object]] = {
        "put": lambda: put(spool),
        "oldest": lambda: spool.oldest(limit=100),
        "read": lambda: spool.read(ENTRY),
        "delete": lambda: spool.delete("spool/1"),
    }
    calls[what]()


@pytest.mark.parametrize("what", ["put", "oldest", "read", "delete"])
def test_a_refused_connection_is_retryable(world: GcsSpoolWorld, what: str) -> None:
    world.client._connection.API_BASE_URL = "http://127.0.0.1:9"

    with pytest.raises(RetryableError, match=r"^storage_unavailable$"):
        sweep(world.spool, what)


@pytest.mark.parametrize("what", ["put", "oldest", "read", "delete"])
def test_a_connection_that_breaks_is_retryable(world: GcsSpoolWorld, what: str) -> None:
    put(world.spool)
    world.server.fail("/", reset_connection=True)

    with pytest.raises(RetryableError, match=r"^storage_unavailable$"):
        sweep(world.spool, what)


def test_a_body_that_breaks_off_while_it_is_read_is_not_taken_for_whole(
    world: GcsSpoolWorld,
) -> None:
    world.spool.put("spool/1", b"x" * 200_000, ATTRIBUTES, budget_seconds=2.0)
    world.server.fail("GET /download", cut_after_bytes=50_000)

    with pytest.raises(RetryableError, match=r"^storage_unavailable$"):
        world.spool.read(ENTRY)


@pytest.mark.parametrize("what", ["put", "oldest"])
def test_a_bucket_that_is_not_there_is_told(world: GcsSpoolWorld, what: str) -> None:
    missing = GcsSpool(world.client, bucket="nobody-made-this-bucket")

    with pytest.raises(RetryableError, match=r"^bucket_unavailable$"):
        sweep(missing, what)
