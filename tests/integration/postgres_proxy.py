"""A TCP proxy in front of Postgres that counts what the client asks."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

_REQUEST_CODES: Final = {80877103, 80877104}
"""SSLRequest and GSSENCRequest, after which the client starts again."""
_QUERY: Final = b"Q"


@dataclass(slots=True, kw_only=True)
class PostgresProxy:
    """Counts connections and simple queries, of which each is one round trip."""

    port: int
    queries: list[bytes] = field(default_factory=list)
    connections: int = 0
    other_messages: list[bytes] = field(default_factory=list)

    def forget(self) -> None:
        self.queries.clear()
        self.other_messages.clear()


@contextmanager
def postgres_proxy(upstream_port: int) -> Iterator[PostgresProxy]:
    """Relay every connection to the server on `upstream_port`."""
    with ExitStack() as undo:
        listener = undo.enter_context(socket.create_server(("127.0.0.1", 0)))
        proxy = PostgresProxy(port=listener.getsockname()[1])
        sockets: list[socket.socket] = []
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                proxy.connections += 1
                server = socket.create_connection(("127.0.0.1", upstream_port))
                sockets.extend((client, server))
                for target, arguments in (
                    (_relay_and_count, (client, server, proxy)),
                    (_relay, (server, client)),
                ):
                    thread = threading.Thread(target=target, args=arguments, daemon=True)
                    threads.append(thread)
                    thread.start()

        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield proxy
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join(5)
            for each in sockets:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(5)
            for each in sockets:
                each.close()


def _relay(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _relay_and_count(client: socket.socket, server: socket.socket, proxy: PostgresProxy) -> None:
    with suppress(OSError, EOFError):
        is_starting = True
        while True:
            kind = b"" if is_starting else _read(client, 1)
            size = _read(client, 4)
            body = _read(client, struct.unpack("!I", size)[0] - 4)
            if is_starting:
                is_starting = struct.unpack("!I", body[:4])[0] in _REQUEST_CODES
            elif kind == _QUERY:
                proxy.queries.append(body)
            else:
                proxy.other_messages.append(kind)
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
