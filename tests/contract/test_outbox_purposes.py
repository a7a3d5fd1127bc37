"""What a message is for decides, at the moment it is sent, whether it still goes out and how."""

import dataclasses
from functools import partial

import pytest

from handlers.domain.dialogue.values import AskedField, Decision, DialogueFacts, OrderState, Role
from handlers.domain.json_values import JsonObject
from handlers.domain.messages import Event, Message
from handlers.domain.outgoing import (
    CancelledOutgoing,
    Outgoing,
    OutgoingState,
    Settlement,
    correlation_id,
    failed,
    sent,
)
from tests.contract.dialogue_lanes import dialogue_world
from tests.contract.dialogue_requests import (
    NOTE,
    PARTLY,
    answered,
    asking,
    change,
    open_question,
    placed,
    question_row,
    ready_notice,
)
from tests.contract.dialogue_world import (
    USER,
    DialogueWorld,
    decide,
    said,
)
from tests.contract.ledger_requests import store
from tests.contract.ledger_world import LedgerWorld
from tests.contract.outbox_world import LEASE_SECONDS, take, taken

_DAY = 24 * 3600


@pytest.fixture(name="box")
def dialogue_beside_the_ledger(world: LedgerWorld) -> DialogueWorld:
    world.map_contact(USER)
    return dialogue_world(world)


def asked(box: DialogueWorld, number: int = 50001) -> Message:
    order = said(box, number)
    decide(box, order, partial(asking, order=order, now=box.now()))
    return order


def ends(box: DialogueWorld) -> list[tuple[str, str, str | None]]:
    return [(row["cause"], row["state"], row["reason"]) for row in box.outboxes.rows()]


def withdrawn(box: DialogueWorld) -> str:
    found = take(box.outboxes)
    assert isinstance(found, CancelledOutgoing), found
    return found.reason


def test_a_question_goes_out_while_its_conversation_waits_on_it(box: DialogueWorld) -> None:
    asked(box)

    assert taken(box.outboxes).document == {"content": "Which platform?"}


def test_a_question_that_was_answered_before_it_was_sent_does_not_go_out(
    box: DialogueWorld,
) -> None:
    asked(box)
    decide(box, said(box, 50002), answered)

    assert withdrawn(box) == "question_closed"
    assert taken(box.outboxes).kind == "job"


def test_a_question_of_an_order_that_was_replaced_does_not_go_out(box: DialogueWorld) -> None:
    asked(box)
    asked(box, 50002)

    assert withdrawn(box) == "question_closed"
    assert taken(box.outboxes).message_id == "50002"


def test_of_two_questions_about_one_order_only_the_open_one_goes_out(box: DialogueWorld) -> None:
    order = asked(box)

    def next_question(facts: DialogueFacts) -> Decision:
        return Decision(
            role=Role.ANSWER,
            decided_by="dialogue",
            based_on=facts.version,
            moves_dialogue=True,
            question=open_question(order, box.now(), field=AskedField.TONE, asked_by="50002"),
            orders=(change("50001", OrderState.ASKING, content=PARTLY),),
            outbox=(question_row("50001", AskedField.TONE),),
        )

    decide(box, said(box, 50002), next_question)

    assert withdrawn(box) == "question_closed"
    assert taken(box.outboxes).correlation_id == correlation_id("main", "7", "question:50001:tone")


def test_the_next_question_goes_out_although_the_answer_before_it_was_deleted(
    box: DialogueWorld,
) -> None:
    order = asked(box)
    taken(box.outboxes)
    answer = said(box, 50002)
    tone = partial(open_question, order, box.now(), field=AskedField.TONE, asked_by="50002")
    decide(
        box,
        answer,
        lambda facts: Decision(
            role=Role.ANSWER,
            decided_by="dialogue",
            based_on=facts.version,
            moves_dialogue=True,
            question=tone(),
            outbox=(question_row("50001", AskedField.TONE),),
        ),
    )
    deletion = dataclasses.replace(answer, event=Event.MESSAGE_UPDATED, is_deleted=True)
    store(box.ledgers.ledger, deletion)

    assert taken(box.outboxes).message_id == "50001"


def test_a_question_whose_orders_message_was_deleted_does_not_go_out(box: DialogueWorld) -> None:
    order = asked(box)
    deletion = dataclasses.replace(order, event=Event.MESSAGE_UPDATED, is_deleted=True)
    store(box.ledgers.ledger, deletion)

    assert withdrawn(box) == "message_deleted"


def with_notice(box: DialogueWorld, notice: Outgoing) -> None:
    order = said(box)
    decide(
        box,
        order,
        lambda _: Decision(role=Role.NOTE, decided_by="rules", based_on=0, outbox=(notice,)),
    )


def test_outside_of_the_window_what_has_a_template_goes_out_as_it(box: DialogueWorld) -> None:
    template: JsonObject = {
        "content": "Ready",
        "template_params": {"name": "ready", "language": "pt_BR"},
    }
    with_notice(box, dataclasses.replace(ready_notice("50001"), template=template))
    box.let_window_pass(_DAY + 60)

    assert taken(box.outboxes).document == template


def test_inside_of_the_window_it_goes_out_in_its_own_words(box: DialogueWorld) -> None:
    with_notice(box, dataclasses.replace(ready_notice("50001"), template={"content": "template"}))
    box.let_window_pass(_DAY - 60)

    assert taken(box.outboxes).document == {"content": "It is there"}


def test_outside_of_the_window_what_has_no_template_does_not_go_out(box: DialogueWorld) -> None:
    with_notice(box, ready_notice("50001"))
    box.let_window_pass(_DAY + 60)

    assert withdrawn(box) == "window_closed"
    assert ends(box) == [("ready:50001", "cancelled", "window_closed")]


def test_a_newer_message_opens_the_window_again(box: DialogueWorld) -> None:
    with_notice(box, ready_notice("50001"))
    box.let_window_pass(_DAY + 60)
    decide(box, said(box, 50002), lambda _: NOTE)

    assert taken(box.outboxes).document == {"content": "It is there"}


def test_a_job_goes_out_at_any_time(box: DialogueWorld) -> None:
    order = said(box)
    decide(box, order, partial(placed, order=order))
    box.let_window_pass(9 * _DAY)

    assert taken(box.outboxes).kind == "job"


def test_a_notice_about_an_order_that_was_cancelled_does_not_go_out(box: DialogueWorld) -> None:
    asked(box)
    taken(box.outboxes)

    def cancel(facts: DialogueFacts) -> Decision:
        return Decision(
            role=Role.CANCEL,
            decided_by="dialogue",
            based_on=facts.version,
            moves_dialogue=True,
            orders=(change("50001", OrderState.CANCELLED),),
            outbox=(ready_notice("50001"),),
        )

    decide(box, said(box, 50002), cancel)

    assert withdrawn(box) == "order_cancelled"


@pytest.mark.parametrize("is_sent", [True, False])
def test_a_job_that_waits_or_is_sent_fails_nothing(box: DialogueWorld, is_sent: bool) -> None:
    order = said(box)
    decide(box, order, partial(placed, order=order))
    again = Settlement(state=OutgoingState.WAITING, reason="x", retry_after_seconds=1)

    box.outboxes.outbox.settle(taken(box.outboxes), sent("1") if is_sent else again)

    found = box.order()
    assert found is not None
    assert found["state"] == "placed"
    assert len(box.outboxes.rows()) == 1


def test_a_question_that_fails_for_good_leaves_its_order_asking(box: DialogueWorld) -> None:
    asked(box)
    box.outboxes.outbox.settle(taken(box.outboxes), failed("conversation_gone"))

    found = box.order()
    assert found is not None
    assert found["state"] == "asking"


_QUESTION = correlation_id("main", "7", "question:50001:platform")


def test_what_chatwoot_took_and_could_not_deliver_is_recorded_once(box: DialogueWorld) -> None:
    asked(box)
    box.outboxes.outbox.settle(taken(box.outboxes), sent("90001"))

    assert box.outboxes.outbox.record_undelivered(_QUESTION, "undelivered:131047")
    assert box.outboxes.outbox.record_undelivered(_QUESTION, "undelivered")

    assert ends(box) == [("question:50001:platform", "failed", "undelivered:131047")]
    assert take(box.outboxes) is None


def test_a_report_that_comes_before_the_sending_was_settled_counts(box: DialogueWorld) -> None:
    asked(box)
    question = taken(box.outboxes)

    assert box.outboxes.outbox.record_undelivered(_QUESTION, "undelivered:131047")
    assert not box.outboxes.outbox.settle(question, sent("90001"))

    box.outboxes.let_pass(LEASE_SECONDS + 1)
    assert take(box.outboxes) is None
    assert ends(box) == [("question:50001:platform", "failed", "undelivered:131047")]


def test_what_we_never_sent_is_not_ours(box: DialogueWorld) -> None:
    order = said(box)
    decide(box, order, partial(placed, order=order))
    job = correlation_id("main", "7", "job:50001")

    assert not box.outboxes.outbox.record_undelivered("f" * 32, "undelivered")
    assert not box.outboxes.outbox.record_undelivered(job, "undelivered")
    assert ends(box) == [("job:50001", "waiting", None)]


def test_what_was_cancelled_stays_so(box: DialogueWorld) -> None:
    asked(box)
    decide(box, said(box, 50002), answered)
    assert withdrawn(box) == "question_closed"

    assert box.outboxes.outbox.record_undelivered(_QUESTION, "undelivered")
    assert ends(box)[0] == ("question:50001:platform", "cancelled", "question_closed")
