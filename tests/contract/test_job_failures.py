"""A job that nobody can be woken for is taken back, and who ordered is told; one begun goes on."""

from functools import partial

import pytest

from handlers.domain.outgoing import failed
from tests.contract.dialogue_lanes import dialogue_world
from tests.contract.dialogue_requests import placed
from tests.contract.dialogue_world import USER, DialogueWorld, decide, said
from tests.contract.ledger_world import LedgerWorld
from tests.contract.outbox_world import taken


@pytest.fixture(name="box")
def dialogue_beside_the_ledger(world: LedgerWorld) -> DialogueWorld:
    world.map_contact(USER)
    return dialogue_world(world)


def ends(box: DialogueWorld) -> list[tuple[str, str, str | None]]:
    return [(row["cause"], row["state"], row["reason"]) for row in box.outboxes.rows()]


def test_a_job_that_fails_for_good_fails_its_order_and_is_told_once(box: DialogueWorld) -> None:
    order = said(box)
    decide(box, order, partial(placed, order=order))
    job = taken(box.outboxes)

    assert box.outboxes.outbox.settle(job, failed("send_refused"))
    assert box.outboxes.outbox.settle(job, failed("send_refused"))

    found = box.order()
    assert found is not None
    assert (found["state"], found["reason"]) == ("failed", "job_failed:send_refused")
    assert ends(box) == [
        ("job:50001", "failed", "send_refused"),
        ("failure:50001", "waiting", None),
    ]
    notice = taken(box.outboxes)
    assert notice.document == {"content": "That did not work"}
    # The person is asked to order again, and must not get both.
    assert box.agent_jobs() == []


def test_a_job_that_its_reader_found_without_being_woken_goes_on(box: DialogueWorld) -> None:
    order = said(box)
    decide(box, order, partial(placed, order=order))
    job = taken(box.outboxes)
    box.begin_jobs()

    assert box.outboxes.outbox.settle(job, failed("send_refused"))

    found = box.order()
    assert found is not None
    assert found["state"] == "placed"
    assert ends(box) == [("job:50001", "failed", "send_refused")]
