"""Recognises what we sent ourselves: Chatwoot's report that a channel did not take it, and echoes.

Everything that we post carries our correlation id among its content attributes. Chatwoot keeps it
and shows it again; nobody but who can read the conversation there knows it.
"""

import re
from dataclasses import dataclass
from typing import Final

from handlers.domain.json_values import JsonObject, child, filled_text, identifier, text
from handlers.domain.messages import AccountId, ConversationId, Event, MessageId

CORRELATION_KEY: Final = "pipeline_correlation_id"
_CORRELATION_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
# "131047: Re-engagement message" from a receipt, "(#131030) Recipient ..." from a refused call.
# The rest of the text may name the recipient.
_ERROR_CODE: Final = re.compile(r"\s*\(?#?([0-9]{1,6})(?![0-9])", re.ASCII)
_UNDELIVERED: Final = "undelivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A message of ours that Chatwoot stored and its channel did not take."""

    account_id: AccountId
    conversation_id: ConversationId
    message_id: MessageId
    """Chatwoot's id of our message."""
    correlation_id: str
    reason: str
    """`undelivered`, with the channel's own code after a colon where it gives one."""
    event: Event = Event.MESSAGE_UPDATED


def carried_correlation_id(payload: JsonObject) -> str | None:
    """Return the mark of what we sent, or None; others may use the same key for something else."""
    found = text(child(payload, "content_attributes"), CORRELATION_KEY) or ""
    return found if _CORRELATION_ID.fullmatch(found) else None


def has_failed(payload: JsonObject, event_name: str) -> bool:
    """Return whether an update says that a message could not be delivered."""
    if event_name != Event.MESSAGE_UPDATED:
        return False
    error = filled_text(child(payload, "content_attributes"), "external_error")
    return error is not None or "failed" in {text(payload, "status"), _nested_status(payload)}


def undelivered_reason(payload: JsonObject) -> str:
    """Return the reason with the channel's code, and nothing else of its text."""
    error = text(child(payload, "content_attributes"), "external_error") or ""
    found = _ERROR_CODE.match(error)
    return _UNDELIVERED if found is None else f"{_UNDELIVERED}:{found[1]}"


def _nested_status(payload: JsonObject) -> str | None:
    # The message beside its conversation is the newest one, which is often another.
    messages = child(payload, "conversation").get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    if not isinstance(first, dict) or identifier(first, "id") != identifier(payload, "id"):
        return None
    return text(first, "status")
