"""A Chatwoot message as the rest of the application knows it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

AccountId = NewType("AccountId", str)
ConversationId = NewType("ConversationId", str)
"""The conversation's display id, which is the one that Chatwoot's URLs want."""
MessageId = NewType("MessageId", str)
ContactId = NewType("ContactId", str)
AttachmentId = NewType("AttachmentId", str)


class Event(StrEnum):
    """The webhook events we act on."""

    MESSAGE_CREATED = "message_created"
    MESSAGE_UPDATED = "message_updated"


class MessageType(StrEnum):
    """Who spoke."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    ACTIVITY = "activity"
    TEMPLATE = "template"


class AttachmentKind(StrEnum):
    """Chatwoot's file_type; stickers arrive as image, documents as file."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"
    LOCATION = "location"
    CONTACT = "contact"
    OTHER = "other"

    @property
    def has_media(self) -> bool:
        """Whether its data_url is a file at Chatwoot; a location's is a stranger's page."""
        return self in _MEDIA_KINDS


_MEDIA_KINDS = frozenset(
    {AttachmentKind.IMAGE, AttachmentKind.AUDIO, AttachmentKind.VIDEO, AttachmentKind.FILE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One attachment as Chatwoot describes it; nothing in it is trusted."""

    attachment_id: AttachmentId
    kind: AttachmentKind
    data_url: str | None = field(default=None, repr=False)
    declared_media_type: str | None = None
    transcribed_text: str | None = field(default=None, repr=False)
    """Chatwoot's own transcript, empty until it has one."""
    title: str | None = field(default=None, repr=False)
    """Name and address of a location, or the number on a contact card."""
    latitude: float | None = field(default=None, repr=False)
    longitude: float | None = field(default=None, repr=False)
    card_name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who wrote, as Chatwoot knows them."""

    contact_id: ContactId
    source_id: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    """E.164 with its plus sign, or None."""
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One incoming message in the state in which a delivery shows it."""

    event: Event
    account_id: AccountId
    conversation_id: ConversationId
    message_id: MessageId
    created_at: datetime | None
    """When Chatwoot stored it, UTC; WhatsApp's own time is not kept there."""
    content: str | None = field(repr=False)
    contact: Contact | None
    attachments: tuple[Attachment, ...] = ()
    source_id: str | None = None
    """The provider's id (wamid., SM, MM); not unique."""
    is_deleted: bool = False
    is_unsupported: bool = False
    is_voice_call: bool = False
    quick_reply: str | None = field(default=None, repr=False)
    """The value of a tapped option, where a channel tells it; WhatsApp tells the title only."""
    in_reply_to: MessageId | None = None
    """The message that it quotes."""
    shows_options: bool = False
    """Whether the channel turns options into a list or buttons; others show text only."""
