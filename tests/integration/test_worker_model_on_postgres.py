"""The worker's model once more, with the real ledger in place of the one in memory."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from typing_extensions import override

from db.pool import ConnectionPool
from tests.component.model.machine import WorkerMachine
from tests.component.model.postgres_lane import PostgresLane
from tests.databases import Database


@pytest.fixture
def pool(database: Database) -> Iterator[ConnectionPool]:
    with closing(ConnectionPool(database.worker_url, size=4)) as created:
        yield created


def test_whatever_happens_to_the_worker_postgres_ends_as_if_nothing_had(
    database: Database, pool: ConnectionPool
) -> None:
    class OnPostgres(WorkerMachine):
        @staticmethod
        @override
        def make_lane() -> PostgresLane:
            return PostgresLane(database=database, pool=pool)

    run_state_machine_as_test(
        OnPostgres,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            print_blob=True,
            # Each step asks Postgres; what fails here is made smaller by the model in memory.
            phases=(Phase.reuse, Phase.generate),
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
