"""From the real fallback into the real store: large files, hanging, lost answers, crashes."""

import io
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final, cast

import pytest

import storage.objects
from db.fallback import PostgresFallback
from db.ledger import PostgresLedger
from db.pool import ConnectionPool
from handlers.bucket_resolution import BucketCreator, BucketNaming
from handlers.domain.fallback import FallbackMode
from handlers.domain.filing import BucketState
from handlers.domain.owners import OwnerId
from handlers.durable_objects import DurableObjects
from handlers.object_mover import ObjectMover
from handlers.ports.fallback import FallbackQueue
from handlers.ports.ledger import Ledger
from handlers.ports.storage import Buckets, ObjectStore
from handlers.sweeps.fallback import FallbackSweep
from storage.buckets import GcsBuckets
from storage.client import storage_client
from storage.objects import GcsObjects
from tests.component.logged_lines import LoggedLines
from tests.databases import Database
from tests.fakes.clock import FakeClock
from tests.local.gcs_server import GcsServer

OWNER: Final = OwnerId("account_7")
IDENTITY: Final = {
    "account_id": "7",
    "conversation_id": "118",
    "message_id": "50001",
    "created_at": "2026-08-02T09:00:00+00:00",
}
DOCUMENT: Final = "whatsapp-messages/2026-08-02/118/50001.json"
MEDIA: Final = "whatsapp-audio/2026-08-02/118/50001_801.ogg"
LARGE: Final = 16 * 1024 * 1024 + 12_345
MOST_RUNS: Final = 4


class CrashError(BaseException):
    """The end of the process."""


class Crashing:
    """Passes every call on and dies after the effect that is numbered `fail_at`."""

    def __init__(self, target: object, effects: Iterator[int], fail_at: int | None) -> None:
        self._target, self._effects, self._fail_at = target, effects, fail_at

    def __getattr__(self, name: str) -> Callable[..., object]:
        method = getattr(self._target, name)

        def call(*arguments: object, **named: object) -> object:
            result: object = method(*arguments, **named)
            if next(self._effects) == self._fail_at:
                raise CrashError
            return result

        return call


@dataclass(slots=True, kw_only=True)
class World:
    """A person with a bucket of a name of its own, on real servers."""

    database: Database
    server: GcsServer
    client: Any
    pool: ConnectionPool
    log: LoggedLines = field(default_factory=LoggedLines)
    key: bytes = field(default_factory=lambda: os.urandom(32))
    clock: FakeClock = field(default_factory=FakeClock)

    @property
    def naming(self) -> BucketNaming:
        return BucketNaming(prefix="move-test", owner_hash_key=self.key)

    @property
    def bucket(self) -> str:
        return self.naming.record(OWNER, 1).name

    @property
    def fallback(self) -> PostgresFallback:
        return PostgresFallback(self.pool, max_bytes=2**30, new_token=lambda: os.urandom(8).hex())

    @property
    def buckets(self) -> GcsBuckets:
        return GcsBuckets(self.client, project_number=123456789012, location="US", kms_key=None)

    @property
    def durable(self) -> DurableObjects:
        return DurableObjects(
            store=GcsObjects(self.client),
            fallback=self.fallback,
            clock=self.clock,
            log=self.log.event_log(),
        )

    def register_bucket(self, state: BucketState) -> None:
        self.database.run(
            "insert into whatsapp.buckets (owner_id, generation, bucket_name, state)"
            " values (%(owner)s, 1, %(name)s, %(state)s)",
            owner=OWNER,
            name=self.bucket,
            state=state.value,
        )
        if state is BucketState.READY:
            self.buckets.create(self.bucket)

    def sweep(self, fail_at: int | None = None, effects: Iterator[int] | None = None) -> int:
        counted = effects if effects is not None else itertools.count()
        log = self.log.event_log()
        ledger = PostgresLedger(self.pool, owner_key_canary=self.key.hex())
        queue = cast("FallbackQueue", Crashing(self.fallback, counted, fail_at))
        store = cast("ObjectStore", Crashing(GcsObjects(self.client), counted, fail_at))
        sweep = FallbackSweep(
            queue=queue,
            mover=ObjectMover(queue=queue, store=store, jitter=lambda: 0.0, log=log),
            creator=BucketCreator(
                ledger=cast("Ledger", Crashing(ledger, counted, fail_at)),
                buckets=cast("Buckets", Crashing(self.buckets, counted, fail_at)),
                log=log,
            ),
            naming=self.naming,
            clock=self.clock,
        )
        return sweep.run(self.clock.monotonic() + 420)["left"]

    def let_leases_end(self) -> None:
        self.database.run(
            "update whatsapp.fallback_objects set moving_until = null, next_attempt_at = now()"
        )

    def stored(self) -> dict[str, tuple[bytes, str, dict[str, str] | None]]:
        return {
            blob.name: (blob.download_as_bytes(), blob.content_type, blob.metadata)
            for blob in self.client.list_blobs(self.bucket)
        }

    def usage(self) -> tuple[int, int]:
        (row,) = self.database.run(
            "select byte_count::int, (select count(*) from whatsapp.fallback_chunks)::int"
            " from whatsapp.fallback_usage"
        )
        return row[0], row[1]


@pytest.fixture
def world(database: Database, gcs: GcsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.url)
    monkeypatch.setenv("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    client = storage_client(project_id="test-project", key=None, connections=8)
    with closing(ConnectionPool(database.worker_url, size=4)) as pool:
        yield World(database=database, server=gcs, client=client, pool=pool)
    gcs.control("DELETE", "faults")


def test_sixteen_mebibytes_come_through_byte_for_byte(world: World) -> None:
    world.register_bucket(BucketState.CREATING)
    sound = os.urandom(LARGE)

    world.durable.create_from_file(
        world.bucket, MEDIA, io.BytesIO(sound), byte_count=LARGE, content_type="audio/ogg"
    )

    kept = io.BytesIO()
    world.durable.read_into(world.bucket, MEDIA, kept)
    assert kept.getvalue() == sound
    assert world.usage() == (LARGE, 17)

    assert world.sweep() == 0

    moved = io.BytesIO()
    world.durable.read_into(world.bucket, MEDIA, moved)
    assert moved.getvalue() == sound
    assert world.usage() == (0, 0)


def test_a_store_that_hangs_costs_one_wait_and_nothing_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.register_bucket(BucketState.READY)
    monkeypatch.setattr(storage.objects, "CALL_TIMEOUT_SECONDS", (1, 1))
    # It takes what it is sent in the end, when nobody waits for its answer any more.
    world.server.fail("POST /upload", delay_seconds=2, times=-1)
    world.server.control("DELETE", "requests")
    durable = world.durable

    for number in range(5):
        durable.create(world.bucket, f"{number}", b"{}", content_type="x", metadata=IDENTITY)

    assert sum(world.server.counts().values()) <= 1
    assert world.fallback.count() == 5
    world.server.control("DELETE", "faults")
    assert world.sweep() == 0
    assert set(world.stored()) == set("01234")


@pytest.mark.parametrize("size", [3, LARGE])
def test_an_answer_that_is_lost_does_not_send_an_object_twice(world: World, size: int) -> None:
    world.register_bucket(BucketState.READY)
    world.fallback.keep(
        world.bucket, MEDIA, io.BytesIO(b"x" * size), content_type="audio/ogg", metadata=None
    )
    match = "PUT /upload" if size == LARGE else "POST /upload"
    # The last piece of a resumable upload is the one that makes the object.
    for _ in range(size // (4 * 1024 * 1024)):
        world.server.fail(match, delay_seconds=0.001)
    world.server.fail(match, status=503, after=True)

    assert world.sweep() == 1
    world.let_leases_end()
    world.server.control("DELETE", "requests")
    assert world.sweep() == 0

    assert not [name for name in world.server.counts() if "upload" in name]
    assert len(world.stored()[MEDIA][0]) == size


@pytest.mark.parametrize("state", [BucketState.READY, BucketState.CREATING])
@pytest.mark.parametrize("case", ["document", "media", "stub", "absence"])
def test_a_crash_after_any_effect_is_repaired_by_the_next_sweep(
    world: World, case: str, state: BucketState
) -> None:
    effects = _run(world, case, state, None)
    undisturbed = world.stored()

    assert effects >= 4
    for fail_at in range(effects):
        world.key = os.urandom(32)
        _run(world, case, state, fail_at)
        assert world.stored() == undisturbed, f"after effect {fail_at}"
        assert world.usage() == (0, 0)


def _run(world: World, case: str, state: BucketState, fail_at: int | None) -> int:
    world.database.run("truncate whatsapp.buckets, whatsapp.fallback_objects, whatsapp.sync_state")
    world.register_bucket(state)
    _keep(world, case)
    effects = itertools.count()
    for _ in range(MOST_RUNS):
        try:
            if world.sweep(fail_at, effects) == 0:
                return next(effects)
        except CrashError:
            pass
        world.let_leases_end()
    pytest.fail("not emptied")


def _keep(world: World, case: str) -> None:
    document = {"content_type": "application/json", "metadata": IDENTITY}
    match case:
        case "document":
            world.fallback.keep(world.bucket, DOCUMENT, io.BytesIO(b"{}"), **document)  # type: ignore[arg-type]
        case "media":
            world.fallback.keep(
                world.bucket,
                MEDIA,
                io.BytesIO(b"s" * 2_000_000),
                content_type="audio/ogg",
                metadata=None,
            )
        case "stub":
            world.fallback.replace(
                world.bucket,
                DOCUMENT,
                b"stub",
                only_where_kept=False,
                **document,  # type: ignore[arg-type]
            )
        case _:
            world.fallback.remove(world.bucket, MEDIA, only_where_kept=False)
            kept = world.fallback.find(world.bucket, MEDIA)
            assert kept is not None
            assert kept.mode is FallbackMode.ABSENT
