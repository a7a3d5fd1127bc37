"""Stands in front of Postgres and counts what a client asks of it."""

import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Self

_READ_BYTES = 65_536
_STARTUP_HEAD = struct.Struct("!II")
# A client asks for TLS or GSSAPI first; the startup proper comes after the answer.
_ENCRYPTION_REQUESTS = (80877103, 80877104)
_MESSAGE_HEAD = struct.Struct("!cI")
# A simple query, and the end of an extended one: each is answered before the next is sent.
_ROUND_TRIPS = (b"Q", b"S")


@dataclass(slots=True)
class Traffic:
    """What passed since it was last asked for."""

    messages: Counter[bytes] = field(default_factory=Counter)
    bytes_sent: int = 0
    bytes_received: int = 0
    connections: int = 0

    @property
    def round_trips(self) -> int:
        """How often the client waited for an answer; starting a session is not counted."""
        return sum(self.messages[kind] for kind in _ROUND_TRIPS)


class PostgresTap:
    """A TCP proxy that reads the client's half of the protocol; TLS is not used on this machine."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._traffic = Traffic()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        """Begin to take connections."""
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take no more; connections end with their ends."""
        # A shutdown wakes the thread that waits; closing alone would leave it there.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def take(self) -> Traffic:
        """Return what passed since the last call."""
        with self._lock:
            traffic, self._traffic = self._traffic, Traffic()
        return traffic

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            with self._lock:
                self._traffic.connections += 1
            for pump in (self._requests, self._answers):
                threading.Thread(target=pump, args=(client, server), daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        reader = _Messages()
        while piece := _receive(client):
            kinds = reader.feed(piece)
            with self._lock:
                self._traffic.bytes_sent += len(piece)
                self._traffic.messages.update(kinds)
            server.sendall(piece)
        server.close()

    def _answers(self, client: socket.socket, server: socket.socket) -> None:
        while piece := _receive(server):
            with self._lock:
                self._traffic.bytes_received += len(piece)
            client.sendall(piece)
        client.close()


class _Messages:
    """Finds the frames in the client's stream; the first has no kind."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._is_started = False

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the kinds of the messages that are whole now."""
        self._buffer += piece
        kinds = []
        while (frame := self._next()) is not None:
            kind, size = frame
            if len(self._buffer) < size:
                break
            del self._buffer[:size]
            self._is_started |= kind == b"start"
            kinds.append(kind)
        return kinds

    def _next(self) -> tuple[bytes, int] | None:
        if not self._is_started:
            if len(self._buffer) < _STARTUP_HEAD.size:
                return None
            length, code = _STARTUP_HEAD.unpack_from(self._buffer)
            return b"encrypt" if code in _ENCRYPTION_REQUESTS else b"start", length
        if len(self._buffer) < _MESSAGE_HEAD.size:
            return None
        kind, length = _MESSAGE_HEAD.unpack_from(self._buffer)
        return kind, 1 + length


def _receive(connection: socket.socket) -> bytes:
    try:
        return connection.recv(_READ_BYTES)
    except OSError:
        # Reset, or closed by the other pump: the end either way.
        return b""
