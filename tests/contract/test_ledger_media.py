"""Buckets and attachments in the ledger: pinned before they are written, paid for once."""

from dataclasses import replace

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.filing import BucketState, TranscriptLookup, TranscriptSource
from handlers.domain.message_state import AttachmentState
from handlers.domain.messages import MessageId
from handlers.domain.owners import OwnerId
from tests.contract.ledger_requests import (
    AUDIO_NAME,
    MODEL,
    archived_file,
    audio,
    bucket,
    claim_request,
    claimed,
    deferred,
    finish_request,
    older,
    store,
    transcribed,
)
from tests.contract.ledger_world import LedgerWorld
from tests.factories import make_message

_VOICE = make_message(content=None, attachments=(audio(),))
_OTHER_VOICE = make_message(content=None, attachments=(audio(),), message_id=MessageId("50002"))


def test_the_first_bucket_that_is_pinned_holds_for_the_owners_later_messages(
    world: LedgerWorld,
) -> None:
    claim = claimed(world.ledger)

    assert world.ledger.pin_bucket(claim.lease, bucket()) == bucket()

    other = claimed(world.ledger, claim_request(make_message(message_id=MessageId("50002"))))
    assert other.bucket == bucket()


def test_of_two_that_register_a_bucket_the_first_one_holds_for_both(world: LedgerWorld) -> None:
    one = claimed(world.ledger)
    two = claimed(world.ledger, claim_request(make_message(message_id=MessageId("50002"))))
    assert (one.bucket, two.bucket) == (None, None)

    first = world.ledger.pin_bucket(one.lease, bucket())
    second = world.ledger.pin_bucket(two.lease, bucket(name="another-key"))

    assert first == second == bucket()


def test_a_ready_bucket_comes_with_the_claim(world: LedgerWorld) -> None:
    claim = claimed(world.ledger)
    world.ledger.pin_bucket(claim.lease, bucket())
    ready = replace(bucket(), state=BucketState.READY)

    world.ledger.set_bucket_state(ready)

    other = claimed(world.ledger, claim_request(make_message(message_id=MessageId("50002"))))
    assert other.bucket == ready


def test_a_foreign_bucket_is_followed_by_the_next_generation_for_good(world: LedgerWorld) -> None:
    claim = claimed(world.ledger)
    world.ledger.pin_bucket(claim.lease, bucket())
    world.ledger.set_bucket_state(replace(bucket(), state=BucketState.FOREIGN))

    assert world.ledger.pin_bucket(claim.lease, bucket(2)) == bucket(2)
    world.ledger.set_bucket_state(bucket(1))

    world.end_leases()
    again = claimed(world.ledger)
    assert again.bucket == bucket(2)
    # A worker that was slow still believes in the first generation.
    assert world.ledger.pin_bucket(again.lease, bucket(1)) == bucket(2)


def test_buckets_of_different_owners_do_not_meet(world: LedgerWorld) -> None:
    claim = claimed(world.ledger)
    world.ledger.pin_bucket(claim.lease, bucket())
    request = claim_request(make_message(message_id=MessageId("50002")))

    other = claimed(world.ledger, replace(request, fallback_owner=OwnerId("account_8")))

    assert other.bucket is None


@pytest.mark.parametrize("what", ["pin_bucket", "pin_attachment", "settle_attachment"])
def test_nothing_is_pinned_or_settled_with_a_lost_lease(world: LedgerWorld, what: str) -> None:
    claimed(world.ledger, claim_request(_VOICE))
    world.end_leases()
    lease = older(claimed(world.ledger, claim_request(_VOICE)).lease)
    argument = {
        "pin_bucket": bucket(),
        "pin_attachment": archived_file(),
        "settle_attachment": transcribed("late"),
    }
    before = world.attachment()

    with pytest.raises(RetryableError) as caught:
        getattr(world.ledger, what)(lease, argument[what])

    assert caught.value.reason is RetryReason.LEASE_LOST
    assert world.attachment() == before


def test_an_attachment_is_known_from_the_claim_on(world: LedgerWorld) -> None:
    claim = claimed(world.ledger, claim_request(_VOICE))

    (record,) = claim.state.attachments
    assert (record.attachment_id, record.state) == ("801", AttachmentState.PENDING)
    lookup = world.ledger.pin_attachment(claim.lease, archived_file(model=None))
    assert lookup == TranscriptLookup(source=TranscriptSource.NOT_WANTED)
    row = world.attachment()
    assert (row["object_name"], row["is_stored"], row["sha256"]) == (AUDIO_NAME, False, "a" * 64)


def test_what_was_settled_comes_back_with_the_next_claim(world: LedgerWorld) -> None:
    claim = claimed(world.ledger, claim_request(_VOICE))
    world.ledger.pin_attachment(claim.lease, archived_file())
    world.ledger.settle_attachment(claim.lease, transcribed("Hello"))
    world.end_leases()

    again = claimed(world.ledger, claim_request(_VOICE))

    assert again.state.attachments == (replace(transcribed("Hello").record, attempts=1),)


def test_a_transcript_is_found_again_by_content_and_model(world: LedgerWorld) -> None:
    one = claimed(world.ledger, claim_request(_VOICE))
    two = claimed(world.ledger, claim_request(_OTHER_VOICE))
    ours = world.ledger.pin_attachment(one.lease, archived_file())
    assert ours.source is TranscriptSource.OURS_TO_MAKE

    running = world.ledger.pin_attachment(two.lease, archived_file())
    assert running.source is TranscriptSource.RUNNING

    world.ledger.settle_attachment(one.lease, transcribed("Hello"))
    known = world.ledger.pin_attachment(two.lease, archived_file())
    assert known == TranscriptLookup(
        source=TranscriptSource.KNOWN, text="Hello", language="en", seconds=8.25
    )
    for other in (archived_file(model="other"), archived_file(sha256="b" * 64)):
        lookup = world.ledger.pin_attachment(two.lease, other)
        assert lookup.source is TranscriptSource.OURS_TO_MAKE


def test_silence_is_a_transcript_that_is_found_again(world: LedgerWorld) -> None:
    one = claimed(world.ledger, claim_request(_VOICE))
    world.ledger.pin_attachment(one.lease, archived_file())
    world.ledger.settle_attachment(one.lease, transcribed("", reason="audio_silent"))
    two = claimed(world.ledger, claim_request(_OTHER_VOICE))

    lookup = world.ledger.pin_attachment(two.lease, archived_file())

    assert (lookup.source, lookup.text) == (TranscriptSource.KNOWN, "")


def test_a_transcription_that_failed_is_free_for_the_next(world: LedgerWorld) -> None:
    one = claimed(world.ledger, claim_request(_VOICE))
    two = claimed(world.ledger, claim_request(_OTHER_VOICE))

    world.ledger.pin_attachment(one.lease, archived_file())
    world.ledger.settle_attachment(one.lease, deferred("transcription_throttled"))
    lookup = world.ledger.pin_attachment(two.lease, archived_file())

    assert lookup.source is TranscriptSource.OURS_TO_MAKE


def test_a_transcription_whose_worker_died_is_free_after_its_time(world: LedgerWorld) -> None:
    one = claimed(world.ledger, claim_request(_VOICE))
    world.ledger.pin_attachment(one.lease, archived_file())
    world.end_leases()

    two = claimed(world.ledger, claim_request(_OTHER_VOICE))

    lookup = world.ledger.pin_attachment(two.lease, archived_file())
    assert lookup.source is TranscriptSource.OURS_TO_MAKE


def test_ones_own_interrupted_transcription_is_taken_up_again(world: LedgerWorld) -> None:
    first = claimed(world.ledger, claim_request(_VOICE))
    world.ledger.pin_attachment(first.lease, archived_file())
    world.ledger.release(first.lease, "out_of_time")

    again = claimed(world.ledger, claim_request(_VOICE))

    lookup = world.ledger.pin_attachment(again.lease, archived_file())
    assert lookup.source is TranscriptSource.OURS_TO_MAKE


def test_deletion_forgets_words_and_digests_of_attachments(world: LedgerWorld) -> None:
    claim = claimed(world.ledger, claim_request(_VOICE))
    world.ledger.pin_attachment(claim.lease, archived_file())
    world.ledger.settle_attachment(claim.lease, transcribed("Hello"))
    state = replace(claim.state, attachments=(transcribed("Hello").record,))
    world.ledger.finish(claim.lease, finish_request(_VOICE, state))

    store(world.ledger, replace(_VOICE, is_deleted=True, attachments=()))

    row = world.attachment()
    assert (row["state"], row["reason"], row["is_stored"]) == ("failed", "deleted", False)
    assert (row["transcript"], row["sha256"], row["model"]) == (None, None, MODEL)
    other = claimed(world.ledger, claim_request(_OTHER_VOICE))
    lookup = world.ledger.pin_attachment(other.lease, archived_file())
    assert lookup.source is TranscriptSource.OURS_TO_MAKE


def test_a_creation_that_comes_after_the_deletion_brings_no_attachments(world: LedgerWorld) -> None:
    store(world.ledger, replace(_VOICE, is_deleted=True, attachments=()))
    world.change_message(state="processing")

    claim = claimed(world.ledger, claim_request(_VOICE))

    assert claim.state.attachments == ()
