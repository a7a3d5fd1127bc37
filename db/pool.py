"""A bounded set of connections that suits a transaction pooler such as Supabase's.

Nothing is kept in the session: every call is one autocommit string, so that the pooler may hand
each to another server connection. psycopg2's own pool either opens all its connections at once or
keeps none, and raises instead of waiting when they are all taken.
"""

import queue
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import psycopg2
from psycopg2 import errors
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver's lower case

from handlers.domain.errors import (
    PermanentError,
    PermanentReason,
    PipelineError,
    RetryableError,
    RetryReason,
)

_CONNECT_TIMEOUT_SECONDS: Final = 5
_STATEMENT_TIMEOUT_SECONDS: Final = 15
_LOCK_TIMEOUT_SECONDS: Final = 5
# A pooler drops settings made at connection time, so they travel with every statement: the driver
# sends one string, and Postgres runs it as one transaction, in one round trip.
_LIMITS: Final = (
    f"set local statement_timeout = '{_STATEMENT_TIMEOUT_SECONDS}s';"
    f" set local lock_timeout = '{_LOCK_TIMEOUT_SECONDS}s';"
    # The broker forgets what we acknowledge: a commit that a crash of the server could still undo
    # would lose a message, whatever the server's own setting is.
    " set local synchronous_commit = on; "
)
# The SQLSTATEs that our own functions raise.
_OUR_CODES: Final = {"WA001": RetryReason.LEASE_LOST, "WA002": RetryReason.FALLBACK_FULL}
# A peer that vanished is noticed within about 20 s even while nothing is sent.
_KEEPALIVES: Final[dict[str, Any]] = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}


class ConnectionPool:
    """Hands out at most `size` connections; opens them when first needed."""

    def __init__(
        self,
        url: str,
        *,
        size: int,
        wait_seconds: float = 10,
        on_exhausted: Callable[[], None] = lambda: None,
    ) -> None:
        self._url = url
        self._wait_seconds = wait_seconds
        self._on_exhausted = on_exhausted
        # A stack, so that the connection used last is used next and the others may be let go.
        self._slots: queue.LifoQueue[Connection | None] = queue.LifoQueue()
        for _ in range(size):
            self._slots.put(None)

    def fetch_value(self, statement: str, parameters: Mapping[str, object]) -> Any:  # noqa: ANN401
        """Run one statement in a transaction of its own and return its single value.

        Statements may run twice when a connection breaks under them, so they are repeatable.

        Raises:
            RetryableError: no connection was free in time, or the database did not answer.
            PermanentError: the database refused the data itself.
        """
        slot = self._take()
        try:
            if slot is not None:
                try:
                    return _run(slot, statement, parameters)
                except psycopg2.Error as error:
                    if not _is_broken(slot, error):
                        raise
                    # It may have broken long ago, while it lay idle: a server restart, say.
                    _close(slot)
                    slot = None
            slot = self._connect()
            return _run(slot, statement, parameters)
        except psycopg2.Error as error:
            if slot is not None and _is_broken(slot, error):
                _close(slot)
                slot = None
            raise _translate(error) from error
        finally:
            self._slots.put(slot)

    def close(self) -> None:
        """Close the connections that nobody is using."""
        for _ in range(self._slots.qsize()):
            slot = self._slots.get_nowait()
            if slot is not None:
                _close(slot)
            self._slots.put(None)

    def _take(self) -> Connection | None:
        try:
            return self._slots.get_nowait()
        except queue.Empty:
            self._on_exhausted()
        try:
            return self._slots.get(timeout=self._wait_seconds)
        except queue.Empty:
            raise RetryableError(RetryReason.DATABASE_BUSY) from None

    def _connect(self) -> Connection:
        options: dict[str, Any] = {**_KEEPALIVES, **_encryption(self._url)}
        connection = psycopg2.connect(
            self._url,
            connection_factory=None,
            connect_timeout=_CONNECT_TIMEOUT_SECONDS,
            application_name="whatsapp-pipeline",
            **options,
        )
        connection.autocommit = True
        return connection


def _run(connection: Connection, statement: str, parameters: Mapping[str, object]) -> object:
    with connection.cursor() as cursor:
        cursor.execute(_LIMITS + statement, parameters)
        row = cursor.fetchone()
    return None if row is None else row[0]


def _encryption(url: str) -> dict[str, str]:
    """Demand TLS unless the URL says otherwise or the server is this machine."""
    parts = urlsplit(url)
    if "sslmode" in parse_qs(parts.query) or parts.hostname == "localhost":
        return {}
    try:
        is_here = ip_address(parts.hostname or "").is_loopback
    except ValueError:
        is_here = False
    return {} if is_here else {"sslmode": "require"}


def _is_broken(connection: Connection, error: psycopg2.Error) -> bool:
    return bool(connection.closed) or isinstance(error, psycopg2.InterfaceError)


def _close(connection: Connection) -> None:
    try:
        connection.close()
    except psycopg2.Error:
        # It is broken already, which is why it is being closed.
        return


def _translate(error: psycopg2.Error) -> PipelineError:
    if error.pgcode in _OUR_CODES:
        return RetryableError(_OUR_CODES[error.pgcode])
    if isinstance(error, errors.DataError):
        return PermanentError(PermanentReason.DATA_REJECTED)
    if isinstance(
        error,
        errors.QueryCanceled
        | errors.LockNotAvailable
        | errors.DeadlockDetected
        | errors.SerializationFailure
        | errors.TooManyConnections,
    ):
        return RetryableError(RetryReason.DATABASE_BUSY)
    return RetryableError(RetryReason.DATABASE_UNAVAILABLE)
