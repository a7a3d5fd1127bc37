"""What a message looks like as a person's note."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import pytest

from handlers.domain.errors import MediaReason
from handlers.domain.message_state import (
    AttachmentRecord,
    AttachmentState,
    MessageState,
    join,
    reasons,
)
from handlers.domain.messages import Attachment, AttachmentId, AttachmentKind, Message
from handlers.domain.notes import Note, compose_note
from tests.factories import make_message

PLACE: Final = Attachment(
    attachment_id=AttachmentId("803"),
    kind=AttachmentKind.LOCATION,
    title="Example Plaza",
    latitude=-23.5505,
    longitude=-46.6333,
)
CARD: Final = Attachment(
    attachment_id=AttachmentId("804"),
    kind=AttachmentKind.CONTACT,
    title="+1 555 010 0999",
    card_name="Kai Example",
)
HEARD: Final = AttachmentRecord(
    attachment_id=AttachmentId("801"),
    kind=AttachmentKind.AUDIO,
    state=AttachmentState.DONE,
    object_name="whatsapp-audio/2026-08-02/118/50001_801.ogg",
    is_stored=True,
    media_type="audio/ogg",
    byte_count=18342,
    transcript="remember the milk",
    language="en",
    seconds=2.5,
)


def note(message: Message) -> Note:
    return compose_note(join(MessageState(), message), message)


def voice_note(record: AttachmentRecord, content: str | None = None) -> Note:
    return compose_note(
        MessageState(content=content, attachments=(record,)), make_message(content=content)
    )


def test_a_text_is_its_own_note() -> None:
    composed = note(make_message())

    assert composed.content == "Call Ana on Tuesday"
    assert composed.processing_status == "stored"
    assert composed.error_details is None
    assert composed.metadata == {
        "channel": "whatsapp",
        "message_created_at": "2026-08-02T09:00:00.482000+00:00",
        "source_id": "wamid.TESTONLY00000000000000000000000000050001",
        "sender_name": "Dana Vale",
        "attachments": [],
    }


def test_a_message_that_knows_little_has_a_note_that_says_little() -> None:
    metadata = note(make_message(contact=None, created_at=None, source_id=None)).metadata

    assert metadata["sender_name"] is None
    assert metadata["message_created_at"] is None
    assert metadata["source_id"] is None


def test_a_voice_note_reads_as_its_transcript() -> None:
    composed = voice_note(HEARD)

    assert composed.content == "remember the milk"
    assert composed.metadata["attachments"] == [
        {
            "id": "801",
            "kind": "audio",
            "state": "done",
            "reason": None,
            "media_type": "audio/ogg",
            "bytes": 18342,
            "gcs_path": "whatsapp-audio/2026-08-02/118/50001_801.ogg",
            "language": "en",
            "seconds": 2.5,
        }
    ]


def test_a_caption_stands_before_the_words_of_its_recording() -> None:
    assert voice_note(HEARD, "caption").content == "caption\n\nremember the milk"


def test_chatwoots_transcript_is_shown_until_there_is_ours() -> None:
    theirs = replace(HEARD, transcript=None, chatwoot_transcript="remember the silk")

    assert voice_note(theirs).content == "remember the silk"


def test_while_an_attachment_is_pending_the_note_is_in_work() -> None:
    pending = replace(
        HEARD,
        state=AttachmentState.PENDING,
        reason="media_not_ready",
        is_stored=False,
        transcript=None,
    )

    composed = voice_note(pending)

    assert composed.content is None
    assert composed.processing_status == "processing"
    assert composed.error_details == "media_not_ready"


def test_a_failed_transcription_is_stored_with_its_reason() -> None:
    failed = replace(
        HEARD, state=AttachmentState.FAILED, reason="audio_unreadable", transcript=None
    )

    composed = voice_note(failed)

    assert (composed.processing_status, composed.error_details) == ("stored", "audio_unreadable")


def test_what_is_not_in_the_bucket_has_no_path() -> None:
    pinned = replace(HEARD, is_stored=False)

    described = voice_note(pinned).metadata["attachments"]

    assert isinstance(described, list)
    assert [attachment["gcs_path"] for attachment in described] == [None]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (PLACE, "Example Plaza (-23.550500, -46.633300)"),
        (replace(PLACE, title=None), "(-23.550500, -46.633300)"),
        (replace(PLACE, latitude=None), "Example Plaza"),
        (replace(PLACE, longitude=None), "Example Plaza"),
        (replace(PLACE, latitude=0.0, longitude=0.0), "Example Plaza (0.000000, 0.000000)"),
        (replace(PLACE, title=None, latitude=None), None),
        (CARD, "Kai Example +1 555 010 0999"),
        (replace(CARD, card_name=None), "+1 555 010 0999"),
        (replace(CARD, title=None), "Kai Example"),
        (replace(CARD, title=None, card_name=None), None),
        (replace(CARD, kind=AttachmentKind.OTHER), None),
    ],
    ids=[
        "place",
        "no-name",
        "no-latitude",
        "no-longitude",
        "where-zero-is",
        "nowhere",
        "card",
        "number-only",
        "name-only",
        "empty-card",
        "something-else",
    ],
)
def test_a_place_and_a_card_read_as_what_they_show(place: Attachment, expected: str | None) -> None:
    assert note(make_message(content=None, attachments=(place,))).content == expected


def test_an_attachment_that_this_delivery_does_not_describe_keeps_its_words() -> None:
    state = MessageState(content="caption", attachments=(HEARD,))

    assert compose_note(state, make_message()).content == "caption\n\nremember the milk"


def test_of_a_deleted_message_the_note_keeps_only_the_fact() -> None:
    message = make_message(content="This message was deleted", is_deleted=True)
    state = join(MessageState(content="words", attachments=(HEARD,)), message)

    composed = compose_note(state, message)

    assert composed == Note(
        content=None,
        metadata={"channel": "whatsapp", "deleted": True},
        processing_status="stored",
        error_details="deleted",
    )


@pytest.mark.parametrize(
    ("message", "state", "expected"),
    [
        (make_message(), MessageState(content="words"), ()),
        (make_message(content=None), MessageState(), ("chatwoot_fetch_failed",)),
        (make_message(content=None), MessageState(attachments=(HEARD,)), ()),
        (make_message(is_unsupported=True), MessageState(), ("unsupported_by_whatsapp",)),
        (make_message(is_voice_call=True), MessageState(), ("voice_call",)),
        (
            make_message(is_unsupported=True),
            MessageState(attachments=(replace(HEARD, reason="audio_silent"),)),
            ("audio_silent", "unsupported_by_whatsapp"),
        ),
        (
            make_message(),
            MessageState(
                attachments=(
                    replace(HEARD, reason="too_large"),
                    replace(HEARD, attachment_id=AttachmentId("802"), reason="too_large"),
                    replace(HEARD, attachment_id=AttachmentId("803"), reason="host_not_allowed"),
                )
            ),
            ("host_not_allowed", "too_large"),
        ),
        (make_message(is_unsupported=True), MessageState(is_deleted=True), ("deleted",)),
    ],
    ids=[
        "nothing",
        "media-that-chatwoot-could-not-fetch",
        "voice-note",
        "unsupported",
        "voice-call",
        "two-reasons",
        "each-reason-once",
        "deleted",
    ],
)
def test_why_something_of_a_message_could_not_be_had(
    message: Message, state: MessageState, expected: tuple[str, ...]
) -> None:
    assert reasons(state, message) == expected
    assert all(reason in set(MediaReason) for reason in expected)


def test_words_and_names_do_not_show_in_repr() -> None:
    composed = note(make_message(content="PLANTED"))

    assert "PLANTED" not in repr(composed)
    assert "Dana" not in repr(composed)


def test_the_time_of_a_message_is_kept_in_utc() -> None:
    created_at = datetime(2026, 8, 2, 9, 0, tzinfo=UTC)

    metadata = note(make_message(created_at=created_at)).metadata

    assert metadata["message_created_at"] == "2026-08-02T09:00:00+00:00"
