"""The JSON object in which a message is kept; a retry writes the same bytes."""

import json
from collections.abc import Mapping
from typing import Final

from handlers.domain.envelope import Envelope
from handlers.domain.json_values import JsonObject, decode_object
from handlers.domain.messages import Message

# Chatwoot sends a live websocket token along with every conversation.
_SECRET_KEYS: Final = frozenset({"pubsub_token"})


def message_document(payload: JsonObject, message: Message, envelope: Envelope) -> bytes:
    """Return the message as UTF-8 JSON, exactly as received but for the keys that are secrets."""
    return _encode({"webhook_payload": _without_secrets(payload)} | _facts(message, envelope))


def deleted_document(message: Message, envelope: Envelope) -> bytes:
    """Return what is left of a message that was deleted in Chatwoot: that it was there."""
    return _encode({"webhook_payload": None, "deleted": True} | _facts(message, envelope))


def identity_metadata(message: Message) -> Mapping[str, str]:
    """Return the object metadata by which a later writer knows its own message.

    To the second: REST gives no more.
    """
    created_at = message.created_at
    return {
        "account_id": message.account_id,
        "conversation_id": message.conversation_id,
        "message_id": message.message_id,
        "created_at": created_at.isoformat(timespec="seconds") if created_at else "",
    }


def _facts(message: Message, envelope: Envelope) -> JsonObject:
    return {
        # The publish time does not change when the broker delivers again.
        "processed_at": envelope.published_at.isoformat(),
        "message_metadata": {
            **identity_metadata(message),
            "event": message.event.value,
            "source": envelope.attributes.source.value,
            "delivery_id": envelope.attributes.delivery_id,
            "received_at": envelope.attributes.received_at,
        },
    }


def _encode(document: JsonObject) -> bytes:
    # ASCII escapes keep what UTF-8 cannot hold: lone surrogates from cut emoji.
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _without_secrets(value: object) -> object:
    if isinstance(value, dict):
        return {k: _without_secrets(v) for k, v in value.items() if k not in _SECRET_KEYS}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    return value


def archived_payload(document: bytes) -> JsonObject | None:
    """Return the webhook payload out of a message's object; None once it was deleted.

    Raises:
        InvalidPayloadError: it is not such an object.
    """
    payload = decode_object(document).get("webhook_payload")
    return payload if isinstance(payload, dict) else None
