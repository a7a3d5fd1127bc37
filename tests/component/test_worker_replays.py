"""A dead letter whose replay comes to a good end is closed, whatever that end is."""

from datetime import timedelta

import pytest

from handlers.domain.envelope import delivery_key
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.filing import DeadLetter
from tests.component.worker_world import WorkerWorld
from tests.factories import encode, make_delivery, push_request
from tests.fakes.ledger_rows import MessageRow

BODY = encode(make_delivery())
OUTGOING = encode(make_delivery(message_type="outgoing"))
ATTRIBUTES = {"v": "1", "source": "replay", "delivery_id": "d1"}
DOWN = RetryableError(RetryReason.DATABASE_UNAVAILABLE)


def keep_letter(worker: WorkerWorld, body: bytes, *, key: str = "d1") -> None:
    """Leave a letter that names no message, as one does whose delivery could not be read."""
    letter = DeadLetter(
        installation="main",
        key=key,
        reason="unrecorded",
        payload=body,
        attributes={"v": "1", "source": "webhook"},
        delivery_attempt=100,
        message=None,
        published_at=None,
    )
    worker.ledger.bury(letter)


def is_open(worker: WorkerWorld, key: str = "d1") -> bool:
    return worker.ledger.tables.dead_letters["main", key].is_open


def replay(worker: WorkerWorld, body: bytes, **attributes: str) -> int:
    return worker.push(push_request(body, attributes=ATTRIBUTES | attributes)).status_code


def test_a_replay_that_ends_as_ignored_closes_the_letter(worker: WorkerWorld) -> None:
    keep_letter(worker, OUTGOING)

    assert replay(worker, OUTGOING) == 200
    assert worker.message().state == "ignored"
    assert not is_open(worker)


def test_a_replay_of_what_is_already_stored_closes_the_letter(worker: WorkerWorld) -> None:
    worker.deliver(BODY)
    keep_letter(worker, BODY)

    assert replay(worker, BODY) == 200
    assert not is_open(worker)


@pytest.mark.parametrize("state", ["ignored", "erased", "legacy"])
def test_a_replay_of_what_must_not_be_processed_closes_the_letter(
    worker: WorkerWorld, state: str
) -> None:
    worker.ledger.tables.messages["main", "7", "50001"] = MessageRow(state=state, source="webhook")
    keep_letter(worker, BODY)

    assert replay(worker, BODY) == 200
    assert not is_open(worker)


def test_a_replay_that_is_handed_back_leaves_the_letter_open(worker: WorkerWorld) -> None:
    worker.deliver(BODY)
    row = worker.message()
    row.state, row.lease_token = "processing", "another"
    row.lease_until = worker.clock.now() + timedelta(seconds=60)
    keep_letter(worker, BODY)

    assert replay(worker, BODY) == 503
    assert is_open(worker)


def test_a_replay_that_is_stored_closes_a_letter_that_names_no_message(worker: WorkerWorld) -> None:
    keep_letter(worker, BODY)

    assert replay(worker, BODY) == 200
    assert worker.message().state == "stored"
    assert not is_open(worker)


def test_a_letter_without_delivery_id_is_known_by_its_digest(worker: WorkerWorld) -> None:
    key = delivery_key(BODY, None)
    keep_letter(worker, BODY, key=key)

    push = push_request(BODY, attributes={"v": "1", "source": "replay"})
    assert worker.push(push).status_code == 200
    assert not is_open(worker, key)


def test_a_replay_that_fails_for_good_again_leaves_the_letter_open(worker: WorkerWorld) -> None:
    keep_letter(worker, b"{")

    assert replay(worker, b"{") == 200
    assert is_open(worker)
    assert worker.ledger.tables.dead_letters["main", "d1"].times_seen == 2


def test_another_delivery_of_the_message_does_not_close_the_letter(worker: WorkerWorld) -> None:
    keep_letter(worker, OUTGOING)

    assert replay(worker, OUTGOING, source="webhook") == 200
    assert is_open(worker)
    assert "close_dead_letter" not in worker.ledger.calls


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_a_letter_that_could_not_be_closed_is_closed_by_the_redelivery(
    worker: WorkerWorld, *, is_after: bool
) -> None:
    keep_letter(worker, BODY)
    order = worker.ledger.fail_after_next if is_after else worker.ledger.fail_next
    order(DOWN, method="close_dead_letter")

    assert replay(worker, BODY) == 503
    assert replay(worker, BODY) == 200
    assert not is_open(worker)
    assert len(worker.ledger.tables.notes.rows) == 1
