"""An order whose dialogue cannot simply go on: unmapped, late, replaced, overtaken, withdrawn."""

from dataclasses import replace

import pytest

from handlers.domain.dialogue.values import (
    Decision,
    DialogueFacts,
    OrderChange,
    OrderState,
    Role,
    WaitReason,
)
from handlers.domain.messages import Message, MessageId
from handlers.domain.orders.values import (
    OrderParameters,
)
from tests.unit.domain.dialogue.deciding_cases import (
    COMPLETE,
    DAY,
    FIRST,
    NEW,
    NOW,
    SECOND,
    Deciding,
    asked,
    facts_of,
    message_of,
    only_change,
    open_question,
    ordered,
)

MAPPED = facts_of()


def silent_note(decided_by: str) -> Decision:
    return Decision(role=Role.NOTE, decided_by=decided_by, based_on=7)


@pytest.mark.parametrize("parameters", [COMPLETE, OrderParameters()])
def test_nobody_asks_a_person_who_is_no_user_yet(parameters: OrderParameters) -> None:
    facts = replace(facts_of(open_question()), user_id=None)
    decision = Deciding(understanding=ordered(parameters))(facts, message_of(), "um post")
    change = only_change(decision)

    assert (change.state, change.wait_reason) == (OrderState.WAITING, WaitReason.UNMAPPED)
    assert change.words == "um post"
    assert change.content is not None
    assert decision.role is Role.ORDER
    assert decision.outbox == ()
    assert not decision.moves_dialogue


@pytest.mark.parametrize("parameters", [COMPLETE, OrderParameters()])
@pytest.mark.parametrize("facts", [MAPPED, DialogueFacts(version=7)])
def test_an_order_that_is_decided_a_day_late_waits_for_a_person(
    parameters: OrderParameters, facts: DialogueFacts
) -> None:
    deciding = Deciding(understanding=ordered(parameters))

    late = deciding(facts, message_of(at=NOW - DAY - SECOND))

    change = only_change(late)
    assert (change.state, change.wait_reason) == (OrderState.WAITING, WaitReason.LATE)
    assert (late.outbox, late.moves_dialogue) == ((), False)


def test_within_a_day_an_order_is_not_late() -> None:
    deciding = Deciding(understanding=ordered(COMPLETE))

    for at in (NOW - DAY, None):
        assert only_change(deciding(MAPPED, message_of(at=at))).state is OrderState.PLACED


@pytest.mark.parametrize("parameters", [COMPLETE, OrderParameters()])
def test_a_new_order_takes_the_place_of_the_one_whose_question_is_open(
    parameters: OrderParameters,
) -> None:
    deciding = Deciding(understanding=ordered(parameters))
    decision = deciding(facts_of(open_question()), message_of())
    old, new = decision.orders

    assert old == OrderChange(order_message_id=FIRST, state=OrderState.REPLACED)
    assert new.order_message_id == NEW
    assert decision.moves_dialogue
    assert decision.question is None or decision.question.order_message_id == NEW


def test_an_order_after_the_lapse_of_a_question_says_that_it_lapsed() -> None:
    question = open_question(asked_at=NOW - DAY - SECOND)
    decision = Deciding(understanding=ordered())(facts_of(question), message_of())

    assert decision.orders[0] == OrderChange(order_message_id=FIRST, state=OrderState.LAPSED)


def test_an_order_that_waits_leaves_the_open_question_open() -> None:
    decision = Deciding(understanding=ordered())(
        facts_of(open_question()), message_of(at=NOW - DAY - SECOND)
    )

    assert only_change(decision).state is OrderState.WAITING
    assert not decision.moves_dialogue


def older_than_the_dialogue() -> DialogueFacts:
    return replace(facts_of(open_question()), moved_by=MessageId("50003"))


def test_a_complete_order_that_comes_late_is_placed_without_moving_the_dialogue() -> None:
    decision = Deciding(understanding=ordered(COMPLETE))(older_than_the_dialogue(), message_of())

    assert only_change(decision).state is OrderState.PLACED
    assert not decision.moves_dialogue


def test_an_incomplete_order_that_comes_late_is_replaced_at_once() -> None:
    deciding = Deciding(understanding=ordered())
    decision = deciding(older_than_the_dialogue(), message_of(), "um post")

    assert only_change(decision).state is OrderState.REPLACED
    assert only_change(decision).words == "um post"
    assert (decision.outbox, decision.moves_dialogue) == ((), False)


@pytest.mark.parametrize(
    ("number", "moved_by", "is_moving"),
    [
        ("50002", None, True),
        ("msg_456", None, True),
        ("10000", "9999", True),
        ("9999", "10000", False),
        ("10000", "10000", False),
        ("msg_456", "50001", False),
        ("50002", "msg_456", False),
        ("\u0665", "1", False),
    ],
)
def test_ids_are_compared_as_numbers(number: str, moved_by: str | None, *, is_moving: bool) -> None:
    facts = replace(MAPPED, moved_by=None if moved_by is None else MessageId(moved_by))

    decision = Deciding(understanding=ordered(COMPLETE))(facts, message_of(number))

    assert decision.moves_dialogue is is_moving


def test_an_order_of_nobody_waits() -> None:
    message = replace(message_of(), contact=None)
    decision = Deciding(understanding=ordered())(DialogueFacts(), message)

    assert only_change(decision).wait_reason is WaitReason.UNMAPPED


def test_an_order_whose_sender_chatwoot_does_not_name_asks_nobody_in_particular() -> None:
    message = replace(message_of(), contact=None)
    decision = Deciding(understanding=ordered())(MAPPED, message)

    assert asked(decision).sender_id is None


def deleted(number: str = FIRST) -> Message:
    return replace(message_of(number), is_deleted=True, content=None)


def test_a_message_that_was_deleted_before_it_was_decided_is_a_note_without_effect() -> None:
    decision = Deciding(understanding=ordered())(facts_of(open_question()), deleted("50002"), None)

    assert decision.role is Role.NOTE
    assert (decision.orders, decision.outbox, decision.moves_dialogue) == ((), (), False)
