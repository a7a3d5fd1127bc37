"""A database's schema as text, so that two can be compared."""

from pathlib import Path
from typing import Final

from db.statements import load_statements
from tests.databases import Database

_QUERIES: Final = load_statements(Path(__file__).with_name("catalog.sql"))


def schema_of(database: Database) -> list[str]:
    """Return one line for everything that is defined in public and whatsapp, sorted."""
    return sorted(
        " | ".join(map(str, row)) for query in _QUERIES.values() for row in database.run(query)
    )


def history_of(database: Database) -> list[tuple[str, str]]:
    """Return version and name of every migration in the history table."""
    rows = database.run(
        "select version, name from supabase_migrations.schema_migrations order by version"
    )
    return [(version, name) for version, name in rows]
