"""Answers and cancellations move the order that asked, and are no notes of their sender."""

import dataclasses
from functools import partial

import pytest

from handlers.domain.dialogue.values import (
    AskedField,
    Decision,
    OrderState,
    Role,
)
from handlers.domain.messages import Event
from handlers.domain.orders.values import Length
from tests.contract.dialogue_lanes import dialogue_world
from tests.contract.dialogue_requests import (
    PARTLY,
    WORDS,
    answered,
    asking,
    cancelled,
    change,
    open_question,
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
    deferred,
    finish_request,
    store,
    transcribed,
)
from tests.contract.ledger_world import LedgerWorld, Row
from tests.contract.outbox_world import taken


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


def test_an_answer_makes_the_order_whole_and_is_no_note(box: DialogueWorld) -> None:
    order, answer = said(box), said(box, 50002, content="LinkedIn")
    decide(box, order, partial(asking, order=order, now=box.now()))

    (job_id,) = decide(box, answer, answered)

    row = order_of(box)
    assert (row["state"], row["platform"], row["words"]) == ("placed", "linkedin", WORDS)
    assert taken(box.outboxes, job_id).message_id == "50001"
    assert box.conversation() | {"last_incoming_at": None} == {
        "version": 2,
        "moved_by": "50002",
        "question": None,
        "last_incoming_at": None,
    }
    assert not is_filed(box, 50002)
    assert [each["user_message"] for each in box.agent_jobs()] == [WORDS]


def test_an_answer_that_is_edited_or_deleted_later_is_still_no_note(box: DialogueWorld) -> None:
    order, answer = said(box), said(box, 50002, content="LinkedIn")
    decide(box, order, partial(asking, order=order, now=box.now()))
    decide(box, answer, answered)

    store(
        box.ledgers.ledger,
        dataclasses.replace(answer, event=Event.MESSAGE_UPDATED, content="Insta"),
    )
    assert not is_filed(box, 50002)
    store(
        box.ledgers.ledger,
        dataclasses.replace(answer, event=Event.MESSAGE_UPDATED, is_deleted=True),
    )

    assert not is_filed(box, 50002)
    assert order_of(box)["state"] == "placed"


def answer_by_voice(box: DialogueWorld) -> None:
    """Say an answer whose words came late, so that it was a note in between."""
    voice = said(box, 50002, content=None, attachments=(audio(),))
    ledger = box.ledgers.ledger
    first = claim_of(box, voice)
    ledger.pin_attachment(first.lease, archived_file())
    ledger.settle_attachment(first.lease, deferred("transcription_unavailable"))
    ledger.finish(first.lease, finish_request(voice, first.state))
    assert is_filed(box, 50002)


def hear_answer(box: DialogueWorld) -> None:
    voice = said(box, 50002, content=None, attachments=(audio(),))
    row = box.ledgers.message("50002")
    assert row is not None
    second = claim_of(box, dataclasses.replace(voice), source="resume")
    box.ledgers.ledger.settle_attachment(second.lease, transcribed("LinkedIn"))
    state = second.state.with_attachment(transcribed("LinkedIn").record)
    request = dataclasses.replace(finish_request(voice, state), decision=answered(second.dialogue))
    assert isinstance(box.ledgers.ledger.finish(second.lease, request), tuple)


@pytest.fixture(name="slow")
def dialogue_whose_second_does_not_pass(
    box: DialogueWorld, monkeypatch: pytest.MonkeyPatch
) -> DialogueWorld:
    """The same message is said twice, so it has one time."""
    now = box.now()
    monkeypatch.setattr(type(box), "now", lambda _: now)
    return box


def test_the_note_of_a_recording_that_turned_out_to_answer_is_taken_back(
    slow: DialogueWorld,
) -> None:
    order = said(slow)
    decide(slow, order, partial(asking, order=order, now=slow.now()))
    answer_by_voice(slow)

    hear_answer(slow)

    assert not is_filed(slow, 50002)
    assert order_of(slow)["state"] == "placed"


def test_a_note_that_its_owner_changed_meanwhile_stays_theirs(slow: DialogueWorld) -> None:
    order = said(slow)
    decide(slow, order, partial(asking, order=order, now=slow.now()))
    answer_by_voice(slow)
    slow.ledgers.change_note("50002", content="mine")

    hear_answer(slow)

    note = slow.ledgers.note("50002")
    assert note is not None
    assert note["content"] == "mine"


def test_cancelling_closes_the_question_in_silence(box: DialogueWorld) -> None:
    order, word = said(box), said(box, 50002, content="cancel")
    decide(box, order, partial(asking, order=order, now=box.now()))

    assert decide(box, word, cancelled) == ()

    assert order_of(box)["state"] == "cancelled"
    assert box.conversation()["question"] is None
    assert not is_filed(box, 50002)
    assert is_filed(box, 50001)


def test_a_correction_is_kept_with_the_open_question(box: DialogueWorld) -> None:
    order, answer = said(box), said(box, 50002)
    decide(box, order, partial(asking, order=order, now=box.now()))
    longer = dataclasses.replace(
        PARTLY, parameters=dataclasses.replace(PARTLY.parameters, length=Length.LONG)
    )
    asked = open_question(
        order, box.now(), field=AskedField.PLATFORM, asked_by="50002", content=longer
    )
    correction = Decision(
        role=Role.ANSWER,
        decided_by="dialogue",
        based_on=1,
        moves_dialogue=True,
        question=asked,
        orders=(change("50001", OrderState.ASKING, content=longer),),
    )

    assert decide(box, answer, lambda _: correction) == ()

    assert order_of(box)["length"] == "long"
    assert claim_of(box, said(box, 50003)).dialogue.question == asked
