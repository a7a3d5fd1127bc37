"""What breaks while messages are on their way, and that nothing is lost or doubled by it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from local.chatwoot_people import ChatwootPeople
from local.stack import SPOOL_BUCKET, Stack
from local.stored_state import StoredMessage, list_objects, read_messages
from tests.system.waiting import query, settled, until

pytestmark = pytest.mark.system

VOICE = Path(__file__).resolve().parents[2] / "local" / "voice"


def recording(name: str) -> list[dict[str, str]]:
    path = str(VOICE / name)
    return [{"file_type": "audio", "path": path, "filename": name, "content_type": "audio/ogg"}]


def count_notes(stack: Stack, message_id: str) -> object:
    statement = "select count(*) from public.meeting_notes where chatwoot_message_id = %s"
    return query(stack, statement, message_id)[0][0]


def test_a_worker_killed_in_the_middle_of_a_transcription_leaves_one_note(
    stack: Stack, people: ChatwootPeople
) -> None:
    fault = {"match": "POST /v1/audio", "delay_seconds": 3, "times": 1}
    requests.post(f"{stack.speech_url}/_control/faults", json=fault, timeout=5)
    person = people.add_person("Kim", phone="+15550100140")
    sent = people.write(person["conversation_id"], attachments=recording("silence.ogg"))
    until(
        lambda: query(
            stack, "select 1 from whatsapp.attachments where transcribing_until is not null"
        )
    )

    stack.functions["process_message"].kill()
    # As if its lease had run out: nobody wants to wait two minutes for that here.
    query(stack, "update whatsapp.messages set lease_until = now() where lease_until is not null")
    stack.start_function("process_message")

    message = settled(stack, sent[0].message_id, seconds=90)
    assert count_notes(stack, sent[0].message_id) == 1
    assert message.error_details == "audio_silent"


def test_messages_wait_while_the_database_is_down(stack: Stack, people: ChatwootPeople) -> None:
    person = people.add_person("Lia", phone="+15550100141")
    stack.postgres.crash()
    sent = [people.write(person["conversation_id"], content=f"n{n}")[0] for n in range(5)]

    stack.postgres.start()

    assert {delivery.http_status for delivery in sent} == {200}
    for delivery in sent:
        assert settled(stack, delivery.message_id, seconds=90).state == "stored"
        assert count_notes(stack, delivery.message_id) == 1


def test_messages_are_stored_though_the_store_answers_503_or_loses_its_answers(
    stack: Stack, people: ChatwootPeople
) -> None:
    person = people.add_person("Mo", phone="+15550100142")
    settled(stack, people.write(person["conversation_id"], content="first")[0].message_id)
    for number, fault in enumerate(
        (
            {"match": "POST /upload", "status": 503},
            {"match": "POST /upload", "status": 503, "after": True},
            {"match": "POST /upload", "reset_connection": True},
        )
    ):
        requests.post(f"{stack.gcs_url}/_control/faults", json=fault, timeout=5)

        sent = people.write(person["conversation_id"], content=f"again {number}")

        message = settled(stack, sent[0].message_id, seconds=90)
        assert (message.state, message.content) == ("stored", f"again {number}")
        assert count_notes(stack, sent[0].message_id) == 1
        assert stack.sweep("fallback")["counts"] == {
            "moved": 1,
            "deleted": 0,
            "buckets": 0,
            "left": 0,
            "conflicts": 0,
        }
        assert message.object_name in list_objects(stack.gcs_url, message.bucket_name or "")
        # An instance that remembers the failure would go past the store for a while.
        stack.functions["process_message"].stop()
        stack.start_function("process_message")


def test_a_recording_waits_while_the_speech_service_is_throttled(
    stack: Stack, people: ChatwootPeople
) -> None:
    # As if nobody had sent this recording before: its words would be known.
    query(stack, "update whatsapp.attachments set sha256 = null")
    faults = f"{stack.speech_url}/_control/faults"
    fault = {"match": "POST /v1/audio", "status": 429, "times": -1, "retry_after": 7}
    requests.post(faults, json=fault, timeout=5)
    person = people.add_person("Nia", phone="+15550100143")
    sent = people.write(person["conversation_id"], attachments=recording("note.ogg"))
    message_id = sent[0].message_id
    # Chatwoot announces a recording twice, and each announcement asks for its words.
    until(
        lambda: query(
            stack,
            "select 1 from whatsapp.attachments a join whatsapp.messages m using"
            " (installation, account_id, message_id) where m.message_id = %s and a.attempts >= 2"
            " and m.state = 'stored' and m.lease_until is null",
            message_id,
        )
    )
    requests.delete(faults, timeout=5)
    waiting = read(stack, message_id)
    assert waiting is not None
    assert (waiting.is_pending, waiting.processing_status) == (True, "processing")
    assert stack.sweep("transcriptions")["counts"] == {"resumed": 0, "left": 0}

    query(stack, "update whatsapp.attachments set next_attempt_at = now() where state = 'pending'")
    report = stack.sweep("transcriptions")

    assert report["counts"] == {"resumed": 1, "left": 0}
    message = settled(stack, message_id, seconds=90)
    assert message.processing_status == "stored"
    assert "March" in (message.content or "")
    assert count_notes(stack, message_id) == 1


def test_without_the_broker_deliveries_lie_in_the_spool_until_it_is_back(
    people: ChatwootPeople, stack: Stack
) -> None:
    person = people.add_person("Oz", phone="+15550100144")
    with webhook_with(stack, {"PUBSUB_EMULATOR_HOST": "127.0.0.1:1"}):
        sent = [people.write(person["conversation_id"], content=f"n{n}")[0] for n in range(3)]

    report = stack.sweep("spool")

    assert {delivery.http_status for delivery in sent} == {200}
    assert all('"status": "accepted"' in delivery.answer for delivery in sent)
    assert max(delivery.seconds for delivery in sent) < 4.5
    assert report["counts"] == {"published": 3, "dead": 0, "left": 0}
    for delivery in sent:
        assert settled(stack, delivery.message_id).state == "stored"
    assert list_objects(stack.gcs_url, SPOOL_BUCKET) == {}


def test_without_broker_and_spool_chatwoot_is_told_503(
    people: ChatwootPeople, stack: Stack
) -> None:
    person = people.add_person("Pia", phone="+15550100145")
    nowhere = {
        "PUBSUB_EMULATOR_HOST": "127.0.0.1:1",
        "STORAGE_EMULATOR_HOST": "http://127.0.0.1:1",
    }
    with webhook_with(stack, nowhere):
        sent = people.write(person["conversation_id"], content="nobody takes this")

    assert sent[0].http_status == 503
    assert '"reason": "publish_' in sent[0].answer
    assert sent[0].seconds < 4.5


def test_a_signed_body_that_cannot_be_read_is_kept(people: ChatwootPeople, stack: Stack) -> None:
    person = people.add_person("Quin", phone="+15550100146")
    sent = people.write(person["conversation_id"], content="fine")

    broken = people.deliver_again(sent[0].message_id, body_override="{ not json")

    assert broken[0].http_status == 400
    (name,) = list_objects(stack.gcs_url, SPOOL_BUCKET)
    assert name.startswith("malformed/")


def read(stack: Stack, message_id: str) -> StoredMessage | None:
    return read_messages(stack.database_url).get(message_id)


@contextmanager
def webhook_with(stack: Stack, environ: dict[str, str]) -> Iterator[None]:
    before = stack.function_environ
    stack.functions["chatwoot_webhook"].stop()
    stack.function_environ = environ
    try:
        stack.start_function("chatwoot_webhook")
        yield
        stack.functions["chatwoot_webhook"].stop()
    finally:
        stack.function_environ = before
        stack.start_function("chatwoot_webhook")
