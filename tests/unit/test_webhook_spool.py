"""What the broker would not take is kept in the spool, and all of it within Chatwoot's patience."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from tests.factories import encode, make_delivery
from tests.unit.webhook_calls import (
    BODY,
    BROKER_DOWN,
    DELIVERY_ID,
    MARKER,
    STORE_DOWN,
    UNREADABLE,
    World,
    only,
)


@pytest.fixture
def world() -> World:
    return World()


def test_what_the_broker_takes_is_not_spooled(world: World) -> None:
    assert world.post().status == 200
    assert world.spool.calls == []


@pytest.mark.parametrize(
    "reason",
    [RetryReason.PUBLISH_FAILED, RetryReason.PUBLISH_TIMEOUT, RetryReason.PUBLISH_REFUSED],
)
def test_what_it_does_not_take_is_kept_and_accepted(world: World, reason: RetryReason) -> None:
    world.publisher.fail_next(RetryableError(reason))

    answer = world.post()

    assert answer.status == 200
    assert answer.document == {
        "status": "accepted",
        "reason": reason.value,
        "delivery_id": DELIVERY_ID,
    }
    name, row = only(world.spool.rows)
    assert name == "spool/2026-08-02T09:00:05.000000Z-token0"
    assert row.body == BODY
    assert row.attributes == {
        "v": "1",
        "source": "spool",
        "event": "message_created",
        "account_id": "7",
        "conversation_id": "118",
        "message_id": "50001",
        "delivery_id": DELIVERY_ID,
        "received_at": "2026-08-02T09:00:05.000+00:00",
        "traceparent": f"00-{'a' * 32}-{'b' * 16}-00",
    }


def test_a_spooled_delivery_is_one_warning_with_its_ids(world: World) -> None:
    world.publisher.fail_next(BROKER_DOWN)

    world.post()

    entry = world.entry()
    assert (entry["severity"], entry["event"]) == ("WARNING", "webhook.spooled")
    assert (entry["reason"], entry["status"]) == ("publish_failed", 200)
    assert (entry["account_id"], entry["message_id"]) == ("7", "50001")
    assert entry["delivery_id"] == DELIVERY_ID


def test_two_of_one_moment_are_kept_apart(world: World) -> None:
    world.publisher.fail_next(BROKER_DOWN)
    world.publisher.fail_next(BROKER_DOWN)

    world.post()
    world.post()

    assert len(world.spool.rows) == 2


def test_when_the_spool_fails_too_the_answer_says_so(world: World) -> None:
    world.publisher.fail_next(BROKER_DOWN)
    world.spool.fail_next(STORE_DOWN)

    answer = world.post()

    assert answer.status == 503
    assert answer.document == {
        "status": "unavailable",
        "reason": "publish_failed",
        "delivery_id": DELIVERY_ID,
    }
    entry = world.entry()
    assert (entry["severity"], entry["event"]) == ("ERROR", "webhook.unavailable")
    assert (entry["message_id"], entry["status"]) == ("50001", 503)


def test_what_nobody_foresaw_in_the_spool_is_logged_without_its_text(world: World) -> None:
    world.publisher.fail_next(BROKER_DOWN)
    world.spool.fail_next(ValueError(MARKER))

    answer = world.post()

    assert (answer.status, answer.document["reason"]) == (503, "unexpected")
    assert MARKER not in "".join(world.log.lines)


@pytest.mark.parametrize("has_published", [False, True], ids=["first", "warm"])
@pytest.mark.parametrize("spool_fails", [False, True], ids=["spooled", "nothing-works"])
def test_publishing_and_spooling_take_four_seconds_at_most(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    *,
    has_published: bool,
    spool_fails: bool,
) -> None:
    if has_published:
        world.post()
    budgets: list[float] = []

    def slow(keep: Callable[..., Any] | None, error: RetryableError) -> Callable[..., Any]:
        def use_up(*parts: Any, budget_seconds: float) -> Any:  # noqa: ANN401 - of either port
            budgets.append(budget_seconds)
            world.clock.advance(budget_seconds)
            if keep is None:
                raise error
            return keep(*parts, budget_seconds=budget_seconds)

        return use_up

    keep = None if spool_fails else world.spool.put
    monkeypatch.setattr(world.publisher, "publish", slow(None, BROKER_DOWN))
    monkeypatch.setattr(world.spool, "put", slow(keep, STORE_DOWN))
    started = world.clock.monotonic()

    answer = world.post()

    assert answer.status == (503 if spool_fails else 200)
    assert budgets == [1.0 if has_published else 2.0, 2.0]
    assert world.clock.monotonic() - started <= 4.0


@pytest.mark.parametrize(("overrun", "left"), [(0.5, 1.5), (1.75, 0.25), (3.0, -1.0)])
def test_what_publishing_took_too_long_the_spool_has_less(
    world: World, monkeypatch: pytest.MonkeyPatch, overrun: float, left: float
) -> None:
    def late(*_: object, budget_seconds: float) -> str:
        world.clock.advance(budget_seconds + overrun)
        raise BROKER_DOWN

    monkeypatch.setattr(world.publisher, "publish", late)

    world.post()

    assert only(world.spool.rows)[1].budget_seconds == left


def test_only_what_was_confirmed_makes_an_instance_warm(world: World) -> None:
    world.publisher.fail_next(BROKER_DOWN)
    world.post()
    world.post()
    world.post()

    assert [published.budget_seconds for published in world.publisher.published] == [2.0, 1.0]


def test_what_does_not_concern_us_is_not_kept(world: World) -> None:
    world.publisher.fail_next(BROKER_DOWN)

    answer = world.post(encode(make_delivery(private=True)))

    assert (answer.status, answer.document["status"]) == (200, "ignored")
    assert world.spool.calls == []


def test_nothing_that_a_person_wrote_is_logged(world: World) -> None:
    world.publisher.fail_next(BROKER_DOWN)
    world.spool.fail_next(STORE_DOWN)
    world.post()
    world.post(UNREADABLE)

    assert MARKER not in "".join(world.log.lines) + json.dumps(world.log.entries)
