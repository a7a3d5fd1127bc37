"""Databases of one Postgres server for tests: empty, migrated, and as the worker sees them."""

import itertools
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver's lower case

from db.migrate import apply_missing
from local.postgres import PostgresServer

WORKER = "test_worker"
_TEMPLATE = "migrated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database; `url` is the superuser's, `worker_url` that of the pipeline's member."""

    name: str
    url: str
    worker_url: str

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open an autocommit session as the superuser."""
        with closing(psycopg2.connect(self.url)) as connection:
            connection.autocommit = True
            yield connection

    def run(self, statement: str, **parameters: object) -> list[tuple[Any, ...]]:
        """Run a statement as the superuser and return its rows."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []


@dataclass(slots=True, kw_only=True)
class Databases:
    """Makes databases on one server."""

    server: PostgresServer
    worker_password: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _has_template: bool = False

    def empty(self) -> Database:
        """Create a database with nothing in it."""
        return self._create(None)

    def migrated(self) -> Database:
        """Create a database with every migration applied and a login for the worker."""
        if not self._has_template:
            url = self.server.create_database(_TEMPLATE)
            apply_missing(url)
            with closing(psycopg2.connect(url)) as connection, connection:
                connection.cursor().execute(
                    sql.SQL("create role {} login password {} in role whatsapp_pipeline").format(
                        sql.Identifier(WORKER), sql.Literal(self.worker_password)
                    )
                )
            self._has_template = True
        return self._create(_TEMPLATE)

    def drop(self, database: Database) -> None:
        """Remove a database and end its sessions."""
        self.server.drop_database(database.name)

    def _create(self, template: str | None) -> Database:
        name = f"test_{next(self._numbers)}"
        url = self.server.create_database(name, template)
        login = f"{WORKER}:{self.worker_password}"
        worker_url = f"postgresql://{login}@127.0.0.1:{self.server.port}/{name}"
        return Database(name=name, url=url, worker_url=worker_url)
