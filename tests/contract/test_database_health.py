"""What the database and a pooler in front of it say of themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from db.health import PostgresHealth
from db.migrate import list_migrations
from db.pool import ConnectionPool
from tests.databases import Database


@contextmanager
def health_of(url: str) -> Iterator[PostgresHealth]:
    pool = ConnectionPool(url, size=2)
    try:
        yield PostgresHealth(pool, url=url)
    finally:
        pool.close()


def pooled(request: pytest.FixtureRequest, url: str) -> str:
    server, pooler = (request.getfixturevalue(name) for name in ("databases", "pgbouncer"))
    return url.replace(f":{server.server.port}/", f":{pooler.port}/")


@pytest.fixture(params=["direct", "pgbouncer"])
def url(request: pytest.FixtureRequest, database: Database) -> str:
    is_direct = request.param == "direct"
    return database.worker_url if is_direct else pooled(request, database.worker_url)


def test_the_pipelines_member_is_told_apart_from_a_superuser(database: Database, url: str) -> None:
    with health_of(url) as health:
        member = health.facts()
    with health_of(database.url) as health:
        superuser = health.facts()

    assert member.is_pipeline_member
    assert (member.is_superuser, member.bypasses_row_security) == (False, False)
    assert superuser.is_superuser
    assert member.max_connections > 0
    assert member.server_port == urlsplit(database.url).port


def test_the_pipelines_member_reads_which_migrations_are_applied(url: str) -> None:
    with health_of(url) as health:
        known = frozenset(each.version for each in list_migrations())
        assert health.applied_migrations() == known


def test_a_database_before_the_migrations_says_so(empty_database: Database) -> None:
    with health_of(empty_database.url) as health:
        assert health.applied_migrations() is None
        assert not health.facts().is_pipeline_member or health.facts().is_superuser


def test_the_canary_is_read_and_not_set(database: Database, url: str) -> None:
    with health_of(url) as health:
        assert health.owner_key_canary() is None
        assert health.owner_key_canary() is None
        database.run("select whatsapp.owner_key_canary('c1')")
        assert health.owner_key_canary() == "c1"


def test_a_pooler_that_lets_itself_be_asked_is_asked(
    request: pytest.FixtureRequest, database: Database
) -> None:
    with health_of(pooled(request, database.url)) as health:
        facts = health.pooler()

    assert facts is not None
    assert (facts.pool_mode, facts.default_pool_size, facts.max_clients) == ("transaction", 15, 500)


def test_where_nobody_may_ask_there_is_no_answer(url: str) -> None:
    with health_of(url) as health:
        assert health.pooler() is None


@pytest.fixture
def empty_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    databases = request.getfixturevalue("databases")
    created = databases.empty()
    yield created
    databases.drop(created)
