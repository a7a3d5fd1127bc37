"""The messages one subscription has not finished: ready, leased to a consumer, or waiting."""

import asyncio
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from local.pubsub.delivery_rules import DeliveryRules
from local.pubsub.published_message import PublishedMessage

DeadLetter = Callable[[PublishedMessage, int], bool]
LeaseEnd = Callable[[PublishedMessage], None]


@dataclass(slots=True, kw_only=True)
class DeliveryCounts:
    """What has happened to a subscription's messages so far, one count per delivery."""

    delivered: int = 0
    acked: int = 0
    nacked: int = 0
    expired: int = 0
    dead_lettered: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One delivery of one message to one consumer."""

    ack_id: str
    message: PublishedMessage
    attempt: int


@dataclass(slots=True, kw_only=True, eq=False)
class _Unacked:
    message: PublishedMessage
    failures: int = 0
    # The deadline while leased, the wait before the next attempt otherwise.
    timer: asyncio.TimerHandle | None = None
    on_end: LeaseEnd | None = None


class Backlog:
    """One subscription's messages; used from the event loop's thread only."""

    def __init__(self, rules: DeliveryRules, *, dead_letter: DeadLetter) -> None:
        self.rules = rules
        self.counts = DeliveryCounts()
        self.is_ready = asyncio.Event()
        self.is_closed = False
        self._dead_letter = dead_letter
        self._unacked: set[_Unacked] = set()
        self._ready: deque[_Unacked] = deque()
        self._leased: dict[str, _Unacked] = {}
        self._by_key: dict[str, deque[_Unacked]] = {}

    @property
    def outstanding(self) -> int:
        """Count the messages that are neither acknowledged nor dead-lettered."""
        return len(self._unacked)

    def add(self, message: PublishedMessage) -> None:
        """Take a message in; behind an unfinished one of its ordering key it waits."""
        unacked = _Unacked(message=message)
        self._unacked.add(unacked)
        if self._is_ordered(unacked):
            same_key = self._by_key.setdefault(message.ordering_key, deque())
            same_key.append(unacked)
            if len(same_key) > 1:
                return
        self._make_ready(unacked)

    def take(
        self, limit: int, *, lease_seconds: float | None, on_end: LeaseEnd | None = None
    ) -> list[Lease]:
        """Lease up to `limit` ready messages; without lease_seconds the taker must settle them.

        on_end is called once for each lease with its message, whichever way it ends.
        """
        leases = [
            self._lease(self._ready.popleft(), lease_seconds, on_end)
            for _ in range(min(limit, len(self._ready)))
        ]
        if not self._ready and not self.is_closed:
            self.is_ready.clear()
        return leases

    def acknowledge(self, ack_ids: Iterable[str]) -> None:
        """Finish the messages; ids of leases that have ended do nothing, as at Google."""
        for ack_id in ack_ids:
            if unacked := self._end_lease(ack_id):
                self.counts.acked += 1
                self._finish(unacked)

    def modify_deadline(self, ack_id: str, seconds: int) -> None:
        """Let the lease end so many seconds from now; zero is a refusal of the message."""
        if seconds == 0:
            self.refuse(ack_id)
        elif unacked := self._leased.get(ack_id):
            self._set_timer(unacked, seconds, partial(self._expire, ack_id))

    def refuse(self, ack_id: str) -> None:
        """Count a failed attempt, then deliver again or give up, as the rules say."""
        if unacked := self._end_lease(ack_id):
            self.counts.nacked += 1
            self._fail(unacked)

    def close(self) -> None:
        """Drop everything and wake whoever waits."""
        self.is_closed = True
        for unacked in self._unacked:
            self._cancel_timer(unacked)
        for ack_id in list(self._leased):
            self._end_lease(ack_id)
        self._unacked.clear()
        self._ready.clear()
        self._by_key.clear()
        self.is_ready.set()

    def _is_ordered(self, unacked: _Unacked) -> bool:
        return self.rules.is_ordered and bool(unacked.message.ordering_key)

    def _make_ready(self, unacked: _Unacked) -> None:
        unacked.timer = None
        self._ready.append(unacked)
        self.is_ready.set()

    def _lease(
        self, unacked: _Unacked, lease_seconds: float | None, on_end: LeaseEnd | None
    ) -> Lease:
        lease = Lease(
            ack_id=uuid.uuid4().hex, message=unacked.message, attempt=unacked.failures + 1
        )
        self.counts.delivered += 1
        self._leased[lease.ack_id] = unacked
        unacked.on_end = on_end
        if lease_seconds is not None:
            self._set_timer(unacked, lease_seconds, partial(self._expire, lease.ack_id))
        return lease

    def _expire(self, ack_id: str) -> None:
        if unacked := self._end_lease(ack_id):
            self.counts.expired += 1
            self._fail(unacked)

    def _end_lease(self, ack_id: str) -> _Unacked | None:
        unacked = self._leased.pop(ack_id, None)
        if unacked is None:
            return None
        self._cancel_timer(unacked)
        if on_end := unacked.on_end:
            unacked.on_end = None
            on_end(unacked.message)
        return unacked

    def _fail(self, unacked: _Unacked) -> None:
        unacked.failures += 1
        limits = self.rules.dead_letters
        # A dead-letter topic that is gone takes nothing: Google then goes on delivering.
        if (
            limits is not None
            and unacked.failures >= limits.max_delivery_attempts
            and self._dead_letter(unacked.message, unacked.failures)
        ):
            self.counts.dead_lettered += 1
            self._finish(unacked)
            return
        wait = self.rules.retry_delays.after(unacked.failures)
        self._set_timer(unacked, wait, partial(self._make_ready, unacked))

    def _finish(self, unacked: _Unacked) -> None:
        self._unacked.discard(unacked)
        if self._is_ordered(unacked):
            same_key = self._by_key[unacked.message.ordering_key]
            same_key.popleft()
            if same_key:
                self._make_ready(same_key[0])
            else:
                del self._by_key[unacked.message.ordering_key]

    def _set_timer(self, unacked: _Unacked, seconds: float, then: Callable[[], None]) -> None:
        self._cancel_timer(unacked)
        unacked.timer = asyncio.get_running_loop().call_later(seconds, then)

    def _cancel_timer(self, unacked: _Unacked) -> None:
        if unacked.timer is not None:
            unacked.timer.cancel()
            unacked.timer = None
