"""The rules under concurrency on real connections: each test breaks the simpler rule.

The order of events is forced by a row lock that the test holds, never by waiting. Which rule is
shown where stands in docs/reliability-rules.md.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from db.text import to_json
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.filing import Claimed, Lease, NotClaimed, Refusal
from handlers.domain.message_state import join
from handlers.domain.messages import Event, MessageId
from handlers.ports.ledger import Ledger
from tests.contract.ledger_requests import (
    archived_file,
    audio,
    bucket,
    claim_request,
    claimed,
    dead_letter,
    finish_request,
    store,
    transcribed,
)
from tests.contract.ledger_world import PostgresLedgerWorld, Row
from tests.contract.row_locks import held_row, wait_until_blocked
from tests.factories import make_message

_VOICE = make_message(content=None, attachments=(audio(),))
_DELETION = replace(_VOICE, event=Event.MESSAGE_UPDATED, is_deleted=True, attachments=())


def everything(world: PostgresLedgerWorld) -> tuple[object, ...]:
    attachments = world.database.run("select to_jsonb(a) from whatsapp.attachments as a")
    letters = world.database.run("select count(*) from whatsapp.dead_letters")
    return (world.message(), world.note(), attachments, letters)


def late_lease(world: PostgresLedgerWorld) -> tuple[Lease, Claimed]:
    """Return the lease of a worker thought dead, and the claim of the one that took over."""
    late = claimed(world.ledger, claim_request(_VOICE))
    world.end_leases()
    return late.lease, claimed(world.ledger, claim_request(_VOICE))


_LATE_WRITES: dict[str, Callable[[Ledger, Lease, Claimed], object]] = {
    "pin_bucket": lambda ledger, lease, _: ledger.pin_bucket(lease, bucket()),
    "pin_attachment": lambda ledger, lease, _: ledger.pin_attachment(lease, archived_file()),
    "settle_attachment": lambda ledger, lease, _: ledger.settle_attachment(
        lease, transcribed("late")
    ),
    "finish": lambda ledger, lease, claim: ledger.finish(
        lease, finish_request(_VOICE, replace(claim.state, content="late"))
    ),
    "release": lambda ledger, lease, _: ledger.release(lease, "storage_unavailable"),
    "bury": lambda ledger, lease, _: ledger.bury(replace(dead_letter(_VOICE), lease=lease)),
}


@pytest.mark.parametrize("write", _LATE_WRITES)
@pytest.mark.parametrize("is_finished", [False, True], ids=["in_work", "finished"])
def test_a_worker_thought_dead_changes_nothing_by_any_write(
    postgres_world: PostgresLedgerWorld, write: str, *, is_finished: bool
) -> None:
    late, holder = late_lease(postgres_world)
    if is_finished:
        postgres_world.ledger.finish(holder.lease, finish_request(_VOICE, holder.state))
    before = everything(postgres_world)

    reason = None
    try:
        _LATE_WRITES[write](postgres_world.ledger, late, holder)
    except RetryableError as error:
        reason = error.reason

    # Releasing is the one write that has nothing to say to its caller.
    assert reason is (None if write == "release" else RetryReason.LEASE_LOST)
    assert everything(postgres_world) == before


def test_who_gives_up_without_a_lease_leaves_what_another_is_working_on(
    postgres_world: PostgresLedgerWorld,
) -> None:
    late_lease(postgres_world)
    before = postgres_world.message()

    postgres_world.ledger.bury(dead_letter(_VOICE))

    assert postgres_world.message() == before


def test_burying_late_leaves_what_is_stored_as_it_is(postgres_world: PostgresLedgerWorld) -> None:
    _, holder = late_lease(postgres_world)
    state = holder.state.with_attachment(transcribed("Hello").record)
    postgres_world.ledger.settle_attachment(holder.lease, transcribed("Hello"))
    postgres_world.ledger.finish(holder.lease, finish_request(_VOICE, state))
    before = (postgres_world.message(), postgres_world.note())

    postgres_world.ledger.bury(dead_letter(_VOICE))

    assert (postgres_world.message(), postgres_world.note()) == before


@pytest.mark.parametrize("write", ["pin_bucket", "pin_attachment", "settle_attachment", "finish"])
def test_a_write_that_waits_while_another_takes_over_is_refused_when_its_turn_comes(
    postgres_world: PostgresLedgerWorld, write: str
) -> None:
    ledger = postgres_world.ledger
    late = claimed(ledger, claim_request(_VOICE))
    with ThreadPoolExecutor(1) as threads:
        with held_row(postgres_world) as row:
            writing: Future[object] = threads.submit(_LATE_WRITES[write], ledger, late.lease, late)
            wait_until_blocked(postgres_world, 1)
            # A fence that was read before the lock says nothing about the fence behind it.
            row.execute("update whatsapp.messages set fence = fence + 1")
        error = writing.exception()

    assert isinstance(error, RetryableError)
    assert error.reason is RetryReason.LEASE_LOST
    assert postgres_world.note() is None


def test_two_claims_that_wait_for_one_row_are_not_both_given_it(
    postgres_world: PostgresLedgerWorld,
) -> None:
    ledger = postgres_world.ledger
    store(ledger)
    edit = make_message(event=Event.MESSAGE_UPDATED, content="edited")
    with ThreadPoolExecutor(2) as threads:
        with held_row(postgres_world):
            claims = [threads.submit(ledger.claim, claim_request(edit)) for _ in range(2)]
            wait_until_blocked(postgres_world, 2)
        results = [claim.result() for claim in claims]

    assert sorted(isinstance(result, Claimed) for result in results) == [False, True]
    (refused,) = (result for result in results if isinstance(result, NotClaimed))
    assert refused.refusal is Refusal.LEASED


def test_a_claim_that_waits_for_the_finish_of_its_own_message_is_done(
    postgres_world: PostgresLedgerWorld,
) -> None:
    ledger, message = postgres_world.ledger, make_message()
    first = claimed(ledger)
    with ThreadPoolExecutor(2) as threads:
        with held_row(postgres_world):
            request = finish_request(message, join(first.state, message))
            finishing = threads.submit(ledger.finish, first.lease, request)
            wait_until_blocked(postgres_world, 1)
            claiming = threads.submit(ledger.claim, claim_request())
            wait_until_blocked(postgres_world, 2)
        finishing.result()
        result = claiming.result()

    # In which order they got the row does not matter: neither may do the work once more.
    assert result in {NotClaimed(refusal=Refusal.DONE), NotClaimed(refusal=Refusal.LEASED)}
    assert len(postgres_world.database.run("select id from public.meeting_notes")) == 1


def test_a_conflicting_message_that_comes_at_the_same_time_takes_nothing(
    postgres_world: PostgresLedgerWorld,
) -> None:
    ledger = postgres_world.ledger
    first = claimed(ledger)
    other = make_message(created_at=None)
    with ThreadPoolExecutor(1) as threads:
        with held_row(postgres_world):
            claiming = threads.submit(ledger.claim, claim_request(other))
            wait_until_blocked(postgres_world, 1)
        assert claiming.result() == NotClaimed(refusal=Refusal.CONFLICT)

    message = make_message()
    ledger.finish(first.lease, finish_request(message, join(first.state, message)))
    assert _content(postgres_world.note()) == "Call Ana on Tuesday"


@pytest.mark.parametrize("is_deletion_first", [False, True], ids=["created", "deleted"])
def test_a_deletion_holds_whichever_of_two_workers_finishes_last(
    postgres_world: PostgresLedgerWorld, *, is_deletion_first: bool
) -> None:
    ledger = postgres_world.ledger
    order = [_DELETION, _VOICE] if is_deletion_first else [_VOICE, _DELETION]
    first = claimed(ledger, claim_request(order[0]))
    # The other one may not begin before the first has ended: its state would be of before.
    assert ledger.claim(claim_request(order[1])) == NotClaimed(refusal=Refusal.LEASED)
    ledger.finish(first.lease, finish_request(order[0], join(first.state, order[0])))

    second = ledger.claim(claim_request(order[1]))
    if isinstance(second, Claimed):
        ledger.finish(second.lease, finish_request(order[1], join(second.state, order[1])))

    row = postgres_world.message()
    assert row is not None
    assert (row["state"], row["is_deleted"], row["content"]) == ("stored", True, None)
    assert _content(postgres_world.note()) is None


def test_a_finish_that_was_lost_and_comes_again_after_an_edit_changes_nothing(
    postgres_world: PostgresLedgerWorld,
) -> None:
    ledger, message = postgres_world.ledger, make_message()
    first = claimed(ledger)
    request = finish_request(message, join(first.state, message))
    ledger.finish(first.lease, request)
    store(ledger, make_message(event=Event.MESSAGE_UPDATED, content="edited"))

    with pytest.raises(RetryableError):
        ledger.finish(first.lease, request)

    assert _content(postgres_world.note()) == "edited"


def test_one_recording_in_two_messages_at_once_is_transcribed_by_one(
    postgres_world: PostgresLedgerWorld,
) -> None:
    ledger = postgres_world.ledger
    other = replace(_VOICE, message_id=MessageId("50002"))
    leases = [claimed(ledger, claim_request(each)).lease for each in (_VOICE, other)]
    with ThreadPoolExecutor(2) as threads:
        with held_row(postgres_world), held_row(postgres_world, "50002"):
            looks = [
                threads.submit(ledger.pin_attachment, each, archived_file()) for each in leases
            ]
            wait_until_blocked(postgres_world, 2)
        sources = sorted(look.result().source for look in looks)

    assert sources == ["ours_to_make", "running"]


def test_text_that_no_database_holds_reaches_no_lock_and_no_error(
    postgres_world: PostgresLedgerWorld,
) -> None:
    content = "nul \0 and half an emoji \ud83d"

    store(postgres_world.ledger, make_message(content=content))

    assert _content(postgres_world.note()) == "nul \ufffd and half an emoji \ufffd"
    assert "\\ud83d" not in to_json({"text": content})


def _content(note: Row | None) -> object:
    assert note is not None
    return note["content"]
