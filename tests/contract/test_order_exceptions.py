"""Orders that are refused, unmapped, deleted, or copies of another."""

import dataclasses
from functools import partial

import pytest

from handlers.domain.dialogue.values import (
    Decision,
    Role,
    WaitReason,
)
from handlers.domain.filing import Stale
from handlers.domain.messages import Event
from tests.contract.dialogue_lanes import dialogue_world
from tests.contract.dialogue_requests import (
    asking,
    placed,
    waiting,
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
    store,
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


def test_an_order_for_a_user_who_is_none_any_more_is_decided_again(world: LedgerWorld) -> None:
    box = dialogue_world(world)
    message = said(box)
    claim = claim_of(box, message)

    result = finish(box, claim, message, placed(claim.dialogue, message))

    assert isinstance(result, Stale)
    assert result.facts.user_id is None
    assert box.order() is None


def test_an_unmapped_persons_order_has_a_home_and_sends_nothing(world: LedgerWorld) -> None:
    box = dialogue_world(world)
    message = said(box)

    ids = decide(box, message, partial(waiting, order=message, reason=WaitReason.UNMAPPED))

    assert ids == ()
    row = order_of(box)
    assert (row["state"], row["wait_reason"], row["user_id"]) == ("waiting", "unmapped", None)
    assert box.content_orders() == box.agent_jobs() == box.outboxes.rows() == []


@pytest.mark.parametrize("prefix", ["wamid.", "SM", "MM"])
def test_a_second_copy_of_one_message_is_told_whose_copy_it_is(
    box: DialogueWorld, prefix: str
) -> None:
    first, copy = (said(box, n, source_id=f"{prefix}1") for n in (50001, 50002))
    decide(box, first, partial(placed, order=first))

    claim = claim_of(box, copy)
    assert claim.dialogue.order_message_id == "50001"
    twin = Decision(role=Role.NOTE, decided_by="copy", based_on=claim.dialogue.version)
    assert finish(box, claim, copy, twin) == ()

    row = box.ledgers.message("50002")
    assert row is not None
    assert (row["decision"], row["duplicate_of"]) == ("note", "50001")
    assert claim_of(box, dataclasses.replace(first, content="x")).dialogue.order_message_id is None


def test_a_copy_that_was_decided_before_the_first_was_written_is_decided_again(
    box: DialogueWorld,
) -> None:
    first, copy = (said(box, n, source_id="wamid.1") for n in (50001, 50002))
    claims = [claim_of(box, each) for each in (first, copy)]
    unmoved = [
        dataclasses.replace(placed(c.dialogue, m), moves_dialogue=False)
        for c, m in zip(claims, (first, copy), strict=True)
    ]

    assert isinstance(finish(box, claims[0], first, unmoved[0]), tuple)
    result = finish(box, claims[1], copy, unmoved[1])

    assert isinstance(result, Stale)
    assert result.facts.order_message_id == "50001"
    assert len(box.content_orders()) == 1


def test_an_id_that_only_means_something_to_its_channel_makes_no_copy(box: DialogueWorld) -> None:
    for number in (50001, 50002):
        message = said(box, number, source_id="17")
        decide(box, message, partial(placed, order=message))

    assert len(box.content_orders()) == 2


@pytest.mark.parametrize("sqlstate", ["22001", "23503", "42P01", "P0001"])
def test_an_order_that_the_app_refuses_fails_alone_and_is_told(
    box: DialogueWorld, sqlstate: str
) -> None:
    message = said(box)
    with box.refusing(sqlstate):
        (notice_id,) = decide(box, message, partial(placed, order=message))

    row = order_of(box)
    assert (row["state"], row["reason"]) == ("failed", f"order_refused:{sqlstate}")
    assert (row["order_id"], row["job_id"]) == (None, None)
    assert box.content_orders() == box.agent_jobs() == []
    assert [(r["cause"], r["purpose"]) for r in box.outboxes.rows()] == [
        ("failure:50001", "failure")
    ]
    assert taken(box.outboxes, notice_id).document == {"content": "That did not work"}
    assert is_filed(box, 50001)


def test_a_conversation_is_told_of_one_failure_an_hour(box: DialogueWorld) -> None:
    with box.refusing("23503"):
        for number in (50001, 50002):
            message = said(box, number)
            decide(box, message, partial(placed, order=message))
        box.outboxes.let_pass(3601)
        message = said(box, 50003)
        decide(box, message, partial(placed, order=message))

    assert [(r["cause"], r["state"], r["reason"]) for r in box.outboxes.rows()] == [
        ("failure:50001", "waiting", None),
        ("failure:50002", "cancelled", "rate_limited"),
        ("failure:50003", "waiting", None),
    ]


@pytest.mark.parametrize("is_asking", [True, False])
def test_deleting_the_message_of_an_open_order_cancels_it(
    box: DialogueWorld, is_asking: bool
) -> None:
    order = said(box)
    if is_asking:
        decide(box, order, partial(asking, order=order, now=box.now()))
    else:
        decide(box, order, partial(waiting, order=order, reason=WaitReason.LATE))
    version = box.conversation()["version"]

    store(
        box.ledgers.ledger,
        dataclasses.replace(order, event=Event.MESSAGE_UPDATED, is_deleted=True),
    )

    row = order_of(box)
    assert (row["state"], row["reason"]) == ("cancelled", "message_deleted")
    assert (row["words"], row["subject"], row["wait_reason"]) == (None, None, None)
    assert row["failure_notice"] is None
    assert box.conversation()["question"] is None
    assert box.conversation()["version"] == version + is_asking


@pytest.mark.parametrize("is_begun", [False, True])
def test_deleting_the_message_of_a_placed_order_takes_its_words_and_a_job_nobody_has_begun(
    box: DialogueWorld, *, is_begun: bool
) -> None:
    order, other = said(box), said(box, 50002)
    decide(box, order, partial(placed, order=order))
    decide(box, other, partial(asking, order=other, now=box.now()))
    if is_begun:
        box.begin_jobs()

    store(
        box.ledgers.ledger,
        dataclasses.replace(order, event=Event.MESSAGE_UPDATED, is_deleted=True),
    )

    row = order_of(box)
    assert (row["words"], row["subject"]) == (None, None)
    assert row["state"] == ("placed" if is_begun else "cancelled")
    assert box.agent_jobs() == []
    assert box.conversation()["question"] == ("50002", "platform")
