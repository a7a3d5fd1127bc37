"""The dialogue's rules under concurrency, on real connections that want one conversation at once.

The order of events is forced by a row lock that the test holds, never by waiting.
"""

import dataclasses
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from handlers.domain.dialogue.values import Decision, Role
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.filing import Claimed, Stale
from handlers.domain.messages import ConversationId, Event, Message
from tests.contract.dialogue_lanes import PostgresDialogueWorld, dialogue_world
from tests.contract.dialogue_requests import (
    answered,
    asking,
    cancelled,
    placed,
)
from tests.contract.dialogue_world import (
    USER,
    Result,
    claim_of,
    decide,
    finish,
    said,
)
from tests.contract.ledger_requests import finish_request
from tests.contract.ledger_world import PostgresLedgerWorld, Row
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


def test_of_two_answers_at_once_one_answers_and_the_other_is_decided_again(
    box: PostgresDialogueWorld,
) -> None:
    ask(box)
    answers = [said(box, number) for number in (50002, 50003)]
    claims = [claim_of(box, answer) for answer in answers]

    results = at_once(
        box,
        [
            finishing(box, claim, answer, answered(claim.dialogue))
            for claim, answer in zip(claims, answers, strict=True)
        ],
    )

    (stale,) = stale_among(results)
    assert (stale.facts.version, stale.facts.question) == (2, None)
    assert len(box.content_orders()) == len(box.agent_jobs()) == 1
    assert sorted(str(row["decision"]) for row in _messages(box)) == ["None", "answer", "order"]


@pytest.mark.parametrize("is_answer_first", [True, False])
def test_of_an_answer_and_a_replacement_at_once_the_second_is_decided_again(
    box: PostgresDialogueWorld, is_answer_first: bool
) -> None:
    ask(box)
    answer, other = said(box, 50002), said(box, 50003)
    claims = claim_of(box, answer), claim_of(box, other)
    runs = [
        finishing(box, claims[0], answer, answered(claims[0].dialogue)),
        finishing(box, claims[1], other, asking(claims[1].dialogue, other, box.now())),
    ]

    results = at_once(box, runs if is_answer_first else runs[::-1])

    assert len(stale_among(results)) == 1
    first = order_of(box)["state"]
    if first == "placed":
        assert (box.order("50003"), box.conversation()["question"]) == (None, None)
    else:
        assert (first, order_of(box, 50003)["state"]) == ("replaced", "asking")
        assert box.content_orders() == []


def test_an_answer_and_a_cancellation_at_once_do_not_both_count(
    box: PostgresDialogueWorld,
) -> None:
    ask(box)
    answer, word = said(box, 50002), said(box, 50003)
    claims = claim_of(box, answer), claim_of(box, word)

    results = at_once(
        box,
        [
            finishing(box, claims[0], answer, answered(claims[0].dialogue)),
            finishing(box, claims[1], word, cancelled(claims[1].dialogue)),
        ],
    )

    assert len(stale_among(results)) == 1
    assert (order_of(box)["state"] == "placed") == (len(box.agent_jobs()) == 1)


def test_a_message_that_two_workers_finish_is_ordered_once(box: PostgresDialogueWorld) -> None:
    decide(box, said(box), lambda _: Decision(role=Role.NOTE, decided_by="rules", based_on=0))
    order = said(box, 50002)
    late = claim_of(box, order)
    box.ledgers.end_leases()
    current = claim_of(box, order)
    with ThreadPoolExecutor(1) as threads:
        with held_conversation(box.ledgers):
            second = threads.submit(finish, box, current, order, placed(current.dialogue, order))
            wait_until_blocked(box.ledgers, 1)
            with pytest.raises(RetryableError) as caught:
                finish(box, late, order, placed(late.dialogue, order))
        assert isinstance(second.result(), tuple)

    assert caught.value.reason is RetryReason.LEASE_LOST
    assert len(box.content_orders()) == 1


def test_a_finish_that_is_repeated_while_the_first_is_still_at_work_says_the_same(
    box: PostgresDialogueWorld,
) -> None:
    decide(box, said(box), lambda _: Decision(role=Role.NOTE, decided_by="rules", based_on=0))
    order = said(box, 50002)
    claim = claim_of(box, order)
    run = finishing(box, claim, order, placed(claim.dialogue, order))

    first, second = at_once(box, [run, run])

    assert isinstance(first, tuple)
    assert first == second
    assert len(box.content_orders()) == 1


def test_copies_of_one_message_in_two_conversations_at_once_make_one_order(
    box: PostgresDialogueWorld,
) -> None:
    for number in range(50001, 50011, 2):
        twins = [
            said(box, number, source_id=f"wamid.{number}"),
            said(
                box,
                number + 1,
                source_id=f"wamid.{number}",
                conversation_id=ConversationId("119"),
            ),
        ]
        claims = [claim_of(box, twin) for twin in twins]
        with ThreadPoolExecutor(2) as threads:
            results = list(
                threads.map(
                    lambda pair: finish(box, pair[0], pair[1], placed(pair[0].dialogue, pair[1])),
                    zip(claims, twins, strict=True),
                )
            )
        (stale,) = stale_among(results)
        assert stale.facts.order_message_id in {str(number), str(number + 1)}

    assert len(box.content_orders()) == 5


def test_a_deletion_and_an_answer_at_once_leave_one_end(box: PostgresDialogueWorld) -> None:
    order = ask(box)
    deletion = dataclasses.replace(order, event=Event.MESSAGE_UPDATED, is_deleted=True)
    answer = said(box, 50002)
    claims = claim_of(box, deletion), claim_of(box, answer)
    gone = dataclasses.replace(claims[0].state, content=None, is_deleted=True)
    delete = partial(box.ledgers.ledger.finish, claims[0].lease, finish_request(deletion, gone))

    results = at_once(
        box, [delete, finishing(box, claims[1], answer, answered(claims[1].dialogue))]
    )

    row = order_of(box)
    assert (row["words"], row["failure_notice"]) == (None, None)
    assert row["state"] == ("cancelled" if stale_among(results) else "placed")
    assert len(box.agent_jobs()) == (row["state"] == "placed")


def _messages(box: PostgresDialogueWorld) -> list[Row]:
    rows = box.ledgers.database.run("select to_jsonb(m) from whatsapp.messages as m")
    return [row for (row,) in rows]
