"""What is known when a message is decided, and what is decided of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from handlers.domain.messages import ContactId, MessageId
from handlers.domain.orders.values import Language, Length, OrderParameters, Platform, Tone, Topic
from handlers.domain.outgoing import Outgoing


class Role(StrEnum):
    """What a message was to its sender; decided once, never again by an update."""

    NOTE = "note"
    ORDER = "order"
    ANSWER = "answer"
    """To the question that was open; it is not filed as a note."""
    CANCEL = "cancel"
    """Of the order whose question was open; it is not filed as a note."""


class AskedField(StrEnum):
    """What can be missing, in the order in which it is asked."""

    PLATFORM = "platform"
    LENGTH = "length"
    TONE = "tone"
    TOPIC = "topic"


class OrderState(StrEnum):
    """Where an order stands."""

    ASKING = "asking"
    """Its question is open."""
    WAITING = "waiting"
    """Nothing is asked: the reason says what it waits for; shown to the operator."""
    PLACED = "placed"
    """Its order and its job are written."""
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    """A newer order came before it was complete."""
    LAPSED = "lapsed"
    """Its question stayed open for too long."""
    FAILED = "failed"
    """Its order or its job could not be written, for good."""
    READY = "ready"
    """The content is there."""
    UNFULFILLED = "unfulfilled"
    """The writer gave up."""


class WaitReason(StrEnum):
    """What a waiting order waits for."""

    UNMAPPED = "unmapped"
    """Its person is not known to be a user yet."""
    LATE = "late"
    """It was decided more than a day after it was written: nobody is asked any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderContent:
    """What is known of an order."""

    parameters: OrderParameters
    subject: str | None = field(default=None, repr=False)
    """In the person's own words."""
    language: Language
    """That the content is wanted in."""
    person_language: Language | None = None
    """That the person writes in, and is asked and told in; None where it is the content's.
    It is kept with the order and in the context of its question, as every other field."""

    @property
    def told_in(self) -> Language:
        """The language of questions and notices."""
        return self.person_language or self.language


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """The question that a conversation waits on; one at a time."""

    order_message_id: MessageId
    """The message that the order began with; names the order."""
    field: AskedField
    asked_by: MessageId
    """The message that caused the question: only a newer one answers it."""
    asked_at: datetime
    """When that was decided."""
    sender_id: ContactId | None
    """Who is asked; nobody else's message answers."""
    content: OrderContent


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a user set once, so that nobody need ask; None where they did not."""

    platform: Platform | None = None
    length: Length | None = None
    tone: Tone | None = None
    topic: Topic | None = None
    language: Language | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueFacts:
    """What the claim finds beside the message itself."""

    version: int = 0
    """Of the conversation's dialogue; a decision made on another one is made again."""
    moved_by: MessageId | None = None
    """The newest message that moved the dialogue; an older one moves it no more."""
    question: OpenQuestion | None = None
    user_id: str | None = None
    """Whose order it would be; None while the person is not mapped."""
    preferences: Preferences = Preferences()
    role: Role | None = None
    """What an earlier attempt or delivery decided."""
    order_message_id: MessageId | None = None
    """Of the order with the same provider's id, where there is one already: this one is a copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """An order in its new state; PLACED makes the order's and the job's rows with it.

    It applies to an order that is new, asks or waits: what has ended stays as it is.
    """

    order_message_id: MessageId
    state: OrderState
    wait_reason: WaitReason | None = None
    content: OrderContent | None = None
    """None leaves what is known as it is."""
    words: str | None = field(default=None, repr=False)
    """What the person said, transcripts included; None leaves it as it is."""
    failure_notice: Outgoing | None = None
    """Sent once, in the same transaction, where order or job cannot be written, for good."""
    job_failure_notice: Outgoing | None = None
    """Sent once, in its place, where they were written and nobody can be woken for the job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a message is, and everything that follows from it."""

    role: Role
    decided_by: str
    """`rules`, `model`, `dialogue`, or `copy` for a second copy of one message:
    what it is a copy of is the facts' `order_message_id`."""
    based_on: int
    """The version of the dialogue that it was decided on."""
    moves_dialogue: bool = False
    """Then the version grows, and `moved_by` is the newer of what it was and this message."""
    question: OpenQuestion | None = None
    """The question that is open from now on; looked at only where the dialogue is moved."""
    orders: tuple[OrderChange, ...] = ()
    outbox: tuple[Outgoing, ...] = ()
    """At most one question."""
