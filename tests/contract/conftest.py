"""Every lane of the ledger: in memory, on Postgres directly, and through a transaction pooler."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from db.ledger import PostgresLedger
from db.pool import ConnectionPool
from tests.contract.ledger_world import FakeLedgerWorld, LedgerWorld, PostgresLedgerWorld
from tests.databases import Database, Databases
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger

_TABLES = (
    "contacts messages attachments buckets dead_letters sync_state conversations orders outbox"
)
_APP_TABLES = "meeting_notes content_order agent_job whatsapp_preferences user_bucket_mapping"


@pytest.fixture(scope="session")
def ledger_database(databases: Databases) -> Database:
    return databases.migrated()


@pytest.fixture(params=["direct", "pgbouncer"])
def postgres_world(
    request: pytest.FixtureRequest, ledger_database: Database
) -> Iterator[PostgresLedgerWorld]:
    with _postgres_world(request, ledger_database, request.param) as world:
        yield world


@pytest.fixture(params=["fake", "direct", "pgbouncer"])
def world(request: pytest.FixtureRequest) -> Iterator[LedgerWorld]:
    if request.param == "fake":
        clock = FakeClock()
        yield FakeLedgerWorld(fake=FakeLedger(clock), clock=clock)
    else:
        database = request.getfixturevalue("ledger_database")
        with _postgres_world(request, database, request.param) as postgres:
            yield postgres


@contextmanager
def _postgres_world(
    request: pytest.FixtureRequest, database: Database, lane: str
) -> Iterator[PostgresLedgerWorld]:
    tables = [f"whatsapp.{name}" for name in _TABLES.split()]
    tables += [f"public.{name}" for name in _APP_TABLES.split()]
    database.run(f"truncate {', '.join(tables)}")
    url = database.worker_url
    if lane == "pgbouncer":
        server, pooler = request.getfixturevalue("databases").server, "pgbouncer"
        url = url.replace(f":{server.port}/", f":{request.getfixturevalue(pooler).port}/")
    with closing(ConnectionPool(url, size=4)) as pool:
        ledger = PostgresLedger(pool, owner_key_canary="c" * 64)
        yield PostgresLedgerWorld(ledger=ledger, database=database)
