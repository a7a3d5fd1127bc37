"""A database as the app's users see it: through Supabase's roles, with their own id."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver's lower case

from tests.databases import Database

ANA: Final = "11111111-1111-1111-1111-111111111111"
BOB: Final = "22222222-2222-2222-2222-222222222222"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Runs statements as one role; what is written is always taken back."""

    database: Database
    role: str
    user_id: str = ""

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        with self.database.connect() as connection:
            connection.autocommit = False
            cursor = connection.cursor()
            cursor.execute(
                "select set_config('request.jwt.claim.sub', %s, true),"
                " set_config('request.jwt.claim.role', %s, true)",
                (self.user_id, self.role),
            )
            cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(self.role)))
            yield cursor
            connection.rollback()

    def run(self, statement: str) -> int:
        """Return how many rows a statement concerned."""
        with self.cursor() as cursor:
            cursor.execute(statement)
            return cursor.rowcount

    def read(self, statement: str) -> list[tuple[Any, ...]]:
        with self.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()


def anon(database: Database) -> Caller:
    return Caller(database=database, role="anon")


def ana(database: Database) -> Caller:
    return Caller(database=database, role="authenticated", user_id=ANA)


def bob(database: Database) -> Caller:
    return Caller(database=database, role="authenticated", user_id=BOB)


def service(database: Database) -> Caller:
    return Caller(database=database, role="service_role")


def pipeline(database: Database) -> Caller:
    return Caller(database=database, role="whatsapp_pipeline")
