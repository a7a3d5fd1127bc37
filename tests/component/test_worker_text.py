"""Messages without media, from the push request to object, ledger and note."""

import json
from uuid import UUID

import pytest

from handlers.domain.messages import AccountId
from handlers.domain.owners import bucket_name, fallback_owner
from tests.component.worker_world import BUCKET, HASH_KEY, PREFIX, WorkerWorld
from tests.factories import encode, make_delivery, push_request
from tests.fakes.ledger_rows import ContactRow
from tests.unit.chatwoot_samples import HAND_POSTED, sample_bytes

_NAME = "whatsapp-messages/2026-08-02/118/50001.json"


def test_a_text_becomes_an_object_a_ledger_row_and_a_note(worker: WorkerWorld) -> None:
    response = worker.deliver()

    assert (response.status_code, response.json) == (200, {"status": "stored"})
    kept = json.loads(worker.stored(_NAME).data)
    assert kept["webhook_payload"]["content"] == "Call Ana on Tuesday"
    assert kept["processed_at"] == "2026-08-02T09:00:01.123000+00:00"
    assert "pubsub_token" not in worker.stored(_NAME).data.decode()
    assert worker.message().state == "stored"
    note = worker.note()
    assert (note.content, note.processing_status, note.user_id) == (
        "Call Ana on Tuesday",
        "stored",
        None,
    )
    assert note.gcs_storage_path == f"gs://{BUCKET}/{_NAME}"
    assert note.contact_identifier == "+15550100123"


def test_a_text_of_a_person_whose_bucket_is_ready_asks_each_port_once(worker: WorkerWorld) -> None:
    worker.deliver()
    for port in worker.ports.values():
        port.calls.clear()

    worker.deliver(id=50002)

    assert worker.ledger.calls == ["claim", "finish"]
    assert worker.objects.calls == ["create"]
    assert worker.buckets.calls == worker.downloads.calls == worker.transcriber.calls == []
    assert worker.fallback.calls == []


def test_a_known_person_owns_note_and_bucket(worker: WorkerWorld) -> None:
    user_id = UUID("a3bb189e-8bf9-3888-9912-ace4e6543002")
    worker.ledger.tables.contacts["main", "7", "90210"] = ContactRow(user_id=user_id)

    worker.deliver()

    assert worker.note().user_id == user_id
    assert worker.message().owner_id == str(user_id)
    assert BUCKET not in worker.buckets.names


def test_a_redelivery_is_acknowledged_without_another_effect(worker: WorkerWorld) -> None:
    worker.deliver()
    note = worker.note()
    worker.objects.calls.clear()

    response = worker.deliver()

    assert (response.status_code, response.json) == (200, {"status": "stored", "reason": "done"})
    assert worker.objects.calls == []
    assert worker.note() is note


def test_the_hand_posted_delivery_lands_under_the_fallback_owner(worker: WorkerWorld) -> None:
    assert worker.deliver(HAND_POSTED).status_code == 200

    row = worker.ledger.tables.messages["main", "789", "test-message-123"]
    owner = fallback_owner("main", AccountId("789"))
    assert (row.owner_id, row.state) == (owner, "stored")
    name = "whatsapp-messages/2025-01-30/456/test-message-123.json"
    assert (bucket_name(PREFIX, HASH_KEY, owner, 1), name) in worker.objects.rows


@pytest.mark.parametrize(
    ("sample", "message_id", "content", "error"),
    [
        ("03_whatsapp_list_or_button_tap", "50003", "Track my order", None),
        (
            "05_whatsapp_location",
            "50005",
            "Example Plaza, 1 Example Street (-23.550500, -46.633300)",
            None,
        ),
        ("06_whatsapp_contact_card", "50006", "Kai Example\n\n+1 555 010 0999", None),
        ("14_whatsapp_media_download_failed", "50014", None, "chatwoot_fetch_failed"),
        (
            "17_whatsapp_unsupported",
            "50017",
            "This message is unavailable.",
            "unsupported_by_whatsapp",
        ),
        ("18_whatsapp_bsuid_only_contact", "50018", "oi", None),
    ],
)
def test_what_has_no_media_is_a_note_with_its_words_or_its_reason(
    worker: WorkerWorld, sample: str, message_id: str, content: str | None, error: str | None
) -> None:
    assert worker.deliver(sample_bytes(sample)).status_code == 200

    note = worker.note(message_id)
    assert (note.processing_status, note.error_details) == ("stored", error)
    assert note.content == content
    assert worker.downloads.calls == []


def test_a_voice_call_is_a_note_without_words_and_with_its_reason(worker: WorkerWorld) -> None:
    assert worker.deliver(content=None, content_type="voice_call").status_code == 200

    note = worker.note()
    assert (note.content, note.error_details) == (None, "voice_call")


def test_what_does_not_concern_us_is_recorded_as_ignored(worker: WorkerWorld) -> None:
    response = worker.deliver(sample_bytes("08_outgoing_echo_agent_bot"))

    assert (response.status_code, response.json) == (
        200,
        {"status": "ignored", "reason": "not_incoming"},
    )
    assert worker.message("50008").state == "ignored"
    assert worker.ledger.tables.notes.rows == {}


def test_an_event_about_something_else_than_a_message_never_takes_a_messages_id(
    worker: WorkerWorld,
) -> None:
    worker.deliver(event="conversation_updated")

    worker.deliver()

    assert worker.message().state == "stored"


def test_an_ignored_message_stays_ignored(worker: WorkerWorld) -> None:
    worker.deliver(private=True)

    response = worker.deliver()

    assert response.json == {"status": "closed", "reason": "closed"}
    assert worker.objects.rows == {}


@pytest.mark.parametrize("content", ["nul \x00 here", "half an emoji \ud83d", "\ufeff\u2028 odd"])
def test_text_that_a_database_cannot_hold_is_kept_exactly_in_the_object(
    worker: WorkerWorld, content: str
) -> None:
    assert worker.deliver(content=content).status_code == 200

    assert json.loads(worker.stored(_NAME).data)["webhook_payload"]["content"] == content
    assert "\x00" not in (worker.note().content or "")


def test_a_message_without_a_time_is_filed_under_the_day_it_was_published(
    worker: WorkerWorld,
) -> None:
    worker.deliver(created_at=None)

    assert worker.object_names == [_NAME]


def test_a_cloudevent_around_the_push_message_is_taken_too(worker: WorkerWorld) -> None:
    push = json.loads(push_request(encode(make_delivery())))

    response = worker.push(json.dumps({"data": push, "id": "1", "source": "x"}).encode())

    assert response.status_code == 200
    assert worker.message().state == "stored"
