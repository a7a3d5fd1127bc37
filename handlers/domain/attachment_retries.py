"""What becomes of an attachment that could not be had or understood."""

from dataclasses import replace
from typing import Final

from handlers.domain.backoff import wait_before_retry
from handlers.domain.errors import MediaReason, RetryReason
from handlers.domain.filing import AttachmentResult
from handlers.domain.message_state import AttachmentRecord, AttachmentState

_FIRST_WAIT_SECONDS: Final = 60.0
_MAX_WAIT_SECONDS: Final = 6 * 3600.0
# About a week of waits; then the reason stands, and the bytes are kept where we have them.
_MAX_ATTEMPTS: Final = 36
_BLOCKING_REASONS: Final = frozenset(
    {
        MediaReason.URL_MISSING,
        MediaReason.URL_INVALID,
        MediaReason.HOST_NOT_ALLOWED,
        MediaReason.ADDRESS_NOT_PUBLIC,
        MediaReason.TOO_MANY_REDIRECTS,
        MediaReason.TOO_LARGE,
    }
)


def after_failure(
    record: AttachmentRecord, reason: RetryReason, *, retry_after: float | None, jitter: float
) -> AttachmentResult:
    """Return the attachment as pending with its wait, or as failed once it was tried enough."""
    attempt = record.attempts + 1
    if attempt >= _MAX_ATTEMPTS:
        given_up = replace(record, state=AttachmentState.FAILED, reason=reason.value)
        return AttachmentResult(record=given_up)
    return AttachmentResult(
        record=replace(record, state=AttachmentState.PENDING, reason=reason.value),
        retry_after_seconds=wait_before_retry(
            # Somebody else's claim ends within minutes, and its outcome is ours too.
            1 if reason is RetryReason.TRANSCRIPTION_RUNNING else attempt,
            first_seconds=_FIRST_WAIT_SECONDS,
            max_seconds=_MAX_WAIT_SECONDS,
            jitter=jitter,
            retry_after=retry_after,
        ),
    )


def after_refusal(record: AttachmentRecord, reason: MediaReason) -> AttachmentRecord:
    """Return the attachment as blocked where fetching it is not allowed, else as failed."""
    is_blocked = reason in _BLOCKING_REASONS
    state = AttachmentState.BLOCKED if is_blocked else AttachmentState.FAILED
    return replace(record, state=state, reason=reason.value)
