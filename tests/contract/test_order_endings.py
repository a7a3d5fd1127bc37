"""Orders that the writer ends, and who is told of it."""

from functools import partial
from uuid import uuid4

import pytest

from handlers.domain.dialogue.waiting import OrderId, OrderOutcome, PlacedOrder
from handlers.domain.messages import AccountId, ConversationId, MessageId
from handlers.domain.orders.values import Language
from handlers.domain.outgoing import failed
from tests.contract.dialogue_lanes import dialogue_world
from tests.contract.dialogue_requests import (
    failure_notice,
    placed,
    ready_notice,
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


def place_order(box: DialogueWorld, number: int = 50001) -> OrderId:
    box.ledgers.map_contact(USER)
    order = said(box, number)
    decide(box, order, partial(placed, order=order))
    return OrderId(str(order_of(box, number)["order_id"]))


def test_an_order_of_ours_is_found_by_the_writers_name(box: DialogueWorld) -> None:
    order_id = place_order(box)

    assert box.orders.find_placed(order_id) == PlacedOrder(
        account_id=AccountId("7"),
        conversation_id=ConversationId("118"),
        order_message_id=MessageId("50001"),
        order_id=order_id,
        language=Language.PORTUGUESE,
    )
    assert box.orders.find_placed(OrderId(str(uuid4()))) is None


def test_a_ready_order_is_told_to_who_wants_it_once(box: DialogueWorld) -> None:
    order_id, notice = place_order(box), ready_notice("50001")
    box.want_notices()

    first = box.orders.record_outcome(order_id, OrderOutcome.READY, notice)
    second = box.orders.record_outcome(order_id, OrderOutcome.READY, notice)

    assert first == second
    assert taken(box.outboxes, first[0]).document == {"content": "It is there"}
    assert box.orders.record_outcome(order_id, OrderOutcome.READY, notice) == ()
    assert order_of(box)["state"] == "ready"
    assert order_of(box)["ready_at"] is not None


def test_a_ready_order_is_not_told_to_who_did_not_ask(box: DialogueWorld) -> None:
    order_id = place_order(box)

    assert box.orders.record_outcome(order_id, OrderOutcome.READY, ready_notice("50001")) == ()
    box.want_notices()
    assert box.orders.record_outcome(order_id, OrderOutcome.READY, ready_notice("50001")) == ()

    assert order_of(box)["state"] == "ready"
    assert [row["cause"] for row in box.outboxes.rows()] == ["job:50001"]


def test_everybody_is_told_of_each_order_that_will_not_come(box: DialogueWorld) -> None:
    for number in (50001, 50002):
        order_id = place_order(box, number)
        notice = failure_notice(str(number))
        (notice_id,) = box.orders.record_outcome(order_id, OrderOutcome.FAILED, notice)
        assert taken(box.outboxes, notice_id).document == {"content": "That did not work"}

        assert order_of(box, number)["state"] == "unfulfilled"


def test_the_first_end_counts(box: DialogueWorld) -> None:
    order_id = place_order(box)
    box.want_notices()
    box.orders.record_outcome(order_id, OrderOutcome.FAILED, failure_notice("50001"))

    assert box.orders.record_outcome(order_id, OrderOutcome.READY, ready_notice("50001")) == ()

    assert order_of(box)["state"] == "unfulfilled"
    assert "ready:50001" not in [row["cause"] for row in box.outboxes.rows()]


def test_an_order_whose_job_was_thought_lost_may_be_ready_all_the_same(
    box: DialogueWorld,
) -> None:
    order_id = place_order(box)
    box.want_notices()
    box.outboxes.outbox.settle(taken(box.outboxes), failed("send_refused"))
    assert order_of(box)["state"] == "failed"

    assert box.orders.record_outcome(order_id, OrderOutcome.READY, ready_notice("50001"))

    assert (order_of(box)["state"], order_of(box)["reason"]) == ("ready", None)


def test_the_end_of_an_order_that_is_none_of_ours_is_nothing(box: DialogueWorld) -> None:
    other = OrderId(str(uuid4()))

    assert box.orders.record_outcome(other, OrderOutcome.READY, ready_notice("1")) == ()
    assert box.outboxes.rows() == []


def test_without_a_table_of_drafts_there_are_none(box: DialogueWorld) -> None:
    place_order(box)

    assert box.orders.take_finished_drafts(10) == ()
    box.orders.mark_draft(str(uuid4()))


def test_drafts_of_our_orders_are_found_until_they_are_marked(box: DialogueWorld) -> None:
    with box.drafts():
        order_ids = [place_order(box, number) for number in (50001, 50002)]
        for order_id in order_ids:
            box.add_draft(order_id)

        assert len(box.orders.take_finished_drafts(1)) == 1
        found = box.orders.take_finished_drafts(10)
        assert sorted(draft.order_id for draft in found) == sorted(order_ids)
        for draft in found:
            box.orders.mark_draft(draft.draft_id)
            box.orders.mark_draft(draft.draft_id)

        assert box.orders.take_finished_drafts(10) == ()


def test_where_there_is_nothing_nothing_happens(box: DialogueWorld) -> None:
    assert box.orders.take_mapped_waiting(5) == ()
    assert box.orders.lapse(5, asked_before=box.now()) == 0
    assert box.orders.take_finished_drafts(5) == ()
