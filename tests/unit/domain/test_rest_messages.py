"""What REST shows becomes the body of the webhook that was lost."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.deliveries import Accepted, InboxRules, read_delivery
from handlers.domain.json_values import JsonObject
from handlers.domain.messages import ConversationId, Event
from handlers.domain.reconciliation import ConversationRef
from handlers.domain.rest_messages import (
    judge,
    needs_source_id,
    read_rest_message,
    synthetic_body,
)
from handlers.domain.undelivered import CORRELATION_KEY

REF: Final = ConversationRef(
    conversation_id=ConversationId("118"),
    channel="Channel::Whatsapp",
    inbox_id="4",
    contact_id="90210",
)
CONTACT: Final[JsonObject] = {"id": 90210, "name": "Dana Vale", "phone_number": "+15550100123"}
SHOWN: Final[JsonObject] = {
    "id": 50001,
    "content": "Call Ana on Tuesday",
    "inbox_id": 4,
    "conversation_id": 118,
    "message_type": 0,
    "content_type": "text",
    "status": "sent",
    "content_attributes": {},
    "created_at": 1785661200,
    "private": False,
    "source_id": "wamid.TEST",
    "sender": {**CONTACT, "type": "contact"},
}


def body(changes: JsonObject | None = None, event: Event = Event.MESSAGE_CREATED) -> bytes:
    return synthetic_body(
        SHOWN | (changes or {}),
        event=event,
        account_id="7",
        ref=REF,
        contact=CONTACT,
        source_id="15550100123",
    )


def test_the_body_reads_as_the_webhooks_would() -> None:
    delivery = read_delivery(body(), InboxRules())

    assert isinstance(delivery, Accepted)
    message = delivery.message
    assert (message.account_id, message.conversation_id, message.message_id) == (
        "7",
        "118",
        "50001",
    )
    assert message.contact is not None
    assert (message.contact.contact_id, message.contact.source_id) == ("90210", "15550100123")
    assert message.contact.phone == "+15550100123"


def test_ids_are_numbers_and_the_event_comes_last_as_in_a_webhook() -> None:
    written: dict[str, Any] = json.loads(body())

    assert written["account"] == {"id": 7}
    assert written["conversation"]["id"] == 118
    assert list(written)[-1] == "event"


def test_a_message_whose_sender_is_not_shown_is_the_conversations_contacts() -> None:
    delivery = read_delivery(body({"sender": None}), InboxRules())

    assert isinstance(delivery, Accepted)
    assert delivery.message.contact is not None
    assert delivery.message.contact.contact_id == "90210"


def test_what_a_message_says_of_itself_does_not_say_what_it_is() -> None:
    forged = body({"event": "contact_created", "account": {"id": 8}, "conversation": {"id": 119}})

    delivery = read_delivery(forged, InboxRules())

    assert isinstance(delivery, Accepted)
    assert (delivery.message.account_id, delivery.message.conversation_id) == ("7", "118")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"message_type": 1}, "not_incoming"),
        ({"message_type": 2}, "not_incoming"),
        ({"message_type": 3}, "not_incoming"),
        ({"message_type": 9}, "message_type_invalid"),
        ({"private": True}, "private_note"),
        ({"content_attributes": {CORRELATION_KEY: "0" * 32}}, "own_echo"),
        ({"attachments": {"no": "list"}}, "attachments_invalid"),
    ],
)
def test_the_webhooks_filter_decides(changes: dict[str, object], reason: str | None) -> None:
    judgement = judge(body(changes), InboxRules())

    assert judgement.ignore_reason == reason
    assert (judgement.message is None) == (reason is not None)


def test_what_we_sent_and_was_not_delivered_is_ignored_as_all_that_is_ours() -> None:
    attributes = {CORRELATION_KEY: "0" * 32, "external_error": "131047: Re-engagement message"}
    ours = {"message_type": 1, "content_attributes": attributes}

    judgement = judge(body(ours, Event.MESSAGE_UPDATED), InboxRules())

    assert (judgement.message, judgement.ignore_reason) == (None, "not_incoming")


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": "test-message-123"},
        {"id": -1},
        {"created_at": None},
        {"created_at": "soon"},
        {"created_at": -1},
    ],
)
def test_without_a_number_or_a_time_there_is_nothing_to_compare(
    changes: dict[str, object],
) -> None:
    assert read_rest_message(SHOWN | changes) is None


def test_only_twilios_customers_make_a_source_id_necessary() -> None:
    twilio = ConversationRef(
        conversation_id=REF.conversation_id,
        channel="Channel::TwilioSms",
        inbox_id="6",
        contact_id="90210",
    )
    theirs, ours = read_rest_message(SHOWN), read_rest_message(SHOWN | {"message_type": 1})
    assert theirs is not None
    assert ours is not None

    assert needs_source_id(twilio, [ours, theirs])
    assert not needs_source_id(twilio, [ours])
    assert not needs_source_id(REF, [theirs])


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)


@given(st.dictionaries(st.sampled_from(sorted([*SHOWN, "attachments", "event"])), JSON, max_size=5))
def test_whatever_a_message_holds_it_can_be_judged_or_is_left_out(changes: JsonObject) -> None:
    message = read_rest_message(SHOWN | changes)

    if message is not None:
        judgement = judge(body(changes), InboxRules())
        assert (judgement.message is None) == (judgement.ignore_reason is not None)
