"""Serves large attachments and takes recordings in, at no cost to the worker's memory."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from typing_extensions import override

_CHUNK_BYTES = 65_536
_TRANSCRIPT = {"text": "words", "usage": {"type": "duration", "seconds": 1}}


class MediaServer:
    """Answers `GET /<name>/<anything>` with a file and every POST with a transcript.

    The anything is sent behind the file's bytes: equal recordings are transcribed only once.
    """

    def __init__(self, files: Mapping[str, Path]) -> None:
        handler = type("Handler", (_Connection,), {"files": files})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Serve in the background."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class _Connection(BaseHTTPRequestHandler):
    files: Mapping[str, Path]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        _, name, ending = self.path.split("/")
        path = self.files[name]
        self.send_response(200)
        self.send_header("Content-Length", str(path.stat().st_size + len(ending)))
        self.end_headers()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                self.wfile.write(chunk)
        self.wfile.write(ending.encode("ascii"))

    def do_POST(self) -> None:
        if "Content-Length" in self.headers:
            self._skip(int(self.headers["Content-Length"]))
        else:
            while size := int(self.rfile.readline(), 16):
                self._skip(size + len(b"\r\n"))
            self.rfile.readline()
        answer = json.dumps(_TRANSCRIPT).encode("ascii")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _skip(self, size: int) -> None:
        while size > 0:
            piece = self.rfile.read(min(size, _CHUNK_BYTES))
            if not piece:
                return
            size -= len(piece)

    @override
    def log_message(self, *_: object) -> None:
        """Stay quiet."""
