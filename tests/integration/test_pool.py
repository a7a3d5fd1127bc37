"""The pool on a real Postgres: limits in the same round trip, bounded waits, no session state."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Final

import pytest

from db.pool import ConnectionPool
from handlers.domain.errors import (
    PermanentError,
    PermanentReason,
    PipelineError,
    RetryableError,
    RetryReason,
)
from tests.databases import Database, Databases
from tests.integration.postgres_proxy import PostgresProxy, postgres_proxy

_SHOW: Final = "select current_setting(%(name)s)"


@pytest.fixture
def pool(worker_url: str) -> Iterator[ConnectionPool]:
    with closing(ConnectionPool(worker_url, size=2, wait_seconds=0.2)) as created:
        yield created


@contextmanager
def _held(pool: ConnectionPool, count: int, seconds: float = 0.6) -> Iterator[None]:
    """Keep so many of the pool's connections busy."""
    with ThreadPoolExecutor(count) as threads:
        sleeps = [
            threads.submit(pool.fetch_value, "select pg_sleep(%(s)s)", {"s": seconds})
            for _ in range(count)
        ]
        deadline = time.monotonic() + 5
        while pool._slots.qsize() and time.monotonic() < deadline:
            threading.Event().wait(0.005)
        yield
        for sleep in sleeps:
            sleep.result()


@pytest.mark.parametrize(
    ("name", "value"),
    # The server of the tests has synchronous_commit off.
    [("statement_timeout", "15s"), ("lock_timeout", "5s"), ("synchronous_commit", "on")],
)
def test_every_statement_runs_under_the_limits(pool: ConnectionPool, name: str, value: str) -> None:
    assert pool.fetch_value(_SHOW, {"name": name}) == value


def test_nothing_is_left_in_the_session(pool: ConnectionPool) -> None:
    left = pool.fetch_value(
        "select jsonb_build_array((select count(*) from pg_prepared_statements),"
        " (select count(*) from pg_locks where locktype = 'advisory'))",
        {},
    )
    assert left == [0, 0]
    # The driver's own connection, without the limits that come with each statement.
    slot = pool._slots.get_nowait()
    assert slot is not None
    with slot.cursor() as cursor:
        cursor.execute("show statement_timeout")
        assert cursor.fetchone() == ("0",)
    pool._slots.put(slot)


def test_a_statement_that_takes_too_long_is_ended(
    pool: ConnectionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.pool._LIMITS", "set local statement_timeout = '100ms'; ")

    with pytest.raises(RetryableError) as caught:
        pool.fetch_value("select pg_sleep(5)", {})

    assert caught.value.reason is RetryReason.DATABASE_BUSY
    assert pool.fetch_value("select 1", {}) == 1


def test_a_lock_that_is_held_is_not_waited_for_longer_than_allowed(
    pool: ConnectionPool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.pool._LIMITS", "set local lock_timeout = '100ms'; ")
    with database.connect() as other:
        other.autocommit = False
        other.cursor().execute("lock table whatsapp.messages")

        with pytest.raises(RetryableError) as caught:
            pool.fetch_value("select count(*) from whatsapp.messages", {})

    assert caught.value.reason is RetryReason.DATABASE_BUSY


def test_when_all_connections_are_taken_one_waits_and_then_gives_up(worker_url: str) -> None:
    exhausted: list[int] = []
    pool = ConnectionPool(
        worker_url, size=1, wait_seconds=0.1, on_exhausted=lambda: exhausted.append(1)
    )
    with closing(pool), _held(pool, 1):
        began = time.monotonic()
        with pytest.raises(RetryableError) as caught:
            pool.fetch_value("select 1", {})

        assert time.monotonic() - began < 0.5
        assert caught.value.reason is RetryReason.DATABASE_BUSY
        assert exhausted == [1]


def test_who_waits_gets_the_connection_that_is_given_back(worker_url: str) -> None:
    pool = ConnectionPool(worker_url, size=1, wait_seconds=5)
    with closing(pool), _held(pool, 1, seconds=0.2):
        assert pool.fetch_value("select 1", {}) == 1


@pytest.mark.parametrize(
    ("statement", "error", "reason"),
    [
        ("select 'x'::int", PermanentError, PermanentReason.DATA_REJECTED),
        ("select jsonb 'no'", PermanentError, PermanentReason.DATA_REJECTED),
        ("select 1 / 0", PermanentError, PermanentReason.DATA_REJECTED),
        ("select * from no_such_table", RetryableError, RetryReason.DATABASE_UNAVAILABLE),
        ("select * from auth.nothing", RetryableError, RetryReason.DATABASE_UNAVAILABLE),
        (
            "do $$ begin raise exception 'x' using errcode = 'WA001'; end $$; select 1",
            RetryableError,
            RetryReason.LEASE_LOST,
        ),
        (
            "do $$ begin raise exception 'x' using errcode = '40P01'; end $$; select 1",
            RetryableError,
            RetryReason.DATABASE_BUSY,
        ),
        (
            "do $$ begin raise exception 'x' using errcode = '40001'; end $$; select 1",
            RetryableError,
            RetryReason.DATABASE_BUSY,
        ),
    ],
    ids=[
        *("no_number", "no_json", "by_zero", "no_table", "no_schema"),
        *("lease_lost", "deadlock", "serialization"),
    ],
)
def test_errors_of_the_database_are_told_in_our_words(
    pool: ConnectionPool, statement: str, error: type[PipelineError], reason: str
) -> None:
    with pytest.raises(error, match=f"^{reason}$"):
        pool.fetch_value(statement, {})

    assert pool.fetch_value("select 1", {}) == 1


def test_a_wrong_password_is_unavailable_and_not_told(database: Database) -> None:
    wrong = database.worker_url.replace("test_worker:", "test_worker:wrong")
    with closing(ConnectionPool(wrong, size=1)) as pool, pytest.raises(RetryableError) as caught:
        pool.fetch_value("select 1", {})

    assert caught.value.reason is RetryReason.DATABASE_UNAVAILABLE


def test_a_statement_with_its_limits_is_one_round_trip(
    database: Database, databases: Databases
) -> None:
    with (
        postgres_proxy(databases.server.port) as proxy,
        closing(ConnectionPool(_through(proxy, database, databases), size=1)) as pool,
    ):
        pool.fetch_value("select 1", {})
        proxy.forget()
        pool.fetch_value("select %(text)s", {"text": "x"})

        (query,) = proxy.queries
        assert query.startswith(b"set local statement_timeout = '15s'; set local lock_timeout")
        assert proxy.other_messages == []


def test_connections_are_opened_when_needed_and_kept(
    database: Database, databases: Databases
) -> None:
    with (
        postgres_proxy(databases.server.port) as proxy,
        closing(ConnectionPool(_through(proxy, database, databases), size=3)) as pool,
    ):
        for _ in range(5):
            pool.fetch_value("select 1", {})
        assert proxy.connections == 1


def _through(proxy: PostgresProxy, database: Database, databases: Databases) -> str:
    return database.worker_url.replace(f":{databases.server.port}/", f":{proxy.port}/")
