"""The HTTP server under the local stand-ins: routes, request counts, faults, signals."""

import json
import os
import signal
import socket
import struct
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, NoReturn
from urllib.parse import parse_qs, unquote, urlsplit

from typing_extensions import override

from local.http_faults import Fault, Faults
from local.http_messages import RefusedError, Request, Response, Route, json_response

_CONTROL = "/_control/"
_CHUNK = 1 << 16
_STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}


class HttpService:
    """Answers by the first matching route; the routes for faults and counts are its own."""

    def __init__(self, host: str, port: int) -> None:
        # Before any thread starts, so that only `serve` receives them.
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
        self.faults = Faults()
        self.routes: list[Route] = [
            Route("POST", "/_control/faults", self._add_fault),
            Route("GET", "/_control/faults", self._list_faults),
            Route("DELETE", "/_control/faults", self._clear_faults),
            Route("GET", "/_control/requests", self._count_requests),
            Route("DELETE", "/_control/requests", self._forget_requests),
        ]
        self._counts: Counter[str] = Counter()
        self._counts_lock = threading.Lock()
        handler = type("Handler", (_Connection,), {"service": self})
        self._server = _Server((host, port), handler)
        self.port: int = self._server.server_address[1]

    def serve(self, routes: Sequence[Route]) -> NoReturn:
        """Say that we are ready and answer until SIGTERM or SIGINT ends the process."""
        self.routes = [*routes, *self.routes]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        sys.stdout.write(json.dumps({"ready": True, "port": self.port}) + "\n")
        sys.stdout.flush()
        signal.sigwait(_STOP_SIGNALS)
        # Requests in work do not hold us up: a thread inside a C library would abort an orderly
        # end of the interpreter.
        os._exit(0)

    def answer(self, request: Request) -> Response:
        """Find the route and let it answer."""
        for route in self.routes:
            params = route.match(request.method, request.path)
            if params is None:
                continue
            if not request.path.startswith(_CONTROL):
                with self._counts_lock:
                    self._counts[f"{route.method} {route.path}"] += 1
            try:
                return route.handler(
                    Request(
                        method=request.method,
                        path=request.path,
                        query=request.query,
                        headers=request.headers,
                        body=request.body,
                        params={name: unquote(value) for name, value in params.items()},
                    )
                )
            except RefusedError as refusal:
                return refusal.response
        return json_response({"status": 404, "error": "Not Found"}, 404)

    def _add_fault(self, request: Request) -> Response:
        try:
            self.faults.add(request.json())
        except ValueError as error:
            return json_response({"error": str(error)}, 400)
        return json_response({"faults": self.faults.describe()})

    def _list_faults(self, _: Request) -> Response:
        return json_response({"faults": self.faults.describe()})

    def _clear_faults(self, _: Request) -> Response:
        self.faults.clear()
        return json_response({"faults": []})

    def _count_requests(self, _: Request) -> Response:
        with self._counts_lock:
            return json_response({"requests": dict(self._counts)})

    def _forget_requests(self, _: Request) -> Response:
        with self._counts_lock:
            self._counts.clear()
        return json_response({"requests": {}})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        # A caller that goes away is no error of ours.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    service: ClassVar[HttpService]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Head and body leave together, not as two segments of which the second waits.
    wbufsize = _CHUNK

    @override
    def log_message(self, *_: object) -> None:
        """Stay quiet: the control API tells what was asked."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        request = Request(
            method="GET" if self.command == "HEAD" else self.command,
            path=parts.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers=self.headers,
            body=self._read_body(),
        )
        fault = None
        if not parts.path.startswith(_CONTROL):
            fault = self.service.faults.take(f"{self.command} {self.path}")
        response = self._answer(request, fault)
        if fault is not None and fault.reset_connection:
            self._reset()
        else:
            self._write(response, fault.cut_after_bytes if fault else None)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - http.server's

    def _answer(self, request: Request, fault: Fault | None) -> Response:
        replaced = fault is not None and fault.replaces_answer
        response = Response(status=500)
        if fault is None or not replaced or fault.after:
            try:
                response = self.service.answer(request)
            except Exception:
                self._write(json_response({"error": "Internal Server Error"}, 500), None)
                raise
        if fault is not None and fault.status is not None:
            body = json.dumps({"error": "injected fault"}) if fault.body is None else fault.body
            retry = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            response = Response(status=fault.status, body=body.encode(), headers=retry)
        return response

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            pieces = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(pieces)
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def _write(self, response: Response, cut_after: int | None) -> None:
        left = response.length
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(left))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if cut_after is not None:
            self.close_connection = True
            left = min(cut_after, left)
        if self.command == "HEAD":
            left = 0
        if response.file is None:
            self.wfile.write(response.body[:left])
        else:
            with response.file.open("rb") as content:
                while left and (piece := content.read(min(_CHUNK, left))):
                    self.wfile.write(piece)
                    left -= len(piece)
        self.wfile.flush()

    def _reset(self) -> None:
        self.close_connection = True
        # Zero linger time makes close send RST instead of FIN.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
