import threading
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import google_crc32c
import pytest
import requests
from google.api_core import exceptions
from google.cloud.storage import Bucket, Client

from tests.local.gcs_server import QUICK_RETRY, GcsServer, gcs_client, running_gcs

WRITERS = 20


@pytest.fixture(scope="module")
def server() -> Iterator[GcsServer]:
    with running_gcs() as running:
        yield running


@pytest.fixture
def client(server: GcsServer) -> Iterator[Client]:
    with gcs_client(server) as built:
        yield built


@pytest.fixture
def bucket(client: Client, request: pytest.FixtureRequest) -> Bucket:
    serial = abs(hash(request.node.name))
    return client.create_bucket(f"objects-{serial}")


def crc32c_of(content: bytes) -> str:
    return b64encode(google_crc32c.value(content).to_bytes(4, "big")).decode()


def test_an_upload_can_be_read_back_with_its_metadata(bucket: Bucket) -> None:
    blob = bucket.blob("whatsapp-messages/2026-11-22/1/2.json")
    blob.metadata = {"account": "1", "note": "größer"}
    blob.cache_control = "no-store"
    blob.upload_from_string(b'{"a": 1}', content_type="application/json")

    read = bucket.get_blob(blob.name)

    assert read.download_as_bytes() == b'{"a": 1}'
    read.reload()
    assert read.metadata == {"account": "1", "note": "größer"}
    assert read.content_type == "application/json"
    assert read.cache_control == "no-store"
    assert read.size == 8
    assert read.metageneration == 1
    assert read.crc32c == crc32c_of(b'{"a": 1}')
    assert read.md5_hash
    assert read.etag
    assert read.time_created.tzinfo is not None


def test_an_empty_object_is_an_object(bucket: Bucket) -> None:
    bucket.blob("empty").upload_from_string(b"")

    assert bucket.get_blob("empty").size == 0
    assert bucket.blob("empty").download_as_bytes() == b""


def test_create_only_refuses_a_second_object(bucket: Bucket) -> None:
    bucket.blob("once").upload_from_string("first", if_generation_match=0)

    with pytest.raises(exceptions.PreconditionFailed) as refused:
        bucket.blob("once").upload_from_string("second", if_generation_match=0)

    error = refused.value.response.json()["error"]
    assert error["code"] == 412
    assert error["errors"][0]["reason"] == "conditionNotMet"
    assert error["errors"][0]["domain"] == "global"
    assert bucket.blob("once").download_as_bytes() == b"first"


def test_of_many_racing_creators_exactly_one_wins(server: GcsServer, bucket: Bucket) -> None:
    start = threading.Barrier(WRITERS)

    def write(number: int) -> bool:
        with gcs_client(server) as client:
            blob = client.bucket(bucket.name).blob("raced")
            start.wait(10)
            try:
                blob.upload_from_string(f"writer {number}", if_generation_match=0)
            except exceptions.PreconditionFailed:
                return False
            return True

    with ThreadPoolExecutor(WRITERS) as pool:
        won = list(pool.map(write, range(WRITERS)))

    assert won.count(True) == 1
    assert bucket.blob("raced").download_as_bytes() == f"writer {won.index(True)}".encode()


def test_parallel_uploads_of_different_objects_arrive(server: GcsServer, bucket: Bucket) -> None:
    def write(number: int) -> None:
        with gcs_client(server) as client:
            for part in range(5):
                blob = client.bucket(bucket.name).blob(f"{number}/{part}")
                blob.upload_from_string(f"{number} {part}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))

    assert len(list(bucket.list_blobs())) == 40
    assert bucket.blob("7/4").download_as_bytes() == b"7 4"


def test_an_overwrite_needs_the_generation_it_names(bucket: Bucket) -> None:
    blob = bucket.blob("guarded")
    blob.upload_from_string("one")
    first = blob.generation
    blob.upload_from_string("two", if_generation_match=first)

    assert blob.generation > first
    with pytest.raises(exceptions.PreconditionFailed):
        bucket.blob("guarded").upload_from_string("three", if_generation_match=first)


@pytest.mark.parametrize("digest", ["crc32c", "md5"])
def test_checksums_of_the_client_are_accepted(bucket: Bucket, digest: str) -> None:
    bucket.blob("summed").upload_from_string("content", checksum=digest)

    assert bucket.blob("summed").download_as_bytes(checksum=digest) == b"content"


@pytest.mark.parametrize("field", ["crc32c", "md5Hash"])
def test_bytes_that_do_not_fit_their_checksum_are_refused(bucket: Bucket, field: str) -> None:
    blob = bucket.blob("broken")
    blob._properties[field] = b64encode(b"0000").decode()
    blob._changes.add(field)

    with pytest.raises(exceptions.BadRequest):
        blob.upload_from_string("content", checksum=None)
    assert not bucket.blob("broken").exists()


def test_metadata_is_patched_and_cleared(bucket: Bucket) -> None:
    blob = bucket.blob("patched")
    blob.metadata = {"a": "1", "b": "2"}
    blob.upload_from_string("x")
    generation = blob.generation
    blob.metadata = {"b": None, "c": "3"}
    blob.content_type = "text/markdown"
    blob.patch(if_metageneration_match=1)

    read = bucket.get_blob("patched")
    assert read.metadata == {"a": "1", "c": "3"}
    assert read.content_type == "text/markdown"
    assert (read.generation, read.metageneration) == (generation, 2)
    with pytest.raises(exceptions.PreconditionFailed):
        blob.patch(if_metageneration_match=1)


def test_an_update_replaces_the_metadata(bucket: Bucket) -> None:
    blob = bucket.blob("updated")
    blob.metadata = {"a": "1"}
    blob.upload_from_string("x")
    blob.metadata = {"b": "2"}
    blob.update()

    assert bucket.get_blob("updated").metadata == {"b": "2"}


@pytest.mark.parametrize(
    "name", ["a/b/c d.txt", "ünï/çødé 📎.ogg", "50%25?#&=+", "//double", "a b"]
)
def test_names_travel_unchanged(bucket: Bucket, name: str) -> None:
    bucket.blob(name).upload_from_string(name)

    assert bucket.blob(name).download_as_text() == name
    assert [blob.name for blob in bucket.list_blobs()] == [name]
    bucket.blob(name).delete()
    assert not bucket.blob(name).exists()


@pytest.mark.parametrize("name", ["x" * 1025, "two\nlines", ".", ".."])
def test_names_against_the_rules_are_refused(bucket: Bucket, name: str) -> None:
    with pytest.raises(exceptions.BadRequest):
        bucket.blob(name).upload_from_string("x")


def test_deleting_takes_conditions_and_happens_once(bucket: Bucket) -> None:
    blob = bucket.blob("deleted")
    blob.upload_from_string("x")

    with pytest.raises(exceptions.PreconditionFailed):
        bucket.blob("deleted").delete(if_generation_match=1)
    bucket.blob("deleted").delete(if_generation_match=blob.generation)
    with pytest.raises(exceptions.NotFound):
        bucket.blob("deleted").delete()
    with pytest.raises(exceptions.NotFound):
        bucket.blob("deleted").download_as_bytes()
    assert bucket.get_blob("deleted") is None


def test_the_bucket_decides_the_key_and_the_class(client: Client) -> None:
    key = "projects/p/locations/eu/keyRings/r/cryptoKeys/k"
    bucket = client.bucket("keyed-bucket")
    bucket.default_kms_key_name = key
    bucket.storage_class = "NEARLINE"
    client.create_bucket(bucket)
    bucket.blob("x").upload_from_string("x")

    read = bucket.get_blob("x")
    assert read.kms_key_name == f"{key}/cryptoKeyVersions/1"
    assert read.storage_class == "NEARLINE"


def test_an_object_may_have_its_own_class(bucket: Bucket) -> None:
    blob = bucket.blob("cold")
    blob.storage_class = "COLDLINE"
    blob.upload_from_string("x")

    assert bucket.get_blob("cold").storage_class == "COLDLINE"


def test_legacy_acls_are_refused_under_uniform_access(client: Client) -> None:
    bucket = client.bucket("uniform-bucket")
    bucket.iam_configuration.uniform_bucket_level_access_enabled = True
    client.create_bucket(bucket)

    with pytest.raises(exceptions.BadRequest):
        bucket.blob("x").upload_from_string("x", predefined_acl="publicRead")


@pytest.mark.parametrize(
    "resource",
    [b"{", b"[]", b'{"metadata": {"a": 1}}', b'{"metadata": {"a": "%s"}}' % (b"x" * 9000)],
    ids=["half", "list", "number", "large"],
)
def test_metadata_that_cannot_be_kept_is_refused(
    server: GcsServer, bucket: Bucket, resource: bytes
) -> None:
    bucket.blob("kept").upload_from_string("x")

    answer = requests.patch(
        f"{server.url}/storage/v1/b/{bucket.name}/o/kept", data=resource, timeout=5
    )

    assert answer.status_code == 400
    assert bucket.get_blob("kept").metadata is None


def test_what_is_not_implemented_says_so(client: Client, bucket: Bucket) -> None:
    with pytest.raises(exceptions.MethodNotImplemented):
        list(client.list_blobs(bucket, match_glob="**/x"))
    with pytest.raises(exceptions.MethodNotImplemented):
        list(bucket.list_notifications(retry=QUICK_RETRY))
