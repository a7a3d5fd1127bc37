"""What the model found broken: each test fails until the product is mended."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from db.pool import ConnectionPool
from handlers.domain.errors import RetryableError, RetryReason
from tests.component.model.fake_lane import FakeLane
from tests.component.model.interruptions import CrashError
from tests.component.model.postgres_lane import PostgresLane
from tests.component.model.run import WorkerRun
from tests.databases import Database

# Claim, bucket registered, created and known as ready, message, download, name pinned.
_UNTIL_THE_UPLOAD = 7
# Claim, download, name pinned, upload, words, settled.
_UNTIL_THE_FINISH = 6


@pytest.fixture(params=["fake", "postgres"])
def run(request: pytest.FixtureRequest) -> Iterator[WorkerRun]:
    if request.param == "fake":
        yield WorkerRun(FakeLane())
        return
    database: Database = request.getfixturevalue("database")
    with closing(ConnectionPool(database.worker_url, size=2)) as pool:
        yield WorkerRun(PostgresLane(database=database, pool=pool))


def test_words_that_came_before_a_crash_reach_the_note_of_a_message_that_was_waiting(
    run: WorkerRun,
) -> None:
    run.worker.downloads.fail_next(RetryableError(RetryReason.MEDIA_UNAVAILABLE))
    run.send("50002", "created")
    run.deliver(0, is_kept=True)

    run.deliver_to_interrupted(0, _UNTIL_THE_FINISH, CrashError())
    run.come_to_rest()

    (note,) = run.lane.notes()
    assert note.processing_status == "stored"


def test_media_that_a_late_worker_writes_after_the_deletion_are_removed(run: WorkerRun) -> None:
    run.send("50002", "created")
    run.deliver_to_stalled(0, _UNTIL_THE_UPLOAD)
    run.lane.end_leases()
    run.send("50002", "deleted")
    run.deliver(1)

    run.come_to_rest()

    names = [name for _, name in run.worker.objects.rows]
    assert names == ["whatsapp-messages/2026-08-02/118/50002.json"]


@pytest.mark.parametrize("event", ["edited", "deleted"])
def test_an_update_of_a_dead_message_counts_once_the_message_is_replayed(
    run: WorkerRun, event: str
) -> None:
    run.send("50001", "created")
    run.give_up(run.pick(0))
    run.send("50001", event)
    run.deliver(0)

    run.come_to_rest()

    (note,) = run.lane.notes()
    assert note.content != "Call Ana on Tuesday"


@pytest.mark.parametrize("event", ["edited", "deleted"])
def test_an_update_that_the_broker_gave_up_is_replayed_though_its_message_is_stored(
    run: WorkerRun, event: str
) -> None:
    run.send("50001", "created")
    run.deliver(0)
    run.send("50001", event)
    run.give_up(run.pick(0))

    run.come_to_rest()

    (note,) = run.lane.notes()
    assert note.content != "Call Ana on Tuesday"
