"""Reconcile's records keep the same rules in memory, on Postgres and through a pooler."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.domain.filing import Claimed
from handlers.domain.messages import MessageId
from handlers.domain.reconciliation import Verdict
from tests.contract.ledger_requests import claim_request, store
from tests.contract.reconciliation_world import (
    CONVERSATION,
    NOW,
    REF,
    START,
    RecordsWorld,
    begin,
    compare,
    due,
    known,
    records_world,
    seen,
    visit,
)
from tests.factories import make_message

FIRST, OTHER = "t1", "of another run"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(params=["fake", "direct", "pgbouncer"])
def world(request: pytest.FixtureRequest) -> Iterator[RecordsWorld]:
    with records_world(request) as made:
        yield made


def test_an_id_without_a_row_is_missing_and_expected_before_it_is_published(
    world: RecordsWorld,
) -> None:
    assert compare(world, seen(1)) == [Verdict.FEED]
    assert world.state(1) == ("expected", None)


def test_the_answers_stand_in_the_order_of_the_question(world: RecordsWorld) -> None:
    page = [seen(12), seen(9, minutes_old=5), seen(10, ignore_reason="private_note"), seen(11)]

    assert compare(world, *page) == [
        Verdict.FEED,
        Verdict.YOUNG,
        Verdict.IGNORED,
        Verdict.FEED,
    ]


def test_a_repeated_statement_gives_the_same_answer(world: RecordsWorld) -> None:
    first = compare(world, seen(1), seen(2, minutes_old=5))

    assert compare(world, seen(1), seen(2, minutes_old=5)) == first


def test_another_run_feeds_it_again_only_after_an_hour(world: RecordsWorld) -> None:
    compare(world, seen(1))

    assert compare(world, seen(1), by="t2") == [Verdict.IN_WORK]
    assert compare(world, seen(1), by="t2", later=0.99 * HOUR) == [Verdict.IN_WORK]
    assert compare(world, seen(1), by="t2", later=HOUR) == [Verdict.FEED]


def test_what_was_not_published_is_fed_by_the_next_run(world: RecordsWorld) -> None:
    compare(world, seen(1), seen(2))

    world.records.unfeed("7", [1], token=FIRST)
    world.records.unfeed("7", [2], token=OTHER)

    assert compare(world, seen(1), seen(2), by="t2") == [Verdict.FEED, Verdict.IN_WORK]


def test_a_young_one_is_fed_once_it_is_old(world: RecordsWorld) -> None:
    assert compare(world, seen(1, minutes_old=9.9)) == [Verdict.YOUNG]
    assert world.state(1) == ("expected", None)

    assert compare(world, seen(1, minutes_old=9.9), later=HOUR) == [Verdict.FEED]


def test_what_is_ignored_is_so_at_once_and_for_good(world: RecordsWorld) -> None:
    ours = seen(1, minutes_old=1)
    compare(world, ours)

    private = replace(ours, ignore_reason="private_note")
    assert compare(world, private) == [Verdict.IGNORED]
    assert world.state(1) == ("ignored", "private_note")
    assert compare(world, ours, later=DAY) == [Verdict.ENDED]


@pytest.mark.parametrize("state", ["stored", "ignored", "dead", "erased", "legacy"])
def test_an_end_state_is_left_alone(world: RecordsWorld, state: str) -> None:
    compare(world, seen(1))
    world.change(1, state)

    assert compare(world, seen(1), by="t2", later=2 * DAY) == [Verdict.ENDED]
    assert world.state(1) == (state, None)


def test_a_legacy_row_is_found_without_its_account(world: RecordsWorld) -> None:
    compare(world, seen(1))
    world.add_legacy(1)

    assert compare(world, seen(1), by="t2") == [Verdict.ENDED]
    assert world.state(1) is None


def test_history_is_never_touched(world: RecordsWorld) -> None:
    assert compare(world, seen(1), since=NOW) == [Verdict.HISTORY]
    assert world.state(1) is None


def test_a_dry_comparison_says_the_same_and_writes_nothing(world: RecordsWorld) -> None:
    page = [seen(1), seen(2, minutes_old=1), seen(3, ignore_reason="not_incoming")]
    compare(world, *page, is_dry=True)
    assert [world.state(n) for n in (1, 2, 3)] == [None, None, None]


def test_the_worker_takes_an_expected_message_as_its_own(world: RecordsWorld) -> None:
    message = make_message()
    page = replace(seen(50001), created_at=message.created_at.replace(microsecond=0))  # type: ignore[union-attr]
    assert compare(world, page) == [Verdict.FEED]

    claim = world.ledger.claim(claim_request(message, source="reconcile"))

    assert isinstance(claim, Claimed)
    assert world.state(50001) == ("processing", None)
    assert compare(world, page, by="t2") == [Verdict.IN_WORK]


def test_the_worker_may_ignore_an_expected_message(world: RecordsWorld) -> None:
    compare(world, seen(1))

    world.ledger.ignore("main", ("7", "1"), "reconcile", "inbox_not_listed")

    assert world.state(1) == ("ignored", "inbox_not_listed")


def test_a_deletion_is_fed_once_an_hour_until_it_is_known(world: RecordsWorld) -> None:
    message = make_message(message_id=MessageId("1"), created_at=NOW - timedelta(minutes=30))
    store(world.ledger, message)

    assert compare(world, seen(1, is_deleted=True)) == [Verdict.DELETE]
    assert compare(world, seen(1, is_deleted=True), by="t2") == [Verdict.ENDED]
    again = compare(world, seen(1, is_deleted=True), by="t2", later=HOUR)
    assert again == [Verdict.DELETE]
    store(world.ledger, replace(message, is_deleted=True))
    assert compare(world, seen(1, is_deleted=True), by="t3", later=DAY) == [Verdict.ENDED]


def test_the_first_mark_is_the_day_of_deployment(world: RecordsWorld) -> None:
    turn = begin(world)

    assert turn is not None
    assert (turn.started_at, turn.mark) == (START, START)


def test_one_run_at_a_time_has_the_account(world: RecordsWorld) -> None:
    turn = begin(world)
    assert turn is not None

    assert begin(world, "t2") is None
    assert begin(world, "t1") == turn
    assert begin(world, "t2", later=timedelta(minutes=11)) is not None


def test_the_mark_moves_on_and_never_back(world: RecordsWorld) -> None:
    turn = begin(world)
    assert turn is not None

    for mark in (NOW, NOW - HOUR, None):
        world.records.advance(turn, mark=mark, now=NOW, lease_seconds=0)

    again = begin(world, "t2")
    assert again is not None
    assert again.mark == NOW


def test_a_run_that_lost_its_turn_ends_nobody_elses(world: RecordsWorld) -> None:
    late = begin(world)
    assert late is not None
    begin(world, "t2", later=timedelta(minutes=11))

    world.records.advance(late, mark=None, now=NOW, lease_seconds=0)

    assert begin(world, "t3", later=timedelta(minutes=12)) is None


def test_the_settled_id_moves_only_from_where_the_visit_began(world: RecordsWorld) -> None:
    world.records.save("7", visit(settled_id=5))
    world.records.save("7", visit(from_settled_id=5, settled_id=9))
    world.records.save("7", visit(from_settled_id=5, settled_id=7))

    found = known(world)
    assert found is not None
    assert found.settled_id == 9


def test_a_visit_saved_twice_is_saved_once(world: RecordsWorld) -> None:
    world.records.save("7", visit(settled_id=5))
    for _ in range(2):
        world.records.save("7", visit(from_settled_id=5, settled_id=9))

    assert due(world, later=HOUR) == []


def test_a_rewound_conversation_is_not_moved_by_a_visit_of_before(world: RecordsWorld) -> None:
    world.records.save("7", visit(settled_id=5))
    world.records.rewind("7", [REF], since=START - DAY)
    world.records.save("7", visit(from_settled_id=5, settled_id=9))

    found = known(world)
    assert found is not None
    assert (found.settled_id, found.since) == (0, START - DAY)
    assert due(world, later=HOUR) == [CONVERSATION]
    world.records.rewind("7", [REF], since=START)
    narrower = known(world)
    assert narrower is not None
    assert narrower.since == START - DAY


def test_unsettled_conversations_are_due_once_a_run(world: RecordsWorld) -> None:
    world.records.save("7", visit(is_unsettled=True))

    assert due(world, later=timedelta()) == []
    assert due(world, later=timedelta(minutes=5)) == [CONVERSATION]


def test_conversations_of_a_week_are_looked_through_every_six_hours(world: RecordsWorld) -> None:
    message = make_message(message_id=MessageId("33"), created_at=NOW - timedelta(minutes=30))
    store(world.ledger, message)
    world.records.save("7", visit(settled_id=40))

    fresh = known(world, later=5 * HOUR)
    assert fresh is not None
    assert (fresh.reread_from, fresh.is_reread_due) == (None, False)
    assert due(world, later=5 * HOUR) == []
    old = known(world, later=7 * HOUR)
    assert old is not None
    assert (old.reread_from, old.is_reread_due) == (32, True)
    assert due(world, later=7 * HOUR) == [CONVERSATION]
    assert due(world, later=8 * DAY) == []


def test_a_backfill_keeps_its_place(world: RecordsWorld) -> None:
    assert world.records.backfill_position("7:2026-01-01") is None

    for place in ("25", "50"):
        world.records.set_backfill_position("7:2026-01-01", place)

    assert world.records.backfill_position("7:2026-01-01") == "50"
    assert world.records.backfill_position("7:2026-02-01") is None
