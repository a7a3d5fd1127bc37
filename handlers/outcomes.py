"""What the worker makes of a delivery: acknowledged with 200, or handed back with 503."""

from dataclasses import dataclass
from typing import assert_never

from handlers.domain.errors import IgnoreReason, PermanentError, PermanentReason, RetryReason
from handlers.domain.filing import Refusal
from handlers.domain.log_events import LogEvent
from handlers.domain.message_state import MessageState
from handlers.logs import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a delivery: for the broker and the log alike."""

    http_status: int
    status: str
    event: LogEvent
    severity: Severity = Severity.INFO
    reason: str | None = None

    @property
    def ends_delivery(self) -> bool:
        """Whether it came to a good end: neither handed back nor given up."""
        return self.http_status < 300 and self.event is not LogEvent.MESSAGE_DEAD  # noqa: PLR2004 - HTTP


def not_claimed(refusal: Refusal) -> Outcome:
    """Return what becomes of a delivery whose message is not ours to work on.

    Raises:
        PermanentError: the id means another message.
    """
    match refusal:
        case Refusal.DONE | Refusal.CLOSED:
            return Outcome(
                http_status=200,
                status="stored" if refusal is Refusal.DONE else "closed",
                event=LogEvent.MESSAGE_ALREADY_DONE,
                reason=refusal.value,
            )
        case Refusal.LEASED:
            return handed_back(RetryReason.LEASE_HELD)
        case Refusal.UNREAD:
            return handed_back(RetryReason.LEDGER_ROW_UNREAD)
        case Refusal.CONFLICT:
            raise PermanentError(PermanentReason.ID_CONFLICT)
        case _:
            assert_never(refusal)


def pending(state: MessageState) -> Outcome:
    """Return what becomes of a delivery whose attachments still need work."""
    # Acknowledged: the note is there, and the transcriptions sweep takes up what is missing.
    reason = state.pending[0].reason
    return Outcome(
        http_status=200,
        status="pending",
        event=LogEvent.MESSAGE_PENDING,
        severity=Severity.WARNING,
        reason=reason,
    )


def undelivered(reason: str, *, is_ours: bool) -> Outcome:
    """Return what becomes of a report that a message could not be delivered."""
    if not is_ours:
        return Outcome(
            http_status=200,
            status="ignored",
            event=LogEvent.MESSAGE_IGNORED,
            reason=IgnoreReason.NOT_OUR_SENDING.value,
        )
    # Somebody waits for what did not come.
    return Outcome(
        http_status=200,
        status="recorded",
        event=LogEvent.OUTBOX_UNDELIVERED,
        severity=Severity.ERROR,
        reason=reason,
    )


def handed_back(reason: RetryReason) -> Outcome:
    """Return what becomes of a delivery that may succeed later."""
    # Another worker's live lease is everyday business, not a warning.
    is_yield = reason is RetryReason.LEASE_HELD
    return Outcome(
        http_status=503,
        status="retry",
        event=LogEvent.MESSAGE_RETRIED,
        severity=Severity.INFO if is_yield else Severity.WARNING,
        reason=reason.value,
    )


def dead(reason: str) -> Outcome:
    """Return what becomes of a delivery that was given up and is kept."""
    return Outcome(
        http_status=200,
        status="dead",
        event=LogEvent.MESSAGE_DEAD,
        severity=Severity.ERROR,
        reason=reason,
    )
