"""What is to be sent is looked at again with every taking: its cause may be gone by then."""

from datetime import timedelta

import pytest

from handlers.domain.outgoing import CancelledOutgoing, OutgoingState, Settlement, sent
from tests.contract.ledger_world import LedgerWorld
from tests.contract.outbox_world import (
    LEASE_SECONDS,
    FakeOutboxWorld,
    OutboxWorld,
    decide,
    outbox_world,
    question,
    soon,
    take,
    taken,
)


@pytest.fixture(name="box")
def outbox_beside_the_ledger(world: LedgerWorld) -> OutboxWorld:
    return outbox_world(world)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [("is_deleted", "true", "message_deleted"), ("state", "erased", "message_erased")],
)
@pytest.mark.parametrize("was_taken", [False, True])
def test_what_answers_a_message_that_is_gone_is_cancelled(
    box: OutboxWorld, column: str, value: str, reason: str, was_taken: bool
) -> None:
    decide(box, question())
    if was_taken:
        taken(box)
        box.let_pass(LEASE_SECONDS + 1)
    box.ledgers.change_message(**{column: value})

    found = take(box)

    assert isinstance(found, CancelledOutgoing)
    assert (found.reason, found.message_id, found.conversation_id) == (reason, "50001", "118")
    (row,) = box.rows()
    assert (row["state"], row["reason"], row["is_unknown"]) == ("cancelled", reason, was_taken)
    assert take(box) is None


def test_what_is_of_no_use_any_more_is_cancelled(box: OutboxWorld) -> None:
    now = box.ledgers.clock.now() if isinstance(box, FakeOutboxWorld) else soon()
    decide(box, question(expires_at=now + timedelta(minutes=10)))
    box.outbox.settle(
        taken(box),
        Settlement(state=OutgoingState.WAITING, reason="chatwoot_throttled", retry_after_seconds=1),
    )
    box.let_pass(601)

    found = take(box)

    assert isinstance(found, CancelledOutgoing)
    assert found.reason == "expired"


def test_a_late_result_does_not_revive_what_was_cancelled(box: OutboxWorld) -> None:
    decide(box, question())
    late = taken(box)
    box.let_pass(LEASE_SECONDS + 1)
    box.ledgers.change_message(state="erased")
    take(box)

    assert not box.outbox.settle(late, sent("1"))
    assert [row["state"] for row in box.rows()] == ["cancelled"]
