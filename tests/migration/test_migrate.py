"""Up, up again, down, and up: on an empty database, a new project, and the earlier product's."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import psycopg2
import pytest

from db import migrate
from tests.databases import Database, Databases
from tests.migration.catalog import history_of, schema_of

_REPOSITORY: Final = Path(__file__).parents[2]
_VERSIONS: Final = [migration.version for migration in migrate.list_migrations()]
_CONCURRENT: Final = 3


def _start(*verb: str, url: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "db.migrate", *verb],
        cwd=_REPOSITORY,
        env={"SUPABASE_DB_URL": url, "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _run(*verb: str, url: str) -> tuple[int, str, str]:
    with _start(*verb, url=url) as process:
        out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def test_every_migration_applies_and_again_without_harm(any_database: Database) -> None:
    assert [m.version for m in migrate.apply_missing(any_database.url)] == _VERSIONS
    before = schema_of(any_database)

    assert migrate.apply_missing(any_database.url) == []
    any_database.run("delete from supabase_migrations.schema_migrations")
    assert [m.version for m in migrate.apply_missing(any_database.url)] == _VERSIONS

    assert schema_of(any_database) == before
    assert [version for version, _ in history_of(any_database)] == _VERSIONS


@pytest.mark.parametrize("depth", range(1, len(_VERSIONS) + 1))
def test_taking_versions_back_and_applying_them_again_gives_the_same_schema(
    any_database: Database, depth: int
) -> None:
    migrate.apply_missing(any_database.url)
    before = schema_of(any_database)

    for version in reversed(_VERSIONS[-depth:]):
        taken_back = migrate.take_back_last(any_database.url)
        assert taken_back is not None
        assert taken_back.version == version
    assert schema_of(any_database) != before
    migrate.apply_missing(any_database.url)

    assert schema_of(any_database) == before


def test_when_nothing_is_applied_there_is_nothing_to_take_back(empty: Database) -> None:
    assert migrate.take_back_last(empty.url) is None


def test_taking_everything_back_keeps_every_note(earlier: Database) -> None:
    before = earlier.run("select id, user_id, content from public.meeting_notes order by id")
    migrate.apply_missing(earlier.url)

    while migrate.take_back_last(earlier.url) is not None:
        pass

    after = earlier.run("select id, user_id, content from public.meeting_notes order by id")
    assert after == before
    assert earlier.run("select to_regnamespace('whatsapp') is null") == [(True,)]


def test_a_ledger_with_rows_is_not_dropped(empty: Database) -> None:
    migrate.apply_missing(empty.url)
    empty.run(
        "insert into whatsapp.messages (installation, account_id, message_id, state, source)"
        " values ('main', '7', '1', 'stored', 'webhook')"
    )
    for _ in _VERSIONS[1:]:
        assert _run("down", url=empty.url)[0] == 0

    code, _, err = _run("down", url=empty.url)

    assert code == 1
    assert "still hold rows" in err
    assert [version for version, _ in history_of(empty)] == _VERSIONS[:1]
    assert empty.run("select state from whatsapp.messages") == [("stored",)]


def test_every_version_has_a_file_that_takes_it_back_and_no_other() -> None:
    rollbacks = sorted(path.stem for path in (_REPOSITORY / "db" / "rollback").iterdir())

    assert rollbacks == _VERSIONS


def test_every_migration_gives_up_instead_of_queueing_behind_long_work() -> None:
    for migration in migrate.list_migrations():
        script = migration.path.read_text()
        assert re.search(r"^set local lock_timeout = '\d+s';$", script, re.MULTILINE)
        assert re.search(r"^set local statement_timeout = '\d+s';$", script, re.MULTILINE)


def test_a_file_that_is_misnamed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1_first.sql").write_text("select 1")

    with pytest.raises(ValueError, match="is not named"):
        migrate.list_migrations(tmp_path)


def test_migrations_wait_for_nobody_longer_than_seconds(empty: Database) -> None:
    migrate.apply_missing(empty.url)
    empty.run("delete from supabase_migrations.schema_migrations")
    with empty.connect() as other:
        other.autocommit = False
        other.cursor().execute("lock table whatsapp.contacts")

        with pytest.raises(psycopg2.errors.LockNotAvailable):
            migrate.apply_missing(empty.url)

    assert history_of(empty) == []


def test_processes_that_migrate_at_once_do_not_clash(empty: Database) -> None:
    running = [_start(url=empty.url) for _ in range(_CONCURRENT)]
    results = []
    for process in running:
        with process:
            results.append((*process.communicate(timeout=30), process.returncode))

    assert [code for *_, code in results] == [0] * _CONCURRENT
    said = sorted(out.count("applied ") for out, *_ in results)
    assert said == [0] * (_CONCURRENT - 1) + [len(_VERSIONS)]


def test_databases_of_one_server_may_migrate_at_once(databases: Databases) -> None:
    created = [databases.empty() for _ in range(_CONCURRENT)]
    running = [_start(url=database.url) for database in created]
    for process in running:
        with process:
            _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, "")
    for database in created:
        databases.drop(database)


def test_status_tells_applied_from_missing(empty: Database) -> None:
    migrate.apply_missing(empty.url)
    migrate.take_back_last(empty.url)

    code, out, _ = _run("status", url=empty.url)

    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["applied"] * (len(_VERSIONS) - 1) + [
        "missing"
    ]


def test_a_transaction_pooler_is_refused_before_anything_is_done() -> None:
    url = "postgresql://someone:s3cret@pooler.supabase.example:6543/postgres"

    code, _, err = _run(url=url)

    assert code == 2
    assert "transaction pooler" in err
    assert "s3cret" not in err


def test_a_server_that_is_not_there_is_an_error_without_the_password() -> None:
    code, _, err = _run(url="postgresql://someone:s3cret@127.0.0.1:1/postgres")

    assert code == 1
    assert "s3cret" not in err
