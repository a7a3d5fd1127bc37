"""The queue's wire format: the raw body as data, everything we know beside it as attributes."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from handlers.domain.errors import InvalidPayloadError, InvalidReason
from handlers.domain.json_values import JsonObject, child, decode_object, number, text

VERSION: Final = "1"
# Pub/Sub takes 1,024 bytes a value; what is longer than this is no id of ours.
_MAX_ATTRIBUTE_BYTES: Final = 256


class Source(StrEnum):
    """Which way a delivery reached the queue."""

    WEBHOOK = "webhook"
    SPOOL = "spool"
    RECONCILE = "reconcile"
    REPLAY = "replay"
    BACKFILL = "backfill"
    RESUME = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What travels beside the body; every field but the source may be unknown."""

    source: Source = Source.WEBHOOK
    event: str | None = None
    account_id: str | None = None
    conversation_id: str | None = None
    message_id: str | None = None
    delivery_id: str | None = None
    received_at: str | None = None
    """RFC 3339, UTC."""
    traceparent: str | None = None
    """W3C trace context of the webhook request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One message from the queue."""

    body: bytes = field(repr=False)
    attributes: Attributes
    published_at: datetime
    """When the broker took it, UTC; the same at every redelivery."""
    pubsub_message_id: str
    delivery_attempt: int | None = None
    """Counted by the broker from 1, only where a dead-letter policy is set."""


def encode_attributes(attributes: Attributes) -> dict[str, str]:
    """Return the attributes as the broker takes them; absent and over-long ones are dropped."""
    encoded = {"v": VERSION}
    for attribute in fields(attributes):
        value = getattr(attributes, attribute.name)
        if value is not None and len(value.encode("utf-8", "replace")) <= _MAX_ATTRIBUTE_BYTES:
            encoded[attribute.name] = str(value)
    return encoded


def decode_attributes(attributes: Mapping[str, object]) -> Attributes:
    """Read attributes that this or a later minor revision wrote; unknown ones are passed over.

    Raises:
        InvalidPayloadError: the version is not ours.
    """
    known = {key: value for key, value in attributes.items() if isinstance(value, str)}
    if known.get("v", VERSION) != VERSION:
        raise InvalidPayloadError(InvalidReason.ENVELOPE_VERSION_UNKNOWN)
    try:
        source = Source(known.get("source", Source.WEBHOOK))
    except ValueError as error:
        raise InvalidPayloadError(InvalidReason.ENVELOPE_INVALID) from error
    return Attributes(
        source=source,
        event=known.get("event"),
        account_id=known.get("account_id"),
        conversation_id=known.get("conversation_id"),
        message_id=known.get("message_id"),
        delivery_id=known.get("delivery_id"),
        received_at=known.get("received_at"),
        traceparent=known.get("traceparent"),
    )


def decode_push(body: bytes) -> Envelope:
    """Read a push request: our subscription's wrapped message, or Eventarc's CloudEvent around it.

    Raises:
        InvalidPayloadError: it is neither, or its version is not ours.
    """
    request = decode_object(body)
    message = _pushed_message(request)
    attempt = number(request, "deliveryAttempt")
    return Envelope(
        body=_decode_data(message),
        attributes=decode_attributes(child(message, "attributes")),
        published_at=_published_at(message),
        pubsub_message_id=text(message, "messageId") or text(message, "message_id") or "",
        delivery_attempt=None if attempt is None else int(attempt),
    )


def decode_push_data(body: bytes) -> bytes:
    """Return the data of a push request, whoever published it and with whatever attributes.

    Raises:
        InvalidPayloadError: it is no push request.
    """
    return _decode_data(_pushed_message(decode_object(body)))


def delivery_key(envelope_body: bytes, attributes: Attributes | None) -> str:
    """Return the key under which a delivery that cannot be processed is kept, once."""
    delivery_id = attributes.delivery_id if attributes else None
    return delivery_id or "sha256:" + hashlib.sha256(envelope_body).hexdigest()


def _pushed_message(request: JsonObject) -> JsonObject:
    message = child(request, "message") or child(child(request, "data"), "message")
    if not message:
        raise InvalidPayloadError(InvalidReason.ENVELOPE_INVALID)
    return message


def _decode_data(message: JsonObject) -> bytes:
    # The broker leaves the key out when a message has no data.
    encoded = message.get("data", "")
    if not isinstance(encoded, str):
        raise InvalidPayloadError(InvalidReason.ENVELOPE_INVALID)
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidPayloadError(InvalidReason.ENVELOPE_INVALID) from error


def _published_at(message: JsonObject) -> datetime:
    written = text(message, "publishTime") or text(message, "publish_time")
    try:
        published = datetime.fromisoformat(written or "")
        return (published if published.tzinfo else published.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidPayloadError(InvalidReason.ENVELOPE_INVALID) from error
