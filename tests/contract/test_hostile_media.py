"""Hosts of media that send too much, too slowly, too little or nonsense."""

import io
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from handlers.domain.errors import MediaRefusedError, RetryableError
from tests.contract.downloads_from_here import MAX_BYTES, downloads_from, fetch_from
from tests.contract.media_server import MediaServer, file, media_server, status


@pytest.fixture
def media() -> Iterator[MediaServer]:
    with media_server() as running:
        yield running


def _endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(bytes(65_536))


def _dripping(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    for _ in range(100):
        request.wfile.write(b"x")
        request.wfile.flush()
        threading.Event().wait(0.05)


def _dripping_without_length(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(100):
        request.wfile.write(b"x")
        request.wfile.flush()
        threading.Event().wait(0.05)


def _silent_without_length(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    request.wfile.write(b"half a file")
    request.wfile.flush()
    threading.Event().wait(1)


def _dripping_headers(request: BaseHTTPRequestHandler) -> None:
    for _ in range(100):
        request.wfile.write(b"HTTP/1.1 200 OK\r\n" if _ == 0 else b"X-A: b\r\n")
        request.wfile.flush()
        threading.Event().wait(0.05)


def _cut(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b"half")


def _cut_chunks(request: BaseHTTPRequestHandler) -> None:
    request.protocol_version = "HTTP/1.1"
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    request.wfile.write(b"4\r\nhalf\r\nff\r\nand")


def _nonsense(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"\x00\xff no http at all\r\n\r\n")


def test_more_bytes_than_allowed_are_refused_whether_announced_or_not(media: MediaServer) -> None:
    media.answers["/announced"] = file(bytes(MAX_BYTES + 1))
    media.answers["/endless"] = _endless
    media.answers["/exact"] = file(bytes(MAX_BYTES))

    for path in ("/announced", "/endless"):
        with pytest.raises(MediaRefusedError, match="too_large"):
            fetch_from(media, path)
    assert len(fetch_from(media, "/exact")) == MAX_BYTES


@pytest.mark.parametrize(
    "answer",
    [_dripping, _dripping_headers, _dripping_without_length, _silent_without_length],
    ids=["body", "headers", "no_length", "silence"],
)
def test_a_host_that_drips_is_left_at_the_deadline(media: MediaServer, answer: object) -> None:
    media.answers["/x"] = answer  # type: ignore[assignment]
    began = time.monotonic()

    with pytest.raises(RetryableError, match="media_unavailable"):
        fetch_from(media, budget_seconds=0.4)

    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    "answer", [_cut, _cut_chunks, _nonsense], ids=["length", "chunks", "nonsense"]
)
def test_a_file_that_breaks_off_is_not_taken_for_whole(media: MediaServer, answer: object) -> None:
    media.answers["/x"] = answer  # type: ignore[assignment]

    with pytest.raises(RetryableError, match="media_unavailable"):
        fetch_from(media)


@pytest.mark.parametrize(
    ("code", "error", "reason"),
    [
        (400, MediaRefusedError, "refused"),
        (410, MediaRefusedError, "not_found"),
        (204, MediaRefusedError, "refused"),
        (401, RetryableError, "media_unavailable"),
        (403, RetryableError, "media_unavailable"),
        (429, RetryableError, "media_unavailable"),
        (500, RetryableError, "media_unavailable"),
        (503, RetryableError, "media_unavailable"),
    ],
)
def test_statuses_are_told_in_our_words(
    media: MediaServer, code: int, error: type[Exception], reason: str
) -> None:
    media.answers["/x"] = status(code)

    with pytest.raises(error, match=f"^{reason}$"):
        fetch_from(media)


def test_an_empty_file_is_refused(media: MediaServer) -> None:
    media.answers["/x"] = file(b"")

    with pytest.raises(MediaRefusedError, match="empty"):
        fetch_from(media)


@pytest.mark.parametrize("location", ["/ü", "/%C3%BC", "/a b", "/ctrl\x01"])
def test_odd_characters_in_a_link_are_an_answer_and_never_a_surprise(
    media: MediaServer, location: str
) -> None:
    media.answers["/%C3%BC"] = file(b"found")
    downloads = downloads_from(f"127.0.0.1:{media.port}")
    try:
        downloads.fetch(f"{media.url}{location}", io.BytesIO(), budget_seconds=0.2)
    except (MediaRefusedError, RetryableError):
        return
    assert location in {"/ü", "/%C3%BC"}


def test_a_redirect_with_raw_bytes_in_it_is_an_answer_and_never_a_surprise(
    media: MediaServer,
) -> None:
    media.answers["/x"] = status(302, Location="/\u00fc")

    with pytest.raises((MediaRefusedError, RetryableError)):
        fetch_from(media, budget_seconds=0.2)


def test_a_host_that_nobody_answers_on_is_retryable() -> None:
    with pytest.raises(RetryableError, match="media_unavailable"):
        downloads_from("127.0.0.1:9").fetch("http://127.0.0.1:9/x", io.BytesIO(), budget_seconds=2)


def test_a_name_that_does_not_resolve_is_retryable() -> None:
    downloads = downloads_from("nobody.invalid", allow_insecure=False)
    with pytest.raises(RetryableError, match="media_unavailable"):
        downloads.fetch("https://nobody.invalid/x", io.BytesIO(), budget_seconds=2)
