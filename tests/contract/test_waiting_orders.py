"""Orders that wait for their person to be a user, and questions that nobody answered."""

import dataclasses
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from handlers.domain.dialogue.values import (
    Decision,
    OrderState,
    Preferences,
    Role,
    WaitReason,
)
from handlers.domain.dialogue.waiting import OrderId, WaitingOrder
from handlers.domain.filing import Stale
from handlers.domain.messages import AccountId, ContactId, ConversationId, Message, MessageId
from handlers.domain.orders.values import Platform
from tests.contract.dialogue_lanes import dialogue_world
from tests.contract.dialogue_requests import (
    PARTLY,
    WHOLE,
    WORDS,
    asking,
    change,
    open_question,
    placed,
    question_row,
    waiting,
)
from tests.contract.dialogue_world import (
    USER,
    DialogueWorld,
    decide,
    said,
)
from tests.contract.ledger_world import LedgerWorld, Row
from tests.contract.outbox_world import taken


@pytest.fixture(name="box")
def dialogue_of_somebody_unmapped(world: LedgerWorld) -> DialogueWorld:
    return dialogue_world(world)


def order_of(box: DialogueWorld, number: int = 50001) -> Row:
    found = box.order(str(number))
    assert found is not None
    return found


def wait(box: DialogueWorld, number: int = 50001, *, shows_options: bool = False) -> Message:
    order = said(box, number, shows_options=shows_options)
    decide(box, order, partial(waiting, order=order, reason=WaitReason.UNMAPPED))
    return order


def place_order(box: DialogueWorld, number: int = 50001) -> OrderId:
    box.ledgers.map_contact(USER)
    order = said(box, number)
    decide(box, order, partial(placed, order=order))
    return OrderId(str(order_of(box, number)["order_id"]))


def placing(found: WaitingOrder) -> Decision:
    return Decision(
        role=Role.ORDER,
        decided_by="dialogue",
        based_on=found.facts.version,
        orders=(change(found.order_message_id, OrderState.PLACED, content=WHOLE),),
    )


def test_an_order_waits_until_its_person_is_a_user(box: DialogueWorld) -> None:
    order = wait(box, shows_options=True)
    assert box.orders.take_mapped_waiting(10) == ()
    box.ledgers.map_contact(USER)
    box.prefer(Preferences(platform=Platform.BLOG))

    (found,) = box.orders.take_mapped_waiting(10)

    assert found == WaitingOrder(
        account_id=AccountId("7"),
        conversation_id=ConversationId("118"),
        order_message_id=MessageId("50001"),
        sender_id=ContactId("90210"),
        content=WHOLE,
        words=WORDS,
        written_at=found.written_at,
        shows_options=True,
        last_incoming_at=found.last_incoming_at,
        facts=found.facts,
    )
    assert (found.written_at, found.last_incoming_at) == (order.created_at, order.created_at)
    assert (found.facts.user_id, found.facts.version) == (str(USER), 0)
    assert found.facts.preferences == Preferences(platform=Platform.BLOG)
    assert found.facts.question is None


def test_orders_that_waited_come_in_the_order_of_their_messages(box: DialogueWorld) -> None:
    now = box.now().replace(microsecond=0)
    for number in (100, 99, 101):
        order = said(box, number, created_at=now)
        decide(box, order, partial(waiting, order=order, reason=WaitReason.UNMAPPED))
    early = said(box, 200, created_at=now - timedelta(hours=1))
    decide(box, early, partial(waiting, order=early, reason=WaitReason.UNMAPPED))
    box.ledgers.map_contact(USER)

    found = [each.order_message_id for each in box.orders.take_mapped_waiting(3)]

    assert found == ["200", "99", "100"]
    (rest,) = box.orders.take_mapped_waiting(3, skip=3)
    assert rest.order_message_id == "101"


def test_an_order_that_is_late_waits_for_a_person_and_not_for_the_sweep(
    box: DialogueWorld,
) -> None:
    order = said(box)
    decide(box, order, partial(waiting, order=order, reason=WaitReason.LATE))
    box.ledgers.map_contact(USER)

    assert box.orders.take_mapped_waiting(10) == ()


def test_a_waiting_order_is_placed_for_the_user_of_now_once(box: DialogueWorld) -> None:
    wait(box)
    box.ledgers.map_contact(USER)
    (found,) = box.orders.take_mapped_waiting(10)

    first = box.orders.apply_waiting(found, placing(found))
    second = box.orders.apply_waiting(found, placing(found))

    assert isinstance(first, tuple)
    assert first == second
    assert (order_of(box)["state"], order_of(box)["user_id"]) == ("placed", str(USER))
    assert [each["user_message"] for each in box.agent_jobs()] == [WORDS]
    assert taken(box.outboxes, first[0]).kind == "job"
    assert box.orders.take_mapped_waiting(10) == ()


def test_a_waiting_order_may_ask_now(box: DialogueWorld) -> None:
    order = wait(box)
    box.ledgers.map_contact(USER)
    (found,) = box.orders.take_mapped_waiting(10)
    decision = Decision(
        role=Role.ORDER,
        decided_by="dialogue",
        based_on=found.facts.version,
        moves_dialogue=True,
        question=open_question(order, box.now()),
        orders=(change("50001", OrderState.ASKING, content=PARTLY),),
        outbox=(question_row("50001"),),
    )

    result = box.orders.apply_waiting(found, decision)

    assert isinstance(result, tuple)
    assert taken(box.outboxes, result[0]).document == {"content": "Which platform?"}
    assert box.conversation()["question"] == ("50001", "platform")
    assert box.conversation()["moved_by"] == "50001"


def test_what_was_decided_of_a_waiting_order_while_the_dialogue_moved_is_decided_again(
    box: DialogueWorld,
) -> None:
    wait(box)
    box.ledgers.map_contact(USER)
    (found,) = box.orders.take_mapped_waiting(10)
    other = said(box, 50002)
    decide(box, other, partial(asking, order=other, now=box.now()))

    result = box.orders.apply_waiting(found, placing(found))

    assert isinstance(result, Stale)
    assert (result.facts.version, result.facts.user_id) == (1, str(USER))
    assert order_of(box)["state"] == "waiting"
    again = dataclasses.replace(found, facts=result.facts)
    assert isinstance(box.orders.apply_waiting(again, placing(again)), tuple)
    assert order_of(box)["state"] == "placed"


def test_a_person_who_was_mapped_to_another_user_meanwhile_is_decided_again(
    box: DialogueWorld,
) -> None:
    wait(box)
    box.ledgers.map_contact(USER)
    (found,) = box.orders.take_mapped_waiting(10)
    other = UUID("11111111-1111-1111-1111-111111111111")
    box.ledgers.map_contact(other)

    result = box.orders.apply_waiting(found, placing(found))

    assert isinstance(result, Stale)
    assert result.facts.user_id == str(other)
    assert box.content_orders() == []


def ask(box: DialogueWorld, number: int = 50001) -> Message:
    box.ledgers.map_contact(USER)
    order = said(box, number)
    decide(box, order, partial(asking, order=order, now=box.now()))
    return order


def test_a_question_nobody_answered_is_closed(box: DialogueWorld) -> None:
    ask(box)
    assert box.orders.lapse(10, asked_before=box.now() - timedelta(hours=1)) == 0
    late = box.now() + timedelta(minutes=1)

    assert box.orders.lapse(10, asked_before=late) == 1
    assert box.orders.lapse(10, asked_before=late) == 0

    assert order_of(box)["state"] == "lapsed"
    assert (box.conversation()["question"], box.conversation()["version"]) == (None, 2)
