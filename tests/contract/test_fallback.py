"""What the worker relies on in the fallback: in memory, in Postgres, and through a pooler."""

import os
from collections.abc import Iterator

import pytest

from handlers.domain.errors import PermanentError, RetryableError
from handlers.domain.fallback import FallbackMode
from tests.contract.fallback_calls import IDENTITY, keep_document, keep_media, put_stub, read
from tests.contract.fallback_world import BUCKET, MAX_BYTES, FallbackWorld, fallback_world
from tests.databases import Database, Databases
from tests.fakes.objects import crc32c_of


@pytest.fixture(scope="module")
def module_database(databases: Databases) -> Iterator[Database]:
    created = databases.migrated()
    yield created
    databases.drop(created)


@pytest.fixture(params=["fake", "direct", "pgbouncer"])
def world(request: pytest.FixtureRequest) -> Iterator[FallbackWorld]:
    with fallback_world(request.param, request) as made:
        yield made


@pytest.mark.parametrize("size", [0, 1, 1_048_576, 1_048_577, 3_000_001])
def test_an_object_is_read_as_it_was_given(world: FallbackWorld, size: int) -> None:
    data = os.urandom(size)

    keep_media(world, data)

    assert read(world, "a.ogg") == data
    kept = world.fallback.find(BUCKET, "a.ogg")
    assert kept is not None
    assert (kept.byte_count, kept.crc32c) == (size, crc32c_of(data))
    assert (kept.mode, kept.content_type, kept.metadata) == (FallbackMode.CREATE, "audio/ogg", None)
    assert world.used_bytes() == size


def test_what_is_not_there_is_not_found(world: FallbackWorld) -> None:
    assert world.fallback.find(BUCKET, "a.ogg") is None
    assert world.fallback.count() == 0


@pytest.mark.parametrize("size", [10, 2_000_000])
def test_media_are_kept_once_and_equal_bytes_are_content(world: FallbackWorld, size: int) -> None:
    data = os.urandom(size)
    keep_media(world, data)

    keep_media(world, data)

    assert read(world, "a.ogg") == data
    assert world.used_bytes() == size
    with pytest.raises(PermanentError, match="object_conflict"):
        keep_media(world, os.urandom(size))
    assert (read(world, "a.ogg"), world.used_bytes()) == (data, size)


def test_the_first_writer_of_a_message_wins_and_the_second_is_content(world: FallbackWorld) -> None:
    keep_document(world, b"first")

    keep_document(world, b"the second one")

    assert (read(world, "m.json"), world.used_bytes()) == (b"first", 5)


@pytest.mark.parametrize("key", IDENTITY)
def test_another_messages_object_in_its_place_is_a_conflict(world: FallbackWorld, key: str) -> None:
    keep_document(world, b"first")

    with pytest.raises(PermanentError, match="object_conflict"):
        keep_document(world, b"second", **{key: "other"})
    assert read(world, "m.json") == b"first"


def test_a_stub_takes_the_place_of_what_is_kept(world: FallbackWorld) -> None:
    keep_document(world, b"what somebody wrote")

    assert put_stub(world, only_where_kept=True)

    assert (read(world, "m.json"), world.used_bytes()) == (b"stub", 4)
    # A late creation finds its own message there.
    keep_document(world, b"what somebody wrote")
    assert read(world, "m.json") == b"stub"


def test_a_stub_is_kept_where_nothing_was_only_when_asked_to(world: FallbackWorld) -> None:
    assert not put_stub(world, only_where_kept=True)
    assert (world.fallback.count(), world.used_bytes()) == (0, 0)

    assert put_stub(world, only_where_kept=False)

    kept = world.fallback.find(BUCKET, "m.json")
    assert kept is not None
    assert (kept.mode, kept.metadata) == (FallbackMode.REPLACE, IDENTITY)


def test_what_is_removed_is_kept_as_absence(world: FallbackWorld) -> None:
    keep_media(world, b"words")

    assert world.fallback.remove(BUCKET, "a.ogg", only_where_kept=True)
    assert not world.fallback.remove(BUCKET, "b.ogg", only_where_kept=True)
    assert world.fallback.remove(BUCKET, "c.ogg", only_where_kept=False)

    assert (read(world, "a.ogg"), world.used_bytes(), world.fallback.count()) == (None, 0, 2)
    # Whoever still writes it lost its lease, and learns that next.
    with pytest.raises(RetryableError, match="storage_unavailable"):
        keep_media(world, b"words")


def test_what_is_too_large_for_the_rest_of_the_space_takes_none_of_it(world: FallbackWorld) -> None:
    keep_media(world, b"x" * (MAX_BYTES - 2_500_000), "large")

    with pytest.raises(RetryableError, match="fallback_full"):
        keep_media(world, b"y" * 3_000_000, "too large")

    assert world.used_bytes() == MAX_BYTES - 2_500_000
    keep_media(world, b"z" * 2_500_000, "as large as the rest")


def test_above_the_limit_nothing_more_is_taken_and_space_comes_back(world: FallbackWorld) -> None:
    keep_media(world, b"x" * (MAX_BYTES - 10), "large")
    keep_media(world, b"y" * 10, "small")

    for data in (b"z", b"z" * 2_000_000):
        with pytest.raises(RetryableError, match="fallback_full"):
            keep_media(world, data, "more")
    assert world.fallback.find(BUCKET, "more") is None
    assert world.fallback.remove(BUCKET, "other", only_where_kept=False)

    world.fallback.remove(BUCKET, "large", only_where_kept=True)
    keep_media(world, b"z", "more")
    assert world.used_bytes() == 11
