"""What only the real store can do to the adapter: settings, throttling, broken answers."""

import io
import os
from collections.abc import Callable, Iterator

import pytest

from handlers.domain.errors import RetryableError
from storage.buckets import GcsBuckets
from storage.client import storage_client
from storage.objects import GcsObjects
from tests.contract.test_objects import GcsStoreWorld
from tests.local.gcs_server import GcsServer, running_gcs

_META = {"account_id": "7"}


@pytest.fixture(scope="module")
def gcs() -> Iterator[GcsServer]:
    with running_gcs("--project-number", "123456789012") as server:
        yield server


@pytest.fixture
def store(gcs: GcsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[GcsStoreWorld]:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.url)
    monkeypatch.setenv("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    client = storage_client(project_id="test-project", key=None, connections=4)
    buckets = GcsBuckets(client, project_number=123456789012, location="EU", kms_key=None)
    world = GcsStoreWorld(gcs, buckets, GcsObjects(client))
    buckets.create(world.bucket)
    gcs.control("DELETE", "requests")
    yield world
    gcs.control("DELETE", "faults")


def _create(store: GcsStoreWorld) -> None:
    store.objects.create(store.bucket, "o", b"x", content_type="text/plain", metadata=_META)


def test_a_bucket_has_every_setting(store: GcsStoreWorld) -> None:
    bucket = store.objects._client.get_bucket(store.bucket)

    assert bucket.location == "EU"
    assert bucket.iam_configuration.uniform_bucket_level_access_enabled
    assert bucket.iam_configuration.public_access_prevention == "enforced"
    assert bucket.soft_delete_policy.retention_duration_seconds == 0
    assert bucket.labels == {"app": "whatsapp-pipeline", "content": "personal"}
    rules = [(r["action"]["storageClass"], r["condition"]["age"]) for r in bucket.lifecycle_rules]
    assert rules == [("NEARLINE", 30), ("COLDLINE", 90), ("ARCHIVE", 365)]


def test_a_bucket_of_ours_that_was_made_by_hand_is_given_the_settings(store: GcsStoreWorld) -> None:
    client, name = store.objects._client, f"by-hand-{os.urandom(6).hex()}"
    client.create_bucket(name)

    assert store.buckets.create(name).is_ours

    bucket = client.get_bucket(name)
    assert bucket.soft_delete_policy.retention_duration_seconds == 0
    assert len(list(bucket.lifecycle_rules)) == 3


def test_a_readable_bucket_of_another_project_is_not_ours(store: GcsStoreWorld) -> None:
    name = f"readable-{os.urandom(6).hex()}"
    store.server.control("POST", "foreign-bucket", {"name": name, "access": "readable"})

    assert not store.buckets.create(name).is_ours


def test_a_bucket_whose_answer_was_lost_is_ours_when_asked_again(store: GcsStoreWorld) -> None:
    name = f"lost-{os.urandom(6).hex()}"
    store.server.fail("POST /storage/v1/b", status=503, after=True)

    with pytest.raises(RetryableError, match="storage_unavailable"):
        store.buckets.create(name)

    assert store.buckets.create(name).is_ours


def test_a_creation_ends_after_two_seconds_though_each_of_its_requests_is_faster(
    store: GcsStoreWorld,
) -> None:
    store.server.fail("POST /storage/v1/b", delay_seconds=1.2)
    store.server.fail("GET /storage/v1/b", delay_seconds=1.2)

    with pytest.raises(RetryableError, match="storage_unavailable"):
        store.buckets.create(store.bucket)

    assert store.buckets.create(store.bucket).is_ours


def test_a_creation_that_hangs_is_left_to_itself(store: GcsStoreWorld) -> None:
    name = f"hanging-{os.urandom(6).hex()}"
    store.server.fail("POST /storage/v1/b", delay_seconds=3)

    with pytest.raises(RetryableError, match="storage_unavailable"):
        store.buckets.create(name)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (429, "storage_throttled"),
        (403, "storage_forbidden"),
        (500, "storage_unavailable"),
        (503, "storage_unavailable"),
        (408, "storage_unavailable"),
        (400, "storage_refused"),
    ],
)
def test_refusals_are_told_in_our_words_after_one_attempt(
    store: GcsStoreWorld, status: int, reason: str
) -> None:
    store.server.fail("POST /upload", status=status)
    with pytest.raises(RetryableError, match=f"^{reason}$"):
        _create(store)
    assert sum(store.server.counts().values()) == 1

    store.server.fail("POST /storage/v1/b", status=status)
    with pytest.raises(RetryableError, match=f"^{reason}$"):
        store.buckets.create("another-bucket")


def test_a_policy_that_answers_412_is_a_refusal_and_no_outage(store: GcsStoreWorld) -> None:
    store.server.fail("POST /upload", status=412, times=-1)
    store.server.fail("DELETE /storage/v1/b", status=412)
    store.server.fail("POST /storage/v1/b", status=412)
    document = {"content_type": "application/json", "metadata": {}}
    calls: list[Callable[[], object]] = [
        lambda: _create(store),
        lambda: store.objects.replace(store.bucket, "o", b"{}", **document),  # type: ignore[arg-type]
        lambda: store.objects.delete(store.bucket, "o"),
        lambda: store.buckets.create("another-bucket"),
    ]
    try:
        for call in calls:
            with pytest.raises(RetryableError, match=r"^storage_refused$"):
                call()
    finally:
        store.server.control("DELETE", "faults")


def test_a_connection_that_breaks_during_an_upload_is_retryable(store: GcsStoreWorld) -> None:
    store.server.fail("POST /upload", reset_connection=True)

    with pytest.raises(RetryableError, match="storage_unavailable"):
        _create(store)


@pytest.mark.parametrize("cut_after", [0, 50_000])
def test_a_download_that_breaks_off_is_retryable(store: GcsStoreWorld, cut_after: int) -> None:
    data = os.urandom(200_000)
    store.objects.create_from_file(
        store.bucket, "o", io.BytesIO(data), byte_count=len(data), content_type="audio/ogg"
    )
    store.server.fail("GET /download", cut_after_bytes=cut_after)

    with pytest.raises(RetryableError, match="storage_unavailable"):
        store.objects.read_into(store.bucket, "o", io.BytesIO())


@pytest.mark.parametrize("what", ["create", "file", "delete", "replace", "facts"])
def test_a_store_that_is_away_is_retryable(store: GcsStoreWorld, what: str) -> None:
    store.objects._client._connection.API_BASE_URL = "http://127.0.0.1:9"
    objects = store.objects
    calls: dict[str, Callable[[], object]] = {
        "create": lambda: _create(store),
        "file": lambda: objects.create_from_file(
            store.bucket, "o", io.BytesIO(b"x"), byte_count=1, content_type="audio/ogg"
        ),
        "delete": lambda: objects.delete(store.bucket, "o"),
        "replace": lambda: objects.replace(
            store.bucket, "o", b"x", content_type="text/plain", metadata=_META
        ),
        "facts": lambda: objects.facts(store.bucket, "o"),
    }

    with pytest.raises(RetryableError, match="storage_unavailable"):
        calls[what]()


def test_an_object_is_written_with_one_request(store: GcsStoreWorld) -> None:
    _create(store)

    assert sum(store.server.counts().values()) == 1


def test_replacing_wins_against_a_writer_in_between(store: GcsStoreWorld) -> None:
    store.server.fail("POST /upload", status=412)

    store.objects.replace(store.bucket, "o", b"stub", content_type="text/plain", metadata=_META)

    assert store.read("o") == b"stub"
