"""One Postgres server and one PgBouncer for every test that needs a database."""

from collections.abc import Iterator

import pytest

from local.pgbouncer import PgBouncer, find_pgbouncer
from local.postgres import PostgresServer
from tests.databases import Database, Databases


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    with PostgresServer() as server:
        yield Databases(server=server)


@pytest.fixture(scope="session")
def pgbouncer(databases: Databases) -> Iterator[PgBouncer]:
    if find_pgbouncer() is None:
        pytest.skip("pgbouncer is not on this machine")
    with PgBouncer(upstream=databases.server.dsn()) as running:
        yield running


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """A migrated database of the test's own."""
    created = databases.migrated()
    yield created
    databases.drop(created)
