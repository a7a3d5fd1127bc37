import gzip
from collections.abc import Iterator

import pytest
import requests
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


def test_reading_takes_conditions(bucket: Bucket) -> None:
    blob = bucket.blob("conditional")
    blob.upload_from_string("x")

    assert bucket.blob("conditional").exists(if_generation_match=blob.generation)
    with pytest.raises(exceptions.PreconditionFailed):
        bucket.blob("conditional").reload(if_generation_match=1)
    with pytest.raises(exceptions.PreconditionFailed):
        bucket.blob("conditional").reload(if_metageneration_match=9)
    with pytest.raises(exceptions.NotModified):
        bucket.blob("conditional").reload(if_generation_not_match=blob.generation)


def test_a_download_carries_hashes_and_generation(server: GcsServer, bucket: Bucket) -> None:
    blob = bucket.blob("hashed")
    blob.upload_from_string("content")

    answer = requests.get(
        f"{server.url}/download/storage/v1/b/{bucket.name}/o/hashed?alt=media", timeout=5
    )

    assert answer.headers["X-Goog-Hash"] == f"crc32c={blob.crc32c},md5={blob.md5_hash}"
    assert answer.headers["X-Goog-Generation"] == str(blob.generation)
    assert answer.headers["X-Goog-Stored-Content-Length"] == "7"


def test_ranges_are_served_exactly(bucket: Bucket) -> None:
    content = bytes(range(256)) * 4096
    bucket.blob("ranged").upload_from_string(content)
    blob = bucket.blob("ranged")

    assert blob.download_as_bytes(start=0, end=0) == content[:1]
    assert blob.download_as_bytes(start=262_100, end=262_200) == content[262_100:262_201]
    assert blob.download_as_bytes(start=1_048_570) == content[1_048_570:]
    assert blob.download_as_bytes() == content
    with pytest.raises(exceptions.RequestRangeNotSatisfiable):
        blob.download_as_bytes(start=len(content))


def test_a_file_is_read_and_written_as_a_stream(bucket: Bucket) -> None:
    blob = bucket.blob("streamed", chunk_size=256 * 1024)
    with blob.open("wb") as writer:
        for number in range(20):
            writer.write(bytes([number]) * 50_000)

    with bucket.blob("streamed").open("rb", chunk_size=256 * 1024) as reader:
        content = reader.read()
    assert content == b"".join(bytes([number]) * 50_000 for number in range(20))


def test_gzip_is_kept_and_undone_for_who_cannot_take_it(server: GcsServer, bucket: Bucket) -> None:
    packed = gzip.compress(b"text " * 1000)
    blob = bucket.blob("packed")
    blob.content_encoding = "gzip"
    blob.upload_from_string(packed, content_type="text/plain")

    assert bucket.blob("packed").download_as_bytes() == b"text " * 1000
    assert bucket.blob("packed").download_as_bytes(raw_download=True) == packed
    plain = requests.get(
        f"{server.url}/download/storage/v1/b/{bucket.name}/o/packed?alt=media",
        headers={"Accept-Encoding": "identity"},
        timeout=5,
    )
    assert plain.content == b"text " * 1000
    assert "Content-Encoding" not in plain.headers
