"""Every kind of message, from Chatwoot's webhook to bucket, words and row."""

import json
import uuid
from pathlib import Path

import pytest
import requests

from local.chatwoot_people import ChatwootPeople
from local.stack import Stack
from local.stored_state import list_objects, read_messages
from tests.system.waiting import query, settled, until

pytestmark = pytest.mark.system

VOICE = Path(__file__).resolve().parents[2] / "local" / "voice"
SAMPLE = {
    "event": "message_created",
    "id": "test-message-123",
    "content": "Test WhatsApp message",
    "message_type": "incoming",
    "created_at": "2025-01-30T10:00:00Z",
    "sender": {"id": 123, "name": "Test User", "type": "contact"},
    "conversation": {"id": 456, "channel": "Channel::Whatsapp", "status": "open"},
    "account": {"id": 789, "name": "Test Account"},
}


def attachment(kind: str, name: str, media_type: str) -> dict[str, str]:
    path = str(VOICE / name)
    return {"file_type": kind, "path": path, "filename": name, "content_type": media_type}


def object_json(stack: Stack, bucket: str, name: str) -> dict[str, object]:
    path = name.replace("/", "%2F")
    answer = requests.get(f"{stack.gcs_url}/storage/v1/b/{bucket}/o/{path}?alt=media", timeout=5)
    answer.raise_for_status()
    found: dict[str, object] = answer.json()
    return found


def test_the_guides_unsigned_sample_lands_without_a_user_under_the_fallback_owner(
    stack: Stack,
) -> None:
    answer = requests.post(stack.webhook_url, json=SAMPLE, timeout=5)

    assert (answer.status_code, answer.json()["status"]) == (200, "accepted")
    message = settled(stack, "test-message-123")
    assert message.object_name == "whatsapp-messages/2025-01-30/456/test-message-123.json"
    assert (message.content, message.user_id) == ("Test WhatsApp message", None)
    owners = query(
        stack, "select owner_id from whatsapp.messages where message_id = 'test-message-123'"
    )
    assert owners == [("account_789",)]


def test_a_signature_that_is_present_must_verify_even_where_none_is_needed(stack: Stack) -> None:
    headers = {"X-Chatwoot-Signature": "sha256=" + "0" * 64, "X-Chatwoot-Timestamp": "1785661203"}

    answer = requests.post(stack.webhook_url, json=SAMPLE, headers=headers, timeout=5)

    assert (answer.status_code, answer.json()["reason"]) == (401, "signature_mismatch")


def test_a_voice_note_is_kept_as_ogg_and_transcribed(stack: Stack, people: ChatwootPeople) -> None:
    person = people.add_person("Dana", phone="+15550100123")

    sent = people.write(
        person["conversation_id"], attachments=[attachment("audio", "note.ogg", "audio/ogg")]
    )

    message = settled(stack, sent[0].message_id)
    assert message.content is not None
    assert "second week of March" in message.content
    (audio,) = message.media
    assert audio.startswith("whatsapp-audio/")
    assert message.bucket_name is not None
    sizes = list_objects(stack.gcs_url, message.bucket_name)
    assert sizes[audio] == (VOICE / "note.ogg").stat().st_size


def test_the_same_recording_forwarded_is_not_paid_for_twice(
    stack: Stack, people: ChatwootPeople
) -> None:
    query(stack, "update whatsapp.attachments set sha256 = null")
    asked = requests.get(f"{stack.speech_url}/_control/requests", timeout=5).json()["count"]
    recordings = [attachment("audio", "order.ogg", "audio/ogg")]
    first = people.add_person("Ana", phone="+15550100124")["conversation_id"]
    second = people.add_person("Bia", phone="+15550100125")["conversation_id"]
    original = settled(stack, people.write(first, attachments=recordings)[0].message_id)

    forwarded = settled(stack, people.write(second, attachments=recordings)[0].message_id)

    now_asked = requests.get(f"{stack.speech_url}/_control/requests", timeout=5).json()["count"]
    assert forwarded.content == original.content
    assert now_asked - asked == 1


def test_the_archived_message_is_what_chatwoot_sent_without_its_websocket_token(
    stack: Stack, people: ChatwootPeople
) -> None:
    person = people.add_person("Zoë 🧑‍🚀 مرحبا", phone="+15550100126")
    content = "שלום <b>&amp;</b> 👩‍👩‍👧 \u2028 {{contact.name}}"

    sent = people.write(person["conversation_id"], content=content)

    message = settled(stack, sent[0].message_id)
    assert message.bucket_name is not None
    assert message.object_name is not None
    archived = object_json(stack, message.bucket_name, message.object_name)
    payload = archived["webhook_payload"]
    assert isinstance(payload, dict)
    assert payload["content"] == message.content == content
    assert "pubsub_token" not in json.dumps(archived)


def test_many_deliveries_of_one_message_leave_one_note(
    stack: Stack, people: ChatwootPeople
) -> None:
    person = people.add_person("Eve", phone="+15550100127")
    sent = people.write(person["conversation_id"], content="only once")

    again = people.deliver_again(sent[0].message_id, times=10)

    assert {delivery.http_status for delivery in again} == {200}
    settled(stack, sent[0].message_id)
    notes = query(
        stack,
        "select count(*) from public.meeting_notes where chatwoot_message_id = %s",
        sent[0].message_id,
    )
    assert notes == [(1,)]


def test_a_message_deleted_in_chatwoot_loses_its_content_and_stays_a_fact(
    stack: Stack, people: ChatwootPeople
) -> None:
    person = people.add_person("Finn", phone="+15550100128")
    photo = [attachment("image", "photo.jpg", "image/jpeg")]
    sent = people.write(person["conversation_id"], content="oops", attachments=photo)
    message = settled(stack, sent[0].message_id)
    assert message.bucket_name is not None
    assert message.object_name is not None

    people.update(sent[0].message_id, deleted=True)

    until(lambda: read_messages(stack.database_url)[sent[0].message_id].error_details == "deleted")
    people.deliver_again(sent[0].message_id)
    after = settled(stack, sent[0].message_id)
    assert (after.content, after.has_note) == (None, True)
    objects = list_objects(stack.gcs_url, message.bucket_name)
    assert not set(message.media) & set(objects)
    stub = object_json(stack, message.bucket_name, message.object_name)
    assert (stub["webhook_payload"], stub["deleted"]) == (None, True)


def test_a_known_contacts_message_goes_to_the_users_own_bucket(
    stack: Stack, people: ChatwootPeople
) -> None:
    person = people.add_person("Gil", phone="+15550100129")
    unmapped = settled(stack, people.write(person["conversation_id"], content="a")[0].message_id)
    user = str(uuid.uuid4())
    query(
        stack,
        "update whatsapp.contacts set user_id = %s where contact_id = %s",
        user,
        str(person["contact_id"]),
    )

    mapped = settled(stack, people.write(person["conversation_id"], content="b")[0].message_id)

    assert (unmapped.user_id, mapped.user_id) == (None, user)
    assert mapped.bucket_name != unmapped.bucket_name


def test_what_is_not_ours_is_answered_200_and_leaves_no_trace(
    stack: Stack, people: ChatwootPeople
) -> None:
    person = people.add_person("Hal", phone="+15550100130")["conversation_id"]
    widget = people.add_person("visitor", channel="web_widget")["conversation_id"]

    ignored = [
        *people.answer(person, content="ours", sender="agent_bot"),
        *people.answer(person, content="internal", private=True),
        *people.answer(person, content="from the phone", sender="external_echo"),
        *people.write(widget, content="from the site"),
    ]

    assert {delivery.http_status for delivery in ignored} == {200}
    assert {json.loads(delivery.answer)["status"] for delivery in ignored} == {"ignored"}
    ids = [delivery.message_id for delivery in ignored]
    kept = query(stack, "select count(*) from whatsapp.messages where message_id = any(%s)", ids)
    assert kept == [(0,)]
