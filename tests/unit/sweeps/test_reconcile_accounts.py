"""Several accounts in one run: none ends the others, and each has its share of the time."""

from datetime import timedelta
from typing import Final

import pytest

from handlers.domain.errors import PermanentError, PermanentReason
from tests.unit.sweeps.reconcile_world import ReconcileWorld

MINUTE: Final = 60.0


class UnforeseenError(Exception):
    """What nobody thought of."""


def _with_a_lost_message(*account_ids: str) -> ReconcileWorld:
    world = ReconcileWorld(account_ids=account_ids)
    world.chatwoot.open(1)
    world.chatwoot.write(1)
    world.clock.advance(11 * MINUTE)
    return world


@pytest.mark.parametrize("error", [UnforeseenError(), PermanentError(PermanentReason.ID_CONFLICT)])
def test_whatever_happens_in_one_account_the_others_go_on(error: Exception) -> None:
    world = _with_a_lost_message("8", "7")
    world.records.fail_next(error, method="begin")

    counts = world.reconcile()

    assert (counts["accounts_failed"], counts["fed"]) == (1, 1)
    (logged,) = world.log.named("unexpected_error")
    assert (logged["account_id"], logged["source"]) == ("8", "reconcile")


def test_whatever_happens_in_one_account_a_backfill_goes_on_with_the_others() -> None:
    world = _with_a_lost_message("8", "7")
    world.records.fail_next(UnforeseenError(), method="begin")

    run = world.backfill(world.clock.now() - timedelta(days=2))
    counts = run.run(world.clock.monotonic() + 400)

    assert (counts["accounts_failed"], counts["fed"]) == (1, 1)
    (logged,) = world.log.named("unexpected_error")
    assert logged["source"] == "backfill"


def test_an_unforeseen_error_in_the_only_account_is_the_runs() -> None:
    world = _with_a_lost_message("7")
    world.records.fail_next(UnforeseenError(), method="begin")

    with pytest.raises(UnforeseenError):
        world.reconcile()


def test_an_account_with_much_to_do_leaves_the_others_their_share_of_the_time() -> None:
    world = ReconcileWorld(account_ids=("7", "8", "9"))
    for conversation in range(1, 101):
        world.chatwoot.open(conversation)
        world.chatwoot.write(conversation)
    world.clock.advance(11 * MINUTE)
    world.chatwoot.on_effect = lambda: world.clock.advance(1)
    start = world.clock.monotonic()
    began: list[float] = []

    def note() -> None:
        if world.records.calls[-1] == "begin":
            began.append(world.clock.monotonic() - start)

    world.records.on_effect = note

    world.reconcile(seconds=90)

    assert len(began) == 3
    assert began[1] == pytest.approx(30, abs=3)
