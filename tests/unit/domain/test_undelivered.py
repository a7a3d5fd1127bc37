"""Only a failed update of what we sent ourselves passes; nothing of ours comes back as input."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.deliveries import Accepted, Delivery, Ignored, InboxRules, read_delivery
from handlers.domain.errors import IgnoreReason, InvalidPayloadError
from handlers.domain.messages import AccountId, ConversationId, MessageId
from handlers.domain.undelivered import CORRELATION_KEY, Undelivered
from tests.factories import encode, make_delivery
from tests.unit.chatwoot_samples import sample

MARK: Final = "0123456789abcdef" * 2
META: Final = "131047: Re-engagement message"
API_INBOX: Final = InboxRules(inbox_ids=frozenset({"8"}))


def update(*, rules: InboxRules | None = None, **overrides: Any) -> Delivery:  # noqa: ANN401 - JSON
    """Return what is made of an update of our own message that failed."""
    body: dict[str, object] = {
        "event": "message_updated",
        "message_type": "outgoing",
        "id": 50012,
        "sender": {"id": 12, "name": "Order bot", "type": "agent_bot"},
        "content_attributes": {CORRELATION_KEY: MARK, "external_error": META},
    }
    return read_delivery(encode(make_delivery(**{**body, **overrides})), rules or InboxRules())


def reason(found: Delivery) -> IgnoreReason | str:
    assert not isinstance(found, Accepted)
    return found.reason


def with_conversation(**changes: object) -> dict[str, Any]:
    conversation = make_delivery()["conversation"]
    assert isinstance(conversation, dict)
    return conversation | changes


def test_a_failed_update_of_what_we_sent_passes() -> None:
    assert update() == Undelivered(
        account_id=AccountId("7"),
        conversation_id=ConversationId("118"),
        message_id=MessageId("50012"),
        correlation_id=MARK,
        reason="undelivered:131047",
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (META, "undelivered:131047"),
        ("131026", "undelivered:131026"),
        ("(#131030) Recipient phone number not in allowed list", "undelivered:131030"),
        ("(#100) Invalid parameter", "undelivered:100"),
        ("Message not sent because the WhatsApp 24-hour window is closed", "undelivered"),
        ("+15550100123 is not on WhatsApp", "undelivered"),
        ("15550100123 is not on WhatsApp", "undelivered"),
        ("\u0661\u0663\u0661\u0660\u0664\u0667: in other digits", "undelivered"),
    ],
)
def test_of_the_error_only_the_channels_code_is_kept(error: str, expected: str) -> None:
    found = update(content_attributes={CORRELATION_KEY: MARK, "external_error": error})

    assert reason(found) == expected


@given(error=st.text())
def test_nothing_of_an_errors_text_is_kept(error: str) -> None:
    found = update(
        content_attributes={CORRELATION_KEY: MARK, "external_error": error}, status="failed"
    )

    name, _, code = str(reason(found)).partition(":")
    assert name == "undelivered"
    assert code == "" or (code.isdecimal() and len(code) <= 6)


@pytest.mark.parametrize(
    "told",
    [
        {"status": "failed"},
        {"conversation": with_conversation(messages=[{"id": 50012, "status": "failed"}])},
    ],
    ids=["at-the-top", "beside-the-conversation"],
)
def test_a_status_alone_tells_it_too(told: dict[str, Any]) -> None:
    found = update(content_attributes={CORRELATION_KEY: MARK}, **told)

    assert reason(found) == "undelivered"


@pytest.mark.parametrize(
    "changes",
    [
        {"event": "message_created"},
        {"content_attributes": {CORRELATION_KEY: MARK}},
        {"content_attributes": {CORRELATION_KEY: MARK}, "status": "delivered"},
        {"content_attributes": {"external_error": META}},
        {"content_attributes": {CORRELATION_KEY: "theirs", "external_error": META}},
        {"content_attributes": {CORRELATION_KEY: MARK.upper(), "external_error": META}},
        {"content_attributes": {CORRELATION_KEY: [MARK], "external_error": META}},
        *(
            {
                "content_attributes": {CORRELATION_KEY: MARK},
                "conversation": with_conversation(messages=messages),
            }
            for messages in (
                [],
                "none",
                [None],
                [{"id": 50011, "status": "failed"}],
                [{"id": 50012, "status": "read"}],
            )
        ),
    ],
    ids=repr,
)
def test_everything_else_that_is_outgoing_stays_ignored(changes: dict[str, Any]) -> None:
    assert reason(update(**changes)) is IgnoreReason.NOT_INCOMING


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"event": "conversation_updated"}, IgnoreReason.EVENT_NOT_HANDLED),
        ({"private": True}, IgnoreReason.PRIVATE_NOTE),
        (
            {"conversation": with_conversation(channel="Channel::WebWidget")},
            IgnoreReason.CHANNEL_NOT_WHATSAPP,
        ),
    ],
    ids=["event", "note", "channel"],
)
def test_what_is_not_ours_is_not_ours_with_our_mark_either(
    changes: dict[str, Any], expected: IgnoreReason
) -> None:
    assert reason(update(**changes)) is expected


@pytest.mark.parametrize("missing", ["id", "account", "conversation"])
def test_without_its_ids_it_cannot_be_read(missing: str) -> None:
    changes: dict[str, Any] = {missing: None}
    if missing == "conversation":
        changes = {missing: with_conversation(id=None)}

    with pytest.raises(InvalidPayloadError):
        update(**changes)


@pytest.mark.parametrize("event", ["message_created", "message_updated"])
@pytest.mark.parametrize("attributes", [{}, {"external_error": META}], ids=["plain", "failed"])
def test_a_gateways_echo_is_no_input(event: str, attributes: dict[str, str]) -> None:
    inbox = {"id": 8, "name": "Gateway"}
    found = update(
        rules=API_INBOX,
        event=event,
        message_type="incoming",
        inbox=inbox,
        conversation=with_conversation(channel="Channel::Api", inbox_id=8),
        content_attributes={CORRELATION_KEY: MARK, **attributes},
    )

    assert isinstance(found, Ignored)
    assert found.reason is IgnoreReason.OWN_ECHO
    assert (found.account_id, found.message_id) == ("7", "50012")


@pytest.mark.parametrize("value", ["", "mine", 5, None, [MARK], f"{MARK}0"], ids=repr)
def test_what_only_uses_the_same_key_is_a_message_like_any_other(value: object) -> None:
    found = update(
        event="message_created",
        message_type="incoming",
        content_attributes={CORRELATION_KEY: value},
    )

    assert isinstance(found, Accepted)


def test_chatwoots_own_failure_becomes_ours_with_our_mark() -> None:
    body = sample("12_message_updated_send_failed")
    assert reason(read_delivery(encode(body), InboxRules())) is IgnoreReason.NOT_INCOMING

    attributes = body["content_attributes"]
    assert isinstance(attributes, dict)
    marked = {**body, "content_attributes": {**attributes, CORRELATION_KEY: MARK}}
    assert reason(read_delivery(encode(marked), InboxRules())) == "undelivered"
