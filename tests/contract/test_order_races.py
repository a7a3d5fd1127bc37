"""Sweeps, settlements and the writer, at one conversation at once, on real connections."""

import dataclasses
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from handlers.domain.dialogue.values import Decision, OrderState, Role, WaitReason
from handlers.domain.dialogue.waiting import OrderId, OrderOutcome
from handlers.domain.filing import Claimed, Stale
from handlers.domain.messages import Message
from handlers.domain.outgoing import failed
from tests.contract.dialogue_lanes import PostgresDialogueWorld, dialogue_world
from tests.contract.dialogue_requests import (
    WHOLE,
    answered,
    asking,
    change,
    placed,
    ready_notice,
    waiting,
)
from tests.contract.dialogue_world import (
    USER,
    Result,
    claim_of,
    decide,
    finish,
    said,
)
from tests.contract.ledger_world import PostgresLedgerWorld, Row
from tests.contract.outbox_world import taken
from tests.contract.row_locks import held_conversation, wait_until_blocked


@pytest.fixture(name="box")
def dialogue_in_postgres(postgres_world: PostgresLedgerWorld) -> PostgresDialogueWorld:
    postgres_world.map_contact(USER)
    box = dialogue_world(postgres_world)
    assert isinstance(box, PostgresDialogueWorld)
    return box


def order_of(box: PostgresDialogueWorld, number: int = 50001) -> Row:
    found = box.order(str(number))
    assert found is not None
    return found


def ask(box: PostgresDialogueWorld) -> Message:
    order = said(box)
    decide(box, order, partial(asking, order=order, now=box.now()))
    return order


def at_once(box: PostgresDialogueWorld, runs: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run these while the conversation is held, so that all of them wait for it together."""
    with ThreadPoolExecutor(len(runs)) as threads:
        with held_conversation(box.ledgers):
            running = []
            for count, run in enumerate(runs, start=1):
                running.append(threads.submit(run))
                wait_until_blocked(box.ledgers, count)
        return [each.result() for each in running]


def finishing(
    box: PostgresDialogueWorld, claim: Claimed, message: Message, decision: Decision
) -> Callable[[], Result]:
    return partial(finish, box, claim, message, decision)


def stale_among(results: list[Result]) -> list[Stale]:
    return [result for result in results if isinstance(result, Stale)]


def test_a_sweep_leaves_a_question_alone_that_is_being_answered(
    box: PostgresDialogueWorld,
) -> None:
    ask(box)
    later = box.now() + timedelta(hours=1)
    with held_conversation(box.ledgers):
        assert box.orders.lapse(10, asked_before=later) == 0

    assert box.orders.lapse(10, asked_before=later) == 1


def test_an_answer_that_meets_a_question_being_closed_is_decided_again(
    box: PostgresDialogueWorld,
) -> None:
    ask(box)
    answer = said(box, 50002)
    claim = claim_of(box, answer)
    assert box.orders.lapse(10, asked_before=box.now() + timedelta(hours=1)) == 1

    result = finish(box, claim, answer, answered(claim.dialogue))

    assert isinstance(result, Stale)
    assert result.facts.question is None


def test_of_two_sweeps_with_one_waiting_order_one_places_it(
    postgres_world: PostgresLedgerWorld,
) -> None:
    box = dialogue_world(postgres_world)
    assert isinstance(box, PostgresDialogueWorld)
    order = said(box)
    decide(box, order, partial(waiting, order=order, reason=WaitReason.UNMAPPED))
    box.ledgers.map_contact(USER)
    (found,) = box.orders.take_mapped_waiting(10)
    decision = Decision(
        role=Role.ORDER,
        decided_by="dialogue",
        based_on=0,
        orders=(change("50001", OrderState.PLACED, content=WHOLE),),
    )
    run = partial(box.orders.apply_waiting, found, decision)

    first, second = at_once(box, [run, run])

    assert first == second
    assert len(box.content_orders()) == len(box.agent_jobs()) == 1


def test_of_two_failures_at_once_one_is_told(box: PostgresDialogueWorld) -> None:
    decide(box, said(box), lambda _: Decision(role=Role.NOTE, decided_by="rules", based_on=0))
    orders = [said(box, number) for number in (50002, 50003)]
    claims = [claim_of(box, order) for order in orders]
    runs = [
        finishing(
            box,
            claim,
            order,
            dataclasses.replace(placed(claim.dialogue, order), moves_dialogue=False),
        )
        for claim, order in zip(claims, orders, strict=True)
    ]
    with box.refusing("23503"):
        at_once(box, runs)

    states = sorted(row["state"] for row in box.outboxes.rows())
    assert states == ["cancelled", "waiting"]


def test_a_job_that_fails_while_the_writer_says_ready_ends_without_a_deadlock(
    box: PostgresDialogueWorld,
) -> None:
    box.want_notices()
    order = said(box)
    decide(box, order, partial(placed, order=order))
    order_id = OrderId(str(order_of(box)["order_id"]))
    job = taken(box.outboxes)
    with ThreadPoolExecutor(2) as threads:
        with held_conversation(box.ledgers):
            settling = threads.submit(box.outboxes.outbox.settle, job, failed("send_refused"))
            wait_until_blocked(box.ledgers, 1)
            ending = threads.submit(
                box.orders.record_outcome, order_id, OrderOutcome.READY, ready_notice("50001")
            )
            wait_until_blocked(box.ledgers, 2)
        assert settling.result()
        assert len(ending.result()) == 1

    assert order_of(box)["state"] == "ready"
