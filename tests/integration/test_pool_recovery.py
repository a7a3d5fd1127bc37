"""The pool outlives servers and poolers that go away and come back."""

from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from db.pool import ConnectionPool
from handlers.domain.errors import RetryableError, RetryReason
from local.pgbouncer import PgBouncer, find_pgbouncer
from local.postgres import PostgresServer


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server that these tests may stop and kill."""
    with PostgresServer() as running:
        yield running


@pytest.fixture
def pooler(server: PostgresServer) -> Iterator[PgBouncer]:
    if find_pgbouncer() is None:
        pytest.skip("pgbouncer is not on this machine")
    with PgBouncer(upstream=server.dsn()) as running:
        yield running


def test_a_restart_while_connections_lie_idle_is_not_noticed(server: PostgresServer) -> None:
    with closing(ConnectionPool(server.dsn(), size=2)) as pool:
        assert pool.fetch_value("select 1", {}) == 1
        server.restart()

        assert pool.fetch_value("select 2", {}) == 2


def test_after_a_crash_the_first_call_fails_only_while_the_server_is_away(
    server: PostgresServer,
) -> None:
    with closing(ConnectionPool(server.dsn(), size=2)) as pool:
        assert pool.fetch_value("select 1", {}) == 1
        server.crash()
        for _ in range(3):
            with pytest.raises(RetryableError) as caught:
                pool.fetch_value("select 2", {})
            assert caught.value.reason is RetryReason.DATABASE_UNAVAILABLE

        server.start()
        assert pool.fetch_value("select 3", {}) == 3


def test_a_session_that_the_server_ended_is_replaced(server: PostgresServer) -> None:
    with (
        closing(ConnectionPool(server.dsn(), size=1)) as pool,
        closing(ConnectionPool(server.dsn(), size=1)) as other,
    ):
        pid = pool.fetch_value("select pg_backend_pid()", {})
        assert other.fetch_value("select pg_terminate_backend(%(pid)s, 5000)", {"pid": pid}) is True

        assert pool.fetch_value("select pg_backend_pid()", {}) != pid


def test_a_pooler_that_restarts_is_not_noticed(pooler: PgBouncer) -> None:
    with closing(ConnectionPool(pooler.dsn(), size=2)) as pool:
        assert pool.fetch_value("select 1", {}) == 1
        pooler.stop()
        with pytest.raises(RetryableError) as caught:
            pool.fetch_value("select 2", {})
        assert caught.value.reason is RetryReason.DATABASE_UNAVAILABLE

        pooler.start()
        assert pool.fetch_value("select 3", {}) == 3
        pooler.stop()
        pooler.start()
        assert pool.fetch_value("select 4", {}) == 4


def test_a_server_that_restarts_behind_a_pooler_costs_at_most_one_failure(
    server: PostgresServer, pooler: PgBouncer
) -> None:
    with closing(ConnectionPool(pooler.dsn(), size=1)) as pool:
        assert pool.fetch_value("select 1", {}) == 1
        server.restart()

        with suppress(RetryableError):
            assert pool.fetch_value("select 2", {}) == 2
        assert pool.fetch_value("select 3", {}) == 3


def test_every_slot_survives_an_outage(server: PostgresServer) -> None:
    with closing(ConnectionPool(server.dsn(), size=2, wait_seconds=0.1)) as pool:
        server.stop()
        for _ in range(5):
            with pytest.raises(RetryableError) as caught:
                pool.fetch_value("select 1", {})
            assert caught.value.reason is RetryReason.DATABASE_UNAVAILABLE
        server.start()
        assert pool.fetch_value("select 1", {}) == 1
