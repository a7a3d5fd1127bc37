import time
from collections.abc import Iterator

import pytest
import requests
from google.api_core import exceptions
from google.auth.exceptions import InvalidOperation
from google.cloud.storage import Bucket

from tests.local.gcs_server import QUICK_RETRY, GcsServer, gcs_client, running_gcs


@pytest.fixture(scope="module")
def shared() -> Iterator[GcsServer]:
    with running_gcs() as running:
        with gcs_client(running) as client:
            client.create_bucket("faulty")
        yield running


@pytest.fixture
def server(shared: GcsServer) -> GcsServer:
    shared.control("DELETE", "faults")
    shared.control("DELETE", "requests")
    return shared


@pytest.fixture
def bucket(server: GcsServer) -> Iterator[Bucket]:
    with gcs_client(server) as client:
        yield client.bucket("faulty")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (503, exceptions.ServiceUnavailable),
        (429, exceptions.TooManyRequests),
        (403, exceptions.Forbidden),
        (500, exceptions.InternalServerError),
    ],
)
def test_an_ordered_status_is_answered_without_effect(
    server: GcsServer, bucket: Bucket, status: int, expected: type[Exception]
) -> None:
    server.fail("POST /upload", status=status)

    with pytest.raises(expected):
        bucket.blob(f"never-{status}").upload_from_string("x", retry=None)
    assert not bucket.blob(f"never-{status}").exists()


def test_a_401_makes_the_client_refresh_its_credentials(server: GcsServer, bucket: Bucket) -> None:
    server.fail("POST /upload", status=401)

    with pytest.raises(InvalidOperation, match="Anonymous credentials cannot be refreshed"):
        bucket.blob("unauthorized").upload_from_string("x", retry=None)


def test_a_fault_lasts_as_often_as_ordered(server: GcsServer, bucket: Bucket) -> None:
    server.fail("POST /upload", status=503, times=2)

    bucket.blob("third-time").upload_from_string("x", if_generation_match=0, retry=QUICK_RETRY)

    assert bucket.blob("third-time").download_as_bytes() == b"x"
    assert server.counts()["insert object"] == 3
    assert server.control("GET", "faults") == []


def test_a_fault_without_end_lasts_until_it_is_cleared(server: GcsServer, bucket: Bucket) -> None:
    server.fail("/upload", status=503, times=-1)
    for _ in range(3):
        with pytest.raises(exceptions.ServiceUnavailable):
            bucket.blob("outage").upload_from_string("x", retry=None)
    server.control("DELETE", "faults")

    bucket.blob("outage").upload_from_string("x", retry=None)


def test_an_error_after_the_effect_makes_the_retry_meet_its_own_object(
    server: GcsServer, bucket: Bucket
) -> None:
    server.fail("POST /upload", status=503, after=True)

    with pytest.raises(exceptions.PreconditionFailed):
        bucket.blob("mine").upload_from_string("x", if_generation_match=0, retry=QUICK_RETRY)

    assert bucket.blob("mine").download_as_bytes() == b"x"


def test_a_reset_connection_is_retried(server: GcsServer, bucket: Bucket) -> None:
    server.fail("POST /upload", reset_connection=True)

    bucket.blob("reset").upload_from_string("x", if_generation_match=0, retry=QUICK_RETRY)

    assert server.counts()["insert object"] == 2


def test_a_reset_reaches_the_caller_as_such(server: GcsServer) -> None:
    server.fail("GET /storage/v1/b/faulty", reset_connection=True)

    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        requests.get(f"{server.url}/storage/v1/b/faulty", timeout=5)


@pytest.mark.parametrize("size", [1000, 1_000_000])
def test_a_download_that_is_cut_goes_on_where_it_broke(
    server: GcsServer, bucket: Bucket, size: int
) -> None:
    content = bytes(number % 251 for number in range(size))
    bucket.blob("cut").upload_from_string(content)
    server.fail("GET /download", cut_after_bytes=size // 2)

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.get(f"{server.url}/download/storage/v1/b/faulty/o/cut?alt=media", timeout=5)
    server.fail("GET /download", cut_after_bytes=size // 2)
    assert bucket.blob("cut").download_as_bytes(retry=QUICK_RETRY) == content


def test_a_delay_only_delays(server: GcsServer, bucket: Bucket) -> None:
    server.fail("GET /storage/v1/b/faulty/o", delay_seconds=0.3)
    began = time.monotonic()

    list(bucket.list_blobs())

    assert time.monotonic() - began >= 0.3


def test_a_fault_can_name_the_object(server: GcsServer, bucket: Bucket) -> None:
    bucket.blob("some/spared").upload_from_string("x")
    bucket.blob("some/struck").upload_from_string("x")
    server.fail("DELETE /o/some/struck", status=503)

    bucket.blob("some/spared").delete()
    with pytest.raises(exceptions.ServiceUnavailable):
        bucket.blob("some/struck").delete(retry=None)


def test_a_fault_can_ask_for_patience(server: GcsServer) -> None:
    server.fail("GET", status=429, retry_after="7")

    answer = requests.get(f"{server.url}/storage/v1/b/faulty", timeout=5)

    assert answer.headers["Retry-After"] == "7"
    assert answer.json()["error"]["errors"][0] == {
        "message": "The rate of requests exceeds the allowed limit.",
        "domain": "usageLimits",
        "reason": "rateLimitExceeded",
    }


@pytest.mark.parametrize(
    "order",
    [{}, {"match": "GET", "stutus": 503}, {"match": "", "times": "two"}, {"match": "", "times": 0}],
)
def test_a_fault_that_makes_no_sense_is_refused(
    server: GcsServer, order: dict[str, object]
) -> None:
    answer = requests.post(f"{server.url}/_control/faults", json=order, timeout=5)

    assert answer.status_code == 400


def test_requests_are_counted_by_kind(server: GcsServer, bucket: Bucket) -> None:
    bucket.blob("counted").upload_from_string("x")
    bucket.blob("counted").download_as_bytes()
    bucket.blob("counted").delete()
    bucket.client.get_bucket("faulty")
    list(bucket.list_blobs())

    assert server.counts() == {
        "delete object": 1,
        "download object": 1,
        "get bucket": 1,
        "insert object": 1,
        "list objects": 1,
    }
    server.control("DELETE", "requests")
    assert server.counts() == {}
