"""Publishes deliveries by group commit: whoever finds the line free sends everything that waits.

No linger, no thread of its own and nothing sent after the answer: Cloud Run gives an instance no
processor between requests. See docs/adr/0004-group-commit.md.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from google.api_core.exceptions import (
    DeadlineExceeded,
    GoogleAPICallError,
    InvalidArgument,
    ServiceUnavailable,
)
from google.auth.exceptions import GoogleAuthError
from google.pubsub_v1.types import PublishRequest, PubsubMessage

from handlers.domain.errors import RetryableError, RetryReason

# Google takes 1,000 messages and 10 MB a request; smaller ones keep a failure's reach small and
# leave room for attributes and framing.
_MAX_MESSAGES: Final = 100
_MAX_BYTES: Final = 8_000_000


class PublisherApi(Protocol):
    """The one call we make, in the client library's protocol buffers."""

    def publish(self, request: Any, *, timeout: float) -> Any:  # noqa: ANN401 - made at run time
        """Send one request, once; raise GoogleAPICallError where it fails."""


# The protocol buffer classes under the library's own, which cost several times as much to fill.
_Request: Final[Any] = PublishRequest.pb()
_Message: Final[Any] = PubsubMessage.pb()


@dataclass(slots=True, eq=False)
class _Entry:
    """One delivery in line, and the thread that waits for it."""

    message: Any
    byte_count: int
    deadline: float
    woken: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    message_id: str | None = None
    failure: RetryReason | None = None

    @property
    def is_over(self) -> bool:
        return self.message_id is not None or self.failure is not None


class GroupCommitPublisher:
    """Publishes from many threads with one request under way at a time."""

    def __init__(
        self, *, client: PublisherApi, topic_path: str, monotonic: Callable[[], float]
    ) -> None:
        self._client = client
        self._topic_path = topic_path
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._waiting: deque[_Entry] = deque()
        self._is_line_taken = False

    def publish(self, data: bytes, attributes: Mapping[str, str], *, budget_seconds: float) -> str:
        """Return the broker's message id once it has confirmed.

        Raises:
            RetryableError: not confirmed within the budget, or refused. After a timeout the broker
                may hold the message all the same.
        """
        entry = self._entry(data, attributes, self._monotonic() + budget_seconds)
        with self._lock:
            self._waiting.append(entry)
            entry.leads = not self._is_line_taken
            self._is_line_taken = True
        if not entry.leads:
            self._wait(entry)
        if entry.leads and not entry.is_over:
            self._lead(entry)
        if entry.message_id is None:
            raise RetryableError(entry.failure or RetryReason.PUBLISH_FAILED)
        return entry.message_id

    def publish_all(
        self, deliveries: Sequence[tuple[bytes, Mapping[str, str]]], *, budget_seconds: float
    ) -> list[RetryReason | None]:
        """Return, for each delivery in order, None once confirmed, else why not.

        For sweeps, which have nobody to share a line with: requests of their own, one after the
        other, within one budget.
        """
        deadline = self._monotonic() + budget_seconds
        entries = [self._entry(data, attributes, deadline) for data, attributes in deliveries]
        rest = deque(entries)
        while rest:
            batch = _first_batch(rest)
            self._send(batch, timeout=deadline - self._monotonic())
            # Whoever led would give the others another turn; here each has had its own.
            _fail([e for e in batch if not e.is_over], RetryReason.PUBLISH_TIMEOUT)
        return [entry.failure for entry in entries]

    def _entry(self, data: bytes, attributes: Mapping[str, str], deadline: float) -> _Entry:
        message = _Message(data=data, attributes=attributes)
        size = len(data) + sum(len(key) + len(value) for key, value in attributes.items())
        return _Entry(message, size, deadline)

    def _wait(self, entry: _Entry) -> None:
        entry.woken.wait(max(entry.deadline - self._monotonic(), 0))
        with self._lock:
            if entry.is_over or entry.leads:
                return
            entry.failure = RetryReason.PUBLISH_TIMEOUT
            if entry in self._waiting:
                self._waiting.remove(entry)

    def _lead(self, leader: _Entry) -> None:
        batch = self._take_batch()
        has_sent = False
        try:
            self._send(batch, timeout=leader.deadline - self._monotonic())
            has_sent = True
        finally:
            with self._lock:
                unsent = [entry for entry in batch if not entry.is_over]
                if not has_sent:
                    # Something unforeseen is on its way up; nobody may wait for it.
                    _fail(unsent, RetryReason.PUBLISH_FAILED)
                else:
                    # Their leader ran out of time and they have some left, so they go first.
                    self._waiting.extendleft(reversed(unsent))
                for entry in batch:
                    if entry.is_over:
                        entry.woken.set()
                # Handed on rather than served: the leader's own answer must not wait for others.
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].woken.set()
                else:
                    self._is_line_taken = False

    def _take_batch(self) -> list[_Entry]:
        with self._lock:
            return _first_batch(self._waiting)

    def _send(self, batch: list[_Entry], *, timeout: float) -> None:
        if timeout <= 0:
            self._fail_late(batch)
            return
        request = _Request(topic=self._topic_path, messages=[e.message for e in batch])
        deadline = self._monotonic() + timeout
        try:
            response = self._publish_within(request, deadline)
        except InvalidArgument:
            if len(batch) == 1:
                _fail(batch, RetryReason.PUBLISH_REFUSED)
                return
            # One message spoils its request, so each stands for itself.
            for entry in batch:
                self._send([entry], timeout=deadline - self._monotonic())
        except DeadlineExceeded:
            self._fail_late(batch)
        except (GoogleAPICallError, GoogleAuthError):
            _fail(batch, RetryReason.PUBLISH_FAILED)
        else:
            for entry, message_id in zip(batch, response.message_ids, strict=True):
                entry.message_id = message_id

    def _fail_late(self, batch: list[_Entry]) -> None:
        """Fail the one whose time was used, and whoever else has none left."""
        now = self._monotonic()
        _fail(batch[:1], RetryReason.PUBLISH_TIMEOUT)
        _fail([e for e in batch[1:] if e.deadline <= now], RetryReason.PUBLISH_TIMEOUT)

    def _publish_within(self, request: Any, deadline: float) -> Any:  # noqa: ANN401
        remaining = deadline - self._monotonic()
        try:
            return self._client.publish(request, timeout=remaining)
        except ServiceUnavailable:
            # Most often a connection that was closed while the instance was frozen, which shows
            # with its first use. Once more at once, within the same budget; the queue's readers
            # take the copy that this may make.
            remaining = deadline - self._monotonic()
            if remaining <= 0:
                raise
            return self._client.publish(request, timeout=remaining)


def _first_batch(waiting: deque[_Entry]) -> list[_Entry]:
    """Take as many from the front as one request may carry, and at least one."""
    batch = [waiting.popleft()]
    byte_count = batch[0].byte_count
    while waiting and len(batch) < _MAX_MESSAGES:
        byte_count += waiting[0].byte_count
        if byte_count > _MAX_BYTES:
            break
        batch.append(waiting.popleft())
    return batch


def _fail(batch: list[_Entry], reason: RetryReason) -> None:
    for entry in batch:
        entry.failure = reason
