"""Forces the order of events at a database: a row is held until others are seen to wait for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver's lower case

from tests.contract.ledger_world import PostgresLedgerWorld

_WAITING = """
select count(*) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock'
"""


@contextmanager
def held(world: PostgresLedgerWorld, statement: str, *parameters: str) -> Iterator[Cursor]:
    """Hold the rows that a statement locks: whoever needs them waits for the block's end."""
    with world.database.connect() as connection:
        connection.autocommit = False
        cursor = connection.cursor()
        cursor.execute(statement, parameters)
        assert cursor.fetchall()
        yield cursor
        connection.commit()


@contextmanager
def held_row(world: PostgresLedgerWorld, message_id: str = "50001") -> Iterator[Cursor]:
    """Hold the ledger's row of a message."""
    statement = "select 1 from whatsapp.messages where message_id = %s for update"
    with held(world, statement, message_id) as cursor:
        yield cursor


@contextmanager
def held_conversation(world: PostgresLedgerWorld) -> Iterator[Cursor]:
    """Hold the row of the conversation."""
    with held(world, "select 1 from whatsapp.conversations for update") as cursor:
        yield cursor


def wait_until_blocked(world: PostgresLedgerWorld, count: int) -> None:
    """Return once so many sessions wait for a lock."""
    while world.database.run(_WAITING) < [(count,)]:
        continue
