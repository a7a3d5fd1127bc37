"""Stands between our clients and a Chatwoot, and keeps what goes over the wire."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from typing_extensions import override

from tests.contract.chatwoot_openapi import Exchange

_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedChatwoot:
    """Where the clients call, and what they said and were told."""

    url: str
    exchanges: list[Exchange] = field(default_factory=list)


@contextmanager
def run_recorder(upstream: str) -> Iterator[RecordedChatwoot]:
    """Pass requests on as they are."""
    address = urlsplit(upstream).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            connection = http.client.HTTPConnection(address, timeout=_SECONDS)
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            response = connection.getresponse()
            answer = response.read()
            connection.close()
            content_type = response.headers["Content-Type"]
            recorded.exchanges.append(
                Exchange(
                    method=self.command,
                    target=self.path,
                    headers=dict(self.headers.items()),
                    body=body,
                    status=response.status,
                    content_type=content_type,
                    answer=answer,
                )
            )
            self.send_response(response.status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = _pass_on  # noqa: N815 - http.server's

        @override
        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        @override
        def handle_error(self, *_: object) -> None:
            # A client that goes away without a word.
            pass

    server = Server(("127.0.0.1", 0), Handler)
    recorded = RecordedChatwoot(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield recorded
    server.shutdown()
    server.server_close()
    thread.join()
