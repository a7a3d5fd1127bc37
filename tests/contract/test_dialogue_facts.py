"""A claim says where a conversation stands, and what its message was decided to be."""

import dataclasses
from functools import partial

import pytest

from handlers.domain.dialogue.values import (
    DialogueFacts,
    Preferences,
    Role,
)
from handlers.domain.messages import Event
from handlers.domain.orders.values import Language, Platform, Tone
from tests.contract.dialogue_lanes import dialogue_world
from tests.contract.dialogue_requests import (
    NOTE,
    asking,
    placed,
)
from tests.contract.dialogue_world import (
    USER,
    DialogueWorld,
    claim_of,
    decide,
    said,
)
from tests.contract.ledger_requests import (
    archived_file,
    audio,
    claim_request,
    deferred,
    finish_request,
    store,
)
from tests.contract.ledger_world import LedgerWorld, Row


@pytest.fixture(name="box")
def dialogue_beside_the_ledger(world: LedgerWorld) -> DialogueWorld:
    world.map_contact(USER)
    return dialogue_world(world)


def order_of(box: DialogueWorld, number: int = 50001) -> Row:
    found = box.order(str(number))
    assert found is not None
    return found


def is_filed(box: DialogueWorld, number: int) -> bool:
    return box.ledgers.note(str(number)) is not None


def test_the_first_claim_of_a_mapped_person_finds_an_empty_dialogue(box: DialogueWorld) -> None:
    assert claim_of(box, said(box)).dialogue == DialogueFacts(user_id=str(USER))


def test_a_claim_finds_what_the_user_set_once(box: DialogueWorld) -> None:
    chosen = Preferences(platform=Platform.BLOG, tone=Tone.FRIENDLY, language=Language.SPANISH)
    box.prefer(chosen)

    assert claim_of(box, said(box)).dialogue.preferences == chosen


def test_a_person_whose_bucket_is_not_their_own_yet_is_no_user(world: LedgerWorld) -> None:
    box = dialogue_world(world)
    message = said(box)
    claim_of(box, message)
    world.map_contact(USER)
    world.end_leases()

    assert claim_of(box, message).dialogue.user_id is None


def test_what_was_decided_is_told_to_whoever_claims_the_message_again(box: DialogueWorld) -> None:
    message = said(box)
    decide(box, message, partial(asking, order=message, now=box.now()))
    edit = dataclasses.replace(message, event=Event.MESSAGE_UPDATED, content="edited")

    assert claim_of(box, edit).dialogue.role is Role.ORDER


def test_what_was_stored_before_there_were_decisions_is_a_note(box: DialogueWorld) -> None:
    message = said(box)
    store(box.ledgers.ledger, message)
    edit = dataclasses.replace(message, event=Event.MESSAGE_UPDATED, content="edited")

    assert claim_of(box, edit).dialogue.role is Role.NOTE


def test_what_a_backfill_brought_is_a_note_by_whichever_way_it_comes_again(
    box: DialogueWorld,
) -> None:
    message = said(box, content=None, attachments=(audio(),))
    assert claim_of(box, message, source="backfill").dialogue.role is Role.NOTE
    box.ledgers.end_leases()

    assert claim_of(box, message, source="resume").dialogue.role is Role.NOTE


def test_what_still_waits_for_its_words_is_not_decided(box: DialogueWorld) -> None:
    voice = said(box, content=None, attachments=(audio(),))
    first = claim_of(box, voice)
    box.ledgers.ledger.pin_attachment(first.lease, archived_file())
    box.ledgers.ledger.settle_attachment(first.lease, deferred("transcription_unavailable"))
    box.ledgers.ledger.finish(first.lease, finish_request(voice, first.state))

    assert claim_of(box, voice, source="resume").dialogue.role is None


def test_the_newest_message_opens_the_window_and_a_time_to_come_does_not(
    box: DialogueWorld,
) -> None:
    now = box.now().replace(microsecond=0)
    early = said(box, 50001, created_at=now.replace(year=now.year - 1))
    decide(box, early, lambda _: NOTE)
    assert box.conversation()["last_incoming_at"] == early.created_at
    voice = said(box, 50002, created_at=now, attachments=(audio(),))
    claim = claim_of(box, voice)
    box.ledgers.ledger.finish(claim.lease, finish_request(voice, claim.state))
    assert box.conversation()["last_incoming_at"] == now
    decide(box, said(box, 50003, created_at=early.created_at), lambda _: NOTE)
    assert box.conversation()["last_incoming_at"] == now
    later = said(box, 50004, created_at=now.replace(year=now.year + 1))
    decide(box, later, lambda _: NOTE)

    assert box.conversation()["last_incoming_at"] < later.created_at


def test_a_claim_whose_request_knows_no_provider_finds_no_copy(box: DialogueWorld) -> None:
    message = said(box, source_id=None)
    decide(box, message, partial(placed, order=message))

    claim = box.ledgers.ledger.claim(claim_request(said(box, 50002, source_id=None)))
    assert getattr(claim, "dialogue", None) is not None
