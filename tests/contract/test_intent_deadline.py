"""A call of the model ends in time, however slowly its answer comes, and leaves no connection."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Final

import pytest

from handlers.clients.openai_intents import OpenAIIntents
from handlers.domain.errors import RetryableError
from handlers.domain.orders.values import Intent
from handlers.wiring.instance import SystemClock

_NOTE: Final = {
    **dict.fromkeys(("platform", "length", "word_count", "tone", "topic", "subject", "language")),
    "intent": "NOTE",
    "confidence": 1,
}
_DOCUMENT: Final = json.dumps(
    {
        "status": "completed",
        "output": [
            {
                "type": "message",
                "content": [{"type": "output_text", "text": json.dumps(_NOTE)}],
            }
        ],
    }
).encode()
_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _drip(connected: socket.socket, piece: bytes) -> None:
    """Send one piece after another until the other end is gone."""
    while True:
        connected.sendall(piece)
        threading.Event().wait(0.02)


def _drip_head(connected: socket.socket) -> None:
    connected.sendall(_HEAD)
    _drip(connected, b"X-A: b\r\n")


def _drip_body(connected: socket.socket) -> None:
    connected.sendall(_HEAD + b"Content-Length: 1000000\r\n\r\n")
    _drip(connected, b" ")


def _stay_silent(connected: socket.socket) -> None:
    connected.recv(1 << 20)


def _drip_handshake(connected: socket.socket) -> None:
    # The head of a TLS record of 16 kB, and then its first bytes.
    connected.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
    _drip(connected, b"\x00")


def _answer(connected: socket.socket) -> None:
    connected.sendall(_HEAD + b"Content-Length: %d\r\n\r\n" % len(_DOCUMENT) + _DOCUMENT)


class _Server:
    """Answers each connection in one way until its other end is gone, and counts them."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self._answer = answer
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.ended: list[threading.Thread] = []

    def run(self) -> None:
        while True:
            try:
                connected, _ = self._listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connected,))
            self.ended.append(thread)
            thread.start()

    def _serve(self, connected: socket.socket) -> None:
        with closing(connected):
            try:
                connected.recv(1 << 20)
                self._answer(connected)
                while connected.recv(1 << 20):
                    pass
            except OSError:
                return

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@contextmanager
def _serving(answer: Callable[[socket.socket], None]) -> Iterator[_Server]:
    server = _Server(answer)
    running = threading.Thread(target=server.run)
    running.start()
    try:
        yield server
    finally:
        server.close()
        running.join()


@contextmanager
def _model(server: _Server, scheme: str = "http") -> Iterator[OpenAIIntents]:
    model = OpenAIIntents(
        api_key="sk-local",
        base_url=f"{scheme}://127.0.0.1:{server.port}/v1",
        model="gpt-6-luna",
        clock=SystemClock(),
    )
    yield model
    model._client.close()


@pytest.mark.parametrize(
    ("scheme", "answer"),
    [
        ("http", _drip_head),
        ("http", _drip_body),
        ("http", _stay_silent),
        ("https", _drip_handshake),
    ],
)
def test_an_answer_without_an_end_is_given_up_and_its_connection_closed(
    scheme: str, answer: Callable[[socket.socket], None]
) -> None:
    with _serving(answer) as server, _model(server, scheme) as model:
        with pytest.raises(RetryableError, match="intent_unavailable"):
            model.understand("hello", budget_seconds=0.5)

        # Each ends only when its other end is gone.
        for thread in server.ended:
            thread.join()


def test_each_call_has_a_connection_and_a_deadline_of_its_own() -> None:
    with _serving(_answer) as server, _model(server) as model:
        found = [model.understand("hello", budget_seconds=5).intent for _ in range(3)]
        for thread in server.ended:
            thread.join()

        assert found == [Intent.NOTE] * 3
        assert len(server.ended) == 3
        timers = [each for each in threading.enumerate() if isinstance(each, threading.Timer)]
        # Cancelled: some may still be on their way out.
        assert all(timer.finished.is_set() for timer in timers)


def test_calls_of_several_threads_do_not_end_each_other() -> None:
    found: list[Intent] = []

    def ask() -> None:
        found.append(model.understand("hello", budget_seconds=5).intent)

    with _serving(_answer) as server, _model(server) as model:
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert found == [Intent.NOTE] * 8
