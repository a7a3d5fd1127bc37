"""The fallback in Postgres under repeated, interrupted and simultaneous statements."""

import io
import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from psycopg2 import errors
from typing_extensions import override

from db.fallback import PostgresFallback
from handlers.domain.errors import PermanentError, RetryableError
from handlers.domain.fallback import FallbackMode, FallbackObject
from tests.contract.fallback_calls import IDENTITY, keep_media, put_stub, read, take, taken
from tests.contract.fallback_world import (
    BUCKET,
    MAX_BYTES,
    PostgresFallbackWorld,
    fallback_world,
)
from tests.databases import Database, Databases

SIZE = 2_500_000
HOUR = 3600


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


class Twice(PostgresFallback):
    """Sends every statement twice, as the pool does when a connection breaks under one."""

    @override
    def _run(self, statement: str, **parameters: object) -> object:
        super()._run(statement, **parameters)
        return super()._run(statement, **parameters)


class Dying(PostgresFallback):
    """Ends after so many statements."""

    statements_left = 0

    @override
    def _run(self, statement: str, **parameters: object) -> object:
        if self.statements_left == 0:
            raise SystemExit
        self.statements_left -= 1
        return super()._run(statement, **parameters)


def tokens() -> Iterator[str]:
    return iter(lambda: os.urandom(8).hex(), "")


def test_every_statement_may_be_sent_twice(world: PostgresFallbackWorld) -> None:
    names = tokens()
    twice = Twice(world.pool, max_bytes=MAX_BYTES, new_token=lambda: next(names))
    data = os.urandom(SIZE)

    twice.keep(BUCKET, "a.ogg", io.BytesIO(data), content_type="audio/ogg", metadata=None)
    twice.keep(BUCKET, "b.json", io.BytesIO(b"{}"), content_type="x", metadata=IDENTITY)
    assert world.used_bytes() == SIZE + 2

    assert twice.replace(
        BUCKET, "b.json", b"stub", content_type="x", metadata=IDENTITY, only_where_kept=True
    )
    assert world.used_bytes() == SIZE + 4
    held = twice.take(lease_seconds=900)
    assert held is not None
    assert world.fallback.count() == 2
    assert twice.settle(held)
    # Each taking got one object only, so the other one is free.
    other = take(world)
    assert other is not None
    assert {held.name, other.name} == {"a.ogg", "b.json"}


def test_an_upload_that_ended_half_way_is_nothing_and_is_removed_in_the_end(
    world: PostgresFallbackWorld,
) -> None:
    names, world = tokens(), replace(world, max_bytes=10 * MAX_BYTES)
    dying = Dying(world.pool, max_bytes=world.max_bytes, new_token=lambda: next(names))
    # The first one asks for room.
    for statements in range(5):
        dying.statements_left = statements
        with pytest.raises(SystemExit):
            dying.keep(
                BUCKET, "a", io.BytesIO(b"x" * SIZE), content_type="audio/ogg", metadata=None
            )
    keep_media(world, b"y" * SIZE, "b")
    keep_media(world, b"z", "c")
    assert world.fallback.find(BUCKET, "a") is None

    world.fallback.drop_lost()
    assert world.chunks() == 1 + 2 + 3 + 3 + 1

    world.let_pass(HOUR + 1)
    world.fallback.drop_lost()
    assert world.chunks() == 3 + 1
    assert world.used_bytes() == SIZE + 1
    assert (read(world, "b"), read(world, "c")) == (b"y" * SIZE, b"z")


def test_an_upload_that_the_sweep_may_have_touched_never_becomes_an_object(
    world: PostgresFallbackWorld,
) -> None:
    class Slow(PostgresFallback):
        @override
        def _run(self, statement: str, **parameters: object) -> object:
            if statement == "keep_fallback_object":
                world.let_pass(HOUR / 2 + 1)
            return super()._run(statement, **parameters)

    slow = Slow(world.pool, max_bytes=MAX_BYTES, new_token=lambda: "slow")
    with pytest.raises(RetryableError):
        slow.keep(BUCKET, "a", io.BytesIO(b"x" * SIZE), content_type="audio/ogg", metadata=None)

    assert world.fallback.count() == 0


def test_a_piece_is_at_most_a_mebibyte(world: PostgresFallbackWorld) -> None:
    with pytest.raises(errors.CheckViolation):
        world.database.run(
            "insert into whatsapp.fallback_chunks (upload_id, number, data)"
            " values ('u', 0, %(data)s)",
            data=b"x" * (1024 * 1024 + 1),
        )


def test_one_of_many_writers_at_once_wins_and_the_others_leave_nothing(
    world: PostgresFallbackWorld,
) -> None:
    written = [bytes([number]) * 1_100_000 for number in range(4)]

    def write(data: bytes) -> bool:
        try:
            keep_media(world, data)
        except PermanentError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(write, written))

    assert outcomes.count(True) == 1
    assert read(world, "a.ogg") == written[outcomes.index(True)]
    assert world.used_bytes() == 1_100_000


def test_many_movers_at_once_take_every_object_once(world: PostgresFallbackWorld) -> None:
    for number in range(20):
        keep_media(world, b"x", f"{number}")

    def take_all(_: int) -> list[str]:
        found: list[str] = []
        while (held := take(world)) is not None:
            found.append(held.name)
        return found

    with ThreadPoolExecutor(4) as threads:
        names = [name for found in threads.map(take_all, range(4)) for name in found]

    assert sorted(names) == sorted(str(number) for number in range(20))


@pytest.mark.parametrize("_round", range(8))
def test_a_stub_that_comes_while_an_object_is_settled_is_never_lost(
    world: PostgresFallbackWorld, _round: int
) -> None:
    world.fallback.keep(BUCKET, "m.json", io.BytesIO(b"words"), content_type="x", metadata=IDENTITY)
    held = taken(world)

    with ThreadPoolExecutor(2) as threads:
        settling = threads.submit(world.fallback.settle, held)
        stubbing = threads.submit(put_stub, world, only_where_kept=True)

    # Settled first, the store has the words and the stub goes there; else the stub is due here.
    assert settling.result() is not stubbing.result()
    if stubbing.result():
        assert (taken(world).mode, read(world, "m.json")) == (FallbackMode.REPLACE, b"stub")


def test_the_sum_of_bytes_never_drifts(world: PostgresFallbackWorld) -> None:
    chance = random.Random(20261122)  # noqa: S311 - the same sequence every time
    held: list[FallbackObject] = []

    def some_name() -> str:
        return str(chance.randrange(4))

    def some_data() -> bytes:
        return b"x" * chance.choice([0, 1, 900, 1_200_000])

    def hold() -> None:
        if (found := take(world)) is not None:
            held.append(found)

    acts: list[Callable[[], object]] = [
        lambda: keep_media(world, some_data(), some_name()),
        lambda: keep_media(world, some_data(), some_name()),
        lambda: world.fallback.remove(BUCKET, some_name(), only_where_kept=True),
        lambda: put_stub(world, only_where_kept=False, data=some_data()),
        lambda: put_stub(world, only_where_kept=True, data=some_data()),
        hold,
        lambda: world.fallback.settle(held.pop()),
    ]

    def act(_: int) -> None:
        try:
            chance.choice(acts)()
        except (PermanentError, RetryableError, IndexError):
            # Full, another object's name, or nothing to settle: as good an ending as any here.
            return

    with ThreadPoolExecutor(4) as threads:
        for _ in range(6):
            list(threads.map(act, range(25)))
            world.used_bytes()
    world.let_pass(HOUR + 1)
    world.fallback.drop_lost()
    while (found := take(world)) is not None:
        world.fallback.settle(found)
    assert (world.fallback.count(), world.used_bytes(), world.chunks()) == (0, 0, 0)
