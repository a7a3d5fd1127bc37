"""One digest for what Chatwoot said, whichever way we heard it."""

from typing import Final

import pytest

from handlers.domain.deliveries import Accepted, InboxRules, read_delivery
from handlers.domain.message_state import MessageState, content_hash, join
from tests.factories import encode, make_delivery
from tests.unit.chatwoot_samples import sample

VOICE: Final = {
    "id": 801,
    "file_type": "audio",
    "content_type": "audio/ogg",
    "data_url": "https://chat.example.com/file.ogg",
    "transcribed_text": "",
}


def digest(delivery: dict[str, object]) -> str:
    read = read_delivery(encode(delivery), InboxRules())
    assert isinstance(read, Accepted)
    return content_hash(join(MessageState(), read.message))


def as_rest_shows_it(name: str) -> dict[str, object]:
    """Return a sample as a reading through REST would be fed: numbers for names and times."""
    payload = sample(name)
    payload["message_type"] = 0
    payload["created_at"] = 1785661200
    payload["sender"]["type"] = "contact"
    payload["event"] = "message_created"
    payload["status"] = "sent"
    del payload["additional_attributes"]
    payload.setdefault("attachments", [])
    return payload


@pytest.mark.parametrize(
    "name",
    [
        "01_whatsapp_text_message_created",
        "02_whatsapp_voice_note_message_created",
        "04_message_updated_deleted_by_agent",
        "06_whatsapp_contact_card",
        "07_whatsapp_image_with_caption",
        "13_message_updated_audio_transcribed_by_captain",
        "20_twilio_whatsapp_voice",
    ],
)
def test_webhook_and_rest_give_the_same_digest(name: str) -> None:
    assert digest(as_rest_shows_it(name)) == digest(sample(name))


@pytest.mark.parametrize(
    "changed",
    [
        {"content": "Call Ana on Friday"},
        {"content_attributes": {"deleted": True}},
        {"attachments": [VOICE]},
    ],
    ids=["content", "deleted", "attachment"],
)
def test_what_chatwoot_said_is_in_the_digest(changed: dict[str, object]) -> None:
    assert digest(make_delivery(**changed)) != digest(make_delivery())


def test_a_transcript_of_chatwoots_is_in_the_digest() -> None:
    heard = VOICE | {"transcribed_text": "words"}

    assert digest(make_delivery(attachments=[heard])) != digest(make_delivery(attachments=[VOICE]))


@pytest.mark.parametrize(
    "changed",
    [
        {"event": "message_updated"},
        {"created_at": None},
        {"sender": None},
        {"content_attributes": {"in_reply_to": 5}},
        {"unknown": ["field"]},
    ],
    ids=["event", "time", "sender", "attributes", "unknown"],
)
def test_what_is_not_said_is_not_in_the_digest(changed: dict[str, object]) -> None:
    assert digest(make_delivery(**changed)) == digest(make_delivery())


def test_of_a_deleted_message_only_that_counts() -> None:
    marks = {"content_attributes": {"deleted": True}}

    english = digest(make_delivery(**marks, content="This message was deleted"))
    german = digest(make_delivery(**marks, content="Diese Nachricht wurde gel\u00f6scht"))

    assert english == german


def test_the_order_of_attachments_does_not_matter() -> None:
    other = VOICE | {"id": 802}

    forwards = digest(make_delivery(attachments=[VOICE, other]))

    assert forwards == digest(make_delivery(attachments=[other, VOICE]))


def test_the_digest_can_be_written_of_any_text() -> None:
    assert len(digest(make_delivery(content="cut \ud83d and \x00"))) == 64
