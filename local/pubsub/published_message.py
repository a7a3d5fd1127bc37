"""A message as it lies in the server, and its two shapes on the gRPC wire."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from google.protobuf.message import Message
from google.pubsub_v1 import types

_RECEIVED_MESSAGE = types.ReceivedMessage.pb()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedMessage:
    """What a publisher sent, with the id and the time the server gave it."""

    message_id: str
    publish_time: datetime
    data: bytes
    attributes: Mapping[str, str]
    ordering_key: str

    @classmethod
    def from_draft(
        cls, draft: Message, *, message_id: str, publish_time: datetime
    ) -> "PublishedMessage":
        """Take the publisher's fields; id and time in a draft are ignored, as at Google."""
        return cls(
            message_id=message_id,
            publish_time=publish_time,
            data=draft.data,
            attributes=dict(draft.attributes),
            ordering_key=draft.ordering_key,
        )

    def received(self, *, ack_id: str, delivery_attempt: int) -> Message:
        """Return the shape that pull and streaming pull answer with."""
        received = _RECEIVED_MESSAGE(ack_id=ack_id, delivery_attempt=delivery_attempt)
        received.message.data = self.data
        received.message.attributes.update(self.attributes)
        received.message.message_id = self.message_id
        received.message.publish_time.FromDatetime(self.publish_time)
        received.message.ordering_key = self.ordering_key
        return received
