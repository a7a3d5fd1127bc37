"""The outbox keeps what was decided once, gives it to one taker, and believes only the last one."""

import threading

import pytest

from handlers.domain.errors import RetryableError
from handlers.domain.outgoing import (
    OutgoingId,
    OutgoingKind,
    OutgoingState,
    Settlement,
    TakenOutgoing,
    correlation_id,
    failed,
    sent,
)
from tests.contract.ledger_requests import claim_request, claimed, older
from tests.contract.ledger_world import FakeLedgerWorld, LedgerWorld
from tests.contract.outbox_world import (
    LEASE_SECONDS,
    FakeOutboxWorld,
    OutboxWorld,
    decide,
    finish,
    job,
    other_message,
    outbox_world,
    question,
    take,
    taken,
)
from tests.factories import make_message


@pytest.fixture(name="box")
def outbox_beside_the_ledger(world: LedgerWorld) -> OutboxWorld:
    return outbox_world(world)


def waiting(seconds: float, *, is_unknown: bool = False) -> Settlement:
    return Settlement(
        state=OutgoingState.WAITING,
        reason="chatwoot_unavailable",
        is_unknown=is_unknown,
        retry_after_seconds=seconds,
    )


def test_a_finish_that_decides_nothing_leaves_nothing_to_send(box: OutboxWorld) -> None:
    _, ids = decide(box)

    assert ids == ()
    assert box.rows() == []
    assert take(box) is None


def test_what_is_decided_is_taken_with_all_that_sending_needs(box: OutboxWorld) -> None:
    _, (outgoing_id,) = decide(box, question(document={"content": "caf\u00e9", "n": [1, None]}))

    found = taken(box, outgoing_id)

    assert found == TakenOutgoing(
        outgoing_id=outgoing_id,
        fence=1,
        account_id=found.account_id,
        conversation_id=found.conversation_id,
        message_id=found.message_id,
        kind=OutgoingKind.MESSAGE,
        document={"content": "caf\u00e9", "n": [1, None]},
        correlation_id=correlation_id("main", "7", "question:50001"),
        attempts=1,
        is_unknown=False,
        refusals=0,
        last_reason=None,
        created_at=found.created_at,
    )
    assert (found.account_id, found.conversation_id, found.message_id) == ("7", "118", "50001")
    assert found.created_at.tzinfo is not None


def test_a_cause_is_kept_once_however_often_it_is_decided(box: OutboxWorld) -> None:
    claim, first = decide(box, question(), job())
    again = finish(box, claim, question(document={"content": "another"}), job())

    assert again == first
    assert len(first) == 2
    assert [row["document"] for row in box.rows()] == [{"content": "Which platform?"}, {"order": 1}]


def test_what_was_taken_before_is_not_offered_again_by_a_repeated_finish(box: OutboxWorld) -> None:
    claim, (outgoing_id,) = decide(box, question())
    box.outbox.settle(taken(box, outgoing_id), waiting(10))

    assert finish(box, claim, question()) == ()


def test_a_finish_whose_lease_was_lost_queues_nothing(box: OutboxWorld) -> None:
    ledger = box.ledgers.ledger
    claim = claimed(ledger, claim_request())
    box.ledgers.end_leases()
    second = claimed(ledger, claim_request())
    late = type(claim)(
        lease=older(second.lease),
        owner_id=claim.owner_id,
        bucket=claim.bucket,
        object_name=claim.object_name,
        is_archived=claim.is_archived,
        state=claim.state,
    )

    with pytest.raises(RetryableError):
        finish(box, late, question())

    assert box.rows() == []


def test_unstorable_characters_do_not_keep_a_message_from_being_sent(box: OutboxWorld) -> None:
    if isinstance(box.ledgers, FakeLedgerWorld):
        pytest.skip("the fake stores what it is given")
    decide(box, question(document={"content": "a\x00b\ud83d"}))

    assert taken(box).document == {"content": "a\ufffdb\ufffd"}


def test_a_taken_row_is_not_given_twice(box: OutboxWorld) -> None:
    decide(box, question())

    assert take(box) is not None
    assert take(box) is None


def test_the_row_that_is_asked_for_is_taken_and_no_other(box: OutboxWorld) -> None:
    _, (first, second) = decide(box, question(), job())

    assert taken(box, second).outgoing_id == second
    assert take(box, second) is None
    assert taken(box, first).outgoing_id == first


def test_only_the_kinds_that_are_asked_for_are_taken(box: OutboxWorld) -> None:
    decide(box, question(), job())
    only_jobs = frozenset({OutgoingKind.JOB})

    found = box.outbox.take(only_jobs, lease_seconds=LEASE_SECONDS)

    assert isinstance(found, TakenOutgoing)
    assert found.kind is OutgoingKind.JOB
    assert box.outbox.take(only_jobs, lease_seconds=LEASE_SECONDS) is None


def test_the_one_that_is_due_longest_comes_first(box: OutboxWorld) -> None:
    _, (first,) = decide(box, question())
    box.let_pass(10)
    _, (second,) = decide(box, question("question:50002"), message=other_message())
    box.outbox.settle(taken(box, first), waiting(30))

    assert taken(box).outgoing_id == second
    assert take(box) is None
    box.let_pass(31)
    assert taken(box).outgoing_id == first


def test_what_is_sent_stays_sent(box: OutboxWorld) -> None:
    decide(box, question())
    assert box.outbox.settle(taken(box), sent("90001"))

    box.let_pass(100_000)

    assert take(box) is None
    (row,) = box.rows()
    assert (row["state"], row["external_id"], row["reason"]) == ("sent", "90001", None)
    assert row["sent_at"] is not None


def test_what_failed_for_good_is_kept_with_its_reason(box: OutboxWorld) -> None:
    decide(box, question())
    assert box.outbox.settle(taken(box), failed("conversation_gone"))

    box.let_pass(100_000)

    assert take(box) is None
    assert [(r["state"], r["reason"]) for r in box.rows()] == [("failed", "conversation_gone")]


@pytest.mark.parametrize("is_unknown", [False, True])
def test_what_waits_is_due_after_its_wait_and_remembers_why(
    box: OutboxWorld, is_unknown: bool
) -> None:
    decide(box, question())
    box.outbox.settle(taken(box), waiting(30, is_unknown=is_unknown))
    box.let_pass(25)
    assert take(box) is None
    box.let_pass(6)

    found = taken(box)

    assert (found.attempts, found.fence, found.is_unknown) == (2, 2, is_unknown)
    assert found.last_reason == "chatwoot_unavailable"


def test_what_nobody_settled_is_due_after_its_lease_with_an_unknown_outcome(
    box: OutboxWorld,
) -> None:
    decide(box, question())
    taken(box)
    box.let_pass(LEASE_SECONDS - 5)
    assert take(box) is None
    box.let_pass(6)

    found = taken(box)

    assert (found.attempts, found.is_unknown) == (2, True)


def test_a_result_that_comes_after_the_next_taking_changes_nothing(box: OutboxWorld) -> None:
    decide(box, question())
    late = taken(box)
    box.let_pass(LEASE_SECONDS + 1)
    current = taken(box)

    assert not box.outbox.settle(late, sent("1"))
    assert box.outbox.settle(current, waiting(30))
    assert not box.outbox.settle(late, failed("send_refused"))

    (row,) = box.rows()
    assert (row["state"], row["external_id"]) == ("waiting", None)


def test_a_result_that_is_said_twice_is_the_same_as_once(box: OutboxWorld) -> None:
    decide(box, question())
    found = taken(box)

    assert box.outbox.settle(found, sent("1"))
    assert box.outbox.settle(found, sent("1"))
    # Nor does the same taker take back what it said.
    assert box.outbox.settle(found, failed("send_refused"))

    assert [(r["state"], r["external_id"]) for r in box.rows()] == [("sent", "1")]


def test_a_result_in_time_counts_although_the_lease_is_over(box: OutboxWorld) -> None:
    decide(box, question())
    found = taken(box)
    box.let_pass(LEASE_SECONDS + 1)

    assert box.outbox.settle(found, sent("1"))
    assert take(box) is None


def test_takers_at_once_get_different_rows(box: OutboxWorld) -> None:
    if isinstance(box, FakeOutboxWorld):
        pytest.skip("nothing happens at once in memory")
    wanted = [question(f"question:{number}") for number in range(12)]
    decide(box, *wanted, message=make_message())
    found: list[OutgoingId] = []

    def work() -> None:
        while isinstance(each := take(box), TakenOutgoing):
            found.append(each.outgoing_id)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == len(set(found)) == 12
