"""The local Chatwoot's webhooks have the shape, signature and manners of the real ones."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local.chatwoot_server import WEBHOOK_KEY, Chatwoot, Receiver, run_chatwoot, run_receiver

_SAMPLES = Path(__file__).parents[1] / "samples" / "chatwoot"
_VOICE = {"file_type": "audio", "base64": "T2dnUw==", "filename": "file.ogg"}
_IMAGE = {"file_type": "image", "base64": "T2dnUw==", "filename": "photo.jpg"}
_PLACE = {
    "file_type": "location",
    "coordinates_lat": -23.5505,
    "coordinates_long": -46.6333,
    "fallback_title": "Example Plaza, 1 Example Street",
    "data_url": "https://example.com/venue",
}
_CARD = {
    "file_type": "contact",
    "fallback_title": "+1 555 010 0999",
    "meta": {"firstName": "Kai", "lastName": "Example"},
}
_USERNAME = {"social_profiles": {"whatsapp": "nia"}, "social_whatsapp_user_name": "nia"}
_INCOMING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "01_whatsapp_text_message_created": ({}, {}),
    "02_whatsapp_voice_note_message_created": ({}, {"content": None, "attachments": [_VOICE]}),
    "05_whatsapp_location": ({}, {"content": None, "attachments": [_PLACE]}),
    "06_whatsapp_contact_card": ({}, {"content": "Kai Example", "attachments": [_CARD]}),
    "07_whatsapp_image_with_caption": ({}, {"attachments": [_IMAGE]}),
    "14_whatsapp_media_download_failed": ({}, {"content": None}),
    "17_whatsapp_unsupported": ({}, {"content_attributes": {"is_unsupported": True}}),
    "18_whatsapp_bsuid_only_contact": (
        {
            "phone_number": None,
            "source_id": "US.1234567890ABCDEF",
            "additional_attributes": _USERNAME,
        },
        {"content": "oi"},
    ),
    "19_webwidget_text": ({"channel": "web_widget", "phone_number": None}, {}),
    "20_twilio_whatsapp_voice": (
        {"channel": "twilio_whatsapp"},
        {"content": "", "attachments": [_VOICE]},
    ),
    "21_api_channel_text": (
        {"channel": "api", "identifier": "15550100123@s.whatsapp.net"},
        {"source_id": "WAID:TESTONLY0001"},
    ),
}
_OUTGOING: dict[str, dict[str, Any]] = {
    "08_outgoing_echo_agent_bot": {
        "sender": "agent_bot",
        "content_attributes": {"bot_request_id": "7f0c-example"},
    },
    "09_outgoing_echo_user": {"sender": "user"},
    "10_private_note": {"sender": "user", "private": True},
    "15_whatsapp_coexistence_app_echo": {"sender": "external_echo"},
    "16_template_greeting": {"sender": "template"},
}


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with run_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def chatwoot(receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chatwoot]:
    options = ["--webhook-url", receiver.url, "--secret", WEBHOOK_KEY, "--edition", "community"]
    options += ["--receipts-after", "0.05"]
    with run_chatwoot(tmp_path_factory.mktemp("chatwoot"), *options) as running:
        yield running


@pytest.fixture(autouse=True)
def _alone(receiver: Receiver, chatwoot: Chatwoot) -> Iterator[None]:
    receiver.received.clear()
    receiver.status = 200
    yield
    receiver.status = 200
    while chatwoot.control("deliveries", method="GET")["pending"]:
        time.sleep(0.01)


def _sample(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((_SAMPLES / f"{name}.json").read_text())
    return value


def _shape(value: object) -> object:
    """Reduce to ordered keys and JSON types; the digits of a source id do not matter."""
    if isinstance(value, dict):
        return [(key, _shape(each)) for key, each in value.items()]
    if isinstance(value, list):
        return [_shape(each) for each in value]
    return type(value).__name__


def _wait_for(receiver: Receiver, count: int) -> None:
    deadline = time.monotonic() + 5
    while len(receiver.received) < count:
        assert time.monotonic() < deadline, f"{len(receiver.received)} of {count} came"
        time.sleep(0.01)


@pytest.mark.parametrize("name", _INCOMING)
def test_an_incoming_message_has_exactly_the_keys_of_the_real_one(
    name: str, chatwoot: Chatwoot, receiver: Receiver
) -> None:
    contact, message = _INCOMING[name]
    conversation = chatwoot.contact(**contact)["conversation_id"]
    chatwoot.incoming(conversation, **message)
    (received,) = receiver.received
    assert _shape(received.json) == _shape(_sample(name))
    assert received.json["conversation"]["channel"] == _sample(name)["conversation"]["channel"]


def test_a_tap_names_the_message_it_answers(chatwoot: Chatwoot, receiver: Receiver) -> None:
    conversation = chatwoot.contact()["conversation_id"]
    asked = chatwoot.incoming(conversation)["message_id"]
    chatwoot.incoming(conversation, content="Track my order", in_reply_to=asked)
    assert _shape(receiver.received[1].json) == _shape(_sample("03_whatsapp_list_or_button_tap"))
    assert receiver.received[1].json["content_attributes"]["in_reply_to"] == asked


@pytest.mark.parametrize("name", _OUTGOING)
def test_an_outgoing_message_has_the_keys_of_the_real_one(
    name: str, chatwoot: Chatwoot, receiver: Receiver
) -> None:
    sample = _sample(name)
    conversation = chatwoot.contact()["conversation_id"]
    chatwoot.control(f"conversations/{conversation}/incoming", {"content": "hi", "fire": False})
    wish = {"content": "Good morning", "wait": True, **_OUTGOING[name]}
    chatwoot.control(f"conversations/{conversation}/outgoing", wish)
    body = receiver.received[0].json
    for nested in (body["conversation"], sample["conversation"]):
        # These tell what happened earlier in the conversation.
        del nested["messages"], nested["meta"]["assignee"], nested["meta"]["assignee_type"]
        del nested["first_reply_created_at"]
    assert _shape(body) == _shape(sample)
    for key in ("message_type", "private", "event"):
        assert body[key] == sample[key]


def test_a_private_note_is_not_the_newest_message(chatwoot: Chatwoot, receiver: Receiver) -> None:
    conversation = chatwoot.contact()["conversation_id"]
    first = chatwoot.incoming(conversation)["message_id"]
    wish = {"content": "psst", "private": True, "wait": True}
    note = chatwoot.control(f"conversations/{conversation}/outgoing", wish)["message_id"]
    body = receiver.received[1].json
    assert (body["id"], body["conversation"]["messages"][0]["id"]) == (note, first)


def test_times_have_the_formats_of_their_places(chatwoot: Chatwoot, receiver: Receiver) -> None:
    conversation = chatwoot.contact()["conversation_id"]
    chatwoot.incoming(conversation, created_at=1785661200.482913)
    body = receiver.received[0].json
    assert body["created_at"] == "2026-08-02T09:00:00.482Z"
    assert body["conversation"]["messages"][0]["created_at"] == 1785661200
    assert body["conversation"]["messages"][0]["updated_at"] == "2026-08-02T09:00:00.482Z"
    assert body["conversation"]["waiting_since"] == 1785661200


def test_deleting_replaces_content_and_takes_the_attachments(
    chatwoot: Chatwoot, receiver: Receiver
) -> None:
    conversation = chatwoot.contact()["conversation_id"]
    message = chatwoot.incoming(conversation, attachments=[_IMAGE])["message_id"]
    chatwoot.incoming(conversation, content="A newer message")
    wish = {"deleted": True, "wait": True}
    chatwoot.control(f"messages/{message}/update", wish)
    body = receiver.received[2].json
    assert _shape(body) == _shape(_sample("04_message_updated_deleted_by_agent"))
    assert (body["id"], body["content_attributes"]) == (message, {"deleted": True})
    assert body["content"] == "This message was deleted"


def test_a_transcript_by_chatwoot_comes_as_an_update(
    chatwoot: Chatwoot, receiver: Receiver
) -> None:
    conversation = chatwoot.contact()["conversation_id"]
    message = chatwoot.incoming(conversation, content=None, attachments=[_VOICE])["message_id"]
    wish = {"transcribed_text": "please change my address", "wait": True}
    chatwoot.control(f"messages/{message}/update", wish)
    body = receiver.received[1].json
    assert _shape(body) == _shape(_sample("13_message_updated_audio_transcribed_by_captain"))
    assert body["attachments"][0]["transcribed_text"] == "please change my address"


def test_whatsapp_accepts_and_delivers_an_answer_in_two_updates(
    chatwoot: Chatwoot, receiver: Receiver
) -> None:
    conversation = chatwoot.contact()["conversation_id"]
    chatwoot.incoming(conversation)
    receiver.received.clear()
    chatwoot.control(f"conversations/{conversation}/outgoing", {"content": "Let me check."})
    _wait_for(receiver, 3)
    created, accepted, delivered = (each.json for each in receiver.received)
    assert [each["event"] for each in (created, accepted, delivered)] == [
        "message_created",
        "message_updated",
        "message_updated",
    ]
    assert created["source_id"] is None
    assert accepted["source_id"] == delivered["source_id"]
    assert delivered["source_id"].startswith("wamid.")
    assert delivered["conversation"]["messages"][0]["status"] == "delivered"


def test_an_answer_after_24_hours_fails_later_with_the_reason(
    chatwoot: Chatwoot, receiver: Receiver
) -> None:
    conversation = chatwoot.contact()["conversation_id"]
    chatwoot.incoming(conversation, created_at=time.time() - 25 * 3600)
    receiver.received.clear()
    wish = {"sender": "agent_bot", "content": "Late reply"}
    chatwoot.control(f"conversations/{conversation}/outgoing", wish)
    _wait_for(receiver, 2)
    body, sample = receiver.received[1].json, _sample("12_message_updated_send_failed")
    assert body["content_attributes"] == sample["content_attributes"]
    nested = body["conversation"]
    assert (nested["can_reply"], nested["messages"][0]["status"]) == (False, "failed")


def test_a_lost_event_is_stored_but_never_sent(chatwoot: Chatwoot, receiver: Receiver) -> None:
    conversation = chatwoot.contact()["conversation_id"]
    message = chatwoot.incoming(conversation, fire=False)["message_id"]
    listed = chatwoot.api("GET", f"conversations/{conversation}/messages").json()["payload"]
    assert [each["id"] for each in listed] == [message]
    assert receiver.received == []


def test_the_enterprise_edition_sends_audio_twice_at_once(
    receiver: Receiver, tmp_path: Path
) -> None:
    with run_chatwoot(tmp_path, "--webhook-url", receiver.url) as chatwoot:
        conversation = chatwoot.contact()["conversation_id"]
        chatwoot.incoming(conversation, content=None, attachments=[_VOICE])
    assert {each.json["event"] for each in receiver.received} == {
        "message_created",
        "message_updated",
    }
    assert all(each.headers["X-Chatwoot-Signature"] is None for each in receiver.received)
