"""Everything this Chatwoot knows, in memory, under one lock."""

import itertools
import secrets
import threading
import time
import uuid
from typing import Any

from local.chatwoot.records import (
    Account,
    AgentBot,
    Contact,
    Conversation,
    Inbox,
    Message,
    Sender,
    User,
    Webhook,
)

INBOXES = {
    "whatsapp": Inbox(id=4, name="WhatsApp BR", channel="Channel::Whatsapp"),
    "twilio_whatsapp": Inbox(id=6, name="WhatsApp via Twilio", channel="Channel::TwilioSms"),
    "web_widget": Inbox(id=2, name="Website", channel="Channel::WebWidget"),
    "api": Inbox(id=8, name="Gateway", channel="Channel::Api"),
}
ADMINISTRATOR = User(id=31, name="Rui Agent", email="rui@example.com")
BOT = AgentBot(id=12, name="Order bot")


class Store:
    """Contacts, conversations, messages and webhooks; hold `lock` while reading or changing.

    Ids count up from `first_id`: with the time of day in it, a Chatwoot that lost its memory
    never gives an id twice to those who kept theirs.
    """

    def __init__(self, account: Account, first_id: int, *, beside: "Store | None" = None) -> None:
        self.account = account
        self.lock = threading.RLock()
        self.contacts: dict[int, Contact] = {}
        self.conversations: dict[int, Conversation] = {}
        self.webhooks: dict[int, Webhook] = {}
        self._messages: dict[int, tuple[Message, Conversation]] = {}
        self._first_id = first_id
        # Accounts of one installation never have an id in common.
        self.ids: dict[str, itertools.count[int]] = {} if beside is None else beside.ids

    def new_id(self, kind: str) -> int:
        """Return the next number of a kind's own sequence."""
        with self.lock:
            return next(self.ids.setdefault(kind, itertools.count(self._first_id)))

    def add_contact(
        self, *, channel: str, name: str, source_id: str | None, fields: dict[str, Any]
    ) -> Conversation:
        """Store a contact with a contact inbox and an open conversation."""
        inbox = INBOXES[channel]
        now = time.time()
        with self.lock:
            contact = Contact(id=self.new_id("contact"), name=name, created_at=now, **fields)
            self.contacts[contact.id] = contact
            return self.add_conversation(contact, inbox, source_id or _source_id(contact, inbox))

    def add_conversation(self, contact: Contact, inbox: Inbox, source_id: str) -> Conversation:
        """Open a conversation; its contact inbox is new unless the contact has this one."""
        now = time.time()
        with self.lock:
            known = (
                each.contact_inbox_id
                for each in self.conversations.values()
                if each.contact is contact and each.source_id == source_id
            )
            conversation = Conversation(
                id=self.new_id("conversation"),
                uuid=str(uuid.uuid4()),
                contact_inbox_id=next(known, None) or self.new_id("contact_inbox"),
                source_id=source_id,
                pubsub_token=secrets.token_urlsafe(18),
                contact=contact,
                inbox=inbox,
                created_at=now,
                updated_at=now,
                last_activity_at=now,
            )
            self.conversations[conversation.id] = conversation
            return conversation

    def add_message(
        self,
        conversation: Conversation,
        *,
        message_type: str,
        content: str | None,
        sender: Sender,
        **fields: Any,  # noqa: ANN401 - the rest of Message, checked by its constructor
    ) -> Message:
        """Store a message with the next id, now unless `created_at` is among the fields."""
        created_at = fields.pop("created_at", None) or time.time()
        with self.lock:
            message = Message(
                id=self.new_id("message"),
                message_type=message_type,
                content=content,
                sender=sender,
                created_at=created_at,
                updated_at=created_at,
                **fields,
            )
            self._messages[message.id] = (message, conversation)
            conversation.add(message)
            return message

    def message(self, message_id: int) -> tuple[Message, Conversation]:
        """Return a message with its conversation; raise KeyError if unknown."""
        return self._messages[message_id]


def _source_id(contact: Contact, inbox: Inbox) -> str:
    match inbox.channel:
        case "Channel::Whatsapp" if contact.phone_number:
            return contact.phone_number.removeprefix("+")
        case "Channel::TwilioSms" if contact.phone_number:
            return f"whatsapp:{contact.phone_number}"
        case _:
            return str(uuid.uuid4())
