"""Turns a message as REST shows it into the webhook body that Chatwoot would have sent for it.

What REST does not show is not made up: the contact inbox carries its source id only, there is no
account name, and created_at is to the second, which is what a message's identity is compared by.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from handlers.domain.deliveries import Accepted, Ignored, InboxRules, read_delivery
from handlers.domain.errors import IgnoreReason, InvalidPayloadError
from handlers.domain.json_values import JsonObject, child, flag, identifier, timestamp
from handlers.domain.messages import Event, Message, MessageType
from handlers.domain.reconciliation import ConversationRef
from handlers.domain.undelivered import Undelivered

_TWILIO = "Channel::TwilioSms"
_INCOMING = {0, "0", MessageType.INCOMING.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class RestMessage:
    """A message whose id and time can be read."""

    message_id: int
    created_at: datetime
    is_deleted: bool
    document: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether a message concerns us: either the delivery it makes, or why not."""

    message: Message | None
    ignore_reason: str | None


def read_rest_message(document: JsonObject) -> RestMessage | None:
    """Return a message, or None where it has no number for an id or no time: nothing can be done.

    Chatwoot's own ids are integers and count upwards, which the comparison relies on.
    """
    message_id = identifier(document, "id")
    if message_id is None or not (message_id.isascii() and message_id.isdigit()):
        return None
    try:
        created_at = timestamp(document, "created_at")
    except InvalidPayloadError:
        return None
    if created_at is None:
        return None
    return RestMessage(
        message_id=int(message_id),
        created_at=created_at,
        is_deleted=flag(child(document, "content_attributes"), "deleted"),
        document=document,
    )


def needs_source_id(ref: ConversationRef, messages: Iterable[RestMessage]) -> bool:
    """Say whether the contact's source id is needed to judge: Twilio's SMS and WhatsApp differ so.

    Nobody asks for it where only our side has spoken.
    """
    return ref.channel == _TWILIO and any(
        message.document.get("message_type") in _INCOMING for message in messages
    )


def synthetic_body(  # noqa: PLR0913 - the parts that REST keeps in different places
    document: JsonObject,
    *,
    event: Event,
    account_id: str,
    ref: ConversationRef,
    contact: JsonObject,
    source_id: str | None,
) -> bytes:
    """Return the body of a webhook for a message, with the event last as Chatwoot writes it."""
    inbox_id = identifier(document, "inbox_id") or ref.inbox_id
    body: JsonObject = {
        **document,
        "account": {"id": _as_number(account_id)},
        "conversation": {
            "id": _as_number(ref.conversation_id),
            "inbox_id": _as_number(inbox_id),
            "channel": ref.channel,
            "contact_inbox": {
                "contact_id": _as_number(ref.contact_id or identifier(contact, "id")),
                "inbox_id": _as_number(inbox_id),
                "source_id": source_id,
            },
            "meta": {"sender": contact or None},
        },
        "inbox": {"id": _as_number(inbox_id)},
    }
    body.pop("event", None)
    body["event"] = event.value
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def judge(body: bytes, rules: InboxRules) -> Judgement:
    """Pass a synthetic body through the webhook's own filter."""
    try:
        delivery = read_delivery(body, rules)
    except InvalidPayloadError as error:
        # The webhook would refuse it too; waiting for another reading would not change it.
        return Judgement(message=None, ignore_reason=error.reason.value)
    match delivery:
        case Accepted(message=message):
            return Judgement(message=message, ignore_reason=None)
        case Ignored(reason=reason):
            return Judgement(message=None, ignore_reason=reason.value)
        case Undelivered():
            # Our own, of which nothing is filed.
            return Judgement(message=None, ignore_reason=IgnoreReason.NOT_INCOMING.value)
        case _:
            assert_never(delivery)


def _as_number(found: str | None) -> int | str | None:
    return int(found) if found is not None and found.isascii() and found.isdigit() else found
