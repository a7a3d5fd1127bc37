"""Gives a call of OpenAI's client one deadline: its own timeouts begin anew with each byte."""

import socket
import threading
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import ExitStack, closing, contextmanager
from typing import Final, Protocol

from handlers.clients.connection_deadline import cut_after
from handlers.ports.clock import Clock

# As the HTTP library's documented extension `trace` names it, behind a proxy too.
_CONNECTED: Final = ".connect_tcp.complete"


class OutgoingRequest(Protocol):
    """The part of the HTTP library's request that is needed here."""

    @property
    def extensions(self) -> MutableMapping[str, object]:
        """What the transport is told beside the request itself."""


class _Stream(Protocol):
    def get_extra_info(self, info: str) -> socket.socket: ...


class _Calls(threading.local):
    """What the call of this thread is held to; the client works in its caller's thread."""

    deadline: float = 0.0
    cuts: ExitStack | None = None


class CallDeadlines:
    """Cuts the connections that a client opens within a call; for several threads at once.

    Only for a client that opens a connection for each call.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls = _Calls()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let the connections of the block end with it, and after so many seconds at the latest."""
        with ExitStack() as cuts:
            self._calls.deadline = self._clock.monotonic() + seconds
            self._calls.cuts = cuts
            try:
                yield
            finally:
                self._calls.cuts = None

    def watch(self, request: OutgoingRequest) -> None:
        """Learn of a request's connection; to be the client's event hook `request`."""
        request.extensions["trace"] = self._learn

    def _learn(self, event: str, found: Mapping[str, _Stream]) -> None:
        cuts = self._calls.cuts
        if cuts is None or not event.endswith(_CONNECTED):
            return
        connected = found["return_value"].get_extra_info("socket")
        # A second handle on the connection: TLS takes the first one over.
        handle = cuts.enter_context(closing(connected.dup()))
        remaining = max(self._calls.deadline - self._clock.monotonic(), 0.0)
        cuts.enter_context(cut_after(handle, remaining))
