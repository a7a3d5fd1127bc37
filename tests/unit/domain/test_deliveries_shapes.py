"""Shapes of other Chatwoot versions and other senders: what is taken, and what is a clear 400."""

from datetime import UTC, datetime
from typing import Final

import pytest

from handlers.domain.deliveries import Accepted, Delivery, Ignored, InboxRules, read_delivery
from handlers.domain.errors import IgnoreReason, InvalidPayloadError, InvalidReason
from handlers.domain.messages import AttachmentKind, Message
from tests.factories import encode, make_delivery

RULES: Final = InboxRules()
ARABIC: Final = "\u0645\u0631\u062d\u0628\u0627"
WHATSAPP: Final = {"channel": "Channel::Whatsapp", "id": 118}


def read(**overrides: object) -> Delivery:
    return read_delivery(encode(make_delivery(**overrides)), RULES)


def message(**overrides: object) -> Message:
    delivery = read(**overrides)
    assert isinstance(delivery, Accepted)
    return delivery.message


def reason(**overrides: object) -> IgnoreReason:
    delivery = read(**overrides)
    assert isinstance(delivery, Ignored)
    return delivery.reason


def complaint(**overrides: object) -> InvalidReason:
    with pytest.raises(InvalidPayloadError) as caught:
        read(**overrides)
    return caught.value.reason


def without(*keys: str) -> bytes:
    return encode({key: value for key, value in make_delivery().items() if key not in keys})


@pytest.mark.parametrize("written", ["incoming", "Incoming", 0, "0"], ids=repr)
def test_incoming_is_understood_however_it_is_written(written: object) -> None:
    assert message(message_type=written).message_id == "50001"


@pytest.mark.parametrize(
    "written", ["outgoing", 1, "1", "activity", 2, "2", "template", 3, "3"], ids=repr
)
def test_every_other_direction_is_not_ours(written: object) -> None:
    assert reason(message_type=written) is IgnoreReason.NOT_INCOMING


@pytest.mark.parametrize(
    "written",
    ["", "sideways", 4, -1, "-1", 10**30, "012", "007", None, True, False, [], {}, [0], 0.5],
    ids=repr,
)
def test_an_unknown_direction_is_a_clear_complaint(written: object) -> None:
    assert complaint(message_type=written) is InvalidReason.MESSAGE_TYPE_INVALID


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (1738231200, datetime(2025, 1, 30, 10, tzinfo=UTC)),
        (1738231200.25, datetime(2025, 1, 30, 10, 0, 0, 250_000, tzinfo=UTC)),
        ("1738231200", datetime(2025, 1, 30, 10, tzinfo=UTC)),
        ("2025-01-30T10:00:00Z", datetime(2025, 1, 30, 10, tzinfo=UTC)),
        ("2025-01-30T10:00:00.250Z", datetime(2025, 1, 30, 10, 0, 0, 250_000, tzinfo=UTC)),
        ("2025-01-30T07:00:00-03:00", datetime(2025, 1, 30, 10, tzinfo=UTC)),
        ("2025-01-30T10:00:00", datetime(2025, 1, 30, 10, tzinfo=UTC)),
        ("2025-01-30 10:00:00 UTC", datetime(2025, 1, 30, 10, tzinfo=UTC)),
        (" 2025-01-30T10:00:00Z ", datetime(2025, 1, 30, 10, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
    ids=repr,
)
def test_a_time_is_understood_however_it_is_written(
    written: object, expected: datetime | None
) -> None:
    assert message(created_at=written).created_at == expected


@pytest.mark.parametrize(
    "written",
    [
        "yesterday",
        "2025-13-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        -1,
        10**400,
        10**17,
        "9" * 400,
        "\u00b2",
        True,
        [],
        {},
    ],
    ids=lambda written: repr(written)[:30],
)
def test_a_time_that_is_none_is_a_clear_complaint(written: object) -> None:
    assert complaint(created_at=written) is InvalidReason.CREATED_AT_INVALID


@pytest.mark.parametrize(
    ("written", "expected"),
    [(5, "5"), ("5", "5"), (5.0, "5"), (" 5 ", "5"), ("a/../b", "a/../b"), (ARABIC, ARABIC)],
    ids=repr,
)
def test_an_id_is_text_however_it_is_written(written: object, expected: str) -> None:
    taken = message(
        id=written,
        account={"id": written},
        conversation=WHATSAPP | {"id": written},
    )

    assert (taken.message_id, taken.account_id, taken.conversation_id) == (expected,) * 3


@pytest.mark.parametrize(
    "written",
    [None, "", "  ", True, 5.5, [], {}, "a\x00b", "a\nb", "\ud83d", "x" * 129, 10**200, 1e300],
    ids=lambda written: repr(written)[:20],
)
def test_what_is_no_id_is_a_clear_complaint(written: object) -> None:
    assert complaint(id=written) is InvalidReason.MESSAGE_ID_INVALID
    assert complaint(account={"id": written}) is InvalidReason.ACCOUNT_ID_INVALID
    assert (
        complaint(conversation=WHATSAPP | {"id": written}) is InvalidReason.CONVERSATION_ID_INVALID
    )


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("event", InvalidReason.EVENT_MISSING),
        ("id", InvalidReason.MESSAGE_ID_INVALID),
        ("account", InvalidReason.ACCOUNT_ID_INVALID),
        ("message_type", InvalidReason.MESSAGE_TYPE_INVALID),
    ],
)
def test_what_a_message_cannot_be_filed_without(missing: str, expected: InvalidReason) -> None:
    with pytest.raises(InvalidPayloadError) as caught:
        read_delivery(without(missing), RULES)

    assert caught.value.reason is expected


def test_everything_else_may_be_missing() -> None:
    bare = {
        "event": "message_created",
        "id": 1,
        "account": {"id": 7},
        "conversation": WHATSAPP,
        "message_type": "incoming",
    }

    delivery = read_delivery(encode(bare), RULES)

    assert isinstance(delivery, Accepted)
    assert delivery.message.contact is None
    assert delivery.message.content is None
    assert delivery.message.created_at is None
    assert delivery.message.attachments == ()


@pytest.mark.parametrize("event", ["conversation_created", "webwidget_triggered", "unheard_of"])
def test_another_event_is_ignored_whatever_else_it_holds(event: str) -> None:
    delivery = read_delivery(encode({"event": event}), RULES)

    assert delivery == Ignored(reason=IgnoreReason.EVENT_NOT_HANDLED)


@pytest.mark.parametrize("event", ["", None, 5, [], {}], ids=repr)
def test_an_event_that_is_no_name_is_a_clear_complaint(event: object) -> None:
    assert complaint(event=event) is InvalidReason.EVENT_MISSING


@pytest.mark.parametrize("private", [True, "true", "1"], ids=repr)
def test_a_private_note_is_not_ours(private: object) -> None:
    assert reason(private=private) is IgnoreReason.PRIVATE_NOTE


@pytest.mark.parametrize("private", [False, None, "false", "0", 0, {}], ids=repr)
def test_anything_else_is_not_private(private: object) -> None:
    assert message(private=private).message_id == "50001"


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        ({"channel": "Channel::Sms"}, IgnoreReason.CHANNEL_NOT_WHATSAPP),
        ({"channel": "channel::whatsapp"}, IgnoreReason.CHANNEL_NOT_WHATSAPP),
        ({"channel": None}, IgnoreReason.CHANNEL_NOT_WHATSAPP),
        ({}, IgnoreReason.CHANNEL_NOT_WHATSAPP),
        (None, IgnoreReason.CHANNEL_NOT_WHATSAPP),
        ({"channel": "Channel::TwilioSms"}, IgnoreReason.CHANNEL_NOT_WHATSAPP),
        (
            {"channel": "Channel::TwilioSms", "contact_inbox": {"source_id": "+15550100123"}},
            IgnoreReason.CHANNEL_NOT_WHATSAPP,
        ),
        ({"channel": "Channel::Api"}, IgnoreReason.INBOX_NOT_LISTED),
    ],
    ids=["sms", "other-case", "null", "empty", "none", "twilio", "twilio-sms", "api"],
)
def test_a_channel_that_is_not_whatsapp(conversation: object, expected: IgnoreReason) -> None:
    assert reason(conversation=conversation) is expected


def test_the_channel_may_stand_where_rest_has_it() -> None:
    conversation = {"id": 118, "meta": {"channel": "Channel::Whatsapp"}}

    assert message(conversation=conversation).conversation_id == "118"


def test_the_inbox_may_be_known_by_the_conversation_only() -> None:
    delivery = read_delivery(
        encode(make_delivery(inbox=None)), InboxRules(inbox_ids=frozenset({"4"}))
    )

    assert isinstance(delivery, Accepted)


def test_a_contact_without_sender_is_known_by_the_conversation() -> None:
    conversation = WHATSAPP | {
        "meta": {"sender": {"id": 5, "name": ARABIC, "phone_number": "+4915112345678"}}
    }

    contact = message(sender=None, conversation=conversation).contact

    assert contact is not None
    assert (contact.contact_id, contact.name, contact.phone) == ("5", ARABIC, "+4915112345678")


def test_a_contact_may_be_known_by_the_contact_inbox_only() -> None:
    conversation = WHATSAPP | {"contact_inbox": {"contact_id": "6", "source_id": "US.1"}}

    contact = message(sender=None, conversation=conversation).contact

    assert contact is not None
    assert (contact.contact_id, contact.source_id, contact.phone) == ("6", "US.1", None)


@pytest.mark.parametrize(
    "words",
    [
        "a" * 150_000,
        "\U0001f469\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f",
        ARABIC,
        "\u202egnp.exe",
        "cut emoji \ud83d",
        "with \x00 inside",
        " kept as it is ",
    ],
    ids=["long", "emoji", "right-to-left", "override", "lone-surrogate", "nul", "blanks"],
)
def test_words_are_taken_as_they_are(words: str) -> None:
    taken = message(content=words, sender={"id": 1, "name": words[:10_000]})

    assert taken.content == words
    assert taken.contact is not None
    assert taken.contact.name == words[:10_000]


@pytest.mark.parametrize("content", [None, "", " \n", 5, [], {}], ids=repr)
def test_content_without_words_is_none(content: object) -> None:
    assert message(content=content).content is None


@pytest.mark.parametrize("found", [None, []], ids=repr)
def test_no_attachments(found: object) -> None:
    assert message(attachments=found).attachments == ()


@pytest.mark.parametrize("found", [{}, "file", 5, True, [{}] * 101], ids=lambda x: repr(x)[:20])
def test_attachments_that_are_no_list_or_too_many_are_a_clear_complaint(found: object) -> None:
    assert complaint(attachments=found) is InvalidReason.ATTACHMENTS_INVALID


def test_an_attachment_with_nothing_but_a_shape_is_kept_as_something_else() -> None:
    (attachment,) = message(attachments=[{}]).attachments

    assert attachment.kind is AttachmentKind.OTHER
    assert attachment.data_url is None
    assert attachment.attachment_id == "position 0"


@pytest.mark.parametrize("file_type", ["fallback", "ig_reel", "AUDIO", "", None, 1], ids=repr)
def test_a_file_type_that_whatsapp_does_not_have_is_something_else(file_type: object) -> None:
    (attachment,) = message(attachments=[{"id": 1, "file_type": file_type}]).attachments

    assert attachment.kind is AttachmentKind.OTHER
