"""Orders while something fails: the message is stored, and what can still be sent goes out once."""

import pytest

from handlers.domain.dialogue.values import OrderState
from handlers.domain.errors import (
    OutcomeUnknownError,
    RetryableError,
    RetryReason,
    SendReason,
    SendRefusedError,
)
from tests.component.order_talk import COMPLETE, INCOMPLETE, ORDER, Talk, written_at
from tests.component.worker_world import WorkerWorld

_DOWN = RetryReason.CHATWOOT_UNAVAILABLE


def test_an_order_that_the_app_refuses_is_stored_and_told_of_once(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.tables.dialogue.refusal = "23514"

    response = talk.write(COMPLETE)
    talk.write(COMPLETE)

    assert (response.status_code, response.json) == (200, {"status": "stored"})
    order = talk.order()
    assert (order.state, order.reason) == (OrderState.FAILED, "order_refused:23514")
    assert talk.note(ORDER) is not None
    (notice,) = talk.sent
    assert str(notice["content"]).startswith("\u26a0\ufe0f Sorry, your order could not be placed.")
    assert talk.jobs == []


def test_more_refused_orders_within_the_hour_are_not_told_of_again(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.tables.dialogue.refusal = "23514"

    for number in range(ORDER, ORDER + 3):
        assert talk.write(COMPLETE, number).status_code == 200

    assert [talk.order(ORDER + n).state for n in range(3)] == [OrderState.FAILED] * 3
    assert len(talk.sent) == 1


def test_an_order_that_an_answer_completes_is_refused_in_its_language(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write("escreve um post curto pro linkedin sobre trabalho remoto")
    talk.tables.dialogue.refusal = "23503"

    assert talk.write("Amig\u00e1vel", ORDER + 1).status_code == 200

    assert talk.decided(ORDER + 1) == ("answer", "dialogue")
    assert talk.order().state is OrderState.FAILED
    assert str(talk.sent[-1]["content"]).startswith("\u26a0\ufe0f Desculpe")


def test_an_order_whose_job_is_refused_is_told_of_once(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    worker.sending.jobs.fail_next(RetryableError(RetryReason.PUBLISH_REFUSED))

    assert talk.write(COMPLETE).status_code == 200
    talk.sweep()

    order = talk.order()
    assert (order.state, order.reason) == (OrderState.FAILED, "job_failed:send_refused")
    assert len(talk.sent) == 1
    assert talk.jobs == []


def test_a_job_waits_while_the_broker_is_down(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    worker.sending.jobs.fail_next(RetryableError(RetryReason.PUBLISH_TIMEOUT))

    assert talk.write(COMPLETE).status_code == 200
    assert talk.jobs == []

    worker.clock.advance(61)
    talk.sweep()
    talk.sweep()
    assert len(talk.jobs) == 1
    assert talk.order().state is OrderState.PLACED


@pytest.mark.parametrize("failures", [1, 3])
def test_a_question_waits_while_chatwoot_is_down(worker: WorkerWorld, failures: int) -> None:
    talk = Talk(worker)
    for _ in range(failures):
        worker.sending.conversations.fail_next(RetryableError(_DOWN), method="post")

    response = talk.write(INCOMPLETE)

    assert (response.status_code, response.json) == (200, {"status": "stored"})
    assert talk.sent == []
    for _ in range(failures + 1):
        worker.clock.advance(3600)
        talk.sweep()
    assert len(talk.sent) == 1
    # Though it is answered hours later, it is the question that is open.
    talk.write("LinkedIn", ORDER + 1)
    assert talk.decided(ORDER + 1) == ("answer", "dialogue")


@pytest.mark.parametrize("looks_failed", range(3))
def test_a_question_whose_answer_was_lost_is_looked_for_and_not_asked_twice(
    worker: WorkerWorld, looks_failed: int
) -> None:
    talk = Talk(worker)
    worker.sending.conversations.fail_after_next(OutcomeUnknownError(_DOWN))
    talk.write(INCOMPLETE)
    for _ in range(looks_failed):
        worker.sending.conversations.fail_next(RetryableError(_DOWN), method="find")

    for _ in range(looks_failed + 2):
        worker.clock.advance(3600)
        talk.sweep()

    assert len(talk.sent) == 1
    assert talk.outbox == [(f"question:{ORDER}:platform", "sent", None)]


def test_a_question_that_chatwoot_refuses_leaves_its_order_where_the_operator_looks(
    worker: WorkerWorld,
) -> None:
    talk = Talk(worker)
    refused = SendRefusedError(SendReason.CONVERSATION_GONE)
    worker.sending.conversations.fail_next(refused)

    assert talk.write(INCOMPLETE).status_code == 200

    assert talk.outbox == [(f"question:{ORDER}:platform", "failed", "conversation_gone")]
    assert talk.order().state is OrderState.ASKING
    # Whatever the person says of it themselves still counts.
    talk.write("linkedin, short, casual", ORDER + 1)
    assert len(talk.jobs) == 1


def test_outside_of_the_window_nothing_is_sent_and_the_row_says_why(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    worker.sending.conversations.fail_next(RetryableError(_DOWN))
    talk.write(INCOMPLETE, created_at=written_at(hours=23))
    assert talk.sent == []

    worker.clock.advance(2 * 3600)
    talk.sweep()

    assert talk.sent == []
    assert talk.outbox == [(f"question:{ORDER}:platform", "cancelled", "window_closed")]
    assert talk.order().state is OrderState.ASKING


def test_a_notice_outside_of_the_window_is_not_sent_either(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.tables.dialogue.refusal = "23514"
    worker.sending.conversations.fail_next(RetryableError(_DOWN))
    talk.write(COMPLETE)

    worker.clock.advance(25 * 3600)
    talk.sweep()

    assert (talk.sent, talk.outbox) == ([], [(f"failure:{ORDER}", "cancelled", "window_closed")])
