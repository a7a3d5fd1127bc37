"""What becomes of an attachment that could not be had or understood now."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.attachment_retries import after_failure
from handlers.domain.errors import RetryReason
from handlers.domain.message_state import AttachmentRecord, AttachmentState
from handlers.domain.messages import AttachmentId, AttachmentKind

RECORD: Final = AttachmentRecord(attachment_id=AttachmentId("801"), kind=AttachmentKind.AUDIO)
STORED: Final = replace(
    RECORD,
    object_name="whatsapp-audio/2026-08-02/118/50001_801.ogg",
    is_stored=True,
    media_type="audio/ogg",
    byte_count=24_424,
    chatwoot_transcript="half of the words",
)
DOWN: Final = RetryReason.TRANSCRIPTION_UNAVAILABLE
LAST: Final = 36
A_WEEK: Final = 7 * 86_400.0


@pytest.mark.parametrize("reason", RetryReason)
def test_a_failure_leaves_it_pending_with_its_reason(reason: RetryReason) -> None:
    result = after_failure(RECORD, reason, retry_after=None, jitter=0.0)

    assert result.record == replace(RECORD, reason=reason.value)
    assert result.record.state is AttachmentState.PENDING
    assert result.retry_after_seconds == 60.0
    assert result.model is None


def test_what_the_service_asks_for_is_honoured() -> None:
    result = after_failure(RECORD, DOWN, retry_after=900.0, jitter=0.5)

    assert result.retry_after_seconds == 900.0


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 60), (1, 120), (8, 15_360), (9, 21_600)])
def test_the_wait_grows_with_the_attempts_before(attempts: int, seconds: float) -> None:
    result = after_failure(replace(RECORD, attempts=attempts), DOWN, retry_after=None, jitter=0.0)

    assert result.retry_after_seconds == seconds


@pytest.mark.parametrize("attempts", [0, 3, 20])
def test_who_waits_for_another_workers_transcript_looks_every_minute(attempts: int) -> None:
    record = replace(RECORD, attempts=attempts)

    result = after_failure(record, RetryReason.TRANSCRIPTION_RUNNING, retry_after=None, jitter=0.0)

    assert result.retry_after_seconds == 60.0


@given(
    st.integers(min_value=0, max_value=200),
    st.none() | st.floats(min_value=0, max_value=1e9),
    st.floats(min_value=0, max_value=1, exclude_max=True),
)
def test_it_is_tried_a_limited_number_of_times_and_keeps_its_bytes(
    attempts: int, retry_after: float | None, jitter: float
) -> None:
    record = replace(STORED, attempts=attempts)

    result = after_failure(record, DOWN, retry_after=retry_after, jitter=jitter)

    is_over = attempts + 1 >= LAST
    expected = AttachmentState.FAILED if is_over else AttachmentState.PENDING
    assert result.record == replace(record, state=expected, reason=DOWN.value)
    assert (result.retry_after_seconds is None) is is_over


def test_all_the_waits_together_are_about_a_week() -> None:
    waits = [
        after_failure(replace(RECORD, attempts=n), DOWN, retry_after=None, jitter=0.0)
        for n in range(LAST - 1)
    ]

    total = sum(result.retry_after_seconds or 0.0 for result in waits)
    assert A_WEEK * 0.9 <= total <= A_WEEK * 1.1
