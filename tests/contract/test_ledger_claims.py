"""Who gets a message: one attempt at a time, only while there is something left to do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.filing import Claimed, GivenUp, NotClaimed, Refusal
from handlers.domain.message_state import join
from handlers.domain.messages import ConversationId, MessageId
from tests.contract.ledger_requests import (
    FALLBACK,
    claim_request,
    claimed,
    dead_letter,
    finish_request,
    store,
)
from tests.contract.ledger_world import LedgerWorld
from tests.factories import make_message


def _refusal(world: LedgerWorld, **overrides: object) -> Refusal:
    result = world.ledger.claim(replace(claim_request(), **overrides))  # type: ignore[arg-type]
    assert isinstance(result, NotClaimed), result
    return result.refusal


def test_a_first_claim_pins_owner_and_object_name(world: LedgerWorld) -> None:
    claim = claimed(world.ledger)

    assert (claim.owner_id, claim.bucket, claim.is_archived) == (FALLBACK, None, False)
    assert claim.object_name == "whatsapp-messages/2026-08-02/118/50001.json"
    row = world.message()
    assert row is not None
    assert (row["state"], row["attempts"], row["fence"]) == ("processing", 1, 1)
    assert (row["contact_id"], row["source"]) == ("90210", "webhook")


def test_a_live_lease_keeps_others_out_and_an_ended_one_does_not(world: LedgerWorld) -> None:
    first = claimed(world.ledger)

    assert _refusal(world) is Refusal.LEASED

    world.end_leases()
    second = claimed(world.ledger)
    assert second.lease.fence > first.lease.fence


def test_the_same_token_may_claim_again_without_counting_as_another_attempt(
    world: LedgerWorld,
) -> None:
    request = claim_request()
    first = claimed(world.ledger, request)

    again = claimed(world.ledger, request)

    assert again == first
    row = world.message()
    assert row is not None
    assert row["attempts"] == 1


def test_a_released_message_may_be_claimed_at_once(world: LedgerWorld) -> None:
    claim = claimed(world.ledger)

    world.ledger.release(claim.lease, "storage_unavailable")

    row = world.message()
    assert row is not None
    assert row["last_error"] == "storage_unavailable"
    claimed(world.ledger)


def test_releasing_a_lost_lease_does_not_free_the_new_holders(world: LedgerWorld) -> None:
    late = claimed(world.ledger)
    world.end_leases()
    claimed(world.ledger)

    world.ledger.release(late.lease, "too late")

    assert _refusal(world) is Refusal.LEASED


def test_releasing_after_the_finish_changes_nothing(world: LedgerWorld) -> None:
    claim = store(world.ledger)

    world.ledger.release(claim.lease, "database_unavailable")

    row = world.message()
    assert row is not None
    assert row["last_error"] is None


def test_a_stored_message_is_done_until_chatwoot_says_something_else(world: LedgerWorld) -> None:
    store(world.ledger)

    assert _refusal(world) is Refusal.DONE
    claimed(world.ledger, claim_request(make_message(content="edited")))


@pytest.mark.parametrize("moved_by", [timedelta(seconds=1), timedelta(days=-1)])
def test_another_time_under_the_same_id_is_a_conflict(
    world: LedgerWorld, moved_by: timedelta
) -> None:
    store(world.ledger)
    created_at = make_message().created_at
    assert created_at is not None

    other = make_message(created_at=created_at + moved_by)

    assert _refusal(world, message=other) is Refusal.CONFLICT


@pytest.mark.parametrize(
    "other",
    [make_message(conversation_id=ConversationId("119")), make_message(created_at=None)],
    ids=["conversation", "no time"],
)
def test_another_conversation_or_no_time_under_the_same_id_is_a_conflict(
    world: LedgerWorld, other: object
) -> None:
    store(world.ledger)

    assert _refusal(world, message=other) is Refusal.CONFLICT


def test_the_same_second_is_the_same_message_as_rest_gives_no_more(world: LedgerWorld) -> None:
    store(world.ledger)
    created_at = make_message().created_at
    assert created_at is not None

    same = make_message(created_at=created_at.replace(microsecond=0))

    assert _refusal(world, message=same) is Refusal.DONE


def test_a_message_without_a_time_is_itself_again(world: LedgerWorld) -> None:
    store(world.ledger, make_message(created_at=None))

    assert _refusal(world, message=make_message(created_at=None)) is Refusal.DONE


@pytest.mark.parametrize("state", ["ignored", "erased", "legacy"])
def test_a_message_that_ended_otherwise_is_closed(world: LedgerWorld, state: str) -> None:
    store(world.ledger)
    world.change_message(state=state)

    assert _refusal(world) is Refusal.CLOSED
    assert _refusal(world, message=make_message(content="edited")) is Refusal.CLOSED


def test_a_message_that_was_ignored_unseen_is_closed_and_no_conflict(world: LedgerWorld) -> None:
    world.ledger.ignore("main", ("7", "50001"), "webhook", "private_note")

    assert _refusal(world) is Refusal.CLOSED
    row = world.message()
    assert row is not None
    assert (row["state"], row["last_error"]) == ("ignored", "private_note")


def test_ignoring_never_changes_a_message_that_is_known(world: LedgerWorld) -> None:
    store(world.ledger)

    world.ledger.ignore("main", ("7", "50001"), "webhook", "private_note")

    assert _refusal(world) is Refusal.DONE


def test_only_a_replay_opens_a_dead_message(world: LedgerWorld) -> None:
    world.ledger.bury(dead_letter(make_message()))

    assert world.ledger.claim(claim_request()) == GivenUp(reason="data_rejected")
    assert isinstance(world.ledger.claim(claim_request(source="replay")), Claimed)


def test_the_deletion_of_a_dead_message_needs_no_replay(world: LedgerWorld) -> None:
    world.ledger.bury(dead_letter(make_message()))
    deleted = make_message(is_deleted=True)

    claim = claimed(world.ledger, claim_request(deleted))
    world.ledger.finish(claim.lease, finish_request(deleted, join(claim.state, deleted)))

    (letter,) = world.dead_letters()
    assert (letter["state"], letter["payload"]) == ("closed", b"")


def test_a_message_of_the_earlier_product_is_closed_in_its_conversation_only(
    world: LedgerWorld,
) -> None:
    world.add_legacy("50001", "118")
    world.add_legacy("50002", "999")

    assert _refusal(world) is Refusal.CLOSED
    claimed(world.ledger, claim_request(make_message(message_id=MessageId("50002"))))


def test_a_late_writer_changes_nothing_once_another_attempt_has_the_message(
    world: LedgerWorld,
) -> None:
    message = make_message()
    late = claimed(world.ledger)
    world.end_leases()
    world.ledger.finish(claimed(world.ledger).lease, finish_request(message, late.state))
    before = (world.message(), world.note())

    with pytest.raises(RetryableError) as caught:
        world.ledger.finish(
            late.lease, finish_request(message, replace(late.state, content="late words"))
        )

    assert caught.value.reason is RetryReason.LEASE_LOST
    assert (world.message(), world.note()) == before


def test_a_writer_whose_lease_ended_untaken_may_still_finish(world: LedgerWorld) -> None:
    claim = claimed(world.ledger)
    world.end_leases()

    message = make_message()
    world.ledger.finish(claim.lease, finish_request(message, join(claim.state, message)))

    assert _refusal(world) is Refusal.DONE


def test_owner_and_object_name_stay_what_the_first_claim_pinned(world: LedgerWorld) -> None:
    first = claimed(world.ledger)
    world.end_leases()

    second = claimed(world.ledger, replace(claim_request(), object_name="elsewhere.json"))

    assert (second.object_name, second.owner_id) == (first.object_name, first.owner_id)
