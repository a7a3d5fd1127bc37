"""The proxy before Postgres: it knows a statement from the greeting that precedes it."""

import socket
import struct
from contextlib import suppress
from typing import Final

from typing_extensions import override

from tests.system.fault_matrix.faulty_proxy import Connection, FaultyProxy

_REQUEST_CODES: Final = {80877103, 80877104}
"""SSLRequest and GSSENCRequest, after which the client starts again."""


def refusal(sqlstate: str, message: str) -> bytes:
    """Return the error with which Postgres turns a new connection away."""
    fields = {"S": "FATAL", "V": "FATAL", "C": sqlstate, "M": message}
    body = b"".join(f"{key}{value}\0".encode() for key, value in fields.items()) + b"\0"
    return b"E" + struct.pack("!I", len(body) + 4) + body


class PostgresFaults(FaultyProxy):
    """Loses and cuts the answers to statements only, when their effect is committed."""

    @override
    def connected(self, client: socket.socket, server: socket.socket) -> Connection:
        return Connection(client, server, is_asked=False)

    @override
    def relay_requests(self, connection: Connection) -> None:
        client, server = connection.client, connection.server
        with suppress(OSError, EOFError):
            is_starting = True
            while True:
                kind = b"" if is_starting else _read(client, 1)
                size = _read(client, 4)
                body = _read(client, struct.unpack("!I", size)[0] - 4)
                if is_starting:
                    is_starting = struct.unpack("!I", body[:4])[0] in _REQUEST_CODES
                    greeting = self.fault.greeting
                    if not is_starting and greeting is not None and self.take():
                        client.sendall(greeting)
                        client.shutdown(socket.SHUT_WR)
                        server.shutdown(socket.SHUT_WR)
                        return
                # Set before the server is asked, so that its answer finds it.
                connection.is_asked = kind == b"Q"
                server.sendall(kind + size + body)
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)


def _read(source: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = source.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data
