from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
from google.auth import credentials
from google.cloud.storage import Blob, Bucket
from typing_extensions import override

from tests.local.gcs_server import GcsServer, gcs_client, running_gcs


class KeyHolder(credentials.AnonymousCredentials, credentials.Signing):
    """Signs with a key that the server does not know."""

    @override
    def sign_bytes(self, message: bytes) -> bytes:
        return b"signature of " + message[:8]

    @property
    @override
    def signer_email(self) -> str:
        return "signer@example.com"

    @property
    @override
    def signer(self) -> "KeyHolder":
        return self


@pytest.fixture(scope="module")
def server() -> Iterator[GcsServer]:
    with running_gcs() as running:
        with gcs_client(running) as client:
            client.create_bucket("linked")
        yield running


@pytest.fixture
def bucket(server: GcsServer) -> Iterator[Bucket]:
    with gcs_client(server) as client:
        yield client.bucket("linked")


def signed(
    server: GcsServer, blob: Blob, method: str, version: str = "v4", **options: object
) -> str:
    url: str = blob.generate_signed_url(
        **{"expiration": timedelta(minutes=5), **options},
        api_access_endpoint=server.url,
        method=method,
        version=version,
        # google.auth's constructors carry no annotations.
        credentials=KeyHolder(),  # type: ignore[no-untyped-call]
    )
    return url


@pytest.mark.parametrize("host", ["", "storage.googleapis.com", "evil.example:443", "]["])
def test_links_never_leave_this_server(server: GcsServer, bucket: Bucket, host: str) -> None:
    bucket.blob("a/b c").upload_from_string("x")
    headers = {"Host": host} if host else {}

    resource = requests.get(
        f"{server.url}/storage/v1/b/linked/o/a%2Fb%20c", headers=headers, timeout=5
    ).json()
    upload = requests.post(
        f"{server.url}/upload/storage/v1/b/linked/o?uploadType=resumable&name=x",
        headers=headers,
        timeout=5,
    )

    assert resource["mediaLink"].startswith(server.url + "/")
    assert resource["selfLink"].startswith(server.url + "/")
    assert upload.headers["Location"].startswith(server.url + "/")
    assert requests.get(resource["mediaLink"], timeout=5).content == b"x"


def test_a_download_by_media_link_works(bucket: Bucket) -> None:
    bucket.blob("media").upload_from_string("media")
    blob = bucket.get_blob("media")

    assert blob.media_link
    assert blob.download_as_bytes() == b"media"


@pytest.mark.parametrize("version", ["v2", "v4"])
def test_a_signed_url_reads(server: GcsServer, bucket: Bucket, version: str) -> None:
    blob = bucket.blob("signed/ü 1.txt")
    blob.upload_from_string("signed", content_type="text/plain")

    answer = requests.get(signed(server, blob, "GET", version), timeout=5)
    part = requests.get(
        signed(server, blob, "GET", version), headers={"Range": "bytes=1-2"}, timeout=5
    )
    head = requests.head(signed(server, blob, "HEAD", version), timeout=5)

    assert (answer.status_code, answer.content) == (200, b"signed")
    assert (part.status_code, part.content) == (206, b"ig")
    assert (head.status_code, head.headers["Content-Length"]) == (200, "6")


def test_a_signed_url_writes(server: GcsServer, bucket: Bucket) -> None:
    blob = bucket.blob("written")
    url = signed(server, blob, "PUT", content_type="audio/ogg")

    answer = requests.put(
        url,
        data=b"voice",
        headers={"Content-Type": "audio/ogg", "x-goog-meta-kind": "voice"},
        timeout=5,
    )
    again = requests.put(url, data=b"other", headers={"x-goog-if-generation-match": "0"}, timeout=5)

    assert answer.status_code == 200
    read = bucket.get_blob("written")
    assert (read.content_type, read.metadata) == ("audio/ogg", {"kind": "voice"})
    assert read.download_as_bytes() == b"voice"
    assert again.status_code == 412
    assert "<Code>PreconditionFailed</Code>" in again.text


def test_an_object_url_without_signature_is_refused(server: GcsServer) -> None:
    answer = requests.get(f"{server.url}/linked/written", timeout=5)

    assert answer.status_code == 403
    assert "<Code>AccessDenied</Code>" in answer.text


def test_an_expired_signed_url_is_refused(server: GcsServer, bucket: Bucket) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    url = signed(server, bucket.blob("written"), "GET", "v2", expiration=past)

    assert requests.get(url, timeout=5).status_code == 400


def test_an_absent_object_is_named_in_xml(server: GcsServer, bucket: Bucket) -> None:
    answer = requests.get(signed(server, bucket.blob("absent"), "GET"), timeout=5)

    assert answer.status_code == 404
    assert "<Code>NoSuchKey</Code>" in answer.text


def test_metadata_cannot_add_headers_to_a_download(server: GcsServer, bucket: Bucket) -> None:
    blob = bucket.blob("header")
    blob.content_disposition = "inline\r\nX-Planted: 1"
    blob.upload_from_string("x")

    answer = requests.get(
        f"{server.url}/download/storage/v1/b/linked/o/header?alt=media", timeout=5
    )

    assert "X-Planted" not in answer.headers
