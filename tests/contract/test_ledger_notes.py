"""The note that a message becomes, and whose word counts afterwards."""

from dataclasses import replace
from uuid import UUID

import pytest

from handlers.domain.message_state import MessageState, join
from handlers.domain.messages import Contact, ContactId
from tests.contract.ledger_requests import (
    audio,
    claim_request,
    claimed,
    dead_letter,
    deferred,
    finish_request,
    store,
    transcribed,
)
from tests.contract.ledger_world import LedgerWorld, Row
from tests.factories import make_message

_USER = UUID("a3bb189e-8bf9-3888-9912-ace4e6543002")
_EDITED = make_message(content="edited in Chatwoot")
_DELETED = make_message(content="This message was deleted", is_deleted=True)


def _note(world: LedgerWorld) -> Row:
    note = world.note()
    assert note is not None
    return note


def _message(world: LedgerWorld) -> Row:
    row = world.message()
    assert row is not None
    return row


def test_finishing_writes_note_and_ledger(world: LedgerWorld) -> None:
    store(world.ledger)

    note, row = _note(world), _message(world)
    assert (note["content"], note["processing_status"]) == ("Call Ana on Tuesday", "stored")
    assert (note["user_id"], note["error_details"]) == (None, None)
    assert note["gcs_storage_path"] == "gs://bucket/object.json"
    assert (note["contact_identifier"], note["conversation_id"]) == ("+15550100123", "118")
    assert (note["contact_id"], note["metadata"]["sender_name"]) == ("90210", "Dana Vale")
    assert (row["state"], row["is_archived"], row["lease_until"]) == ("stored", True, None)
    assert (row["content"], row["is_deleted"]) == ("Call Ana on Tuesday", False)


def test_a_contact_without_a_number_is_named_by_its_source_id(world: LedgerWorld) -> None:
    contact = Contact(contact_id=ContactId("90333"), source_id="BR.X1", phone=None, name=None)

    store(world.ledger, make_message(contact=contact))

    assert _note(world)["contact_identifier"] == "BR.X1"


def test_a_message_without_a_sender_is_a_note_without_one(world: LedgerWorld) -> None:
    store(world.ledger, make_message(contact=None))

    assert _note(world)["contact_identifier"] is None
    assert world.contact() is None


def test_finishing_twice_with_one_fence_is_finishing_once(world: LedgerWorld) -> None:
    message = make_message()
    claim = claimed(world.ledger)
    request = finish_request(message, join(claim.state, message))
    world.ledger.finish(claim.lease, request)
    before = _note(world)

    world.ledger.finish(claim.lease, request)

    assert _note(world) == before


def test_a_contact_that_is_known_makes_its_user_the_owner(world: LedgerWorld) -> None:
    world.map_contact(_USER)

    claim = store(world.ledger)

    assert claim.owner_id == str(_USER)
    assert _note(world)["user_id"] == _USER


def test_a_contact_mapped_after_the_claim_does_not_get_what_lies_in_the_shared_bucket(
    world: LedgerWorld,
) -> None:
    message = make_message()
    claim = claimed(world.ledger)
    world.map_contact(_USER)

    world.ledger.finish(claim.lease, finish_request(message, join(claim.state, message)))

    assert _note(world)["user_id"] is None
    assert _message(world)["owner_id"] == "account_7"


def test_what_is_learnt_of_a_contact_is_kept_and_never_emptied(world: LedgerWorld) -> None:
    bare = Contact(contact_id=ContactId("90210"), source_id="BR.X1", phone=None, name=None)
    store(world.ledger)

    claimed(world.ledger, claim_request(make_message(contact=bare, content="edited")))

    contact = world.contact()
    assert contact is not None
    assert (contact["phone"], contact["name"]) == ("+15550100123", "Dana Vale")
    assert contact["source_ids"] == ["15550100123", "BR.X1"]


def test_a_later_state_updates_the_note(world: LedgerWorld) -> None:
    store(world.ledger)
    store(world.ledger, _EDITED)

    assert _note(world)["content"] == "edited in Chatwoot"


def test_a_note_that_its_owner_deleted_stays_away(world: LedgerWorld) -> None:
    store(world.ledger)
    world.delete_note()

    store(world.ledger, _EDITED)

    assert world.note() is None
    assert _message(world)["content"] == "edited in Chatwoot"


def test_a_note_that_its_owner_edited_keeps_the_edit(world: LedgerWorld) -> None:
    store(world.ledger)
    world.change_note(content="Call Ana and Bob")

    store(world.ledger, _EDITED)
    store(world.ledger, make_message(content="edited once more"))

    assert _note(world)["content"] == "Call Ana and Bob"


def test_deletion_in_chatwoot_takes_the_words_even_of_an_edited_note(world: LedgerWorld) -> None:
    store(world.ledger)
    world.change_note(content="Call Ana and Bob")

    store(world.ledger, _DELETED)

    note = _note(world)
    assert (note["content"], note["error_details"]) == (None, "deleted")
    assert note["metadata"] == {"channel": "whatsapp", "deleted": True}
    row = _message(world)
    assert (row["is_deleted"], row["content"]) == (True, None)


def test_a_note_that_the_app_has_processed_is_never_set_back(world: LedgerWorld) -> None:
    store(world.ledger)
    world.change_note(processing_status="processed")

    store(world.ledger, _EDITED)
    world.ledger.bury(dead_letter(make_message()))

    assert _note(world)["processing_status"] == "processed"


def test_a_pending_attachment_makes_the_note_processing_until_it_is_settled(
    world: LedgerWorld,
) -> None:
    message = make_message(content=None, attachments=(audio(),))
    claim = claimed(world.ledger, claim_request(message))
    world.ledger.settle_attachment(claim.lease, deferred("transcription_unavailable"))
    state = MessageState(attachments=(deferred("transcription_unavailable").record,))
    world.ledger.finish(claim.lease, finish_request(message, state))
    assert _note(world)["processing_status"] == "processing"

    again = claimed(world.ledger, claim_request(message))
    world.ledger.settle_attachment(again.lease, transcribed("Hello"))
    done = replace(again.state, attachments=(transcribed("Hello").record,))
    world.ledger.finish(again.lease, finish_request(message, done))

    note = _note(world)
    assert (note["processing_status"], note["content"]) == ("stored", "Hello")


def test_burying_keeps_the_delivery_and_shows_an_error(world: LedgerWorld) -> None:
    lease = claimed(world.ledger).lease

    world.ledger.bury(replace(dead_letter(make_message()), lease=lease))

    (letter,) = world.dead_letters()
    assert (letter["key"], letter["payload"]) == ("delivery-1", b"\x00raw\xff")
    assert (letter["reason"], letter["message_id"]) == ("data_rejected", "50001")
    assert letter["attributes"]["source"] == "webhook"
    row, note = _message(world), _note(world)
    assert (row["state"], row["last_error"], row["lease_until"]) == ("dead", "data_rejected", None)
    assert (note["processing_status"], note["error_details"]) == ("error", "data_rejected")


def test_a_message_that_nobody_claimed_may_be_buried(world: LedgerWorld) -> None:
    world.ledger.bury(dead_letter(make_message()))

    assert (_message(world)["state"], _note(world)["processing_status"]) == ("dead", "error")


def test_the_same_delivery_is_buried_once_and_counted(world: LedgerWorld) -> None:
    world.ledger.bury(dead_letter(None))
    world.ledger.bury(dead_letter(None, reason="payload_invalid"))

    (letter,) = world.dead_letters()
    assert (letter["times_seen"], letter["reason"]) == (2, "payload_invalid")
    assert letter["message_id"] == "attr-id"
    assert world.message() is None


def test_burying_does_not_overwrite_what_is_stored(world: LedgerWorld) -> None:
    store(world.ledger)
    before = _note(world)

    world.ledger.bury(dead_letter(make_message()))

    assert (_message(world)["state"], _note(world)) == ("stored", before)


def test_burying_a_message_that_waits_for_an_attachment_ends_the_waiting(
    world: LedgerWorld,
) -> None:
    message = make_message(attachments=(audio(),))
    claim = claimed(world.ledger, claim_request(message))
    world.ledger.settle_attachment(claim.lease, deferred("transcription_unavailable"))
    state = replace(claim.state, attachments=(deferred("transcription_unavailable").record,))
    world.ledger.finish(claim.lease, finish_request(message, state))

    world.ledger.bury(dead_letter(message))

    assert _note(world)["processing_status"] != "processing"


def test_a_replay_of_a_dead_message_fills_its_note(world: LedgerWorld) -> None:
    world.ledger.bury(dead_letter(make_message()))

    store(world.ledger, source="replay")

    note = _note(world)
    assert (note["content"], note["processing_status"]) == ("Call Ana on Tuesday", "stored")
    assert note["error_details"] is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("cut \ud83d", "cut \ufffd"),
        ("whole \U0001f600", "whole \U0001f600"),
    ],
    ids=["nul", "surrogate", "emoji"],
)
def test_what_postgres_cannot_hold_is_stored_as_a_replacement_character(
    world: LedgerWorld, written: str, kept: str
) -> None:
    contact = Contact(contact_id=ContactId("90210"), name=written)
    message = make_message(content=written, contact=contact, attachments=(audio(words=written),))

    claim = store(world.ledger, message)
    world.ledger.bury(dead_letter(None, reason=written))

    assert _message(world)["content"] == kept
    assert _note(world)["content"] == f"{kept}\n\n{kept}"
    assert world.attachment()["chatwoot_transcript"] == kept
    row = world.contact()
    assert row is not None
    assert row["name"] == kept
    assert claim.lease.message_id == "50001"
