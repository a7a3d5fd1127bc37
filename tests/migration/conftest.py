"""A server whose roles are Supabase's, and databases on it in every state we may meet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.migrate import apply_missing
from local.postgres import PostgresServer
from tests.databases import Database, Databases

_PLATFORM = Path(__file__).with_name("supabase_platform.sql").read_text()
_EARLIER_PRODUCT = Path(__file__).with_name("earlier_product.sql").read_text()
_ROLES = (
    "create role anon nologin; create role authenticated nologin;"
    " create role service_role nologin bypassrls"
)


@pytest.fixture(scope="session")
def supabase() -> Iterator[Databases]:
    """A server like Supabase's, apart from the others: roles belong to the whole server."""
    with PostgresServer() as server:
        databases = Databases(server=server)
        databases.empty().run(_ROLES)
        yield databases


@pytest.fixture
def empty(databases: Databases) -> Iterator[Database]:
    """A plain Postgres with nothing in it."""
    database = databases.empty()
    yield database
    databases.drop(database)


@pytest.fixture
def platform(supabase: Databases) -> Iterator[Database]:
    """A new Supabase project."""
    database = _new_project(supabase)
    yield database
    supabase.drop(database)


@pytest.fixture
def earlier(platform: Database) -> Database:
    """A Supabase project that the earlier product ran on."""
    platform.run(_EARLIER_PRODUCT)
    return platform


@pytest.fixture(params=["empty", "platform", "earlier"])
def any_database(request: pytest.FixtureRequest) -> Database:
    database: Database = request.getfixturevalue(request.param)
    return database


@pytest.fixture(scope="session")
def migrated_platform(supabase: Databases) -> Database:
    """A new project after the migrations; its callers take back what they write."""
    database = _new_project(supabase)
    apply_missing(database.url)
    return database


@pytest.fixture(scope="session")
def migrated_earlier(supabase: Databases) -> Database:
    """The earlier product's project after the migrations; its callers take back what they write."""
    database = _new_project(supabase)
    database.run(_EARLIER_PRODUCT)
    apply_missing(database.url)
    return database


def _new_project(supabase: Databases) -> Database:
    database = supabase.empty()
    database.run(_PLATFORM)
    return database
