"""What Chatwoot knows: people, inboxes, conversations, messages, webhooks."""

from dataclasses import dataclass, field
from typing import Any

MESSAGE_TYPES = {"incoming": 0, "outgoing": 1, "activity": 2, "template": 3}
MEDIA_TYPES = {"image", "audio", "video", "file"}
WHATSAPP_CHANNELS = {"Channel::Whatsapp", "Channel::TwilioSms"}
_REPLY_WINDOW_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The one account of this installation."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """A channel messages come through."""

    id: int
    name: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who works in Chatwoot."""

    id: int
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentBot:
    """A program that answers in Chatwoot."""

    id: int
    name: str


@dataclass(slots=True, kw_only=True)
class Contact:
    """A customer."""

    id: int
    name: str
    created_at: float
    phone_number: str | None = None
    email: str | None = None
    identifier: str | None = None
    blocked: bool = False
    additional_attributes: dict[str, Any] = field(default_factory=dict)
    custom_attributes: dict[str, Any] = field(default_factory=dict)


Sender = Contact | User | AgentBot | None


@dataclass(slots=True, kw_only=True)
class Attachment:
    """A file, place or card; `fields` are the keys its file_type adds."""

    id: int
    message_id: int
    file_type: str
    fields: dict[str, Any]
    blob_id: int | None = None


@dataclass(slots=True, kw_only=True)
class Message:
    """One message; times are unix seconds."""

    id: int
    message_type: str
    content: str | None
    sender: Sender
    created_at: float
    updated_at: float
    source_id: str | None = None
    private: bool = False
    status: str = "sent"
    content_type: str = "text"
    content_attributes: dict[str, Any] = field(default_factory=dict)
    additional_attributes: dict[str, Any] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A thread with one contact in one inbox; `id` is the display id."""

    id: int
    uuid: str
    contact_inbox_id: int
    source_id: str
    pubsub_token: str
    contact: Contact
    inbox: Inbox
    created_at: float
    updated_at: float
    status: str = "open"
    assignee: User | None = None
    additional_attributes: dict[str, Any] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    newest_public: Message | None = None
    last_activity_at: float
    last_incoming_at: float | None = None
    first_reply_at: float | None = None
    waiting_since: float | None = None
    unread_count: int = 0

    def add(self, message: Message) -> None:
        """Append a message and keep what is told about the thread up to date."""
        self.messages.append(message)
        self.updated_at = max(self.updated_at, message.created_at)
        self.last_activity_at = message.created_at
        if message.private or message.message_type == "activity":
            return
        self.newest_public = message
        if message.message_type == "incoming":
            # Nobody looks at this Chatwoot, so everything stays unread.
            self.unread_count += 1
            self.last_incoming_at = message.created_at
            self.waiting_since = self.waiting_since or message.created_at
        elif message.message_type == "outgoing":
            self.waiting_since = None
            if isinstance(message.sender, User):
                self.first_reply_at = self.first_reply_at or message.created_at

    def can_reply(self, now: float) -> bool:
        """Say whether WhatsApp's 24 hours since the last incoming message still run."""
        if self.inbox.channel not in WHATSAPP_CHANNELS:
            return True
        last = self.last_incoming_at
        return last is not None and now - last < _REPLY_WINDOW_SECONDS


@dataclass(slots=True, kw_only=True)
class Webhook:
    """Where account events go."""

    id: int
    url: str
    secret: str | None
    subscriptions: list[str]
    name: str | None = None
