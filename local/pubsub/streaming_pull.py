"""google.pubsub.v1.Subscriber.StreamingPull: leases as they get ready, within flow control."""

import asyncio
from collections.abc import AsyncIterator

from google.protobuf.message import Message
from google.pubsub_v1 import types

from local.pubsub.api_error import invalid, not_found
from local.pubsub.backlog import Backlog, Lease
from local.pubsub.broker import Broker
from local.pubsub.published_message import PublishedMessage
from local.pubsub.rpc_methods import StreamMethod
from local.pubsub.subscriber_api import check_deadline, pullable_backlog, received

_MESSAGES_PER_RESPONSE = 100

_STREAMING_PULL_RESPONSE = types.StreamingPullResponse.pb()


class StreamingPullApi:
    """The one streaming method of the service."""

    def __init__(self, broker: Broker, *, min_ack_deadline: int) -> None:
        self._broker = broker
        self._min_ack_deadline = min_ack_deadline

    def method(self) -> StreamMethod:
        """Return the method."""
        return StreamMethod(
            name="StreamingPull", request=types.StreamingPullRequest.pb(), answers=self._answers
        )

    async def _answers(self, requests: AsyncIterator[Message]) -> AsyncIterator[Message]:
        first = await anext(requests, None)
        if first is None:
            return
        backlog = pullable_backlog(self._broker, first.subscription)
        stream = _Stream(first, backlog, min_ack_deadline=self._min_ack_deadline)
        reading = asyncio.create_task(stream.read(requests))
        try:
            while not reading.done():
                if leases := stream.take():
                    yield stream.response(leases)
                else:
                    await stream.wait(reading)
                if backlog.is_closed:
                    raise not_found(first.subscription)
            await reading
        finally:
            reading.cancel()


class _Stream:
    def __init__(self, first: Message, backlog: Backlog, *, min_ack_deadline: int) -> None:
        self._backlog = backlog
        self._min_ack_deadline = min_ack_deadline
        self._max_messages: int = first.max_outstanding_messages
        self._max_bytes: int = first.max_outstanding_bytes
        self._held_messages = 0
        self._held_bytes = 0
        self._is_freed = asyncio.Event()
        check_deadline(first.stream_ack_deadline_seconds, minimum=min_ack_deadline)
        self._lease_seconds: int = first.stream_ack_deadline_seconds
        self._settle(first)

    async def read(self, requests: AsyncIterator[Message]) -> None:
        async for request in requests:
            if request.subscription:
                raise invalid("The subscription may be set on the first request only.")
            if request.stream_ack_deadline_seconds:
                check_deadline(request.stream_ack_deadline_seconds, minimum=self._min_ack_deadline)
                self._lease_seconds = request.stream_ack_deadline_seconds
            self._settle(request)

    def take(self) -> list[Lease]:
        leases: list[Lease] = []
        # One at a time, because each counts against what the client is ready to hold.
        while len(leases) < _MESSAGES_PER_RESPONSE and self._has_room():
            taken = self._backlog.take(1, lease_seconds=self._lease_seconds, on_end=self._free)
            if not taken:
                break
            self._held_messages += 1
            self._held_bytes += len(taken[0].message.data)
            leases += taken
        return leases

    async def wait(self, reading: asyncio.Task[None]) -> None:
        """Return when there may be something to send, or when the client has ended the stream."""
        self._is_freed.clear()
        awaited = self._backlog.is_ready if self._has_room() else self._is_freed
        waking = asyncio.create_task(awaited.wait())
        try:
            await asyncio.wait({reading, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waking.cancel()

    def response(self, leases: list[Lease]) -> Message:
        response = _STREAMING_PULL_RESPONSE(
            received_messages=[received(self._backlog, lease) for lease in leases]
        )
        response.subscription_properties.message_ordering_enabled = self._backlog.rules.is_ordered
        return response

    def _has_room(self) -> bool:
        # Zero or less means no limit, as in the API.
        has_messages_left = self._max_messages <= 0 or self._held_messages < self._max_messages
        has_bytes_left = self._max_bytes <= 0 or self._held_bytes < self._max_bytes
        return has_messages_left and has_bytes_left

    def _free(self, message: PublishedMessage) -> None:
        self._held_messages -= 1
        self._held_bytes -= len(message.data)
        self._is_freed.set()

    def _settle(self, request: Message) -> None:
        if len(request.modify_deadline_ack_ids) != len(request.modify_deadline_seconds):
            raise invalid("modify_deadline_ack_ids and modify_deadline_seconds differ in length.")
        self._backlog.acknowledge(request.ack_ids)
        for ack_id, seconds in zip(
            request.modify_deadline_ack_ids, request.modify_deadline_seconds, strict=True
        ):
            check_deadline(seconds, minimum=0)
            self._backlog.modify_deadline(ack_id, seconds)
