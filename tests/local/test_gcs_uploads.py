import io
from base64 import b64encode
from collections.abc import Iterator

import pytest
import requests
from google.api_core import exceptions
from google.cloud.storage import Bucket

from tests.local.gcs_server import QUICK_RETRY, GcsServer, gcs_client, running_gcs

CHUNK = 256 * 1024


@pytest.fixture(scope="module")
def server() -> Iterator[GcsServer]:
    with running_gcs() as running:
        with gcs_client(running) as client:
            client.create_bucket("uploads")
        yield running


@pytest.fixture
def bucket(server: GcsServer) -> Iterator[Bucket]:
    with gcs_client(server) as client:
        yield client.bucket("uploads")


def start(server: GcsServer, name: str, **headers: str) -> str:
    answer = requests.post(
        f"{server.url}/upload/storage/v1/b/uploads/o?uploadType=resumable&name={name}",
        headers=headers,
        timeout=5,
    )
    assert answer.status_code == 200
    return answer.headers["Location"]


def send(location: str, content: bytes, content_range: str, **headers: str) -> requests.Response:
    return requests.put(
        location,
        data=content,
        headers={"Content-Range": content_range, **headers},
        timeout=5,
        allow_redirects=False,
    )


def test_a_file_is_uploaded_in_chunks(bucket: Bucket) -> None:
    content = bytes(range(256)) * 4000
    blob = bucket.blob("chunked", chunk_size=CHUNK)
    blob.upload_from_file(io.BytesIO(content), size=len(content), if_generation_match=0)

    assert bucket.blob("chunked").download_as_bytes() == content
    assert blob.size == len(content)


def test_a_stream_of_unknown_size_is_uploaded(bucket: Bucket) -> None:
    for size in (0, 10, CHUNK, 2 * CHUNK, 2 * CHUNK + 1):
        blob = bucket.blob(f"unknown-{size}", chunk_size=CHUNK)
        blob.upload_from_file(io.BytesIO(b"s" * size))
        assert bucket.get_blob(f"unknown-{size}").size == size


def test_a_large_file_in_one_chunk_is_uploaded(bucket: Bucket) -> None:
    content = b"0123456789abcdef" * 600_000
    bucket.blob("large").upload_from_file(io.BytesIO(content), size=len(content))

    assert bucket.blob("large").download_as_bytes() == content


def test_a_resumable_upload_is_create_only_at_both_ends(server: GcsServer, bucket: Bucket) -> None:
    location = requests.post(
        f"{server.url}/upload/storage/v1/b/uploads/o"
        "?uploadType=resumable&name=contested&ifGenerationMatch=0",
        timeout=5,
    ).headers["Location"]
    bucket.blob("contested").upload_from_string("faster")

    late = send(location, b"slower", "bytes 0-5/6")
    with pytest.raises(exceptions.PreconditionFailed):
        bucket.blob("contested", chunk_size=CHUNK).upload_from_file(
            io.BytesIO(b"third"), if_generation_match=0
        )

    assert late.status_code == 412
    assert bucket.blob("contested").download_as_bytes() == b"faster"


def test_progress_is_told_and_lost_answers_do_no_harm(server: GcsServer) -> None:
    location = start(server, "progress")
    assert location.startswith(server.url)
    empty = send(location, b"", "bytes */*")
    first = send(location, b"a" * CHUNK, f"bytes 0-{CHUNK - 1}/*")
    asked = send(location, b"", f"bytes */{CHUNK + 2}")
    again = send(location, b"a" * CHUNK, f"bytes 0-{CHUNK - 1}/*")
    overlapping = send(location, b"ab!", f"bytes {CHUNK - 1}-{CHUNK + 1}/{CHUNK + 2}")
    after = send(location, b"", "bytes */*")

    assert (empty.status_code, "Range" in empty.headers) == (308, False)
    for answer in (first, asked, again):
        assert (answer.status_code, answer.headers["Range"]) == (308, f"bytes=0-{CHUNK - 1}")
    assert overlapping.json()["size"] == str(CHUNK + 2)
    assert after.json()["generation"] == overlapping.json()["generation"]


def test_only_whole_chunks_of_an_unfinished_upload_are_kept(server: GcsServer) -> None:
    location = start(server, "uneven")

    answer = send(location, b"a" * (CHUNK + 10), f"bytes 0-{CHUNK + 9}/*")

    assert answer.headers["Range"] == f"bytes=0-{CHUNK - 1}"


def test_a_gap_is_refused(server: GcsServer) -> None:
    answer = send(start(server, "gap"), b"x" * 10, "bytes 10-19/20")

    assert answer.status_code == 503
    assert "exceeds already uploaded size of 0 byte(s)" in answer.text


@pytest.mark.parametrize("content_range", ["octets 0-1/2", "bytes 0-9/10"])
def test_a_content_range_that_does_not_fit_is_refused(
    server: GcsServer, content_range: str
) -> None:
    assert send(start(server, "odd"), b"xy", content_range).status_code == 400


def test_an_unknown_or_cancelled_upload_is_not_found(server: GcsServer) -> None:
    location = start(server, "cancelled")

    assert requests.delete(location, timeout=5).status_code == 499
    assert send(location, b"x", "bytes 0-0/1").status_code == 404


def test_a_wrong_hash_at_the_end_leaves_no_object(server: GcsServer, bucket: Bucket) -> None:
    wrong = b64encode(b"0000").decode()
    answer = send(
        start(server, "hashed"), b"x", "bytes 0-0/1", **{"X-Goog-Hash": f"crc32c={wrong}"}
    )

    assert answer.status_code == 400
    assert not bucket.blob("hashed").exists()


def test_a_chunk_that_breaks_half_way_is_recovered(server: GcsServer, bucket: Bucket) -> None:
    content = bytes(range(256)) * 8000
    server.fail("PUT upload_id", cut_after_bytes=700_000)
    blob = bucket.blob("recovered", chunk_size=4 * CHUNK)
    blob.upload_from_file(
        io.BytesIO(content), size=len(content), if_generation_match=0, retry=QUICK_RETRY
    )

    assert bucket.blob("recovered").download_as_bytes() == content


def test_a_chunk_whose_answer_is_lost_is_recovered(server: GcsServer, bucket: Bucket) -> None:
    content = b"q" * (3 * CHUNK)
    server.fail("PUT upload_id", after=True, status=503)
    blob = bucket.blob("answered", chunk_size=CHUNK)
    blob.upload_from_file(io.BytesIO(content), size=len(content), retry=QUICK_RETRY)

    assert bucket.blob("answered").download_as_bytes() == content


def test_media_without_metadata_is_stored_under_the_name_in_the_query(
    server: GcsServer, bucket: Bucket
) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"sent in "
        yield b"chunks"

    answer = requests.post(
        f"{server.url}/upload/storage/v1/b/uploads/o?uploadType=media&name=plain",
        data=pieces(),
        headers={"Content-Type": "text/x-plain"},
        timeout=5,
    )

    assert answer.json()["contentType"] == "text/x-plain"
    assert bucket.blob("plain").download_as_bytes() == b"sent in chunks"


def test_an_upload_without_a_name_is_refused(server: GcsServer) -> None:
    answer = requests.post(
        f"{server.url}/upload/storage/v1/b/uploads/o?uploadType=media", data=b"x", timeout=5
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"][0]["reason"] == "required"


@pytest.mark.parametrize("near_end", [b"", b"\r\n", b"\r\n--", b"\r\n--===", b"\r"])
@pytest.mark.parametrize("size", [0, 1, 65_500, 65_536, 131_072, 262_144, 400_000])
def test_multipart_bytes_arrive_exactly(bucket: Bucket, size: int, near_end: bytes) -> None:
    content = b"\r" * size + near_end
    bucket.blob("exact").upload_from_string(content)

    assert bucket.blob("exact").download_as_bytes() == content


def test_a_20_megabyte_object_is_not_held_in_memory(server: GcsServer, bucket: Bucket) -> None:
    content = bytes(range(256)) * 81_920
    before = server.peak_kib()

    bucket.blob("huge").upload_from_string(content)
    bucket.blob("huge-chunked", chunk_size=8 * CHUNK).upload_from_file(
        io.BytesIO(content), size=len(content)
    )
    assert bucket.blob("huge").download_as_bytes() == content

    assert server.peak_kib() - before < 16 * 1024
    assert bucket.get_blob("huge").crc32c == bucket.get_blob("huge-chunked").crc32c
