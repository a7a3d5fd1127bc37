"""Turns a webhook body into a message that concerns us, or into the reason why it does not."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from handlers.domain.errors import IgnoreReason, InvalidPayloadError, InvalidReason
from handlers.domain.json_values import (
    JsonObject,
    child,
    decode_object,
    filled_text,
    flag,
    identifier,
    number,
    text,
    timestamp,
)
from handlers.domain.messages import (
    AccountId,
    Attachment,
    AttachmentId,
    AttachmentKind,
    Contact,
    ContactId,
    ConversationId,
    Event,
    Message,
    MessageId,
    MessageType,
)
from handlers.domain.phones import e164
from handlers.domain.undelivered import (
    Undelivered,
    carried_correlation_id,
    has_failed,
    undelivered_reason,
)

# Chatwoot writes names at the top level and these numbers in nested and REST messages.
_MESSAGE_TYPE_NUMBERS: Final = {
    "0": MessageType.INCOMING,
    "1": MessageType.OUTGOING,
    "2": MessageType.ACTIVITY,
    "3": MessageType.TEMPLATE,
}
_MAX_ATTACHMENTS: Final = 100
# The official API and 360dialog; Twilio's and other gateways' channels have other names.
_WHATSAPP: Final = "Channel::Whatsapp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A genuine delivery that does not concern us; ids are None where it carries none."""

    reason: IgnoreReason
    account_id: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A delivery to work on; `payload` is the decoded body."""

    message: Message
    payload: JsonObject


Delivery: TypeAlias = Accepted | Ignored | Undelivered


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRules:
    """Which inboxes are ours: all of WhatsApp, or only the listed ones."""

    inbox_ids: frozenset[str] = frozenset()


def read_delivery(body: bytes, rules: InboxRules) -> Delivery:
    """Parse a webhook body; unknown fields are passed over, unknown events ignored.

    Raises:
        InvalidPayloadError: it cannot be read, or lacks what a message cannot be filed without.
    """
    payload = decode_object(body)
    event_name = text(payload, "event")
    if not event_name:
        raise InvalidPayloadError(InvalidReason.EVENT_MISSING)
    reason = _why_not_ours(payload, event_name, rules)
    if reason is IgnoreReason.NOT_INCOMING and has_failed(payload, event_name):
        correlation_id = carried_correlation_id(payload)
        if correlation_id is not None:
            return _read_undelivered(payload, correlation_id)
    if reason is not None:
        # Another event's id is not a message's, though both count from 1.
        is_message = reason is not IgnoreReason.EVENT_NOT_HANDLED
        return Ignored(
            reason=reason,
            account_id=identifier(child(payload, "account"), "id"),
            message_id=identifier(payload, "id") if is_message else None,
        )
    return Accepted(message=_read_message(payload, Event(event_name)), payload=payload)


def _why_not_ours(payload: JsonObject, event_name: str, rules: InboxRules) -> IgnoreReason | None:
    if event_name not in {event.value for event in Event}:
        return IgnoreReason.EVENT_NOT_HANDLED
    if reason := _why_not_our_inbox(payload, rules):
        return reason
    if flag(payload, "private"):
        return IgnoreReason.PRIVATE_NOTE
    if _message_type(payload) is not MessageType.INCOMING:
        return IgnoreReason.NOT_INCOMING
    if carried_correlation_id(payload) is not None:
        # A gateway behind an API inbox gives us our own words back as a customer's.
        return IgnoreReason.OWN_ECHO
    return None


def _why_not_our_inbox(payload: JsonObject, rules: InboxRules) -> IgnoreReason | None:
    conversation = child(payload, "conversation")
    channel = _channel(payload)
    inbox_id = identifier(child(payload, "inbox"), "id") or identifier(conversation, "inbox_id")
    is_listed = inbox_id is not None and inbox_id in rules.inbox_ids
    if channel == "Channel::Api":
        # Any gateway can stand behind an API inbox, so only the operator knows which is WhatsApp.
        return None if is_listed else IgnoreReason.INBOX_NOT_LISTED
    if channel == "Channel::TwilioSms":
        # The payload does not carry Twilio's medium; SMS and WhatsApp differ by this prefix only.
        source_id = text(child(conversation, "contact_inbox"), "source_id") or ""
        if not source_id.startswith("whatsapp:"):
            return IgnoreReason.CHANNEL_NOT_WHATSAPP
    elif channel != _WHATSAPP:
        return IgnoreReason.CHANNEL_NOT_WHATSAPP
    if rules.inbox_ids and not is_listed:
        return IgnoreReason.INBOX_NOT_LISTED
    return None


def _channel(payload: JsonObject) -> str | None:
    conversation = child(payload, "conversation")
    return text(conversation, "channel") or text(child(conversation, "meta"), "channel")


def _message_type(payload: JsonObject) -> MessageType:
    found = payload.get("message_type")
    if isinstance(found, int | str) and not isinstance(found, bool):
        numbered = _MESSAGE_TYPE_NUMBERS.get(str(found))
        if numbered is not None:
            return numbered
    try:
        return MessageType(str(found).lower())
    except ValueError as error:
        raise InvalidPayloadError(InvalidReason.MESSAGE_TYPE_INVALID) from error


def _read_undelivered(payload: JsonObject, correlation_id: str) -> Undelivered:
    account_id, conversation_id, message_id = _read_ids(payload)
    return Undelivered(
        account_id=account_id,
        conversation_id=conversation_id,
        message_id=message_id,
        correlation_id=correlation_id,
        reason=undelivered_reason(payload),
    )


def _read_ids(payload: JsonObject) -> tuple[AccountId, ConversationId, MessageId]:
    message_id = identifier(payload, "id")
    account_id = identifier(child(payload, "account"), "id")
    conversation_id = identifier(child(payload, "conversation"), "id")
    if message_id is None:
        raise InvalidPayloadError(InvalidReason.MESSAGE_ID_INVALID)
    if account_id is None:
        raise InvalidPayloadError(InvalidReason.ACCOUNT_ID_INVALID)
    if conversation_id is None:
        raise InvalidPayloadError(InvalidReason.CONVERSATION_ID_INVALID)
    return AccountId(account_id), ConversationId(conversation_id), MessageId(message_id)


def _read_message(payload: JsonObject, event: Event) -> Message:
    account_id, conversation_id, message_id = _read_ids(payload)
    attributes = child(payload, "content_attributes")
    return Message(
        event=event,
        account_id=account_id,
        conversation_id=conversation_id,
        message_id=message_id,
        created_at=timestamp(payload, "created_at"),
        content=filled_text(payload, "content"),
        contact=_read_contact(payload),
        attachments=_read_attachments(payload),
        source_id=identifier(payload, "source_id"),
        is_deleted=flag(attributes, "deleted"),
        is_unsupported=flag(attributes, "is_unsupported"),
        is_voice_call=text(payload, "content_type") == "voice_call",
        quick_reply=filled_text(child(attributes, "quick_reply"), "value"),
        in_reply_to=_quoted(attributes),
        shows_options=_channel(payload) == _WHATSAPP,
    )


def _quoted(attributes: JsonObject) -> MessageId | None:
    found = identifier(attributes, "in_reply_to")
    return None if found is None else MessageId(found)


def _read_contact(payload: JsonObject) -> Contact | None:
    conversation = child(payload, "conversation")
    contact_inbox = child(conversation, "contact_inbox")
    sender = child(payload, "sender") or child(child(conversation, "meta"), "sender")
    contact_id = identifier(sender, "id") or identifier(contact_inbox, "contact_id")
    if contact_id is None:
        return None
    return Contact(
        contact_id=ContactId(contact_id),
        source_id=identifier(contact_inbox, "source_id"),
        phone=e164(text(sender, "phone_number")),
        name=filled_text(sender, "name"),
    )


def _read_attachments(payload: JsonObject) -> tuple[Attachment, ...]:
    found = payload.get("attachments")
    if found is None:
        return ()
    if not isinstance(found, list) or len(found) > _MAX_ATTACHMENTS:
        raise InvalidPayloadError(InvalidReason.ATTACHMENTS_INVALID)
    attachments = {
        attachment.attachment_id: attachment
        for position, item in enumerate(found)
        if isinstance(item, dict)
        for attachment in [_read_attachment(item, position)]
    }
    return tuple(attachments.values())


def _read_attachment(item: JsonObject, position: int) -> Attachment:
    file_type = text(item, "file_type") or ""
    kind = AttachmentKind(file_type) if file_type in _KIND_NAMES else AttachmentKind.OTHER
    meta = child(item, "meta")
    names = (filled_text(meta, "firstName"), filled_text(meta, "lastName"))
    return Attachment(
        # Older Chatwoot may send none; the position is stable within one message.
        attachment_id=AttachmentId(identifier(item, "id") or f"position {position}"),
        kind=kind,
        data_url=filled_text(item, "data_url"),
        declared_media_type=filled_text(item, "content_type"),
        transcribed_text=filled_text(item, "transcribed_text"),
        title=filled_text(item, "fallback_title"),
        latitude=number(item, "coordinates_lat"),
        longitude=number(item, "coordinates_long"),
        card_name=" ".join(name for name in names if name) or None,
    )


_KIND_NAMES: Final = frozenset(kind.value for kind in AttachmentKind)
