"""Reconcile over a day, over crashes, and beside another of its kind."""

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import pytest

from handlers.sweeps.reconcile import ReconcileSweep
from tests.unit.sweeps.reconcile_world import ReconcileWorld

MINUTE: Final = 60.0
HOUR: Final = 60 * MINUTE


class DiedError(Exception):
    """The process is gone; nothing of ours may catch it."""


@pytest.mark.parametrize("minutes", [5, 15])
@pytest.mark.parametrize("seed", [1, 2])
def test_over_a_day_every_message_is_stored_once(minutes: int, seed: int) -> None:
    world, dice = ReconcileWorld(), random.Random(seed)  # noqa: S311 - which webhooks are lost
    for conversation in range(1, 13):
        world.chatwoot.open(conversation)
    late: list[tuple[float, Callable[[], None]]] = []
    written: set[int] = set()
    fed: list[int] = []
    for minute in range(24 * 60):
        # From noon to three nobody is there: no webhook arrives and no sweep runs.
        is_away = 12 * 60 <= minute < 15 * 60
        for _ in range(dice.choice([0, 0, 1, 2])):
            conversation = dice.randint(1, 12)
            message_id = world.chatwoot.write(conversation)
            written.add(message_id)
            arrive = world.webhook(conversation, message_id)
            fate = dice.choice(["lost", "late", "twice", *["there"] * 17])
            if is_away or fate == "lost":
                continue
            if fate == "late":
                late.append((minute + dice.randint(1, 40), arrive))
                continue
            for _ in range(2 if fate == "twice" else 1):
                arrive()
        for due, arrive in [each for each in late if each[0] <= minute]:
            late.remove((due, arrive))
            arrive()
        if minute % minutes == 0 and not is_away:
            world.reconcile()
            # The worker takes a while.
            late += [(minute + 2, lambda: fed.extend(world.queue_is_worked_off()))]
        world.clock.advance(MINUTE)
    world.clock.advance(10 * MINUTE)
    world.reconcile()
    fed += world.queue_is_worked_off()

    assert world.stored == written
    assert len(fed) == len(set(fed))
    world.clock.advance(HOUR)
    assert "missing" not in world.reconcile()
    assert all(not row.is_unsettled for row in world.records.conversations.values())


def test_the_cost_does_not_grow_with_history() -> None:
    world = ReconcileWorld()
    world.chatwoot.open(1)
    for _ in range(1000):
        world.webhook(1, world.chatwoot.write(1))()
    world.clock.advance(11 * MINUTE)
    world.reconcile()
    world.chatwoot.reads.clear()
    world.webhook(1, world.chatwoot.write(1))()

    world.reconcile()

    assert world.chatwoot.reads == [("1", 1000)]


def test_a_long_absence_is_read_page_by_page_and_resumes_after_the_deadline() -> None:
    world = ReconcileWorld()
    for conversation in range(1, 101):
        world.chatwoot.open(conversation)
    world.reconcile()
    world.clock.advance(5 * 24 * HOUR)
    written = {world.chatwoot.write(conversation) for conversation in range(1, 101)}
    world.clock.advance(11 * MINUTE)
    world.chatwoot.on_effect = lambda: world.clock.advance(1)
    runs = 0

    while world.stored != written:
        assert runs < 10
        runs += 1
        world.reconcile(seconds=60)
        world.queue_is_worked_off()

    assert runs > 2
    assert world.chatwoot.calls.count("page") > 4


@pytest.mark.parametrize("port", ["chatwoot", "records", "publisher"])
def test_a_crash_after_each_single_effect_loses_nothing(port: str) -> None:
    undisturbed = _crashing(port, after=None)
    effects = len(undisturbed.ports[port].calls)
    assert effects

    for number in range(1, effects + 1):
        world = _crashing(port, after=number)
        assert world.stored == undisturbed.stored
        assert [world.settled(n) for n in (1, 2, 3)] == [undisturbed.settled(n) for n in (1, 2, 3)]


def _crashing(port: str, *, after: int | None) -> ReconcileWorld:
    world = ReconcileWorld()
    for conversation in (1, 2, 3):
        world.chatwoot.open(conversation)
        for number in range(120 if conversation == 2 else 3):
            message_id = world.chatwoot.write(conversation)
            if number % 40 != 1:
                world.webhook(conversation, message_id)()
    world.clock.advance(11 * MINUTE)
    left = [after]

    def die() -> None:
        if left[0] is not None:
            left[0] -= 1
            if left[0] == 0:
                raise DiedError

    world.ports[port].on_effect = die
    try:
        world.reconcile()
    except DiedError:
        assert after is not None
    world.ports[port].on_effect = lambda: None
    world.queue_is_worked_off()
    # The lease runs out, and what was marked as fed and never published is fed after an hour.
    for _ in range(2):
        world.clock.advance(HOUR + MINUTE)
        world.reconcile()
        world.queue_is_worked_off()
    world.reconcile()
    return world


def test_two_runs_at_once_feed_nothing_twice() -> None:
    world = ReconcileWorld()
    world.chatwoot.open(1)
    for _ in range(3):
        world.chatwoot.write(1)
    world.clock.advance(11 * MINUTE)
    inner: list[dict[str, int]] = []

    def run_another() -> None:
        world.chatwoot.on_effect = lambda: None
        # As if the first one's lease had run out while it waited for Chatwoot.
        world.records.accounts["7"].lease_until = world.clock.now()
        inner.append(world.reconcile())

    world.chatwoot.on_effect = run_another
    outer = world.reconcile()

    assert (inner[0]["fed"], outer.get("fed", 0)) == (3, 0)
    assert world.queue_is_worked_off() == [1, 2, 3]
    world.clock.advance(MINUTE)
    world.reconcile()
    assert world.settled(1) == 3


def test_while_one_run_has_the_account_another_leaves_it_alone() -> None:
    world = ReconcileWorld()
    world.chatwoot.open(1)
    counts: list[dict[str, int]] = []

    def run_another() -> None:
        world.chatwoot.on_effect = lambda: None
        counts.append(world.reconcile())

    world.chatwoot.on_effect = run_another
    world.reconcile()

    assert counts == [{"accounts_busy": 1}]


def test_a_backfill_resumes_where_the_deadline_left_it() -> None:
    world = ReconcileWorld()
    for conversation in range(1, 61):
        world.chatwoot.open(conversation)
        world.chatwoot.write(conversation)
    world.clock.advance(11 * MINUTE)
    world.records.start = world.clock.now()
    world.chatwoot.on_effect = lambda: world.clock.advance(1)
    since = world.clock.now() - timedelta(days=2)
    told: list[Mapping[str, int]] = []
    runs = 0

    while not told or told[-1]["done"] < 60:
        assert runs < 10
        runs += 1
        world.backfill(since).run(world.clock.monotonic() + 70, on_progress=told.append)

    assert runs > 1
    assert sorted(world.queue_is_worked_off()) == list(range(1, 61))
    assert {row.source for row in world.ledger.tables.messages.values()} == {"backfill"}
    assert told[-1]["total"] == 60


def test_the_sweep_reports_what_reconcile_counted() -> None:
    world = ReconcileWorld()
    world.chatwoot.open(1)
    world.chatwoot.write(1)

    report = ReconcileSweep(world.reconciliation()).run(world.clock.monotonic() + 400)

    assert report["in_flight"] == report["accounts"] == 1
    assert report["missing"] == 0
