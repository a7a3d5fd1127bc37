"""Calls of Chatwoot's API have one deadline, and every failure says whether it was received."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typing_extensions import override

from handlers.clients.chatwoot_http import ChatwootHttp
from handlers.domain.errors import (
    ChatwootRefusedError,
    ChatwootUnsentError,
    RetryableError,
    RetryReason,
)
from handlers.wiring.instance import SystemClock
from local.processes import free_port
from tests.fakes.clock import FakeClock

Answer = Callable[[BaseHTTPRequestHandler], None]
TLS = ssl.create_default_context()


@dataclass(slots=True)
class ApiServer:
    """Answers everything the same way and keeps what it was asked."""

    port: int
    answer: Answer
    lines: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: set[object] = field(default_factory=set)
    has_ended: threading.Event = field(default_factory=threading.Event)

    def http(self, *, max_body_bytes: int = 1_000_000) -> ChatwootHttp:
        url = f"http://127.0.0.1:{self.port}"
        return ChatwootHttp(
            url, "s3cret", clock=SystemClock(), tls=TLS, max_body_bytes=max_body_bytes
        )


def say(status: int, body: bytes = b"{}", **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


@pytest.fixture(name="api")
def api_server() -> Iterator[ApiServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            api.lines.append(f"{self.command} {self.path}")
            api.headers.append(dict(self.headers.items()))
            api.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
            api.connections.add(self.client_address)
            api.answer(self)

        do_GET = do_POST = _serve  # noqa: N815 - http.server's

        @override
        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        @override
        def handle_error(self, *_: object) -> None:
            """A client that hangs up is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    api = ApiServer(server.server_port, say(200))
    thread = threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True)
    thread.start()
    yield api
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_read_carries_the_token_in_a_header_that_proxies_keep(api: ApiServer) -> None:
    api.answer = say(200, b'{"payload": [1]}')

    with closing(api.http()) as http:
        found = http.get("/api/v1/a b", {"before": 3, "q": "\u00e9&"}, budget_seconds=5)

    assert found == {"payload": [1]}
    assert api.lines == ["GET /api/v1/a%20b?before=3&q=%C3%A9%26"]
    assert api.headers[0]["Api-Access-Token"] == "s3cret"
    assert api.headers[0]["Accept-Encoding"] == "identity"


def test_a_post_sends_json_and_returns_json(api: ApiServer) -> None:
    api.answer = say(200, b'{"id": 5}')

    with closing(api.http()) as http:
        assert http.post("/x", {"content": "caf\u00e9\ud83d"}, budget_seconds=5) == {"id": 5}

    assert json.loads(api.bodies[0]) == {"content": "caf\u00e9\ud83d"}
    assert api.headers[0]["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, RetryReason.CHATWOOT_FORBIDDEN),
        (403, RetryReason.CHATWOOT_FORBIDDEN),
        (408, RetryReason.CHATWOOT_UNAVAILABLE),
        (429, RetryReason.CHATWOOT_THROTTLED),
        (500, RetryReason.CHATWOOT_UNAVAILABLE),
        (503, RetryReason.CHATWOOT_UNAVAILABLE),
        (302, RetryReason.CHATWOOT_UNAVAILABLE),
    ],
)
def test_an_answer_that_may_change_is_retryable(
    api: ApiServer, status: int, reason: RetryReason
) -> None:
    api.answer = say(status, b"Retry later\n", Location="/elsewhere")

    with closing(api.http()) as http, pytest.raises(RetryableError) as raised:
        http.get("/x", budget_seconds=5)

    assert raised.value.reason is reason
    assert not isinstance(raised.value, ChatwootUnsentError)
    # A redirect is not followed: the token goes to nobody else.
    assert api.lines == ["GET /x"]


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_refusal_keeps_its_status(api: ApiServer, status: int) -> None:
    api.answer = say(status, b'{"error": "no"}')

    with closing(api.http()) as http, pytest.raises(ChatwootRefusedError) as raised:
        http.post("/x", {}, budget_seconds=5)

    assert raised.value.http_status == status


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("soon", None), ("", None), ("\u00b2", None)]
)
def test_what_the_service_asks_to_wait_is_passed_on(
    api: ApiServer, header: str, seconds: float | None
) -> None:
    api.answer = say(429, b"", Retry_After=header)

    with closing(api.http()) as http, pytest.raises(RetryableError) as raised:
        http.get("/x", budget_seconds=5)

    assert raised.value.retry_after == seconds


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"a": NaN}', b"{" * 9])
def test_an_answer_that_is_no_object_is_retryable(api: ApiServer, body: bytes) -> None:
    api.answer = say(200, body)

    with closing(api.http()) as http, pytest.raises(RetryableError) as raised:
        http.get("/x", budget_seconds=5)

    assert raised.value.reason is RetryReason.CHATWOOT_UNAVAILABLE


def test_without_a_connection_a_request_surely_was_not_received() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    http = ChatwootHttp(url, "s3cret", clock=SystemClock(), tls=TLS)

    with pytest.raises(ChatwootUnsentError):
        http.post("/x", {}, budget_seconds=5)


def test_a_server_that_speaks_no_tls_surely_received_nothing(api: ApiServer) -> None:
    url = f"https://127.0.0.1:{api.port}"
    http = ChatwootHttp(url, "s3cret", clock=SystemClock(), tls=TLS)

    with pytest.raises(ChatwootUnsentError):
        http.post("/x", {}, budget_seconds=5)

    assert b"s3cret" not in b"".join(api.bodies)


def _drip_headers(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    _drip(request, b"X-A: b\r\n")


def _drip_body(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n")
    _drip(request, b"x")


def _drip(request: BaseHTTPRequestHandler, piece: bytes) -> None:
    for _ in range(400):
        request.wfile.write(piece)
        request.wfile.flush()
        threading.Event().wait(0.02)


def _stay_silent(_: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(3)


def _cut_body(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{"id": 5}')
    request.close_connection = True


def _reset(request: BaseHTTPRequestHandler) -> None:
    request.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("answer", [_drip_headers, _drip_body, _stay_silent, _cut_body, _reset])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_broken_or_endless_answer_ends_within_the_budget_and_may_have_been_received(
    api: ApiServer, answer: Answer, method: str
) -> None:
    def answer_and_tell(request: BaseHTTPRequestHandler) -> None:
        answer(request)
        if answer not in {_cut_body, _reset}:
            api.has_ended.set()

    api.answer = answer_and_tell
    with closing(api.http()) as http:
        call = partial(http.get, "/x") if method == "get" else partial(http.post, "/x", {})
        with pytest.raises(RetryableError) as raised:
            call(budget_seconds=0.3)

    assert not api.has_ended.is_set()
    assert raised.value.reason is RetryReason.CHATWOOT_UNAVAILABLE
    assert not isinstance(raised.value, ChatwootUnsentError)


def test_a_body_beyond_the_bound_is_not_read_to_its_end(api: ApiServer) -> None:
    api.answer = say(200, b'{"a": "' + b"x" * 100_000 + b'"}')

    with closing(api.http(max_body_bytes=50_000)) as http, pytest.raises(RetryableError):
        http.get("/x", budget_seconds=5)


def test_reads_share_a_connection_and_a_post_opens_its_own(api: ApiServer) -> None:
    with closing(api.http()) as http:
        http.get("/1", budget_seconds=5)
        http.get("/2", budget_seconds=5)
        assert len(api.connections) == 1
        http.post("/3", {}, budget_seconds=5)

    assert len(api.connections) == 2


def test_a_kept_connection_that_was_closed_meanwhile_is_replaced(api: ApiServer) -> None:
    def answer_once(request: BaseHTTPRequestHandler) -> None:
        say(200, b'{"a": 1}')(request)
        # Without saying so beforehand, as an idle timeout does.
        request.close_connection = True

    api.answer = answer_once
    with closing(api.http()) as http:
        assert [http.get("/x", budget_seconds=5) for _ in range(3)] == [{"a": 1}] * 3


def test_calls_keep_their_distance(api: ApiServer) -> None:
    clock = FakeClock()
    url = f"http://127.0.0.1:{api.port}"
    with closing(ChatwootHttp(url, "t", clock=clock, tls=TLS, interval_seconds=0.5)) as http:
        http.get("/1", budget_seconds=5)
        http.get("/2", budget_seconds=5)
        clock.advance(0.2)
        http.get("/3", budget_seconds=5)
        clock.advance(9)
        http.get("/4", budget_seconds=5)

    assert clock.waits == pytest.approx([0.5, 0.3])


def test_neither_token_nor_address_stands_in_an_error(api: ApiServer) -> None:
    for status in (200, 404, 429, 500):
        api.answer = say(status, b"s3cret 127.0.0.1")
        with closing(api.http()) as http, pytest.raises(Exception, match="chatwoot") as raised:
            http.get("/secret-path", budget_seconds=5)
        assert not {"s3cret", "127", "path"} & set(str(raised.value).replace("/", " ").split())
