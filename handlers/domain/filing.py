"""The values that the worker and the ledger exchange about one message."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from handlers.domain.dialogue.values import Decision, DialogueFacts
from handlers.domain.message_state import (
    AttachmentRecord,
    AttachmentState,
    MessageState,
    content_hash,
    join,
)
from handlers.domain.messages import (
    AccountId,
    AttachmentId,
    ConversationId,
    Message,
    MessageId,
)
from handlers.domain.notes import Note
from handlers.domain.outgoing import Outgoing
from handlers.domain.owners import OwnerId


class BucketState(StrEnum):
    """What is known of a bucket."""

    CREATING = "creating"
    """Its name is registered; whether it is there is not known yet."""
    READY = "ready"
    FOREIGN = "foreign"
    """Somebody else has a bucket of that name; the next generation is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketRecord:
    """One generation of an owner's bucket."""

    owner_id: OwnerId
    generation: int
    name: str
    state: BucketState


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRequest:
    """What the ledger must know to give a message to one attempt."""

    installation: str
    message: Message
    content_hash: str
    object_name: str
    fallback_owner: OwnerId
    source: str
    token: str
    """Names this attempt, so that a claim whose answer was lost can be repeated."""
    lease_seconds: int
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to write a message's effects until it expires or another attempt takes it."""

    installation: str
    account_id: str
    message_id: str
    fence: int
    """Grows with every claim; a write with an older one changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The message is ours to work on; everything here was pinned by the first claim."""

    lease: Lease
    owner_id: OwnerId
    bucket: BucketRecord | None
    """None until the owner's first message has registered one."""
    object_name: str
    is_archived: bool
    """Whether the message's JSON is confirmed."""
    state: MessageState
    dialogue: DialogueFacts = field(default_factory=DialogueFacts)
    """What its decision depends on, beside the message itself."""


class Refusal(StrEnum):
    """Why a message is not given to an attempt."""

    DONE = "done"
    """This state of it is already stored."""
    CLOSED = "closed"
    """It is ignored, erased or from before the ledger."""
    LEASED = "leased"
    """Another attempt holds a live lease."""
    CONFLICT = "conflict"
    """The id was first seen with another conversation or time."""
    UNREAD = "unread"
    """No row could be read: a race was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotClaimed:
    """The message is not ours to work on."""

    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """The message was given up before; what comes now waits beside it for the replay."""

    reason: str | None


ClaimResult = Claimed | NotClaimed | GivenUp


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedFile:
    """An attachment's bytes, fetched and recognised, on their way to the bucket."""

    attachment_id: AttachmentId
    object_name: str
    media_type: str
    byte_count: int
    sha256: str
    transcribe_model: str | None
    """None for what is not to be transcribed."""
    lease_seconds: int


class TranscriptSource(StrEnum):
    """Where a recording's words come from."""

    NOT_WANTED = "not_wanted"
    KNOWN = "known"
    """The same bytes were transcribed by the same model before."""
    OURS_TO_MAKE = "ours_to_make"
    RUNNING = "running"
    """Another worker is transcribing the same bytes right now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptLookup:
    """The answer to pinning an attachment; `text` only where the source is KNOWN."""

    source: TranscriptSource
    text: str | None = field(default=None, repr=False)
    language: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentResult:
    """How an attachment came out."""

    record: AttachmentRecord
    model: str | None = None
    """Whose transcript it is."""
    retry_after_seconds: float | None = None
    """When a pending one may be tried again."""

    def __post_init__(self) -> None:
        """Refuse a pending result without a time to try again, and the reverse."""
        is_pending = self.record.state is AttachmentState.PENDING
        if is_pending != (self.retry_after_seconds is not None):
            raise ValueError("only a pending attachment has a time to try again")


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishRequest:
    """Everything one transaction writes at the end of an attempt."""

    message: Message
    state: MessageState
    content_hash: str
    note: Note
    object_path: str
    """gs://bucket/object of the message's JSON."""
    decision: Decision | None = None
    """None until there are words, and where it was decided before."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing is pending, so that a repeated delivery has nothing left to do."""
        return not self.state.pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """The dialogue has moved since the decision's facts were found; nothing was written."""

    facts: DialogueFacts
    """As they are now: decide again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A delivery that cannot be processed, kept so that a person can look and replay it."""

    installation: str
    key: str
    """The delivery id, else a digest of the payload: one row however often it comes."""
    reason: str
    payload: bytes = field(repr=False)
    attributes: dict[str, str]
    delivery_attempt: int | None
    message: Message | None
    """None where the payload could not be read, or belongs to another message's id."""
    published_at: datetime | None
    lease: Lease | None = None
    """The attempt that gives it up; None where nobody was working on it."""
    notice: Outgoing | None = None
    """What an order's person is told where there was no place to keep it in."""

    @property
    def content_hash(self) -> str | None:
        """Tell the state that the delivery shows from others, as the ledger does."""
        return None if self.message is None else content_hash(join(MessageState(), self.message))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadDelivery:
    """A dead letter on its way back into the queue."""

    key: str
    payload: bytes = field(repr=False)
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMessage:
    """A stored message with an attachment that is due to be tried again."""

    account_id: AccountId
    message_id: MessageId
    conversation_id: ConversationId
    bucket: str
    object_name: str
