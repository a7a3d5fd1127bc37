"""HTTP/1.1 on a socket: requests in, answers out, connections that break when told to."""

import socket
import struct
import sys
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from typing_extensions import override

from local.gcs.application import Delivery, deliver
from local.gcs.errors import StorageError
from local.gcs.messages import Answer, Request, error_answer, target_of
from local.gcs.request_body import Body, BrokenBodyError
from local.gcs.state import State

# A refused upload is read to its end, so that the sender sees the refusal and not a reset.
_DRAINED_AT_MOST = 256 * 1024 * 1024
_BODILESS = frozenset({204, 304})
# SO_LINGER with a timeout of zero: close sends RST instead of FIN.
_NO_LINGER = struct.pack("ii", 1, 0)


class StorageServer(ThreadingHTTPServer):
    """One thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, state: State, *, verbose: bool) -> None:
        self.state = state
        self.verbose = verbose
        self._to_reset: set[socket.socket] = set()
        super().__init__((host, port), _Connection)

    @property
    def port(self) -> int:
        """The port that was bound."""
        return int(self.server_address[1])

    def base_url(self, host_header: str) -> str:
        """Return the address for links: the caller's name for us, if it has our port in it.

        A foreign name would send the client off this machine.
        """
        try:
            named = urlsplit(f"http://{host_header}")
            if named.hostname and named.port == self.port:
                return f"http://{named.netloc}"
        except ValueError:
            # Not a host name at all; the bound address serves as well.
            return f"http://127.0.0.1:{self.port}"
        return f"http://127.0.0.1:{self.port}"

    def reset_when_closed(self, connection: socket.socket) -> None:
        """Let the connection end with a reset."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._to_reset.add(connection)

    @override
    def shutdown_request(self, request: Any) -> None:
        if request in self._to_reset:
            # An orderly shutdown would send FIN first.
            self._to_reset.discard(request)
            self.close_request(request)
        else:
            super().shutdown_request(request)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Headers(HTTPMessage):
    @override
    def get_content_maintype(self) -> str:
        # The parser would compile a pattern for the boundary of each multipart request, at a
        # third of an upload's cost, to split a body that it does not have.
        return "application"


class _Connection(BaseHTTPRequestHandler):
    server: StorageServer
    MessageClass = _Headers
    protocol_version = "HTTP/1.1"
    # Headers and body leave in one packet, at once.
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True

    def answer(self) -> None:
        """Serve one request of this connection."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal():
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "").lower()
        body = Body(self.rfile, None if chunked else int(length))
        try:
            delivery = self._delivery(body)
            reusable = body.drain(_DRAINED_AT_MOST)
        except BrokenBodyError:
            delivery, reusable = Delivery(answer=None), False
        self.close_connection = self.close_connection or not reusable
        if delivery.answer is None:
            self.server.reset_when_closed(self.connection)
            self.close_connection = True
            return
        self._send(delivery.answer, delivery.cut_after_bytes)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - stdlib names

    @override
    def handle_expect_100(self) -> bool:
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.wfile.flush()
        return True

    @override
    def log_message(self, format: str, *args: Any) -> None:
        if self.server.verbose:
            super().log_message(format, *args)

    def _delivery(self, body: Body) -> Delivery:
        try:
            path, segments, query = target_of(self.path)
        except StorageError as error:
            return Delivery(answer=error_answer(error))
        request = Request(
            method=self.command,
            target=self.path,
            path=path,
            segments=segments,
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            base_url=self.server.base_url(self.headers.get("Host", "")),
        )
        return deliver(self.server.state, request)

    def _send(self, answer: Answer, cut_after: int | None) -> None:
        self.log_request(answer.status)
        chunked = not isinstance(answer.body, bytes) and answer.length is None
        length = len(answer.body) if isinstance(answer.body, bytes) else answer.length
        headers = {**answer.headers, "Server": "UploadServer", "Date": self.date_time_string()}
        if chunked:
            headers["Transfer-Encoding"] = "chunked"
        elif answer.status not in _BODILESS:
            headers["Content-Length"] = str(length)
        if self.close_connection:
            headers["Connection"] = "close"
        self.wfile.write(_head(answer.status, headers))
        if self.command != "HEAD" and answer.status not in _BODILESS:
            sent = self._send_body(answer, chunked=chunked, cut_after=cut_after)
            # Fewer bytes than promised can only be told by ending the connection.
            if not chunked and sent != length:
                self.close_connection = True
        self.wfile.flush()

    def _send_body(self, answer: Answer, *, chunked: bool, cut_after: int | None) -> int:
        sent = 0
        pieces = iter([answer.body]) if isinstance(answer.body, bytes) else answer.body
        for piece in _cut(pieces, cut_after):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            sent += len(piece)
        if chunked and cut_after is None:
            self.wfile.write(b"0\r\n\r\n")
        elif chunked:
            self.close_connection = True
        return sent


def _cut(pieces: Iterator[bytes], cut_after: int | None) -> Iterator[bytes]:
    for piece in pieces:
        if cut_after is not None and len(piece) > cut_after:
            yield piece[:cut_after]
            return
        cut_after = None if cut_after is None else cut_after - len(piece)
        if piece:
            yield piece


def _head(status: int, headers: dict[str, str]) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Client Closed Request"
    lines = [f"HTTP/1.1 {status} {phrase}"]
    # Values come from callers' metadata: a line break in one must not become a header.
    lines += [f"{name}: {' '.join(value.splitlines())}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()
