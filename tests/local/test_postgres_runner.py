"""The runner starts a real PostgreSQL, keeps data over crashes and works for root and others."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import psycopg2.extensions
import pytest

import local
from local import postgres, processes, server_home
from local.pgbouncer import PgBouncer, PgBouncerAbsentError, find_pgbouncer
from local.postgres import PostgresMissingError, PostgresServer

_as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about what root must do")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer() as running:
        yield running


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory the user nobody can reach, which pytest's own is not for root."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


def _connect(dsn: str) -> "closing[psycopg2.extensions.connection]":
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    return closing(connection)


def _ask(dsn: str, statement: str) -> object:
    with _connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def test_a_new_server_starts_with_utf8_and_a_c_locale() -> None:
    with PostgresServer() as server:
        assert _ask(server.dsn(), "SHOW server_encoding") == "UTF8"
        collation = "SELECT datcollate FROM pg_database WHERE datname = 'postgres'"
        assert _ask(server.dsn(), collation) in {"C.UTF-8", "C"}
        assert _ask(server.dsn(), "SHOW fsync") == "off"


def test_a_wrong_password_is_refused(server: PostgresServer) -> None:
    wrong = server.dsn().replace(server.password, "wrong")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(wrong)


def test_a_database_is_created_as_a_copy_of_a_template_and_dropped(server: PostgresServer) -> None:
    _ask(server.create_database("mould"), "CREATE TABLE kept AS SELECT 1 AS one")
    copy = server.create_database("copy", template="mould")
    assert _ask(copy, "SELECT one FROM kept") == 1
    with _connect(copy):
        server.drop_database("copy")
    server.drop_database("copy")
    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        psycopg2.connect(copy)


def test_what_was_committed_survives_crash_and_restart_on_the_same_url() -> None:
    with PostgresServer(durable=True) as server:
        dsn = server.dsn()
        assert _ask(dsn, "SHOW fsync") == "on"
        with _connect(dsn) as session:
            _ask(dsn, "CREATE TABLE kept AS SELECT 1 AS one")
            server.crash()
            with pytest.raises(psycopg2.Error), session.cursor() as cursor:
                cursor.execute("SELECT 1")
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(dsn)
        server.start()
        assert server.dsn() == dsn
        assert _ask(dsn, "SELECT one FROM kept") == 1
        server.restart()
        assert _ask(dsn, "SELECT one FROM kept") == 1


def test_a_given_directory_keeps_the_data_for_the_next_server(open_directory: Path) -> None:
    with PostgresServer(directory=open_directory, settings={"work_mem": "3MB"}) as first:
        _ask(first.dsn(), "CREATE TABLE kept AS SELECT 1 AS one")
        assert _ask(first.dsn(), "SHOW work_mem") == "3MB"
    with PostgresServer(directory=open_directory) as second:
        assert _ask(second.dsn(), "SELECT one FROM kept") == 1


def test_close_leaves_neither_files_nor_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with PostgresServer() as server:
        pid = server.pid
        assert list(folder.iterdir())
    assert not list(folder.iterdir())
    assert not Path(f"/proc/{pid}").exists()
    folder.rmdir()


def test_missing_programs_are_reported_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_WHEELS", ())
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PostgresMissingError, match=r"not found(.|\n)*Why(.|\n)*Do: .*pip install"):
        PostgresServer().start()


def test_settings_postgres_refuses_are_reported_with_its_own_words() -> None:
    refused = PostgresServer(settings={"no_such_setting": "1"})
    with (
        pytest.raises(processes.ChildError, match="unrecognized configuration parameter"),
        refused,
    ):
        pytest.fail("it started")


@_as_root
def test_root_is_told_when_the_directory_is_closed_to_others(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(server_home.UnreachableDirectoryError, match="lets only its owner in"):
        PostgresServer(directory=closed / "data").start()


@_as_root
def test_root_copies_programs_that_others_cannot_read(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    shutil.copytree(postgres.find_binaries().parent, closed / "pginstall", symlinks=True)
    closed.chmod(0o700)
    with PostgresServer(binaries=closed / "pginstall" / "bin") as server:
        assert _ask(server.dsn(), "SELECT 1") == 1
        server.restart()
        assert _ask(server.dsn(), "SELECT 1") == 1


@_as_root
def test_a_normal_user_can_run_it_too(open_directory: Path) -> None:
    user = server_home.nobody()
    python = shutil.which("python3", path="/usr/bin")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if python is None or server_home.closed_to_others(Path(local.__file__).parent):
        pytest.skip("the user nobody cannot reach a Python or this checkout")
    said = subprocess.run([python, "--version"], capture_output=True, text=True, check=True).stdout
    if version not in said:
        pytest.skip("the system's Python has another version than these packages")
    code = (
        "import os; from contextlib import closing; import psycopg2\n"
        "from local.postgres import PostgresServer\n"
        "from local.pgbouncer import PgBouncer, find_pgbouncer\n"
        "with PostgresServer() as server:\n"
        "    with closing(psycopg2.connect(server.dsn())): print(os.getuid(), 'served')\n"
        "    if find_pgbouncer():\n"
        "        with PgBouncer(upstream=server.dsn()) as pool:\n"
        "            with closing(psycopg2.connect(pool.dsn())): pass\n"
    )
    checkout = Path(local.__file__).parents[1]
    packages = Path(psycopg2.__file__).parents[1]
    log = open_directory / "log"
    child = processes.start(
        [python, "-B", "-c", code],
        log=log,
        env={"PATH": os.defpath, "PYTHONPATH": f"{checkout}:{packages}"},
        cwd=Path("/"),
        user=user,
    )
    child.wait_until(lambda: not child.is_running(), timeout=20)
    assert (child.stop(), log.read_text()) == (0, "65534 served\n")


def test_an_absent_pgbouncer_is_told_apart(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    assert find_pgbouncer() is None
    with pytest.raises(PgBouncerAbsentError):
        PgBouncer(upstream=server.dsn()).start()


@pytest.mark.skipif(find_pgbouncer() is None, reason="pgbouncer is not installed")
def test_pgbouncer_lends_a_server_session_for_one_transaction(server: PostgresServer) -> None:
    _ask(server.dsn(), "CREATE ROLE worker LOGIN PASSWORD 'of-its-own'")
    with PgBouncer(upstream=server.dsn(), pool_size=1) as pool:
        superuser = f"{postgres.SUPERUSER}:{server.password}"
        worker = pool.dsn().replace(superuser, "worker:of-its-own")
        assert _ask(worker, "SELECT current_user::text") == "worker"
        with _connect(worker) as one, _connect(worker) as other:
            pids = []
            for session in (one, other):
                with session.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    pids += cursor.fetchall()
            assert pids[0] == pids[1], "the two clients were to share the one server session"
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(worker.replace("of-its-own", "wrong"))


def test_secrets_are_readable_by_their_user_only(open_directory: Path) -> None:
    with PostgresServer(directory=open_directory):
        mode = (open_directory / "password").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_two_servers_can_start_at_the_same_time() -> None:
    servers = [PostgresServer(), PostgresServer()]
    threads = [threading.Thread(target=server.start) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert [_ask(server.dsn(), "SELECT 1") for server in servers] == [1, 1]
    finally:
        for server in servers:
            server.close()
