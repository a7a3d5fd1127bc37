"""Orders of which nothing is asked: of strangers, late, from before us, or a copy of another."""

import pytest

from handlers.domain.dialogue.values import OrderState, WaitReason
from handlers.domain.errors import RetryReason
from handlers.domain.orders.values import Confidence, Decider, Intent, Platform, Understanding
from handlers.domain.orders.values import OrderParameters as Said
from tests.component.order_talk import (
    COMPLETE,
    DOUBTFUL,
    INCOMPLETE,
    ORDER,
    Talk,
    backfilled,
    written,
    written_at,
)
from tests.component.worker_world import WorkerWorld

_ORDERED = Understanding(
    intent=Intent.ORDER,
    decided_by=Decider.MODEL,
    confidence=Confidence.CERTAIN,
    parameters=Said(platform=Platform.INSTAGRAM),
    subject="coffee",
)


@pytest.mark.parametrize("words", [COMPLETE, INCOMPLETE], ids=["complete", "incomplete"])
def test_an_order_of_nobodys_user_waits_and_nothing_is_sent(
    worker: WorkerWorld, words: str
) -> None:
    talk = Talk(worker, is_user=False)

    assert talk.write(words).status_code == 200

    order = talk.order()
    assert (order.state, order.wait_reason) == (OrderState.WAITING, WaitReason.UNMAPPED)
    assert (talk.outbox, talk.sent, talk.jobs) == ([], [], [])
    assert talk.note(ORDER) is not None
    talk.write("LinkedIn", ORDER + 1)
    assert talk.decided(ORDER + 1) == ("note", "rules")


def test_a_strangers_order_goes_on_once_they_are_a_user(worker: WorkerWorld) -> None:
    talk = Talk(worker, is_user=False)
    talk.write(INCOMPLETE)
    talk.map_person()

    assert talk.sweep_orders() == {"asked": 1}
    assert talk.sweep_orders() == {}

    assert len(talk.sent) == 1
    # Their first message has the account's fallback owner; what they write now is their own.
    for number, tap in enumerate(("LinkedIn", "Short", "Casual"), start=ORDER + 1):
        talk.write(tap, number)
    assert talk.order().state is OrderState.PLACED
    assert len(talk.jobs) == 1


@pytest.mark.parametrize("words", [COMPLETE, INCOMPLETE], ids=["complete", "incomplete"])
def test_an_order_that_comes_a_day_late_waits_and_nothing_is_sent(
    worker: WorkerWorld, words: str
) -> None:
    talk = Talk(worker)

    assert talk.write(words, created_at=written_at(hours=25)).status_code == 200

    order = talk.order()
    assert (order.state, order.wait_reason) == (OrderState.WAITING, WaitReason.LATE)
    assert (talk.outbox, talk.sent, talk.jobs) == ([], [], [])
    assert talk.sweep_orders() == {}


def test_an_answer_that_comes_after_a_day_answers_nothing(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)
    worker.clock.advance(25 * 3600)

    talk.write("LinkedIn", ORDER + 1, created_at=worker.clock.now().isoformat())

    assert talk.decided(ORDER + 1) == ("note", "rules")
    assert len(talk.sent) == 1
    worker.clock.advance(3600)
    assert talk.sweep_orders() == {"lapsed": 1}
    assert talk.order().state is OrderState.LAPSED


def test_an_answer_in_time_that_is_handed_over_late_places_no_order(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write("write a short LinkedIn post about remote work")
    worker.clock.advance(25 * 3600)

    talk.write("Casual", ORDER + 1)

    order = talk.order()
    assert (order.state, order.wait_reason) == (OrderState.WAITING, WaitReason.LATE)
    assert (len(talk.sent), talk.jobs) == (1, [])


@pytest.mark.parametrize("words", [COMPLETE, INCOMPLETE], ids=["complete", "incomplete"])
def test_what_is_read_back_from_before_us_is_a_note(worker: WorkerWorld, words: str) -> None:
    talk = Talk(worker)

    assert worker.push(backfilled(written(words))).status_code == 200
    # Chatwoot announces a change of it later.
    talk.write(f"{words}!", event="message_updated")

    note = talk.note(ORDER)
    assert note is not None
    assert note.content == f"{words}!"
    assert (talk.tables.dialogue.orders, talk.outbox) == ({}, [])


@pytest.mark.parametrize("words", [COMPLETE, INCOMPLETE], ids=["complete", "incomplete"])
def test_a_copy_of_an_order_is_a_note_beside_it(worker: WorkerWorld, words: str) -> None:
    talk = Talk(worker)
    talk.write(words, source_id="wamid.one")
    before = (len(talk.sent), len(talk.jobs))

    assert talk.write(words, ORDER + 1, source_id="wamid.one").status_code == 200

    assert talk.decided(ORDER + 1) == ("note", "copy")
    assert talk.message(ORDER + 1).duplicate_of == str(ORDER)
    assert talk.note(ORDER + 1) is not None
    assert (len(talk.sent), len(talk.jobs)) == before
    assert list(talk.tables.dialogue.orders) == [("main", "7", str(ORDER))]


def test_the_same_words_said_twice_are_two_orders(worker: WorkerWorld) -> None:
    talk = Talk(worker)

    talk.write(COMPLETE)
    talk.write(COMPLETE, ORDER + 1)

    assert len(talk.jobs) == 2


def test_somebody_else_in_the_conversation_answers_nothing(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)

    talk.write("LinkedIn", ORDER + 1, sender={"id": 90211, "name": "Bo"})

    assert talk.decided(ORDER + 1) == ("note", "rules")
    assert talk.order().state is OrderState.ASKING


@pytest.mark.parametrize("words", [COMPLETE, INCOMPLETE, "LinkedIn", "Call Ana on Tuesday"])
def test_nobody_asks_a_model_what_the_rules_are_sure_of(worker: WorkerWorld, words: str) -> None:
    Talk(worker).write(words)

    assert worker.model.asked == []


def test_a_model_is_asked_once_in_doubt_and_may_find_an_order(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    worker.model.opinions[DOUBTFUL] = _ORDERED

    talk.write(DOUBTFUL)
    talk.write(DOUBTFUL)
    talk.write("could use a post on our cafe one day", event="message_updated")

    assert worker.model.asked == [DOUBTFUL]
    assert talk.decided(ORDER) == ("order", "model")
    assert talk.asked == ["\U0001f4cf How long should it be?"]


def test_no_model_is_asked_of_an_answer(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)

    talk.write("the second one", ORDER + 1)

    assert worker.model.asked == []


@pytest.mark.parametrize(
    "reason",
    [
        RetryReason.INTENT_UNAVAILABLE,
        RetryReason.INTENT_THROTTLED,
        RetryReason.INTENT_REFUSED,
        RetryReason.INTENT_INVALID,
    ],
)
def test_what_a_model_cannot_tell_is_a_note_and_is_stored(
    worker: WorkerWorld, reason: RetryReason
) -> None:
    talk = Talk(worker)
    worker.model.opinions[DOUBTFUL] = reason

    response = talk.write(DOUBTFUL)

    assert (response.status_code, response.json) == (200, {"status": "stored"})
    assert talk.decided(ORDER) == ("note", "rules")
    assert talk.note(ORDER) is not None
    (line,) = worker.log.named("intent.model_failed")
    assert (line["reason"], line["message_id"]) == (reason.value, str(ORDER))


def test_a_message_without_words_asks_nobody(worker: WorkerWorld) -> None:
    talk = Talk(worker)

    talk.write("   ")

    assert talk.decided(ORDER) == ("note", "rules")
    assert worker.model.asked == []
