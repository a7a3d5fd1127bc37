"""The values that worker and ledger exchange."""

from datetime import UTC, datetime
from typing import Final

import pytest

from handlers.domain.filing import AttachmentResult, DeadLetter, FinishRequest, TranscriptLookup
from handlers.domain.filing import TranscriptSource as Source
from handlers.domain.message_state import AttachmentRecord, AttachmentState, MessageState
from handlers.domain.messages import AttachmentId, AttachmentKind
from handlers.domain.notes import compose_note
from tests.factories import make_message


def record(state: AttachmentState) -> AttachmentRecord:
    return AttachmentRecord(
        attachment_id=AttachmentId("801"), kind=AttachmentKind.AUDIO, state=state
    )


PENDING: Final = record(AttachmentState.PENDING)
DONE: Final = record(AttachmentState.DONE)


def finish(*records: AttachmentRecord) -> FinishRequest:
    message = make_message()
    state = MessageState(content=message.content, attachments=records)
    return FinishRequest(
        message=message,
        state=state,
        content_hash="0" * 64,
        note=compose_note(state, message),
        object_path="gs://bucket/object",
    )


@pytest.mark.parametrize("state", AttachmentState)
def test_a_pending_attachment_and_no_other_has_a_time_to_try_again(state: AttachmentState) -> None:
    seconds = 60.0 if state is AttachmentState.PENDING else None

    assert AttachmentResult(record=record(state), retry_after_seconds=seconds).model is None
    with pytest.raises(ValueError, match="pending"):
        AttachmentResult(
            record=record(state), retry_after_seconds=60.0 if seconds is None else None
        )


@pytest.mark.parametrize(
    ("records", "expected"),
    [((), True), ((DONE,), True), ((PENDING,), False), ((DONE, PENDING), False)],
    ids=["text", "done", "pending", "both"],
)
def test_a_message_is_settled_once_nothing_is_pending(
    records: tuple[AttachmentRecord, ...], expected: bool
) -> None:
    assert finish(*records).is_settled is expected


def test_what_people_said_does_not_show_in_repr() -> None:
    letter = DeadLetter(
        installation="main",
        key="k",
        reason="payload_invalid",
        payload=b"PLANTED",
        attributes={},
        delivery_attempt=None,
        message=make_message(content="PLANTED"),
        published_at=datetime(2026, 8, 2, tzinfo=UTC),
    )

    shown = repr(letter) + repr(TranscriptLookup(source=Source.KNOWN, text="PLANTED"))

    assert "PLANTED" not in shown
