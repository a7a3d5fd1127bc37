"""Dialogues that move while a message is under way, and messages that change after they counted."""

from collections.abc import Callable

import pytest

from handlers.domain.dialogue.values import OrderState
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.orders.values import Confidence, Decider, Intent, Platform, Understanding
from tests.component.media_samples import deletion_of
from tests.component.order_talk import COMPLETE, DOUBTFUL, INCOMPLETE, ORDER, Talk, written
from tests.component.worker_world import WorkerWorld

_THROTTLED = RetryableError(RetryReason.TRANSCRIPTION_THROTTLED, retry_after=30)


def _after_claim(talk: Talk, act: Callable[[], object], *, times: int = 1) -> None:
    """Let something happen between a message's claim and its finish."""
    ledger, left = talk.world.ledger, [act] * times

    def on_effect() -> None:
        if ledger.calls[-1] == "claim" and left:
            left.pop()()

    ledger.on_effect = on_effect


def _moved_by_others(talk: Talk) -> None:
    talk.conversation.version += 1


def test_a_dialogue_that_moved_meanwhile_is_decided_again(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)
    _after_claim(talk, lambda: _moved_by_others(talk))

    response = talk.write("LinkedIn", ORDER + 1)

    assert (response.status_code, response.json) == (200, {"status": "stored"})
    assert worker.ledger.calls[-3:] == ["claim", "finish", "finish"]
    assert talk.decided(ORDER + 1) == ("answer", "dialogue")
    assert len(talk.sent) == 2


def test_what_was_cancelled_meanwhile_is_answered_no_more(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)
    _after_claim(talk, lambda: talk.write("cancel", ORDER + 2))

    assert talk.write("LinkedIn", ORDER + 1).status_code == 200

    assert talk.decided(ORDER + 2) == ("cancel", "dialogue")
    assert talk.decided(ORDER + 1) == ("note", "rules")
    assert talk.order().state is OrderState.CANCELLED
    assert (len(talk.sent), talk.jobs) == (1, [])


def test_of_two_answers_at_once_the_newer_counts(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)
    _after_claim(talk, lambda: talk.write("Blog", ORDER + 2))

    talk.write("LinkedIn", ORDER + 1)

    content = talk.order().content
    assert content is not None
    assert content.parameters.platform is Platform.BLOG
    assert talk.decided(ORDER + 1) == ("note", "rules")
    assert len(talk.sent) == 2


def test_an_answer_to_what_was_replaced_meanwhile_is_kept_as_a_note(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)
    _after_claim(talk, lambda: talk.write("write a blog post about tea", ORDER + 2))

    talk.write("LinkedIn", ORDER + 1)

    assert talk.order().state is OrderState.REPLACED
    assert talk.order(ORDER + 2).state is OrderState.ASKING
    assert talk.decided(ORDER + 1) == ("note", "rules")
    assert talk.asked[1:] == ["\U0001f4cf How long should it be?"]


def test_of_two_copies_at_once_one_is_the_order(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    _after_claim(talk, lambda: talk.write(COMPLETE, ORDER + 1, source_id="wamid.same"))

    assert talk.write(COMPLETE, source_id="wamid.same").status_code == 200

    assert talk.decided(ORDER + 1) == ("order", "rules")
    assert talk.decided(ORDER) == ("note", "copy")
    assert len(talk.jobs) == 1


def test_an_older_order_that_comes_second_is_placed_or_closed_without_a_question(
    worker: WorkerWorld,
) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE, ORDER + 2)
    talk.write(COMPLETE)
    talk.write("write a blog post about tea", ORDER + 1)

    assert talk.order(ORDER + 2).state is OrderState.ASKING
    assert talk.order().state is OrderState.PLACED
    assert talk.order(ORDER + 1).state is OrderState.REPLACED
    assert (len(talk.sent), len(talk.jobs)) == (1, 1)


def test_a_model_is_not_asked_again_because_the_dialogue_moved(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    worker.model.opinions[DOUBTFUL] = Understanding(
        intent=Intent.ORDER, decided_by=Decider.MODEL, confidence=Confidence.CERTAIN
    )
    talk.write(INCOMPLETE)
    _after_claim(talk, lambda: talk.write("LinkedIn", ORDER + 1))

    talk.write(DOUBTFUL, ORDER + 2)

    assert talk.decided(ORDER + 2) == ("order", "model")
    assert worker.model.asked == [DOUBTFUL]
    assert talk.order().state is OrderState.REPLACED


def test_a_dialogue_that_moves_each_time_is_handed_back_and_goes_well_later(
    worker: WorkerWorld,
) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)
    worker.ledger.on_effect = lambda: _moved_by_others(talk)

    response = talk.write("LinkedIn", ORDER + 1)

    assert response.status_code == 503
    (line,) = worker.log.named("message.retried")
    assert line["reason"] == "dialogue_stale"
    assert worker.ledger.calls[-5:] == ["claim", "finish", "finish", "finish", "release"]
    assert talk.decided(ORDER + 1) == (None, None)
    assert len(talk.sent) == 1

    worker.ledger.on_effect = lambda: None
    assert talk.write("LinkedIn", ORDER + 1).status_code == 200
    assert talk.decided(ORDER + 1) == ("answer", "dialogue")
    assert len(talk.sent) == 2


@pytest.mark.parametrize("number", [ORDER, ORDER + 1], ids=["order", "answer"])
def test_an_update_after_the_decision_changes_nothing_of_it(
    worker: WorkerWorld, number: int
) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)
    talk.write("LinkedIn", ORDER + 1)
    before = (talk.decided(number), talk.conversation.version, talk.outbox, talk.order().content)

    words = "write a long blog post about tea, or cancel"
    assert talk.write(words, number, event="message_updated").status_code == 200
    assert talk.write("cancel", number, event="message_updated").status_code == 200

    after = (talk.decided(number), talk.conversation.version, talk.outbox, talk.order().content)
    assert after == before
    assert len(talk.sent) == 2
    # The words themselves are kept, where they are a note.
    note = talk.note(number)
    assert (note.content if note else None) == (words if number == ORDER else None)


def test_a_note_that_becomes_an_order_by_an_update_stays_a_note(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write("Call Ana on Tuesday")

    talk.write(COMPLETE, event="message_updated")

    assert talk.decided(ORDER) == ("note", "rules")
    assert talk.jobs == []


def test_deleting_an_order_whose_question_is_open_closes_it(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)

    assert worker.deliver(deletion_of(written(INCOMPLETE))).status_code == 200

    order = talk.order()
    assert order.state is OrderState.CANCELLED
    assert not order.words
    assert order.content is not None
    assert order.content.subject is None
    assert talk.conversation.question is None
    talk.write("LinkedIn", ORDER + 1)
    assert talk.decided(ORDER + 1) == ("note", "rules")
    assert (len(talk.sent), talk.jobs) == (1, [])


def test_a_question_that_waits_to_be_sent_is_withdrawn_with_its_message(
    worker: WorkerWorld,
) -> None:
    talk = Talk(worker)
    worker.sending.conversations.fail_next(RetryableError(RetryReason.CHATWOOT_UNAVAILABLE))
    talk.write(INCOMPLETE)

    worker.deliver(deletion_of(written(INCOMPLETE)))
    worker.clock.advance(61)
    talk.sweep()

    assert talk.sent == []
    assert [(state, reason) for _, state, reason in talk.outbox] == [
        ("cancelled", "message_deleted")
    ]


def test_a_question_that_was_answered_before_it_was_sent_is_not_sent(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    worker.sending.conversations.fail_next(RetryableError(RetryReason.CHATWOOT_UNAVAILABLE))
    talk.write(INCOMPLETE)

    talk.write("linkedin, short, casual", ORDER + 1)
    worker.clock.advance(61)
    talk.sweep()

    assert (talk.sent, len(talk.jobs)) == ([], 1)
    assert (f"question:{ORDER}:platform", "cancelled", "question_closed") in talk.outbox


def test_an_order_is_decided_when_its_recording_is_understood_and_not_before(
    worker: WorkerWorld,
) -> None:
    talk = Talk(worker)
    worker.transcriber.fail_next(_THROTTLED)

    answer = talk.say(COMPLETE)
    assert (answer.json or {})["status"] == "pending"
    assert talk.decided(ORDER) == (None, None)
    assert (talk.outbox, talk.tables.dialogue.orders) == ([], {})

    worker.clock.advance(61)
    talk.say(COMPLETE)
    assert talk.decided(ORDER) == ("order", "rules")
    assert len(talk.jobs) == 1


def test_a_spoken_answer_is_no_note_any_more_once_it_is_understood(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)
    worker.transcriber.fail_next(_THROTTLED)

    talk.say("LinkedIn", ORDER + 1)
    assert talk.note(ORDER + 1) is not None

    worker.clock.advance(61)
    talk.say("LinkedIn", ORDER + 1)
    assert talk.decided(ORDER + 1) == ("answer", "dialogue")
    assert talk.note(ORDER + 1) is None
    assert len(talk.sent) == 2


def test_a_recording_that_is_understood_after_a_newer_answer_is_a_note(
    worker: WorkerWorld,
) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)
    worker.transcriber.fail_next(_THROTTLED)
    talk.say("LinkedIn", ORDER + 1)

    talk.write("Blog", ORDER + 2)
    worker.clock.advance(61)
    talk.say("LinkedIn", ORDER + 1)

    content = talk.order().content
    assert content is not None
    assert content.parameters.platform is Platform.BLOG
    assert talk.decided(ORDER + 1) == ("note", "rules")
    assert talk.note(ORDER + 1) is not None
    assert len(talk.sent) == 2
