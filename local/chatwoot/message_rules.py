"""What POST messages makes of its parameters, and what it refuses."""

import json
import time
from collections.abc import Mapping
from typing import Any

from local.chatwoot.access import unprocessable
from local.chatwoot.records import MESSAGE_TYPES, Conversation
from local.http_messages import RefusedError

CONTENT_TYPES = {
    *("text", "input_text", "input_textarea", "input_email", "input_select", "cards", "form"),
    *("article", "incoming_email", "input_csat", "integrations", "sticker", "voice_call"),
}
_MAX_CONTENT = 150_000
_FLOOD_SECONDS = 60
_ITEM_KEYS = {
    "input_select": {"title", "value"},
    "cards": {"title", "description", "media_url", "actions"},
    "form": {"type", "placeholder", "label", "name", "options", "default", "required", "pattern"}
    | {"title", "pattern_error"},
    "article": {"title", "description", "link"},
}


def message_fields(parameters: Mapping[str, Any], conversation: Conversation) -> dict[str, Any]:
    """Return the fields of the message to store, or refuse with 422."""
    message_type = str(parameters.get("message_type") or "outgoing")
    content_type = str(parameters.get("content_type") or "text")
    content = parameters.get("content")
    if message_type == "incoming" and conversation.inbox.channel != "Channel::Api":
        raise unprocessable("Incoming messages are only allowed in Api inboxes")
    if message_type not in MESSAGE_TYPES:
        raise unprocessable(f"'{message_type}' is not a valid message_type")
    if content_type not in CONTENT_TYPES:
        raise unprocessable(f"'{content_type}' is not a valid content_type")
    if content is not None and len(str(content)) > _MAX_CONTENT:
        raise _invalid(f"Content is too long (maximum is {_MAX_CONTENT} characters)")
    attributes = _content_attributes(parameters.get("content_attributes"))
    if content_type in _ITEM_KEYS:
        _check_items(attributes.get("items"), _ITEM_KEYS[content_type])
    return {
        "message_type": message_type,
        "content_type": content_type,
        "content": None if content is None else str(content),
        "content_attributes": attributes,
        "private": parameters.get("private") in (True, "true", "1", 1),
        "source_id": parameters.get("source_id"),
        "additional_attributes": _additional_attributes(parameters),
    }


def refuse_flood(conversation: Conversation, limit: int) -> None:
    """Refuse a message to a conversation that had `limit` in the last minute, of any direction."""
    if not limit or len(conversation.messages) < limit:
        return
    if conversation.messages[-limit].created_at >= time.time() - _FLOOD_SECONDS:
        raise _invalid("Too many messages")


def _content_attributes(given: object) -> dict[str, Any]:
    """Take an object, or JSON of one as multipart callers send it; drop anything else."""
    value = given
    if isinstance(given, str):
        try:
            value = json.loads(given)
        except ValueError as error:
            raise unprocessable(f"unexpected token at '{given[:50]}'") from error
    return {str(key): each for key, each in value.items()} if isinstance(value, dict) else {}


def _additional_attributes(parameters: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("template_params", "campaign_id")
    return {name: parameters[name] for name in kept if parameters.get(name)}


def _check_items(items: object, allowed: set[str]) -> None:
    if not items or not isinstance(items, list):
        raise _invalid("Content attributes At least one item is required.")
    if not all(isinstance(item, dict) for item in items):
        raise _invalid("Content attributes Items should be a hash.")
    unknown = [key for item in items for key in item if key not in allowed]
    if unknown:
        names = ", ".join(f":{key}" for key in unknown)
        raise _invalid(f"Content attributes contains invalid keys for items : [{names}]")


def _invalid(what: str) -> RefusedError:
    return unprocessable(f"Validation failed: {what}")
