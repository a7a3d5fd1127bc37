"""Applies the migrations without the Supabase CLI: same files, same history table, same result.

python -m db.migrate            apply what is missing, in order
python -m db.migrate status     show which are applied
python -m db.migrate down       take the last one back with db/rollback/<version>.sql
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver's lower case

from handlers.settings import migration_database_url
from handlers.settings_reader import SettingsError

_FOLDER: Final = Path(__file__).parent
_MIGRATIONS: Final = _FOLDER / "supabase" / "migrations"
_ROLLBACKS: Final = _FOLDER / "rollback"
_FILE_NAME: Final = re.compile(r"(?P<version>[0-9]{14})_(?P<name>[a-z0-9_]+)\.sql", re.ASCII)
# Any fixed number will do, as long as nothing else in the database locks it.
_LOCK_KEY: Final = 7_461_921_118_205_337
_CONNECT_TIMEOUT_SECONDS: Final = 10
# Gives up rather than queueing in front of everybody's queries behind a long transaction.
_LIMITS: Final = "set local lock_timeout = '5s'; set local statement_timeout = '60s'"
# The shape that the CLI itself creates.
_HISTORY: Final = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text primary key,
  statements text[],
  name text
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file under db/supabase/migrations."""

    version: str
    name: str
    path: Path


def list_migrations(folder: Path = _MIGRATIONS) -> list[Migration]:
    """Return the migrations in the order of their versions.

    Raises:
        ValueError: a file is not named as the CLI wants, `<14 digits>_<name>.sql`.
    """
    found = []
    for path in sorted(folder.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            raise ValueError(f"{path.name} is not named <14 digits>_<name>.sql")
        found.append(Migration(version=match["version"], name=match["name"], path=path))
    return found


def apply_missing(url: str) -> list[Migration]:
    """Apply every migration that the database does not have; return those that were applied."""
    with _locked(url) as connection:
        applied = _applied_versions(connection)
        missing = [m for m in list_migrations() if m.version not in applied]
        for migration in missing:
            script = migration.path.read_text(encoding="utf-8")
            with connection, connection.cursor() as cursor:
                cursor.execute(_LIMITS)
                cursor.execute(script)
                cursor.execute(
                    "insert into supabase_migrations.schema_migrations (version, name, statements)"
                    " values (%s, %s, %s)",
                    (migration.version, migration.name, [script]),
                )
        return missing


def take_back_last(url: str) -> Migration | None:
    """Take the newest applied migration back; return it, or None where there is none.

    Raises:
        FileNotFoundError: it has no file under db/rollback.
    """
    with _locked(url) as connection:
        applied = _applied_versions(connection)
        ours = [m for m in list_migrations() if m.version in applied]
        if not ours:
            return None
        last = ours[-1]
        script = (_ROLLBACKS / f"{last.version}.sql").read_text(encoding="utf-8")
        with connection, connection.cursor() as cursor:
            cursor.execute(_LIMITS)
            cursor.execute(script)
            cursor.execute(
                "delete from supabase_migrations.schema_migrations where version = %s",
                (last.version,),
            )
        return last


def applied_versions(url: str) -> set[str]:
    """Return the versions that the database's history names."""
    with _locked(url) as connection:
        return _applied_versions(connection)


@contextmanager
def _locked(url: str) -> Iterator[Connection]:
    with closing(psycopg2.connect(url, connect_timeout=_CONNECT_TIMEOUT_SECONDS)) as connection:
        with connection, connection.cursor() as cursor:
            # Held by the session, so that two deployments never migrate at the same time.
            cursor.execute("select pg_advisory_lock(%s)", (_LOCK_KEY,))
            cursor.execute(_HISTORY)
        yield connection


def _applied_versions(connection: Connection) -> set[str]:
    with connection, connection.cursor() as cursor:
        cursor.execute("select version from supabase_migrations.schema_migrations")
        return {version for (version,) in cursor.fetchall()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m db.migrate", description=__doc__)
    parser.add_argument("verb", nargs="?", choices=("up", "down", "status"), default="up")
    verb = parser.parse_args(arguments).verb
    out = sys.stdout
    try:
        url = migration_database_url()
        if verb == "up":
            done = apply_missing(url)
            out.writelines(f"applied {m.version} {m.name}\n" for m in done)
            out.write("" if done else "nothing to apply\n")
        elif verb == "down":
            last = take_back_last(url)
            out.write(f"took back {last.version} {last.name}\n" if last else "nothing applied\n")
        else:
            applied = applied_versions(url)
            for migration in list_migrations():
                mark = "applied" if migration.version in applied else "missing"
                out.write(f"{mark} {migration.version} {migration.name}\n")
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except psycopg2.Error as error:
        # Only what the server itself said: libpq's own complaints may quote the connection string.
        said = error.diag.message_primary or "the database could not be reached with this URL"
        sys.stderr.write(f"migration failed, nothing of it was kept: {said}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
