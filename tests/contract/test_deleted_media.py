"""A deletion's media are looked for once more: in their time, by one, until somebody found out."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from handlers.domain.deleted_media import DeletedMedia
from handlers.domain.message_state import join
from handlers.domain.messages import AccountId, AttachmentId, MessageId
from tests.contract.backlog_world import OtherSweep
from tests.contract.deleted_media_world import (
    DeletedMediaWorld,
    delete_voice,
    deleted_media_world,
    ids,
    object_name,
)
from tests.contract.ledger_requests import (
    AUDIO_NAME,
    audio,
    bucket,
    claim_request,
    claimed,
    deferred,
    finish_request,
)
from tests.contract.ledger_world import LedgerWorld, PostgresLedgerWorld
from tests.factories import make_message

TAKE: Final = "select whatsapp.take_deleted_media('main', %(batch)s)"
QUARTER_HOUR: Final = 900
PINNED: Final = DeletedMedia(
    account_id=AccountId("7"),
    message_id=MessageId("50001"),
    attachment_id=AttachmentId("801"),
    bucket="bucket-account_7-1",
    object_name=AUDIO_NAME,
)


@pytest.fixture(name="deleted")
def deletions_of_the_ledger(world: LedgerWorld) -> DeletedMediaWorld:
    return deleted_media_world(world)


@pytest.fixture(name="stored")
def deletions_in_postgres(postgres_world: PostgresLedgerWorld) -> DeletedMediaWorld:
    return deleted_media_world(postgres_world)


def test_a_name_that_was_only_pinned_is_looked_for_after_a_quarter_of_an_hour(
    deleted: DeletedMediaWorld,
) -> None:
    delete_voice(deleted)

    deleted.let_pass(QUARTER_HOUR - 5)
    assert deleted.queue.take_deleted_media(batch=50) == []
    deleted.let_pass(10)
    assert deleted.queue.take_deleted_media(batch=50) == [PINNED]


def test_what_is_taken_and_not_settled_is_due_again_after_a_quarter_of_an_hour(
    deleted: DeletedMediaWorld,
) -> None:
    delete_voice(deleted)
    deleted.let_pass(QUARTER_HOUR + 5)

    assert deleted.queue.take_deleted_media(batch=50) == [PINNED]
    assert deleted.queue.take_deleted_media(batch=50) == []
    deleted.let_pass(QUARTER_HOUR - 5)
    assert deleted.queue.take_deleted_media(batch=50) == []
    deleted.let_pass(10)
    assert deleted.queue.take_deleted_media(batch=50) == [PINNED]


def test_what_is_settled_is_never_due_again_however_often_it_is_settled(
    deleted: DeletedMediaWorld,
) -> None:
    delete_voice(deleted)
    deleted.let_pass(QUARTER_HOUR + 5)
    taken = deleted.queue.take_deleted_media(batch=50)

    for _ in range(2):
        deleted.queue.settle_deleted_media(taken)

    deleted.let_pass(86_400)
    assert deleted.queue.take_deleted_media(batch=50) == []
    row = deleted.ledgers.attachment()
    assert (row["state"], row["reason"], row["next_attempt_at"]) == ("failed", "deleted", None)


def test_only_what_is_settled_is_done_with(deleted: DeletedMediaWorld) -> None:
    for number in (50001, 50002):
        delete_voice(deleted, number)
    deleted.let_pass(QUARTER_HOUR + 5)
    first, *_ = deleted.queue.take_deleted_media(batch=50)

    deleted.queue.settle_deleted_media([first])
    deleted.queue.settle_deleted_media([])

    deleted.let_pass(QUARTER_HOUR + 5)
    left = {"50001", "50002"} - {first.message_id}
    assert set(ids(deleted.queue.take_deleted_media(batch=50))) == left


def test_an_attachment_that_never_had_a_name_is_not_looked_for(deleted: DeletedMediaWorld) -> None:
    delete_voice(deleted, is_pinned=False)

    deleted.let_pass(86_400)

    assert deleted.queue.take_deleted_media(batch=50) == []
    assert deleted.ledgers.attachment()["next_attempt_at"] is None


def test_nothing_of_a_message_that_is_not_deleted_is_ever_touched(
    deleted: DeletedMediaWorld,
) -> None:
    delete_voice(deleted)
    deleted.let_pass(QUARTER_HOUR + 5)
    deleted.bring_back("50001")
    before = deleted.ledgers.attachment()

    assert deleted.queue.take_deleted_media(batch=50) == []

    assert deleted.ledgers.attachment() == before


def test_an_attachment_that_waits_for_its_words_is_neither_taken_nor_settled(
    deleted: DeletedMediaWorld,
) -> None:
    ledger, voice = deleted.ledgers.ledger, make_message(attachments=(audio(),))
    claim = claimed(ledger, claim_request(voice))
    ledger.pin_bucket(claim.lease, bucket())
    ledger.settle_attachment(claim.lease, deferred("transcription_unavailable"))
    ledger.finish(claim.lease, finish_request(voice, join(claim.state, voice)))
    deleted.let_pass(QUARTER_HOUR)
    before = deleted.ledgers.attachment()

    assert deleted.queue.take_deleted_media(batch=50) == []
    deleted.queue.settle_deleted_media([PINNED])

    assert deleted.ledgers.attachment() == before
    assert before["next_attempt_at"] is not None


def test_what_waits_longest_goes_first_and_no_more_than_asked_for(
    deleted: DeletedMediaWorld,
) -> None:
    for number in (50003, 50001, 50002):
        delete_voice(deleted, number)
        deleted.let_pass(60)
    deleted.let_pass(QUARTER_HOUR)

    first = deleted.queue.take_deleted_media(batch=2)
    assert sorted(ids(first)) == ["50001", "50003"]
    assert {each.object_name for each in first} == {object_name(50001), object_name(50003)}
    assert ids(deleted.queue.take_deleted_media(batch=2)) == ["50002"]


def test_another_installations_media_are_neither_taken_nor_settled(
    deleted: DeletedMediaWorld,
) -> None:
    delete_voice(deleted)
    deleted.let_pass(QUARTER_HOUR + 5)
    other = deleted.queue_of("second")

    assert other.take_deleted_media(batch=50) == []
    other.settle_deleted_media([PINNED])

    assert deleted.queue.take_deleted_media(batch=50) == [PINNED]


def test_two_sweeps_at_once_get_different_media(
    stored: DeletedMediaWorld, postgres_world: PostgresLedgerWorld
) -> None:
    for number in range(50001, 50009):
        delete_voice(stored, number)
    stored.let_pass(QUARTER_HOUR + 5)

    with OtherSweep(postgres_world.database, TAKE, {"batch": 3}) as others:
        ours = ids(stored.queue.take_deleted_media(batch=50))

    theirs = {row["message_id"] for row in others}
    assert len(theirs) == 3
    assert theirs | set(ours) == {str(number) for number in range(50001, 50009)}
    assert not theirs & set(ours)


def test_many_sweeps_at_once_take_each_once(stored: DeletedMediaWorld) -> None:
    for number in range(50001, 50013):
        delete_voice(stored, number)
    stored.let_pass(QUARTER_HOUR + 5)

    def take(_: int) -> list[str]:
        return ids(stored.queue.take_deleted_media(batch=3))

    with ThreadPoolExecutor(max_workers=4) as threads:
        taken = [one for batch in threads.map(take, range(10)) for one in batch]

    assert sorted(taken) == [str(number) for number in range(50001, 50013)]
