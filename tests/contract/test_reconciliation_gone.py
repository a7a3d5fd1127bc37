"""Conversations that are gone, and those that only seemed so, in every lane."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.domain.filing import NotClaimed
from handlers.domain.messages import MessageId
from handlers.domain.reconciliation import Verdict
from tests.contract.ledger_requests import claim_request, claimed
from tests.contract.reconciliation_world import (
    CONVERSATION,
    NOW,
    REF,
    RecordsWorld,
    compare,
    due,
    known,
    records_world,
    seen,
    visit,
)
from tests.factories import make_message

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(params=["fake", "direct", "pgbouncer"])
def world(request: pytest.FixtureRequest) -> Iterator[RecordsWorld]:
    with records_world(request) as made:
        yield made


def test_a_conversation_that_is_gone_closes_what_is_expected(world: RecordsWorld) -> None:
    compare(world, seen(1), seen(2, minutes_old=1))

    def close(later: timedelta) -> None:
        world.records.close("7", REF, now=NOW + later, reason="conversation_gone")

    close(timedelta())
    # The first may be in the queue still.
    assert world.state(1) == ("expected", None)
    assert world.state(2) == ("ignored", "conversation_gone")
    assert due(world, later=HOUR) == [CONVERSATION]
    close(2 * HOUR)
    assert world.state(1) == ("ignored", "conversation_gone")
    assert due(world, later=3 * HOUR) == []


def test_what_was_closed_is_missing_again_once_chatwoot_shows_it(world: RecordsWorld) -> None:
    page = [seen(1, minutes_old=1), seen(2, minutes_old=1), seen(3, minutes_old=1)]
    compare(world, *page)
    world.records.close("7", REF, now=NOW, reason="conversation_gone")
    page[1] = replace(page[1], ignore_reason="private_note")
    answers = [Verdict.FEED, Verdict.IGNORED, Verdict.FEED]

    assert compare(world, *page, by="t2", later=HOUR, is_dry=True) == answers
    assert world.state(1) == ("ignored", "conversation_gone")
    assert compare(world, *page, by="t2", later=HOUR) == answers
    answers[1] = Verdict.ENDED
    assert compare(world, *page, by="t2", later=HOUR) == answers
    assert world.state(1) == ("expected", None)
    again = [Verdict.IN_WORK, Verdict.ENDED, Verdict.IN_WORK]
    assert compare(world, *page, by="t3", later=HOUR) == again


def test_one_that_was_closed_young_and_is_so_still_is_waited_for(world: RecordsWorld) -> None:
    compare(world, seen(1, minutes_old=1))
    world.records.close("7", REF, now=NOW, reason="conversation_gone")

    assert compare(world, seen(1, minutes_old=1), by="t2") == [Verdict.YOUNG]
    assert world.state(1) == ("expected", None)


def test_a_conversation_that_is_gone_is_looked_for_during_a_week(world: RecordsWorld) -> None:
    def close(later: timedelta) -> None:
        world.records.close("7", REF, now=NOW + later, reason="conversation_gone")

    close(timedelta())
    close(timedelta(hours=7))

    assert due(world, later=12 * HOUR) == []
    assert due(world, later=14 * HOUR) == [CONVERSATION]
    assert due(world, later=8 * DAY) == []
    found = known(world)
    assert found is not None
    assert found.ref == REF


def test_a_conversation_that_came_back_and_went_again_is_looked_for_anew(
    world: RecordsWorld,
) -> None:
    world.records.close("7", REF, now=NOW, reason="conversation_gone")
    back = replace(visit(minutes_later=5 * 24 * 60), last_message_at=None)
    world.records.save("7", back)
    world.records.close("7", REF, now=NOW + 6 * DAY, reason="conversation_gone")

    assert due(world, later=12 * DAY) == [CONVERSATION]


def test_the_worker_takes_up_what_was_closed_only_for_its_conversation(
    world: RecordsWorld,
) -> None:
    message = make_message(message_id=MessageId("1"), created_at=NOW - timedelta(minutes=30))
    compare(world, seen(1), seen(2, ignore_reason="private_note"))
    gone = NOW + 2 * HOUR
    world.records.close("7", REF, now=gone, reason="conversation_gone")

    claimed(world.ledger, claim_request(message))
    other = claim_request(replace(message, message_id=MessageId("2")))
    assert isinstance(world.ledger.claim(other), NotClaimed)
