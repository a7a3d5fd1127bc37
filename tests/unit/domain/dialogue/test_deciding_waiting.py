"""How an order goes on whose person has become a user."""

from dataclasses import replace

import pytest

from handlers.domain.dialogue.deciding import decide_waiting
from handlers.domain.dialogue.questions import question_document
from handlers.domain.dialogue.values import (
    AskedField,
    DialogueFacts,
    OrderChange,
    OrderState,
    Preferences,
    Role,
    WaitReason,
)
from handlers.domain.dialogue.waiting import WaitingOrder
from handlers.domain.messages import AccountId, ConversationId, MessageId
from handlers.domain.orders.values import Language, OrderParameters, Platform, Tone
from tests.unit.domain.dialogue.deciding_cases import (
    COMPLETE,
    DAY,
    FIRST,
    NOW,
    SECOND,
    SENDER,
    content,
    facts_of,
    open_question,
)

WAITING = MessageId("50002")


def waiting(
    parameters: OrderParameters = OrderParameters(),  # noqa: B008 - an immutable value
    facts: DialogueFacts | None = None,
) -> WaitingOrder:
    return WaitingOrder(
        account_id=AccountId("7"),
        conversation_id=ConversationId("118"),
        order_message_id=WAITING,
        sender_id=SENDER,
        content=content(parameters),
        words="um post",
        written_at=NOW - 9 * DAY,
        shows_options=False,
        last_incoming_at=NOW - DAY,
        facts=facts or facts_of(),
    )


def test_a_complete_order_is_placed_however_old_it_is() -> None:
    order = replace(waiting(COMPLETE), last_incoming_at=None)
    decision = decide_waiting(order, NOW)
    (change,) = decision.orders

    assert (decision.role, decision.decided_by, decision.based_on) == (Role.ORDER, "dialogue", 7)
    assert (change.order_message_id, change.state) == (WAITING, OrderState.PLACED)
    assert change.words is None
    assert change.failure_notice is not None
    assert decision.outbox == ()
    assert not decision.moves_dialogue


def test_preferences_that_nobody_knew_before_count() -> None:
    facts = replace(facts_of(), preferences=Preferences(tone=Tone.CASUAL))
    (change,) = decide_waiting(waiting(replace(COMPLETE, tone=None), facts), NOW).orders

    assert change.state is OrderState.PLACED
    assert change.content == content(COMPLETE)


def test_an_incomplete_order_asks_while_the_conversation_is_young() -> None:
    decision = decide_waiting(waiting(OrderParameters(platform=Platform.BLOG)), NOW)
    (change,) = decision.orders
    (outgoing,) = decision.outbox

    assert change.state is OrderState.ASKING
    assert decision.moves_dialogue
    assert decision.question is not None
    assert decision.question.order_message_id == decision.question.asked_by == WAITING
    assert decision.question.sender_id == SENDER
    assert decision.question.asked_at == NOW
    assert outgoing.cause == "question:50002:length"
    assert outgoing.document == question_document(
        AskedField.LENGTH, Language.PORTUGUESE, shows_options=False
    )


@pytest.mark.parametrize(("moved_by", "asked_by"), [("50009", "50009"), ("50000", "50002")])
def test_only_what_is_newer_than_everything_answers_it(moved_by: str, asked_by: str) -> None:
    facts = replace(facts_of(), moved_by=MessageId(moved_by))
    question = decide_waiting(waiting(facts=facts), NOW).question

    assert question is not None
    assert question.asked_by == asked_by


@pytest.mark.parametrize("age", [DAY + SECOND, None])
def test_nobody_is_asked_a_day_after_their_last_message(age: object) -> None:
    last = NOW - DAY - SECOND if age else None
    decision = decide_waiting(replace(waiting(), last_incoming_at=last), NOW)
    (change,) = decision.orders

    assert (change.state, change.wait_reason) == (OrderState.WAITING, WaitReason.LATE)
    assert (decision.outbox, decision.moves_dialogue) == ((), False)


def test_nobody_is_asked_two_things_at_once() -> None:
    decision = decide_waiting(waiting(facts=facts_of(open_question())), NOW)
    (change,) = decision.orders

    assert (change.state, change.wait_reason) == (OrderState.WAITING, WaitReason.LATE)
    assert (decision.outbox, decision.moves_dialogue) == ((), False)


def test_a_question_that_lapsed_is_in_nobodys_way() -> None:
    facts = facts_of(open_question(asked_at=NOW - DAY - SECOND))
    decision = decide_waiting(waiting(facts=facts), NOW)
    old, new = decision.orders

    assert old == OrderChange(order_message_id=FIRST, state=OrderState.LAPSED)
    assert (new.order_message_id, new.state) == (WAITING, OrderState.ASKING)
