"""One Postgres server and one PgBouncer for every test that needs a database.

With several processes each file stays in one, and all that uses a lane of the local stack stays in
one, so that a lane starts once.
"""

from collections.abc import Iterator
from typing import Final

import pytest
from typing_extensions import override
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from local.pgbouncer import PgBouncer, find_pgbouncer
from local.postgres import PostgresServer
from tests.databases import Database, Databases

LANES: Final = ("own servers", "official ones")


class LaneScheduling(LoadScopeScheduling):
    """Gives out lanes and files."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        return next((lane for lane in LANES if f"[{lane}" in test), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LaneScheduling:
    return LaneScheduling(config, log)


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
