"""Where things are kept: readable for plain ids, safe and one-to-one for all others."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.json_values import identifier
from handlers.domain.messages import AttachmentId, AttachmentKind, ConversationId, MessageId
from handlers.domain.object_names import (
    media_object_name,
    message_day,
    message_object_name,
    pinned_day,
)

DAY: Final = date(2025, 1, 30)
SCRIPTS: Final = {
    "ascii": "a",
    "percent": "%",
    "latin": "\u00e9",
    "arabic": "\u0645",
    "han": "\u6f22",
    "private-use": "\ue000",
}


def media(
    conversation: str = "456",
    message: str = "50002",
    attachment: str = "801",
    kind: AttachmentKind = AttachmentKind.AUDIO,
    extension: str = "ogg",
) -> str:
    return media_object_name(
        day=DAY,
        conversation=ConversationId(conversation),
        message=MessageId(message),
        attachment=AttachmentId(attachment),
        kind=kind,
        extension=extension,
    )


def document(conversation: str, message: str) -> str:
    return message_object_name(DAY, ConversationId(conversation), MessageId(message))


# Every id passes `identifier` before it becomes part of a name.
ids = st.text(
    st.sampled_from("ab1_-. /%\\:é٣漢") | st.characters(codec="utf-8"),
    min_size=1,
    max_size=30,
).filter(lambda text: identifier({"id": text}, "id") == text)


def test_plain_ids_are_readable() -> None:
    name = document("456", "test-message-123")

    assert name == "whatsapp-messages/2025-01-30/456/test-message-123.json"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (AttachmentKind.AUDIO, "whatsapp-audio/2025-01-30/456/50002_801.ogg"),
        (AttachmentKind.IMAGE, "whatsapp-media/2025-01-30/456/50002_801.ogg"),
        (AttachmentKind.VIDEO, "whatsapp-media/2025-01-30/456/50002_801.ogg"),
        (AttachmentKind.FILE, "whatsapp-media/2025-01-30/456/50002_801.ogg"),
    ],
    ids=lambda value: str(value)[:14],
)
def test_sound_and_everything_else_have_folders_of_their_own(
    kind: AttachmentKind, expected: str
) -> None:
    assert media(kind=kind) == expected


@pytest.mark.parametrize(
    ("identifier_", "expected"),
    [
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("a/b", "a%2Fb"),
        ("a_b", "a%5Fb"),
        ("a b", "a%20b"),
        ("%2F", "%252F"),
        ("\u00e9", "%C3%A9"),
        ("e\u0301", "e%CC%81"),
        ("x\u202ey", "x%E2%80%AEy"),
    ],
    ids=repr,
)
def test_no_senders_text_is_part_of_a_path(identifier_: str, expected: str) -> None:
    assert document("1", identifier_) == f"whatsapp-messages/2025-01-30/1/{expected}.json"
    assert document(identifier_, "1") == f"whatsapp-messages/2025-01-30/{expected}/1.json"
    assert media(attachment=identifier_).endswith(f"/456/50002_{expected}.ogg")


@given(st.tuples(ids, ids, ids), st.tuples(ids, ids, ids))
def test_different_ids_never_share_a_name(
    left: tuple[str, str, str], right: tuple[str, str, str]
) -> None:
    assert (media(*left) == media(*right)) == (left == right)
    assert (document(*left[:2]) == document(*right[:2])) == (left[:2] == right[:2])


@given(st.lists(st.sampled_from("_%.-5F2E"), min_size=2, max_size=6), st.integers(1, 5))
def test_a_border_moved_between_message_and_attachment_is_another_name(
    characters: list[str], border: int
) -> None:
    whole = "".join(characters)
    cut = min(border, len(whole) - 1)
    one = media(message=whole[:cut], attachment=whole[cut:])
    other = media(message=whole, attachment="_")

    assert one != other


@given(conversation=ids, message=ids, attachment=ids)
def test_a_name_is_safe_for_cloud_storage(conversation: str, message: str, attachment: str) -> None:
    for name in (document(conversation, message), media(conversation, message, attachment)):
        assert name.isascii()
        assert name.isprintable()
        assert ".." not in name
        assert not name.startswith(("/", ".well-known/acme-challenge/"))
        assert name.count("/") == 3
        assert not set(name) & set('#[]*?:"<>|\\')


@pytest.mark.parametrize("character", SCRIPTS.values(), ids=SCRIPTS)
def test_a_name_fits_however_long_its_ids_are(character: str) -> None:
    longest = character * 128

    assert len(document(longest, longest)) <= 1024
    assert len(media(longest, longest, longest)) <= 1024


@pytest.mark.parametrize("character", SCRIPTS.values(), ids=SCRIPTS)
def test_long_ids_that_differ_in_one_character_do_not_share_a_name(character: str) -> None:
    longest = character * 128

    names = {document("1", other) for other in (longest, longest[:-1], longest[:-1] + "x")}

    assert len(names) == 3
    assert document("1", document("1", longest).split("/")[3]) not in names


def test_the_day_of_a_message_is_found_in_its_name() -> None:
    assert pinned_day(document("2024-02-29", "1")) == DAY


@pytest.mark.parametrize(
    "extension", ["", "OGG", "tar.gz", "o/g", "..", "\u0663", "longerthan8", "ogg\n"]
)
def test_an_extension_is_small_letters_and_digits(extension: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        media(extension=extension)


@pytest.mark.parametrize(
    ("created_at", "expected"),
    [
        (datetime(2025, 1, 30, 23, 59, 59, tzinfo=UTC), date(2025, 1, 30)),
        (
            datetime(2025, 1, 30, 23, 0, tzinfo=timezone(timedelta(hours=-3))),
            date(2025, 1, 31),
        ),
        (datetime(2025, 1, 30, 1, 0, tzinfo=timezone(timedelta(hours=3))), date(2025, 1, 29)),
        (None, date(2026, 8, 2)),
    ],
    ids=["utc", "west", "east", "publish-day"],
)
def test_the_day_is_the_messages_own_in_utc(created_at: datetime | None, expected: date) -> None:
    published_at = datetime(2026, 8, 2, 9, 0, tzinfo=UTC)

    assert message_day(created_at, published_at) == expected
