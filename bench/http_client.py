"""A keep-alive HTTP client that costs little: prepared requests over raw sockets, one thread."""

import contextlib
import selectors
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_TIMEOUT_SECONDS = 30.0
_READ_BYTES = 65_536
_LENGTH = b"content-length:"

Expected = Callable[[bytes], bool]


class UnexpectedAnswerError(Exception):
    """A server answered something else than the measured work, so the figures would be of that."""


def post_request(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a whole POST request, ready to be sent."""
    lines = ["POST / HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def is_ok(answer: bytes) -> bool:
    """Say whether the status is 200."""
    return answer.startswith(b"HTTP/1.1 200 ")


def is_ok_with(word: bytes) -> Expected:
    """Return a test for status 200 and a word in the answer."""
    return lambda answer: is_ok(answer) and word in answer


def exchange(port: int, request: bytes) -> bytes:
    """Send one request over a connection of its own and return the answer."""
    with _connected(port) as connection:
        return _exchange(connection, request)


def measure_latencies(port: int, requests: Sequence[bytes], expected: Expected) -> list[float]:
    """Send requests one after the other over one connection; return the seconds of each."""
    seconds = []
    with _connected(port) as connection:
        for request in requests:
            started = time.perf_counter()
            answer = _exchange(connection, request)
            seconds.append(time.perf_counter() - started)
            _check(answer, expected)
    return seconds


@dataclass(slots=True)
class _Lane:
    """One connection and what has come of its answer so far."""

    connection: socket.socket
    received: bytearray = field(default_factory=bytearray)


def measure_throughput(
    port: int, requests: Sequence[bytes], expected: Expected, *, concurrency: int
) -> float:
    """Keep `concurrency` requests under way until all are answered; return requests a second."""
    waiting = iter(requests)
    remaining = len(requests)
    with contextlib.ExitStack() as undo:
        selector = undo.enter_context(selectors.DefaultSelector())
        lanes = [_Lane(undo.enter_context(_connected(port))) for _ in range(concurrency)]
        started = time.perf_counter()
        for lane in lanes:
            selector.register(lane.connection, selectors.EVENT_READ, lane)
            _send_next(lane, waiting)
        while remaining:
            ready = selector.select(_TIMEOUT_SECONDS)
            if not ready:
                raise UnexpectedAnswerError("no answer came")
            for key, _ in ready:
                lane = key.data
                lane.received += _receive(lane.connection)
                if _is_whole(lane.received):
                    _check(bytes(lane.received), expected)
                    remaining -= 1
                    lane.received.clear()
                    _send_next(lane, waiting)
        return len(requests) / (time.perf_counter() - started)


def _send_next(lane: _Lane, waiting: Iterator[bytes]) -> None:
    request = next(waiting, None)
    if request is not None:
        lane.connection.sendall(request)


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _exchange(connection: socket.socket, request: bytes) -> bytes:
    connection.sendall(request)
    received = bytearray()
    while not _is_whole(received):
        received += _receive(connection)
    return bytes(received)


def _receive(connection: socket.socket) -> bytes:
    piece = connection.recv(_READ_BYTES)
    if not piece:
        raise UnexpectedAnswerError("the server closed the connection")
    return piece


def _is_whole(received: bytearray) -> bool:
    head_end = received.find(b"\r\n\r\n")
    if head_end < 0:
        return False
    head = received[:head_end].lower()
    at = head.find(_LENGTH)
    if at < 0:
        raise UnexpectedAnswerError("the answer does not say how long it is")
    length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
    return len(received) >= head_end + 4 + length


def _check(answer: bytes, expected: Expected) -> None:
    if not expected(answer):
        raise UnexpectedAnswerError(answer[:2000].decode("utf-8", "replace"))
