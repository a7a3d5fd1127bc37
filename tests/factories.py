"""Makes the inputs of tests: webhook bodies, signatures, messages and push requests."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypedDict, Unpack

from handlers.domain.messages import (
    AccountId,
    Attachment,
    Contact,
    ContactId,
    ConversationId,
    Event,
    Message,
    MessageId,
)

SECRET: Final = "TESTsecretTESTsecretTEST"  # noqa: S105 - signs test deliveries only


class MessageFields(TypedDict, total=False):
    """What `make_message` can be told to make different."""

    event: Event
    account_id: AccountId
    conversation_id: ConversationId
    message_id: MessageId
    created_at: datetime | None
    content: str | None
    contact: Contact | None
    attachments: tuple[Attachment, ...]
    source_id: str | None
    is_deleted: bool
    is_unsupported: bool
    is_voice_call: bool


def make_delivery(**overrides: object) -> dict[str, object]:
    """Return a text message as Chatwoot's webhook sends it, with top-level keys replaced."""
    return {
        "account": {"id": 7, "name": "Acme Support"},
        "content_attributes": {},
        "content_type": "text",
        "content": "Call Ana on Tuesday",
        "conversation": {
            "channel": "Channel::Whatsapp",
            "contact_inbox": {
                "id": 55120,
                "contact_id": 90210,
                "inbox_id": 4,
                "source_id": "15550100123",
                "pubsub_token": "websocket-token-of-the-contact",
            },
            "id": 118,
            "inbox_id": 4,
            "status": "open",
        },
        "created_at": "2026-08-02T09:00:00.482Z",
        "id": 50001,
        "inbox": {"id": 4, "name": "WhatsApp BR"},
        "message_type": "incoming",
        "private": False,
        "sender": {"id": 90210, "name": "Dana Vale", "phone_number": "+15550100123"},
        "source_id": "wamid.TESTONLY00000000000000000000000000050001",
        "event": "message_created",
    } | overrides


def encode(delivery: Mapping[str, object]) -> bytes:
    """Return a delivery as the bytes of a request body."""
    return json.dumps(delivery).encode("ascii")


def sign(body: bytes, secret: str, timestamp: int) -> dict[str, str]:
    """Return the headers with which Chatwoot signs a body."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "X-Chatwoot-Signature": f"sha256={digest.hexdigest()}",
        "X-Chatwoot-Timestamp": str(timestamp),
    }


def make_message(**overrides: Unpack[MessageFields]) -> Message:
    """Return the message that `make_delivery` describes, with fields replaced."""
    message = Message(
        event=Event.MESSAGE_CREATED,
        account_id=AccountId("7"),
        conversation_id=ConversationId("118"),
        message_id=MessageId("50001"),
        created_at=datetime(2026, 8, 2, 9, 0, 0, 482_000, tzinfo=UTC),
        content="Call Ana on Tuesday",
        contact=Contact(
            contact_id=ContactId("90210"),
            source_id="15550100123",
            phone="+15550100123",
            name="Dana Vale",
        ),
        source_id="wamid.TESTONLY00000000000000000000000000050001",
    )
    return replace(message, **overrides)


def push_request(
    body: bytes,
    *,
    attributes: Mapping[str, str] | None = None,
    message_id: str = "11223344",
    publish_time: str = "2026-08-02T09:00:01.123Z",
    delivery_attempt: int | None = 1,
) -> bytes:
    """Return the request with which a push subscription delivers `body`."""
    message: dict[str, object] = {
        "attributes": {"v": "1", "source": "webhook"} if attributes is None else dict(attributes),
        "messageId": message_id,
        "message_id": message_id,
        "publishTime": publish_time,
        "publish_time": publish_time,
    }
    if body:
        message["data"] = base64.b64encode(body).decode("ascii")
    request: dict[str, object] = {
        "message": message,
        "subscription": "projects/test-project/subscriptions/process-message",
    }
    if delivery_attempt is not None:
        request["deliveryAttempt"] = delivery_attempt
    return json.dumps(request).encode("ascii")
