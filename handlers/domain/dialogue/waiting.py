"""What is known of an order outside of any message's attempt: while it waits, and once it ends."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from handlers.domain.dialogue.values import DialogueFacts, OrderContent
from handlers.domain.messages import AccountId, ContactId, ConversationId, MessageId
from handlers.domain.orders.values import Language

OrderId = NewType("OrderId", str)
"""Of `content_order`: a UUID in small letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOrder:
    """An order that waited for its person to be known, whose person is known by now."""

    account_id: AccountId
    conversation_id: ConversationId
    order_message_id: MessageId
    sender_id: ContactId | None
    """Who wrote the message that it began with, and would be asked."""
    content: OrderContent
    words: str = field(repr=False)
    written_at: datetime
    """When that message was created."""
    shows_options: bool
    """Of that message's channel."""
    last_incoming_at: datetime | None
    """Of the conversation's newest incoming message: nobody is asked a day after it."""
    facts: DialogueFacts
    """As they are now; `user_id` is there."""


class OrderOutcome(StrEnum):
    """What the writer of the content says of an order."""

    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """An order of ours that the writer has, as far as a notice about it needs to know."""

    account_id: AccountId
    conversation_id: ConversationId
    order_message_id: MessageId
    order_id: OrderId
    language: Language
    """That the person is written to in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedDraft:
    """A draft of one of our orders whose person has not been told of it."""

    draft_id: str
    order_id: OrderId
