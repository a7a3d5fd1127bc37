"""A TCP proxy that refuses, delays, loses and cuts what passes through it."""

import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_CHUNK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyFault:
    """What goes wrong with the connections through a proxy, new and old."""

    refuses: bool = False
    """Nobody listens."""
    delay_seconds: float = 0.0
    """Before each piece of an answer."""
    answer_bytes: int | None = None
    """How much of an answer comes through before the connection is reset."""
    greeting: bytes | None = None
    """What a new connection is told in place of the server's first answer."""
    times: int = -1


@dataclass(slots=True)
class Connection:
    """One client and its server; `is_asked` once a request has passed that a fault may meet."""

    client: socket.socket
    server: socket.socket
    is_asked: bool = True
    sockets: tuple[socket.socket, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.sockets = (self.client, self.server)

    def reset(self) -> None:
        for each in self.sockets:
            with suppress(OSError):
                # Zero linger time makes close send RST instead of FIN.
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # Wakes the thread that reads; close alone would not.
            with suppress(OSError):
                each.shutdown(socket.SHUT_RD)
            each.close()


class FaultyProxy:
    """Relays to `upstream_port` until told otherwise."""

    def __init__(self, upstream_port: int) -> None:
        self._upstream_port = upstream_port
        self._lock = threading.Lock()
        self._connections: list[Connection] = []
        self._threads: list[threading.Thread] = []
        self.fault = ProxyFault()
        self.met = 0
        """How often the fault in force was met."""
        self._listener: socket.socket | None = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._accept_from(self._listener)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close_listener()
        self._reset_all()
        for thread in self._threads:
            thread.join(5)

    def order(self, fault: ProxyFault) -> None:
        """Put a fault in force, also for the connections that are open."""
        self.fault, self.met = fault, 0
        if fault.refuses:
            self._close_listener()
        if fault.refuses or fault.greeting is not None:
            self._reset_all()

    def lift(self) -> None:
        """Let everything work again, over new connections."""
        self.fault = ProxyFault()
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self._accept_from(self._listener)

    def take(self) -> bool:
        """Use the fault in force up by one; say whether it was still there."""
        with self._lock:
            if self.fault.times == 0:
                return False
            self.met += 1
            if self.fault.times > 0 and self.met >= self.fault.times:
                self.fault = ProxyFault()
            return True

    def connected(self, client: socket.socket, server: socket.socket) -> Connection:
        """Return a connection as the relays are to see it."""
        return Connection(client, server)

    def relay_requests(self, connection: Connection) -> None:
        """Pass on what the client says."""
        try:
            while data := connection.client.recv(_CHUNK):
                connection.server.sendall(data)
            connection.server.shutdown(socket.SHUT_WR)
        except OSError:
            connection.reset()

    def relay_answers(self, connection: Connection) -> None:
        """Pass on what the server says, as far as the fault in force lets it."""
        try:
            while data := connection.server.recv(_CHUNK):
                fault = self.fault
                if fault.delay_seconds:
                    self.met += 1
                    time.sleep(fault.delay_seconds)
                if fault.answer_bytes is not None and connection.is_asked and self.take():
                    connection.client.sendall(data[: fault.answer_bytes])
                    connection.reset()
                    return
                connection.client.sendall(data)
            connection.client.shutdown(socket.SHUT_WR)
        except OSError:
            # What one side feels, the other has to feel too.
            connection.reset()

    def _accept_from(self, listener: socket.socket | None) -> None:
        assert listener is not None

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                    server = socket.create_connection(("127.0.0.1", self._upstream_port))
                except OSError:
                    return
                connection = self.connected(client, server)
                self._connections.append(connection)
                for relay in (self.relay_requests, self.relay_answers):
                    self._start(threading.Thread(target=relay, args=(connection,), daemon=True))

        self._start(threading.Thread(target=accept, daemon=True))

    def _start(self, thread: threading.Thread) -> None:
        self._threads.append(thread)
        thread.start()

    def _close_listener(self) -> None:
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def _reset_all(self) -> None:
        connections, self._connections = self._connections, []
        for connection in connections:
            connection.reset()
