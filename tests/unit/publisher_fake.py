"""A stand-in for the generated Pub/Sub client that waits, fails and counts as it is told."""

import threading
from collections.abc import Callable

from google.pubsub_v1.types import PublishRequest, PublishResponse

Answer = Callable[[PublishRequest, float], list[str]]


def confirm(request: PublishRequest, timeout: float) -> list[str]:
    """Confirm every message under an id that tells which it was."""
    assert timeout > 0
    return [f"id-{message.data.decode()}" for message in request.messages]


class FakePublisherApi:
    """Keeps every request; `answer` decides what comes of it."""

    def __init__(self, answer: Answer = confirm) -> None:
        self._answer = answer
        self.requests: list[PublishRequest] = []
        self.timeouts: list[float] = []
        self.is_busy = threading.Event()

    @property
    def sizes(self) -> list[int]:
        """How many messages each request held."""
        return [len(request.messages) for request in self.requests]

    def publish(self, request: PublishRequest, *, timeout: float) -> PublishResponse:
        """Answer a request as it was told."""
        self.requests.append(request)
        self.timeouts.append(timeout)
        self.is_busy.set()
        return PublishResponse(message_ids=self._answer(request, timeout))


class HeldAnswer:
    """Holds the first request until it is let go, then answers with `rest`."""

    def __init__(self, rest: Answer = confirm) -> None:
        self._rest = rest
        self._go = threading.Event()
        self._has_held = False

    def __call__(self, request: PublishRequest, timeout: float) -> list[str]:
        """Answer, the first time only after `let_go`."""
        if not self._has_held:
            self._has_held = True
            assert self._go.wait(5)
            return confirm(request, timeout)
        return self._rest(request, timeout)

    def let_go(self) -> None:
        """Answer the request that is held."""
        self._go.set()


class FailingAnswer:
    """Raises the same error for every request."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self, _request: PublishRequest, _timeout: float) -> list[str]:
        """Raise it."""
        raise self._error


class JumpingClock:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds
