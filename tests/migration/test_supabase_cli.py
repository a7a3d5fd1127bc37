"""The real Supabase CLI and our own command do the same, and take each other's history."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from db import migrate
from tests.databases import Database, Databases
from tests.migration.catalog import history_of, schema_of

_REPOSITORY: Final = Path(__file__).parents[2]
_ALL: Final = [(m.version, m.name) for m in migrate.list_migrations()]


@pytest.fixture(scope="module")
def cli() -> str:
    folder = os.environ.get("SUPABASE_CLI", "")  # noqa: TID251 - where the machine keeps it
    found = shutil.which("supabase") or shutil.which("supabase", path=folder)
    if found is None:
        pytest.skip("the Supabase CLI is neither on the PATH nor in the folder SUPABASE_CLI")
    return found


def _push(cli: str, database: Database, directory: Path) -> str:
    """Run the documented command on a copy: the CLI writes beside what it reads."""
    shutil.copytree(_REPOSITORY / "db" / "supabase", directory / "db" / "supabase")
    done = subprocess.run(  # noqa: S603 - found above
        [cli, "--workdir", "db", "db", "push", "--db-url", database.url, "--yes"],
        cwd=directory,
        env={"PATH": os.defpath + os.pathsep + str(Path(cli).parent), "HOME": str(directory)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    shutil.rmtree(directory / "db")
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_both_tools_give_the_same_schema_and_history(
    cli: str, databases: Databases, empty: Database, tmp_path: Path
) -> None:
    _push(cli, empty, tmp_path)
    ours = databases.empty()
    migrate.apply_missing(ours.url)

    assert schema_of(empty) == schema_of(ours)
    assert history_of(empty) == history_of(ours) == _ALL
    columns = (
        "select column_name, data_type from information_schema.columns"
        " where table_schema = 'supabase_migrations' and table_name = 'schema_migrations'"
        " and column_name in ('version', 'statements', 'name') order by 1"
    )
    assert empty.run(columns) == ours.run(columns)
    databases.drop(ours)


def test_what_the_cli_applied_our_command_takes_as_applied(
    cli: str, any_database: Database, tmp_path: Path
) -> None:
    _push(cli, any_database, tmp_path)

    assert migrate.apply_missing(any_database.url) == []
    assert migrate.take_back_last(any_database.url) is not None


def test_what_our_command_applied_the_cli_takes_as_applied(
    cli: str, empty: Database, tmp_path: Path
) -> None:
    migrate.apply_missing(empty.url)

    assert "up to date" in _push(cli, empty, tmp_path)
    migrate.take_back_last(empty.url)
    _push(cli, empty, tmp_path)

    assert history_of(empty) == _ALL
