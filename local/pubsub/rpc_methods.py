"""One RPC: its name on the wire, its request type, and the code behind it.

Messages are bare protobuf: wrapped in proto-plus a Publish would cost several times as much.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from google.protobuf.message import Message

Answer = Callable[[Message], Awaitable[Message]]
StreamAnswer = Callable[[AsyncIterator[Message]], AsyncIterator[Message]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnaryMethod:
    """One request, one answer."""

    name: str
    request: type[Message]
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamMethod:
    """Requests and answers, each as long as they come."""

    name: str
    request: type[Message]
    answers: StreamAnswer
