"""What a finish does with a decision: once, on facts that still hold, all of it or nothing."""

import dataclasses
from functools import partial

import pytest

from handlers.domain.dialogue.values import (
    Decision,
    DialogueFacts,
    OrderState,
    Role,
)
from handlers.domain.filing import Stale
from handlers.domain.messages import Event
from tests.contract.dialogue_lanes import dialogue_world
from tests.contract.dialogue_requests import (
    NOTE,
    WORDS,
    answered,
    asking,
    cancelled,
    change,
    open_question,
    placed,
)
from tests.contract.dialogue_world import (
    USER,
    DialogueWorld,
    claim_of,
    decide,
    finish,
    said,
)
from tests.contract.ledger_requests import (
    bucket,
)
from tests.contract.ledger_world import LedgerWorld, Row
from tests.contract.outbox_world import taken

_WHOLE_PARAMETERS = {
    "platform": "linkedin",
    "length": "short",
    "tone": "casual",
    "topic": None,
    "subject": "our caf\u00e9",
    "wordCount": 120,
    "language": "en",
}


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


def test_a_note_is_filed_and_moves_nothing(box: DialogueWorld) -> None:
    message = said(box)

    assert decide(box, message, lambda _: NOTE) == ()

    row = box.ledgers.message()
    assert row is not None
    assert (row["decision"], row["decided_by"], row["duplicate_of"]) == ("note", "rules", None)
    assert box.conversation() == {
        "version": 0,
        "moved_by": None,
        "question": None,
        "last_incoming_at": message.created_at,
    }
    assert is_filed(box, 50001)


def test_an_incomplete_order_opens_one_question(box: DialogueWorld) -> None:
    message, now = said(box), box.now()

    (question_id,) = decide(box, message, partial(asking, order=message, now=now))

    row = order_of(box)
    assert (row["state"], row["user_id"], row["words"]) == ("asking", str(USER), WORDS)
    assert (row["platform"], row["length"], row["word_count"]) == (None, "short", 120)
    assert (row["language"], row["person_language"]) == ("en", "pt")
    assert row["note_id"] is not None
    assert is_filed(box, 50001)
    assert box.conversation()["question"] == ("50001", "platform")
    assert taken(box.outboxes, question_id).message_id == "50001"
    facts = claim_of(box, said(box, 50002)).dialogue
    assert facts == DialogueFacts(
        version=1,
        moved_by=message.message_id,
        question=open_question(message, now),
        user_id=str(USER),
    )


def test_a_whole_order_is_placed_with_its_job_in_the_same_transaction(box: DialogueWorld) -> None:
    message = said(box)
    claim = claim_of(box, message)
    box.ledgers.ledger.pin_bucket(claim.lease, bucket(owner_id=str(USER)))

    result = finish(box, claim, message, placed(claim.dialogue, message))

    assert isinstance(result, tuple)
    (job_id,) = result
    row = order_of(box)
    assert row["state"] == "placed"
    order = {"row_id": row["order_id"], "user_id": str(USER), "parameters": _WHOLE_PARAMETERS}
    assert box.content_orders() == [order | {"user_message": None}]
    payload = _WHOLE_PARAMETERS | {"order_id": row["order_id"]}
    assert box.agent_jobs() == [
        {
            "row_id": row["job_id"],
            "user_id": str(USER),
            "parameters": payload,
            "user_message": WORDS,
        }
    ]
    job = taken(box.outboxes, job_id)
    assert job.kind == "job"
    assert job.document == {
        "order_id": row["order_id"],
        "job_id": row["job_id"],
        "user_id": str(USER),
        "parameters": {k: v for k, v in _WHOLE_PARAMETERS.items() if k != "subject"},
        "subject": "our caf\u00e9",
        "note_id": row["note_id"],
        "object_path": f"gs://bucket-{USER}-1/{claim.object_name}",
        "account_id": "7",
        "conversation_id": "118",
        "message_id": "50001",
    }


def test_a_finish_whose_answer_was_lost_says_the_same_again(box: DialogueWorld) -> None:
    message = said(box)
    claim = claim_of(box, message)
    decision = placed(claim.dialogue, message)

    first = finish(box, claim, message, decision)
    second = finish(box, claim, message, decision)

    assert isinstance(first, tuple)
    assert first == second
    assert len(first) == 1
    assert len(box.content_orders()) == len(box.agent_jobs()) == 1
    assert box.conversation()["version"] == 1


def test_a_message_is_decided_once(box: DialogueWorld) -> None:
    message = said(box)
    decide(box, message, lambda _: NOTE)
    edit = dataclasses.replace(message, event=Event.MESSAGE_UPDATED, content="edited")

    claim = claim_of(box, edit)
    assert finish(box, claim, edit, placed(claim.dialogue, message)) == ()

    row = box.ledgers.message()
    assert row is not None
    assert (row["decision"], row["content"]) == ("note", "edited")
    assert box.content_orders() == []
    assert box.order() is None


def test_a_new_order_replaces_the_one_that_asks(box: DialogueWorld) -> None:
    first, second = said(box), said(box, 50002)
    decide(box, first, partial(asking, order=first, now=box.now()))
    decide(box, second, partial(asking, order=second, now=box.now()))

    assert [order_of(box, n)["state"] for n in (50001, 50002)] == ["replaced", "asking"]
    assert box.conversation()["question"] == ("50002", "platform")


def test_an_order_that_has_ended_stays_as_it_is(box: DialogueWorld) -> None:
    order, word = said(box), said(box, 50002)
    decide(box, order, partial(placed, order=order))
    late = Decision(
        role=Role.CANCEL,
        decided_by="dialogue",
        based_on=1,
        orders=(change("50001", OrderState.CANCELLED),),
    )

    decide(box, word, lambda _: late)

    assert order_of(box)["state"] == "placed"


def test_a_decision_on_a_dialogue_that_has_moved_changes_nothing(box: DialogueWorld) -> None:
    order, first, second = said(box), said(box, 50002), said(box, 50003)
    decide(box, order, partial(asking, order=order, now=box.now()))
    late = claim_of(box, second)
    decide(box, first, answered)
    before = (order_of(box), box.conversation()["version"], box.outboxes.rows())

    result = finish(box, late, second, cancelled(late.dialogue))

    assert isinstance(result, Stale)
    assert (result.facts.version, result.facts.question) == (2, None)
    assert result.facts.role is None
    assert (order_of(box), box.conversation()["version"], box.outboxes.rows()) == before
    row = box.ledgers.message("50003")
    assert row is not None
    assert (row["state"], row["decision"]) == ("processing", None)
    assert not is_filed(box, 50003)
    again = dataclasses.replace(NOTE, based_on=result.facts.version)
    assert finish(box, late, second, again) == ()
    assert is_filed(box, 50003)


def test_an_older_message_does_not_take_the_mark_back(box: DialogueWorld) -> None:
    newer, older = said(box, 50010), said(box, 50009)
    decide(box, newer, partial(placed, order=newer))
    decide(box, older, partial(placed, order=older))

    assert box.conversation()["moved_by"] == "50010"
    assert box.conversation()["version"] == 2


def test_ids_are_compared_as_numbers(box: DialogueWorld) -> None:
    for number in (9, 10):
        message = said(box, number)
        decide(box, message, partial(placed, order=message))

    assert box.conversation()["moved_by"] == "10"
