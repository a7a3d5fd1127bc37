"""Carries the control port's HTTP requests from a thread of its own into the event loop."""

import asyncio
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from typing_extensions import override

from local.pubsub.control import Control

_REPLY_SECONDS = 5.0


def serve_control(control: Control, *, host: str, port: int) -> int:
    """Start answering in the background and return the port; ends with the process."""
    loop = asyncio.get_running_loop()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body are two writes; without this the second waits for the first's ACK.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_DELETE(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = control.reply(self.command, self.path, body)
            status, content = asyncio.run_coroutine_threadsafe(reply, loop).result(_REPLY_SECONDS)
            written = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Write nothing: the server is quiet unless something is wrong."""

    server = ThreadingHTTPServer((host, port), Handler)
    Thread(target=server.serve_forever, name="control", daemon=True).start()
    return int(server.server_address[1])
