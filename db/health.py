"""What the database says of itself, for the doctor."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from db.pool import ConnectionPool
from db.statements import load_statements
from handlers.ports.doctor import DatabaseFacts, PoolerFacts

_STATEMENTS: Final = load_statements(Path(__file__).with_name("health.sql"))
_CONNECT_TIMEOUT_SECONDS: Final = 5
# PgBouncer's own, which is not a database.
_CONSOLE: Final = "/pgbouncer"


class PostgresHealth:
    """Asks as the functions do: the same login, the same way."""

    def __init__(self, pool: ConnectionPool, *, url: str) -> None:
        self._pool = pool
        self._url = url

    def facts(self) -> DatabaseFacts:
        """Return what it says of itself and of our login."""
        return DatabaseFacts(**self._fetch("facts"))

    def applied_migrations(self) -> frozenset[str] | None:
        """Return the applied versions; None where not even the function that tells them is."""
        # A statement that names a function which is not there fails before it runs.
        if not self._fetch("can_tell_migrations"):
            return None
        return frozenset(self._fetch("applied_migrations"))

    def owner_key_canary(self) -> str | None:
        """Return the canary of the key that buckets were named with; None until there is one."""
        found: str | None = self._fetch("owner_key_canary")
        return found

    def pooler(self) -> PoolerFacts | None:
        """Return what stands between us and the database, where it lets itself be asked."""
        console = urlunsplit(urlsplit(self._url)._replace(path=_CONSOLE))
        try:
            with closing(
                psycopg2.connect(console, connect_timeout=_CONNECT_TIMEOUT_SECONDS)
            ) as connection:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute("show config")
                    settings = dict(_setting(row) for row in cursor.fetchall())
        except psycopg2.Error:
            # No PgBouncer, or one whose console is not for us: both are everyday.
            return None
        return PoolerFacts(
            pool_mode=settings["pool_mode"],
            default_pool_size=int(settings["default_pool_size"]),
            max_clients=int(settings["max_client_conn"]),
        )

    def _fetch(self, statement: str) -> Any:  # noqa: ANN401 - many shapes
        return self._pool.fetch_value(_STATEMENTS[statement], {})


def _setting(row: Sequence[str]) -> tuple[str, str]:
    return row[0], row[1]
