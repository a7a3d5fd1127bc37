"""What the worker relies on in a store of objects, in memory and over Cloud Storage's protocol."""

import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

import pytest
from typing_extensions import override

from handlers.domain.errors import PermanentError, RetryableError, RetryReason
from handlers.domain.fallback import StoredFacts
from handlers.ports.storage import Buckets, ObjectStore
from storage.buckets import GcsBuckets
from storage.client import storage_client
from storage.objects import GcsObjects
from tests.fakes.buckets import FakeBuckets
from tests.fakes.objects import FakeObjects, crc32c_of
from tests.local.gcs_server import GcsServer, running_gcs

_PROJECT_NUMBER: Final = 123456789012
_IDENTITY: Final = {
    "account_id": "7",
    "conversation_id": "118",
    "message_id": "50001",
    "created_at": "2026-08-02T09:00:00+00:00",
}


class StoreWorld(Protocol):
    """A store with one bucket of ours in it, and what may happen to it from outside."""

    bucket: str
    objects: ObjectStore
    buckets: Buckets

    def read(self, name: str) -> bytes | None: ...

    def lose_next_answer(self) -> None: ...

    def add_foreign_bucket(self, name: str) -> None: ...


@dataclass(slots=True)
class FakeStoreWorld(StoreWorld):
    buckets: FakeBuckets
    objects: FakeObjects
    bucket: str

    @override
    def read(self, name: str) -> bytes | None:
        found = self.objects.rows.get((self.bucket, name))
        return None if found is None else found.data

    @override
    def lose_next_answer(self) -> None:
        self.objects.fail_after_next(RetryableError(RetryReason.STORAGE_UNAVAILABLE))

    @override
    def add_foreign_bucket(self, name: str) -> None:
        self.buckets.foreign_names.add(name)


@dataclass(slots=True)
class GcsStoreWorld(StoreWorld):
    server: GcsServer
    buckets: GcsBuckets
    objects: GcsObjects
    bucket: str = field(default_factory=lambda: f"contract-{os.urandom(6).hex()}")

    @override
    def read(self, name: str) -> bytes | None:
        blob = self.objects._client.bucket(self.bucket).blob(name)
        return bytes(blob.download_as_bytes()) if blob.exists() else None

    @override
    def lose_next_answer(self) -> None:
        self.server.fail("POST /upload", status=503, after=True)

    @override
    def add_foreign_bucket(self, name: str) -> None:
        self.server.control("POST", "foreign-bucket", {"name": name, "access": "denied"})


@pytest.fixture(scope="module")
def gcs() -> Iterator[GcsServer]:
    with running_gcs("--project-number", str(_PROJECT_NUMBER)) as server:
        yield server


@pytest.fixture(params=["fake", "gcs"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoreWorld]:
    world: StoreWorld
    if request.param == "fake":
        fake_buckets = FakeBuckets()
        world = FakeStoreWorld(fake_buckets, FakeObjects(fake_buckets), "ours")
    else:
        server = request.getfixturevalue("gcs")
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        monkeypatch.setenv("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
        client = storage_client(project_id="test-project", key=None, connections=4)
        real = GcsBuckets(client, project_number=_PROJECT_NUMBER, location="US", kms_key=None)
        world = GcsStoreWorld(server, real, GcsObjects(client))
    world.buckets.create(world.bucket)
    yield world
    if isinstance(world, GcsStoreWorld):
        world.server.control("DELETE", "faults")


def _create(store: StoreWorld, data: bytes = b"{}", **metadata: str) -> None:
    store.objects.create(
        store.bucket,
        "a/b c/ü.json",
        data,
        content_type="application/json",
        metadata=_IDENTITY | metadata,
    )


def _upload(store: StoreWorld, data: bytes) -> None:
    store.objects.create_from_file(
        store.bucket, "a.ogg", io.BytesIO(data), byte_count=len(data), content_type="audio/ogg"
    )


def test_an_object_is_written_as_given(store: StoreWorld) -> None:
    _create(store, b'{"a": 1}')

    assert store.read("a/b c/ü.json") == b'{"a": 1}'


def test_the_first_writer_of_a_message_wins_and_the_second_is_content(store: StoreWorld) -> None:
    _create(store, b"first")
    _create(store, b"second")

    assert store.read("a/b c/ü.json") == b"first"


@pytest.mark.parametrize("key", _IDENTITY)
def test_another_messages_object_in_our_place_is_a_conflict(store: StoreWorld, key: str) -> None:
    _create(store, b"first")

    with pytest.raises(PermanentError, match="object_conflict"):
        _create(store, b"second", **{key: "other"})
    assert store.read("a/b c/ü.json") == b"first"


@pytest.mark.parametrize("size", [1, 70_000, 9_000_000], ids=["byte", "small", "resumable"])
def test_a_file_is_written_once_and_equal_bytes_are_content(store: StoreWorld, size: int) -> None:
    data = os.urandom(size)

    _upload(store, data)
    _upload(store, data)

    assert store.read("a.ogg") == data
    with pytest.raises(PermanentError, match="object_conflict"):
        _upload(store, b"other bytes")


@pytest.mark.parametrize(
    "write", [_create, lambda store: _upload(store, b"x")], ids=["data", "file"]
)
def test_a_write_whose_answer_was_lost_succeeds_when_repeated(
    store: StoreWorld, write: Callable[[StoreWorld], None]
) -> None:
    store.lose_next_answer()

    with pytest.raises(RetryableError, match="storage_unavailable"):
        write(store)
    write(store)


def test_a_bucket_that_is_gone_is_told_apart(store: StoreWorld) -> None:
    store.bucket = "contract-nobody-made-this"

    with pytest.raises(RetryableError, match="bucket_unavailable"):
        _create(store)
    with pytest.raises(RetryableError, match="bucket_unavailable"):
        _upload(store, b"x")


def test_bytes_are_read_back_into_a_file(store: StoreWorld) -> None:
    data = os.urandom(100_000)
    _upload(store, data)
    file = io.BytesIO()

    store.objects.read_into(store.bucket, "a.ogg", file)

    assert file.getvalue() == data


def test_reading_what_is_not_there_is_retryable(store: StoreWorld) -> None:
    with pytest.raises(RetryableError, match="storage_unavailable"):
        store.objects.read_into(store.bucket, "none", io.BytesIO())


def test_replacing_writes_whatever_was_there(store: StoreWorld) -> None:
    for data in (b"one", b"two"):
        store.objects.replace(
            store.bucket, "r", data, content_type="application/json", metadata=_IDENTITY
        )
        assert store.read("r") == data


def test_deleting_is_repeatable(store: StoreWorld) -> None:
    _upload(store, b"x")
    for _ in range(2):
        store.objects.delete(store.bucket, "a.ogg")

    assert store.read("a.ogg") is None


def test_the_store_tells_what_it_has(store: StoreWorld) -> None:
    _create(store, b"some words", more="than identity")
    _upload(store, b"sound")

    document = store.objects.facts(store.bucket, "a/b c/ü.json")
    media = store.objects.facts(store.bucket, "a.ogg")

    assert document == StoredFacts(
        crc32c=crc32c_of(b"some words"), metadata=_IDENTITY | {"more": "than identity"}
    )
    assert media == StoredFacts(crc32c=crc32c_of(b"sound"), metadata={})
    assert store.objects.facts(store.bucket, "none") is None
    assert store.objects.facts("contract-nobody-made-this", "none") is None


def test_a_bucket_is_created_once_and_known_as_ours_afterwards(store: StoreWorld) -> None:
    name = f"contract-{os.urandom(6).hex()}"

    first, second = store.buckets.create(name), store.buckets.create(name)

    assert (first.is_ours, first.was_created) == (True, True)
    assert (second.is_ours, second.was_created) == (True, False)


def test_a_strangers_bucket_is_never_ours(store: StoreWorld) -> None:
    name = f"contract-{os.urandom(6).hex()}"
    store.add_foreign_bucket(name)

    creation = store.buckets.create(name)

    assert (creation.is_ours, creation.was_created) == (False, False)
