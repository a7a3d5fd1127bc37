"""The HTTP request that carries one message to a push endpoint, as Google writes it."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

from google.protobuf.message import Message

from local.pubsub.backlog import Lease
from local.pubsub.published_message import PublishedMessage

_USER_AGENT = "CloudPubSub-Google"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRequest:
    """Everything of the POST but its endpoint and its token."""

    headers: Mapping[str, str]
    body: bytes


def push_request(
    lease: Lease, *, subscription: str, push_config: Message, tells_attempt: bool
) -> PushRequest:
    """Return the request; Google tells the attempt only where a dead-letter policy is set."""
    attempt = lease.attempt if tells_attempt else None
    if push_config.HasField("no_wrapper"):
        headers = {"User-Agent": _USER_AGENT}
        if push_config.no_wrapper.write_metadata:
            headers |= _metadata_headers(lease.message, subscription, attempt)
        return PushRequest(headers=headers, body=lease.message.data)
    return PushRequest(
        headers={"Content-Type": "application/json", "User-Agent": _USER_AGENT},
        body=json.dumps(_envelope(lease.message, subscription, attempt)).encode(),
    )


def _envelope(
    message: PublishedMessage, subscription: str, attempt: int | None
) -> dict[str, object]:
    publish_time = _rfc3339(message)
    wrapped: dict[str, object] = {
        "attributes": dict(message.attributes),
        "messageId": message.message_id,
        "message_id": message.message_id,
        "publishTime": publish_time,
        "publish_time": publish_time,
    }
    if message.data:
        wrapped["data"] = base64.b64encode(message.data).decode()
    if message.ordering_key:
        wrapped["orderingKey"] = message.ordering_key
    envelope: dict[str, object] = {"message": wrapped, "subscription": subscription}
    if attempt is not None:
        envelope["deliveryAttempt"] = attempt
    return envelope


# https://cloud.google.com/pubsub/docs/payload-unwrapping#set-header
def _metadata_headers(
    message: PublishedMessage, subscription: str, attempt: int | None
) -> dict[str, str]:
    headers = {
        **message.attributes,
        "x-goog-pubsub-subscription-name": subscription,
        "x-goog-pubsub-message-id": message.message_id,
        "x-goog-pubsub-publish-time": _rfc3339(message),
    }
    if message.ordering_key:
        headers["x-goog-pubsub-ordering-key"] = message.ordering_key
    if attempt is not None:
        headers["x-goog-pubsub-delivery-attempt"] = str(attempt)
    return headers


def _rfc3339(message: PublishedMessage) -> str:
    return message.publish_time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
