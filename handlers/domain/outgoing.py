"""What is to be sent, and what becomes of it after an attempt: pure decisions on a row's life.

waiting ──take──> sending ──settle──> sent | failed | skipped
   ^                 │ └──────────── waiting (again later, perhaps with an unknown outcome)
   └ cancelled       └ lease over: taken again, outcome unknown
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from handlers.domain.backoff import wait_before_retry
from handlers.domain.errors import (
    OutcomeUnknownError,
    RetryableError,
    RetryReason,
    SendReason,
)
from handlers.domain.json_values import JsonObject
from handlers.domain.messages import AccountId, ConversationId, MessageId

_FIRST_WAIT_SECONDS: Final = 10.0
_MAX_WAIT_SECONDS: Final = 1800.0
# Chatwoot may still be at work on a request whose answer nobody waits for any more.
_UNKNOWN_WAIT_SECONDS: Final = 30.0
# About eighteen hours of waits, as long as the broker tries a message.
_MAX_ATTEMPTS: Final = 50
# What Chatwoot calls invalid stays invalid, unless a fault that passes said so.
_MAX_REFUSALS: Final = 5

OutgoingId = NewType("OutgoingId", int)


class OutgoingKind(StrEnum):
    """Where it goes: into the conversation, or to the topic of content jobs."""

    MESSAGE = "message"
    JOB = "job"


class OutgoingPurpose(StrEnum):
    """What a message is for; what it depends on is looked at again before it goes out."""

    QUESTION = "question"
    """Goes out while its cause is the question that the conversation waits on."""
    FAILURE = "failure"
    """Something that a person asked for will not come."""
    READY = "ready"


class OutgoingState(StrEnum):
    """Where it stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    CANCELLED = "cancelled"
    """Its cause no longer stood when it was to be sent."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """It is not ours to send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Something that a message's transaction decides to send."""

    cause: str
    """Names what is answered; the same cause never sends twice, whatever the document."""
    kind: OutgoingKind
    document: JsonObject = field(repr=False)
    """The body of Chatwoot's call, or the job; it must not say `pipeline_correlation_id`."""
    expires_at: datetime | None = None
    """From then on it is of no use."""
    purpose: OutgoingPurpose | None = None
    """None for a job. With one, it goes out within WhatsApp's window of 24 hours only."""
    order_message_id: MessageId | None = None
    """The order that it is about."""
    template: JsonObject | None = field(default=None, repr=False)
    """What goes out in its place outside of the window, where an operator has set one up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOutgoing:
    """A row that is ours to send until its lease ends."""

    outgoing_id: OutgoingId
    fence: int
    """Grows with every taking; a result with an older one changes nothing."""
    account_id: AccountId
    conversation_id: ConversationId
    message_id: MessageId
    kind: OutgoingKind
    document: JsonObject = field(repr=False)
    correlation_id: str
    attempts: int
    """This one included."""
    refusals: int
    """How many before it Chatwoot called invalid."""
    is_unknown: bool
    """An earlier attempt may have arrived."""
    last_reason: str | None
    """Of the attempt before."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledOutgoing:
    """A row that was to be sent and no longer is."""

    kind: OutgoingKind
    account_id: AccountId
    conversation_id: ConversationId
    message_id: MessageId
    reason: str
    """`message_deleted`, `message_erased` or `expired`, as the taking statement found."""


Take = TakenOutgoing | CancelledOutgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What came of an attempt."""

    state: OutgoingState
    reason: str | None = None
    external_id: str | None = None
    is_unknown: bool = False
    retry_after_seconds: float | None = None
    """Only while it waits."""

    def __post_init__(self) -> None:
        """Refuse a wait without an end, and an end with a wait."""
        is_waiting = self.state is OutgoingState.WAITING
        if is_waiting != (self.retry_after_seconds is not None):
            raise ValueError("only what waits has a time to try again")


def correlation_id(installation: str, account_id: str, cause: str) -> str:
    """Return the name by which what was sent is recognised; the same for the same cause."""
    text = f"{installation}\x1f{account_id}\x1f{cause}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def is_exhausted(taken: TakenOutgoing) -> bool:
    """Return whether it was tried enough: then it is looked for, but not sent again."""
    return taken.refusals >= _MAX_REFUSALS or taken.attempts > _MAX_ATTEMPTS


def sent(external_id: str) -> Settlement:
    """Return the end of what arrived."""
    return Settlement(state=OutgoingState.SENT, external_id=external_id)


def failed(reason: str, *, is_unknown: bool = False) -> Settlement:
    """Return the end of what never will arrive, or of which nobody can tell."""
    return Settlement(state=OutgoingState.FAILED, reason=reason, is_unknown=is_unknown)


def skipped(reason: SendReason) -> Settlement:
    """Return the end of what is not ours to send."""
    return Settlement(state=OutgoingState.SKIPPED, reason=reason.value)


def exhausted(taken: TakenOutgoing) -> Settlement:
    """Return the end of what was tried enough and surely did not arrive."""
    is_invalid = taken.refusals >= _MAX_REFUSALS
    reason = SendReason.SEND_REFUSED.value if is_invalid else taken.last_reason
    return failed(reason or RetryReason.UNEXPECTED.value)


def after_failed_send(taken: TakenOutgoing, error: RetryableError, *, jitter: float) -> Settlement:
    """Return what becomes of it after an attempt that ended with an error."""
    is_unknown = isinstance(error, OutcomeUnknownError)
    wait = _wait(taken, error.retry_after, jitter)
    return Settlement(
        state=OutgoingState.WAITING,
        reason=error.reason.value,
        is_unknown=is_unknown,
        retry_after_seconds=max(wait, _UNKNOWN_WAIT_SECONDS) if is_unknown else wait,
    )


def after_failed_look(taken: TakenOutgoing, error: RetryableError, *, jitter: float) -> Settlement:
    """Return what becomes of it where nobody could look whether it had arrived."""
    if is_exhausted(taken):
        return failed(SendReason.OUTCOME_UNKNOWN.value, is_unknown=True)
    return Settlement(
        state=OutgoingState.WAITING,
        reason=error.reason.value,
        is_unknown=True,
        retry_after_seconds=_wait(taken, error.retry_after, jitter),
    )


def _wait(taken: TakenOutgoing, retry_after: float | None, jitter: float) -> float:
    return wait_before_retry(
        taken.attempts,
        first_seconds=_FIRST_WAIT_SECONDS,
        max_seconds=_MAX_WAIT_SECONDS,
        jitter=jitter,
        retry_after=retry_after,
    )
