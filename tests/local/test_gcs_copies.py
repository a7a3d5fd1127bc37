from base64 import b64encode
from collections.abc import Iterator

import google_crc32c
import pytest
from google.api_core import exceptions
from google.cloud.storage import Bucket, Client

from tests.local.gcs_server import GcsServer, gcs_client, running_gcs

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


def test_rewriting_changes_the_class_and_keeps_the_rest(bucket: Bucket) -> None:
    blob = bucket.blob("rewritten")
    blob.metadata = {"a": "1"}
    blob.upload_from_string("content", content_type="audio/ogg")
    blob.update_storage_class("ARCHIVE")

    read = bucket.get_blob("rewritten")
    assert (read.storage_class, read.content_type) == ("ARCHIVE", "audio/ogg")
    assert read.metadata == {"a": "1"}
    assert read.download_as_bytes() == b"content"


def test_copies_keep_bytes_and_metadata_across_buckets(client: Client, bucket: Bucket) -> None:
    other = client.create_bucket("copy-target")
    blob = bucket.blob("original")
    blob.metadata = {"a": "1"}
    blob.upload_from_string(b"z" * 700_000, content_type="audio/ogg")

    bucket.copy_blob(blob, other, "copied", if_generation_match=0)
    with pytest.raises(exceptions.PreconditionFailed):
        bucket.copy_blob(blob, other, "copied", if_generation_match=0)
    with pytest.raises(exceptions.PreconditionFailed):
        bucket.copy_blob(blob, other, "again", if_source_generation_match=1)

    copied = other.get_blob("copied")
    assert copied.crc32c == blob.crc32c
    assert copied.metadata == {"a": "1"}
    assert copied.download_as_bytes() == b"z" * 700_000
    bucket.blob("original").delete()
    assert copied.download_as_bytes() == b"z" * 700_000


def test_composing_joins_objects(bucket: Bucket) -> None:
    parts = []
    for number in range(3):
        part = bucket.blob(f"part-{number}")
        part.upload_from_string(bytes([65 + number]) * 300_000)
        parts.append(part)
    whole = bucket.blob("whole")
    whole.compose(parts, if_generation_match=0)

    content = b"A" * 300_000 + b"B" * 300_000 + b"C" * 300_000
    whole.reload()
    assert whole.crc32c == crc32c_of(content)
    assert whole.md5_hash is None
    assert whole.component_count == 3
    assert bucket.blob("whole").download_as_bytes(start=599_999, end=600_000) == b"BC"
    assert bucket.blob("whole").download_as_bytes() == content


def test_a_batch_deletes_many_and_reports_each(client: Client, bucket: Bucket) -> None:
    for name in ("one", "two"):
        bucket.blob(name).upload_from_string(name)

    with client.batch(raise_exception=False) as batch:
        for name in ("one", "absent", "two"):
            bucket.blob(name).delete()

    assert [answer.status_code for answer in batch._responses] == [204, 404, 204]
    assert list(bucket.list_blobs()) == []


def test_a_batch_changes_metadata(client: Client, bucket: Bucket) -> None:
    blob = bucket.blob("batched")
    blob.upload_from_string("x")

    with client.batch():
        blob.metadata = {"größe": "1"}
        blob.patch()

    assert bucket.get_blob("batched").metadata == {"größe": "1"}
