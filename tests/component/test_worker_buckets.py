"""People whose bucket is not there: nobody waits for it, and the sweep creates it."""

from uuid import UUID, uuid4

import pytest

from handlers.domain.errors import RetryReason
from handlers.domain.fallback import STORE_FAILURES
from handlers.domain.filing import BucketState
from handlers.domain.owners import OwnerId, bucket_name
from tests.component.fallback_sweep import bring_back, sweep
from tests.component.worker_world import BUCKET, FALLBACK, HASH_KEY, PREFIX, WorkerWorld
from tests.fakes.ledger_rows import ContactRow

_TEXT = "whatsapp-messages/2026-08-02/118/50001.json"
_SECOND = bucket_name(PREFIX, HASH_KEY, FALLBACK, 2)


def bucket_state(worker: WorkerWorld, generation: int = 1) -> BucketState:
    return worker.ledger.tables.buckets[FALLBACK, generation].state


@pytest.mark.parametrize("reason", sorted(STORE_FAILURES))
def test_a_new_person_does_not_wait_for_a_bucket(worker: WorkerWorld, reason: RetryReason) -> None:
    worker.buckets.away = reason

    assert worker.deliver().status_code == 200

    assert (worker.message().state, worker.message().bucket_name) == ("stored", BUCKET)
    assert bucket_state(worker) is BucketState.CREATING
    assert (worker.buckets.names, list(worker.fallback.rows)) == (set(), [(BUCKET, _TEXT)])
    # While nobody knows more, nobody else waits either.
    for number in (50002, 50003):
        assert worker.deliver(id=number).status_code == 200
    assert worker.buckets.calls == ["create"]

    bring_back(worker)
    assert sweep(worker) == {"moved": 3, "deleted": 0, "buckets": 1, "left": 0, "conflicts": 0}
    assert bucket_state(worker) is BucketState.READY
    assert len(worker.object_names) == 3
    assert worker.log.named("bucket.created")


def test_a_creation_that_failed_is_tried_again_after_half_a_minute(worker: WorkerWorld) -> None:
    worker.buckets.away = RetryReason.STORAGE_THROTTLED
    worker.deliver()
    bring_back(worker)
    worker.clock.advance(29)
    worker.deliver(id=50002)
    assert worker.buckets.calls == ["create"]

    worker.clock.advance(1)
    worker.deliver(id=50003)

    assert worker.buckets.calls == ["create", "create"]
    assert [name for _, name in worker.objects.rows] == [_TEXT.replace("50001", "50003")]


def test_a_bucket_that_vanished_is_created_again_and_filled(worker: WorkerWorld) -> None:
    worker.deliver()
    worker.buckets.names.clear()
    worker.objects.rows.clear()

    assert worker.deliver(id=50002).status_code == 200
    assert sweep(worker) == {"moved": 1, "deleted": 0, "buckets": 1, "left": 0, "conflicts": 0}

    assert worker.buckets.names == {BUCKET}
    assert worker.object_names == [_TEXT.replace("50001", "50002")]


def test_a_strangers_bucket_found_by_the_sweep_is_left_for_the_next_name(
    worker: WorkerWorld,
) -> None:
    worker.buckets.away = RetryReason.STORAGE_THROTTLED
    worker.deliver()
    worker.buckets.foreign_names.add(BUCKET)
    bring_back(worker)

    assert sweep(worker) == {"moved": 1, "deleted": 0, "buckets": 1, "left": 0, "conflicts": 0}

    assert {bucket for bucket, _ in worker.objects.rows} == {_SECOND}
    assert worker.note().gcs_storage_path == f"gs://{_SECOND}/{_TEXT}"
    assert worker.message().bucket_name == _SECOND
    (alarm,) = worker.log.named("bucket.foreign")
    assert alarm["severity"] == "CRITICAL"
    assert worker.deliver(id=50002).status_code == 200
    assert worker.message("50002").bucket_name == _SECOND


def test_a_strangers_bucket_found_by_a_worker_gives_back_what_waits_for_it(
    worker: WorkerWorld,
) -> None:
    worker.buckets.away = RetryReason.STORAGE_THROTTLED
    worker.deliver()
    worker.buckets.foreign_names.add(BUCKET)
    bring_back(worker)
    worker.clock.advance(30)
    assert worker.deliver(id=50002).status_code == 200
    assert worker.message("50002").bucket_name == _SECOND

    assert sweep(worker)["moved"] == 1

    assert {bucket for bucket, _ in worker.objects.rows} == {_SECOND}
    assert worker.note().gcs_storage_path == f"gs://{_SECOND}/{_TEXT}"


def test_many_new_people_get_their_buckets_at_the_rate_that_is_allowed(
    worker: WorkerWorld,
) -> None:
    users: list[UUID] = [uuid4() for _ in range(4)]
    worker.buckets.away = RetryReason.STORAGE_THROTTLED
    for number, user in enumerate(users):
        worker.ledger.tables.contacts["main", "7", "90210"] = ContactRow(user_id=user)
        assert worker.deliver(id=number + 1).status_code == 200
    bring_back(worker)
    worker.buckets.calls.clear()
    started = worker.clock.monotonic()

    assert sweep(worker)["buckets"] == 4

    assert worker.clock.monotonic() - started == 3 * 2.0
    names = {bucket_name(PREFIX, HASH_KEY, OwnerId(str(user)), 1) for user in users}
    assert {bucket for bucket, _ in worker.objects.rows} == names
