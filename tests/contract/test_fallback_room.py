"""What only Postgres can show of the fallback: room, damage, and what a taking reads."""

import io
from collections.abc import Iterator

import pytest
from typing_extensions import override

from db.fallback import PostgresFallback
from handlers.domain.errors import RetryableError, RetryReason
from tests.contract.fallback_calls import keep_media, read
from tests.contract.fallback_world import (
    BUCKET,
    MAX_BYTES,
    PostgresFallbackWorld,
    fallback_world,
)
from tests.databases import Database, Databases

SIZE = 2_500_000


@pytest.fixture(scope="module")
def module_database(databases: Databases) -> Iterator[Database]:
    created = databases.migrated()
    yield created
    databases.drop(created)


@pytest.fixture(params=["direct", "pgbouncer"])
def world(request: pytest.FixtureRequest) -> Iterator[PostgresFallbackWorld]:
    with fallback_world(request.param, request) as made:
        assert isinstance(made, PostgresFallbackWorld)
        yield made


class Failing(PostgresFallback):
    """Fails to send the third piece, and keeps the names of what it sent; may stay away then."""

    stays_away = False
    sent: tuple[str, ...] = ()

    @override
    def _run(self, statement: str, **parameters: object) -> object:
        self.sent = (*self.sent, statement)
        if parameters.get("number") == 2:
            raise RetryableError(RetryReason.DATABASE_BUSY)
        if self.stays_away and statement == "drop_fallback_upload":
            raise RetryableError(RetryReason.DATABASE_UNAVAILABLE)
        return super()._run(statement, **parameters)


@pytest.mark.parametrize(("stays_away", "left"), [(False, 0), (True, 2 * 1024 * 1024)])
def test_an_upload_that_fails_half_way_gives_its_space_back_at_once(
    world: PostgresFallbackWorld, *, stays_away: bool, left: int
) -> None:
    failing = Failing(world.pool, max_bytes=MAX_BYTES, new_token=lambda: "failing")
    failing.stays_away = stays_away

    with pytest.raises(RetryableError, match="database_busy"):
        failing.keep(BUCKET, "a", io.BytesIO(b"x" * SIZE), content_type="audio/ogg", metadata=None)

    assert world.used_bytes() == left


def test_a_file_that_has_no_room_is_not_sent_at_all(world: PostgresFallbackWorld) -> None:
    failing = Failing(world.pool, max_bytes=SIZE - 1, new_token=lambda: "failing")

    with pytest.raises(RetryableError, match="fallback_full"):
        failing.keep(BUCKET, "a", io.BytesIO(b"x" * SIZE), content_type="audio/ogg", metadata=None)

    assert failing.sent == ("require_fallback_room",)


def test_damaged_bytes_have_a_reason_of_their_own(world: PostgresFallbackWorld) -> None:
    keep_media(world, b"words")
    world.database.run("update whatsapp.fallback_chunks set data = 'sword'")

    with pytest.raises(RetryableError, match="fallback_damaged"):
        read(world, "a.ogg")


def test_a_token_that_is_sent_again_gets_the_object_that_it_holds(
    world: PostgresFallbackWorld,
) -> None:
    for name in "abc":
        keep_media(world, b"x", name)
    mover = PostgresFallback(world.pool, max_bytes=MAX_BYTES, new_token=lambda: "mover")

    names = {held.name for _ in range(3) if (held := mover.take(lease_seconds=900))}

    assert names == {"a"}


@pytest.mark.parametrize("is_analyzed", [False, True])
def test_taking_reads_a_few_rows_however_many_are_due(
    world: PostgresFallbackWorld, *, is_analyzed: bool
) -> None:
    world.database.run(
        "insert into whatsapp.fallback_objects (bucket_name, object_name, mode, upload_id)"
        " select %(bucket)s, n::text, 'create', n::text from generate_series(1, 3000) as n",
        bucket=BUCKET,
    )
    if is_analyzed:
        world.database.run("analyze whatsapp.fallback_objects")

    with world.database.connect() as session, session.cursor() as cursor:
        session.autocommit = False
        cursor.execute("select whatsapp.take_fallback_object('mover', 900)")
        cursor.execute(
            "select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables"
            " where relid = 'whatsapp.fallback_objects'::regclass"
        )
        (rows_read,) = cursor.fetchone() or (None,)

    assert rows_read is not None
    assert rows_read <= 3
