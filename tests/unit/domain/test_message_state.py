"""Deliveries of one message, joined in any order and any number."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from random import Random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.message_state import (
    AttachmentRecord,
    AttachmentState,
    MessageState,
    content_hash,
    first_state,
    join,
)
from handlers.domain.messages import Attachment, AttachmentId, AttachmentKind, Event, Message
from tests.factories import make_message

# Chatwoot never changes what kind of file an attachment is.
KINDS: Final = {
    "801": AttachmentKind.AUDIO,
    "802": AttachmentKind.IMAGE,
    "803": AttachmentKind.LOCATION,
}
VOICE: Final = Attachment(attachment_id=AttachmentId("801"), kind=AttachmentKind.AUDIO)
CREATED: Final = make_message()
DELETED: Final = make_message(
    event=Event.MESSAGE_UPDATED, content="This message was deleted", is_deleted=True
)

contents = st.sampled_from([None, "", "first words", "second words", "\ud83d", "\x00"])
transcripts = st.sampled_from([None, "", "one hearing", "another hearing"])
attachments = st.lists(
    st.builds(
        lambda key, words: Attachment(
            attachment_id=AttachmentId(key), kind=KINDS[key], transcribed_text=words
        ),
        st.sampled_from(sorted(KINDS)),
        transcripts,
    ),
    max_size=3,
    unique_by=lambda attachment: attachment.attachment_id,
).map(tuple)


def deliveries(*, is_deleted: st.SearchStrategy[bool]) -> st.SearchStrategy[list[Message]]:
    return st.lists(
        st.builds(
            make_message,
            event=st.sampled_from(Event),
            content=contents,
            attachments=attachments,
            is_deleted=is_deleted,
        ),
        min_size=1,
        max_size=5,
    )


standing = deliveries(is_deleted=st.just(False))
any_deliveries = deliveries(is_deleted=st.booleans())


def joined(messages: Sequence[Message]) -> MessageState:
    return reduce(join, messages, MessageState())


@given(standing, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_change_the_end_state(
    messages: list[Message], random: Random
) -> None:
    again = messages * 2
    random.shuffle(again)

    assert joined(again) == joined(messages)
    assert content_hash(joined(again)) == content_hash(joined(messages))


@given(any_deliveries, st.randoms(use_true_random=False))
def test_with_deletions_order_does_not_change_what_is_said(
    messages: list[Message], random: Random
) -> None:
    again = messages * 2
    random.shuffle(again)

    assert content_hash(joined(again)) == content_hash(joined(messages))
    assert joined(again).is_deleted == joined(messages).is_deleted


@given(any_deliveries, st.randoms(use_true_random=False))
def test_with_deletions_order_does_not_change_the_end_state(
    messages: list[Message], random: Random
) -> None:
    again = messages * 2
    random.shuffle(again)

    assert joined(again) == joined(messages)


@given(any_deliveries)
def test_deleted_is_for_good_and_leaves_no_words(messages: list[Message]) -> None:
    state = joined([DELETED, *messages])

    assert state.is_deleted
    assert state.content is None
    assert not state.pending
    assert not any(attachment.words for attachment in state.attachments)


@given(standing)
def test_words_never_go_back(messages: list[Message]) -> None:
    state = MessageState()
    for message in messages:
        before, state = state, join(state, message)

        assert state.content or not before.content
        assert state.is_content_from_update or not before.is_content_from_update
        for earlier in before.attachments:
            (later,) = (a for a in state.attachments if a.attachment_id == earlier.attachment_id)
            assert later.words or not earlier.words


def test_a_creation_that_comes_late_does_not_undo_an_update() -> None:
    updated = make_message(event=Event.MESSAGE_UPDATED, content="as corrected")

    assert joined([updated, CREATED]).content == "as corrected"


def test_an_update_without_words_takes_none_away() -> None:
    emptied = make_message(event=Event.MESSAGE_UPDATED, content=None)

    assert joined([CREATED, emptied]).content == "Call Ana on Tuesday"


@pytest.mark.parametrize("kind", AttachmentKind)
def test_only_what_has_media_needs_work(kind: AttachmentKind) -> None:
    has_media = kind.value in {"image", "audio", "video", "file"}

    assert kind.has_media is has_media
    assert first_state(kind) is (AttachmentState.PENDING if has_media else AttachmentState.DONE)


def test_what_was_done_with_an_attachment_survives_another_delivery() -> None:
    done = AttachmentRecord(
        attachment_id=AttachmentId("801"),
        kind=AttachmentKind.AUDIO,
        state=AttachmentState.DONE,
        object_name="whatsapp-audio/x.ogg",
        is_stored=True,
        transcript="our words",
        seconds=2.5,
    )
    described = replace(VOICE, transcribed_text="their words")

    state = join(MessageState(attachments=(done,)), make_message(attachments=(described,)))

    assert state.attachments == (replace(done, chatwoot_transcript="their words"),)
    assert state.attachments[0].words == "our words"


def test_chatwoots_transcript_fills_in_where_ours_failed() -> None:
    failed = AttachmentRecord(
        attachment_id=AttachmentId("801"),
        kind=AttachmentKind.AUDIO,
        state=AttachmentState.FAILED,
        reason="audio_unreadable",
    )
    described = replace(VOICE, transcribed_text="their words")

    state = join(MessageState(attachments=(failed,)), make_message(attachments=(described,)))

    assert state.attachments[0].words == "their words"


def test_a_deletion_leaves_nothing_but_the_fact() -> None:
    stored = AttachmentRecord(
        attachment_id=AttachmentId("801"),
        kind=AttachmentKind.AUDIO,
        state=AttachmentState.DONE,
        object_name="whatsapp-audio/x.ogg",
        is_stored=True,
        transcript="our words",
    )

    state = join(MessageState(content="words", attachments=(stored,)), DELETED)

    assert state == MessageState(is_deleted=True)


def test_pending_lists_what_still_needs_work() -> None:
    place = Attachment(attachment_id=AttachmentId("803"), kind=AttachmentKind.LOCATION)

    state = joined([make_message(attachments=(VOICE, place))])

    assert [attachment.attachment_id for attachment in state.pending] == ["801"]


def test_a_record_takes_the_place_of_its_earlier_one() -> None:
    image = Attachment(attachment_id=AttachmentId("802"), kind=AttachmentKind.IMAGE)
    state = joined([make_message(attachments=(VOICE, image))])
    done = replace(state.attachments[0], state=AttachmentState.DONE)

    changed = state.with_attachment(done)

    assert [a.state.value for a in changed.attachments] == ["done", "pending"]


def test_words_do_not_show_in_repr() -> None:
    described = replace(VOICE, transcribed_text="PLANTED-WORDS")
    state = joined([make_message(content="PLANTED-WORDS", attachments=(described,))])

    assert "PLANTED-WORDS" not in repr(state)
