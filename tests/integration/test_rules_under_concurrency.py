"""Two whole workers with one message, on real Postgres, directly and through a pooler."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from db.pool import ConnectionPool
from tests.component.media_samples import SAID
from tests.component.model.machine import check_rest
from tests.component.model.postgres_lane import PostgresLane
from tests.component.model.run import WorkerRun
from tests.databases import Database

# A voice note's effects, one for each call: claim, bucket registered, created and known as ready,
# message, download, name pinned, upload, words, settled, finished.
_EFFECTS = 11
_SOME = (1, 5, 7, 9)


@pytest.fixture
def run(worker_url: str, database: Database) -> Iterator[WorkerRun]:
    with closing(ConnectionPool(worker_url, size=4)) as pool:
        yield WorkerRun(PostgresLane(database=database, pool=pool))


@pytest.mark.parametrize("effects", _SOME)
def test_of_two_workers_with_one_message_one_works_and_the_other_yields(
    run: WorkerRun, effects: int
) -> None:
    run.send("50002", "created")
    run.deliver_to_stalled(0, effects)

    other = run.worker.use_case.receive(run.pick(0).request())
    run.resume(0)

    assert (other.http_status, other.reason) == (503, "lease_held")
    assert run.queue == []
    assert [note.content for note in run.lane.notes()] == [SAID]
    assert len(run.worker.transcriber.heard) == 1
    assert len(run.worker.objects.uploads) == len(set(run.worker.objects.uploads)) == 2


@pytest.mark.parametrize("effects", range(1, _EFFECTS))
def test_a_worker_thought_dead_goes_on_beside_the_one_that_took_over_and_changes_nothing(
    run: WorkerRun, effects: int
) -> None:
    run.send("50002", "created")
    run.deliver_to_stalled(0, effects)
    run.lane.end_leases()
    run.deliver(0, is_kept=True)
    before = (run.lane.messages(), run.lane.notes(), dict(run.worker.objects.rows))

    stalled, _ = run.stalled[0]
    run.resume(0)

    assert stalled.outcome is not None
    assert (stalled.outcome.http_status, stalled.outcome.reason) == (503, "lease_lost")
    assert (run.lane.messages(), run.lane.notes(), run.worker.objects.rows) == before
    run.come_to_rest()
    check_rest(run)


@pytest.mark.parametrize("effects", _SOME)
def test_two_workers_that_take_turns_after_each_effect_leave_one_end_state(
    run: WorkerRun, effects: int
) -> None:
    run.send("50002", "created")
    run.send("50003", "created")
    run.deliver_to_stalled(0, effects)
    run.deliver_to_stalled(1, effects)
    while run.stalled:
        run.resume(1, len(run.stalled) - 1)
        if run.stalled:
            run.resume(1, 0)

    run.come_to_rest()

    check_rest(run)
    # The same recording in both: one of them waited for the other's words.
    assert len(run.worker.transcriber.heard) == 1
