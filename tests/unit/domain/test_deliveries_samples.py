"""What becomes of every payload that was recorded from Chatwoot."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import pytest

from handlers.domain.deliveries import Accepted, Ignored, InboxRules, read_delivery
from handlers.domain.errors import IgnoreReason
from handlers.domain.messages import AttachmentKind, Contact, ContactId, Event, Message
from tests.unit.chatwoot_samples import FOLDER, HAND_POSTED, NAMES, sample_bytes

ANY_WHATSAPP: Final = InboxRules()
DANA: Final = Contact(
    contact_id=ContactId("90210"), source_id="15550100123", phone="+15550100123", name="Dana Vale"
)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What of an accepted sample tells it from the others."""

    message_id: str
    content: str | None
    conversation_id: str = "118"
    contact: Contact | None = DANA
    event: Event = Event.MESSAGE_CREATED
    kinds: tuple[AttachmentKind, ...] = ()
    marks: frozenset[str] = field(default_factory=frozenset)


OUTCOMES: Final[dict[str, Taken | IgnoreReason]] = {
    "01_whatsapp_text_message_created": Taken(
        message_id="50001", content="Hi, is my order <A&B> ready?"
    ),
    "02_whatsapp_voice_note_message_created": Taken(
        message_id="50002", content=None, kinds=(AttachmentKind.AUDIO,)
    ),
    "03_whatsapp_list_or_button_tap": Taken(message_id="50003", content="Track my order"),
    "04_message_updated_deleted_by_agent": Taken(
        message_id="50001",
        content="This message was deleted",
        event=Event.MESSAGE_UPDATED,
        marks=frozenset({"deleted"}),
    ),
    "05_whatsapp_location": Taken(
        message_id="50005", content=None, kinds=(AttachmentKind.LOCATION,)
    ),
    "06_whatsapp_contact_card": Taken(
        message_id="50006", content="Kai Example", kinds=(AttachmentKind.CONTACT,)
    ),
    "07_whatsapp_image_with_caption": Taken(
        message_id="50007", content="Here is the receipt", kinds=(AttachmentKind.IMAGE,)
    ),
    "08_outgoing_echo_agent_bot": IgnoreReason.NOT_INCOMING,
    "09_outgoing_echo_user": IgnoreReason.NOT_INCOMING,
    "10_private_note": IgnoreReason.PRIVATE_NOTE,
    "11_message_updated_delivery_status_outgoing": IgnoreReason.NOT_INCOMING,
    "12_message_updated_send_failed": IgnoreReason.NOT_INCOMING,
    "13_message_updated_audio_transcribed_by_captain": Taken(
        message_id="50002",
        content=None,
        event=Event.MESSAGE_UPDATED,
        kinds=(AttachmentKind.AUDIO,),
    ),
    "14_whatsapp_media_download_failed": Taken(message_id="50014", content=None),
    "15_whatsapp_coexistence_app_echo": IgnoreReason.NOT_INCOMING,
    "16_template_greeting": IgnoreReason.NOT_INCOMING,
    "17_whatsapp_unsupported": Taken(
        message_id="50017",
        content="This message is unavailable.",
        marks=frozenset({"unsupported"}),
    ),
    "18_whatsapp_bsuid_only_contact": Taken(
        message_id="50018",
        content="oi",
        contact=Contact(
            contact_id=ContactId("90333"),
            source_id="US.1234567890ABCDEF",
            phone=None,
            name="Nia Username",
        ),
    ),
    "19_webwidget_text": IgnoreReason.CHANNEL_NOT_WHATSAPP,
    "20_twilio_whatsapp_voice": Taken(
        message_id="50040",
        content=None,
        conversation_id="120",
        contact=Contact(
            contact_id=ContactId("90210"),
            source_id="whatsapp:+15550100123",
            phone="+15550100123",
            name="Dana Vale",
        ),
        kinds=(AttachmentKind.AUDIO,),
    ),
    "21_api_channel_text": IgnoreReason.INBOX_NOT_LISTED,
}


def accepted(body: bytes, rules: InboxRules = ANY_WHATSAPP) -> Message:
    delivery = read_delivery(body, rules)
    assert isinstance(delivery, Accepted)
    return delivery.message


def taken(message: Message) -> Taken:
    marks = {
        "deleted": message.is_deleted,
        "unsupported": message.is_unsupported,
        "voice-call": message.is_voice_call,
    }
    return Taken(
        message_id=message.message_id,
        content=message.content,
        conversation_id=message.conversation_id,
        contact=message.contact,
        event=message.event,
        kinds=tuple(attachment.kind for attachment in message.attachments),
        marks=frozenset(mark for mark, is_set in marks.items() if is_set),
    )


def test_every_sample_has_an_outcome() -> None:
    assert tuple(sorted(OUTCOMES)) == NAMES
    assert len(NAMES) == 21


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_has_its_outcome(name: str) -> None:
    expected = OUTCOMES[name]

    delivery = read_delivery(sample_bytes(name), ANY_WHATSAPP)

    if isinstance(expected, Taken):
        assert isinstance(delivery, Accepted)
        assert taken(delivery.message) == expected
        assert delivery.message.account_id == "7"
        assert delivery.message.created_at == datetime(2026, 8, 2, 9, 0, 0, 482_000, tzinfo=UTC)
    else:
        assert isinstance(delivery, Ignored)
        assert delivery.reason is expected
        assert delivery.account_id == "7"
        assert delivery.message_id is not None


def test_the_raw_body_and_its_readable_sample_are_the_same_message() -> None:
    raw = accepted((FOLDER / "01_raw_body.bin").read_bytes())

    assert raw == accepted(sample_bytes("01_whatsapp_text_message_created"))


def test_the_delivery_that_is_posted_by_hand_is_taken() -> None:
    message = accepted(HAND_POSTED)

    assert message.account_id == "789"
    assert message.conversation_id == "456"
    assert message.message_id == "test-message-123"
    assert message.created_at == datetime(2025, 1, 30, 10, tzinfo=UTC)
    assert message.content == "Test WhatsApp message"
    assert message.contact == Contact(
        contact_id=ContactId("123"), source_id=None, phone=None, name="Test User"
    )


def test_a_voice_note_brings_its_link_and_declared_type() -> None:
    (voice,) = accepted(sample_bytes("02_whatsapp_voice_note_message_created")).attachments

    assert voice.attachment_id == "801"
    assert voice.data_url is not None
    assert voice.data_url.startswith("https://chat.example.com/rails/active_storage/blobs/")
    assert voice.data_url.endswith("/file.ogg?disposition=inline")
    assert voice.declared_media_type == "audio/ogg"
    assert voice.transcribed_text is None


def test_a_transcript_of_chatwoots_own_is_read() -> None:
    message = accepted(sample_bytes("13_message_updated_audio_transcribed_by_captain"))

    assert message.attachments[0].transcribed_text == "please change my address"


def test_a_location_is_read_with_its_place() -> None:
    (place,) = accepted(sample_bytes("05_whatsapp_location")).attachments

    assert place.title == "Example Plaza, 1 Example Street"
    assert (place.latitude, place.longitude) == (-23.5505, -46.6333)


def test_a_contact_card_is_read_with_name_and_number() -> None:
    (card,) = accepted(sample_bytes("06_whatsapp_contact_card")).attachments

    assert card.card_name == "Kai Example"
    assert card.title == "+1 555 010 0999"


@pytest.mark.parametrize(
    ("name", "listed", "expected"),
    [
        ("21_api_channel_text", {"8"}, None),
        ("21_api_channel_text", {"4"}, IgnoreReason.INBOX_NOT_LISTED),
        ("01_whatsapp_text_message_created", {"4"}, None),
        ("01_whatsapp_text_message_created", {"8", "4"}, None),
        ("01_whatsapp_text_message_created", {"8"}, IgnoreReason.INBOX_NOT_LISTED),
        ("20_twilio_whatsapp_voice", {"6"}, None),
        ("20_twilio_whatsapp_voice", {"4"}, IgnoreReason.INBOX_NOT_LISTED),
        ("19_webwidget_text", {"2"}, IgnoreReason.CHANNEL_NOT_WHATSAPP),
    ],
    ids=[
        "api-listed",
        "api-not-listed",
        "whatsapp-listed",
        "whatsapp-listed-among-others",
        "whatsapp-not-listed",
        "twilio-listed",
        "twilio-not-listed",
        "web-widget-although-listed",
    ],
)
def test_a_list_of_inboxes_narrows_what_is_ours(
    name: str, listed: set[str], expected: IgnoreReason | None
) -> None:
    delivery = read_delivery(sample_bytes(name), InboxRules(inbox_ids=frozenset(listed)))

    reason = delivery.reason if isinstance(delivery, Ignored) else None
    assert reason is expected
