"""Run PgBouncer in transaction mode in front of a server, as Supabase's pooler is."""

import os
import shutil
import socket
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from local import processes
from local.server_home import ServerHome, nobody

_START_SECONDS = 10.0
# Other roles than the superuser are looked up in the server, so that they log in with their own
# password; SCRAM keys pass through.
_CONFIGURATION = """[databases]
* = host={server.hostname} port={server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 500
auth_type = scram-sha-256
auth_file = {users}
auth_user = {server.username}
stats_users = {server.username}
ignore_startup_parameters = extra_float_digits
"""


class PgBouncerAbsentError(Exception):
    """No pgbouncer program on this machine."""


def find_pgbouncer() -> str | None:
    """Return the path of pgbouncer, or None where it is absent."""
    # Debian keeps it where the PATH of a normal user does not lead.
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")


@dataclass(kw_only=True)
class PgBouncer:
    """A pool in front of `upstream`, the libpq URL of a superuser."""

    upstream: str
    pool_size: int = 15
    port: int = 0
    directory: Path | None = None
    _home: ServerHome | None = field(default=None, init=False, repr=False)
    _child: processes.Child | None = field(default=None, init=False, repr=False)

    def __enter__(self) -> Self:
        """Start it."""
        with ExitStack() as undo:
            undo.callback(self.close)
            self.start()
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it and remove what was temporary."""
        self.close()

    def start(self) -> None:
        """Start it; raise PgBouncerAbsentError where there is no such program."""
        program = find_pgbouncer()
        if program is None:
            raise PgBouncerAbsentError("pgbouncer is absent; install your system's package of it")
        self._home = self._home or ServerHome(self.directory)
        self.port = self.port or processes.free_port()
        server = urlsplit(self.upstream)
        users = self._home.write_secret("users.txt", f'"{server.username}" "{server.password}"\n')
        configuration = self._home.path() / "pgbouncer.ini"
        configuration.write_text(
            _CONFIGURATION.format(server=server, users=users, port=self.port, size=self.pool_size)
        )
        self._child = processes.start(
            [program, "--quiet", str(configuration)],
            log=self._home.path() / "pgbouncer.log",
            env={"PATH": os.defpath},
            cwd=Path("/"),
            user=nobody(),
        )
        self._child.wait_until(self._accepts, timeout=_START_SECONDS)

    def stop(self) -> None:
        """End it at once: it holds no data, and its own ways wait for clients. Repeatable."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def close(self) -> None:
        """Stop it and remove its temporary directory."""
        self.stop()
        if self._home is not None:
            self._home.remove()

    def dsn(self, database: str = "postgres") -> str:
        """Return a libpq URL for the superuser; the server's other roles may log in too."""
        login, _, _ = urlsplit(self.upstream).netloc.rpartition("@")
        return f"postgresql://{login}@127.0.0.1:{self.port}/{database}"

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
