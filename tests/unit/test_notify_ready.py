"""What the writer says of an order reaches its person once, and nobody who did not ask for it."""

import json
from typing import Any, Final

import pytest

from handlers.domain.errors import OutcomeUnknownError, RetryableError, RetryReason
from handlers.domain.notice_templates import NoticeTemplate, NoticeTemplates
from handlers.outcomes import Outcome
from tests.factories import push_request
from tests.unit.order_world import INCOMPLETE, OrderWorld

STRANGER: Final = "ffffffff-ffff-4fff-8fff-ffffffffffff"
DAY: Final = 24 * 3600
TEMPLATES: Final = NoticeTemplates(ready=(NoticeTemplate(name="content_ready", language="en"),))


def placed(templates: NoticeTemplates | None = None, *, wants_notices: bool = True) -> OrderWorld:
    world = OrderWorld(templates)
    world.map_person(wants_notices=wants_notices)
    world.order()
    assert world.states() == ["placed"]
    return world


def say(
    world: OrderWorld, status: str = "ready", *, order_id: str | None = None, **more: object
) -> Outcome:
    report = {"order_id": order_id or world.order_id(), "status": status, **more}
    # As another program publishes it: with attributes of its own.
    return world.notify.receive(
        push_request(json.dumps(report).encode(), attributes={"source": "writer", "v": "7"})
    )


def entry(world: OrderWorld, event: str) -> dict[str, Any]:
    (found,) = world.log.named(event)
    return found


def test_who_opted_in_is_told_that_the_content_is_ready() -> None:
    world = placed()

    outcome = say(world, title="passed over")

    assert (outcome.http_status, outcome.status, outcome.reason) == (200, "recorded", "ready")
    assert world.states() == ["ready"]
    (text,) = world.texts()
    assert world.order_id() in text
    logged = entry(world, "ready.recorded")
    assert (logged["account_id"], logged["message_id"]) == ("7", "50001")
    assert world.order_id() not in "".join(world.log.lines)


def test_who_did_not_is_told_nothing_and_the_order_is_ready_all_the_same() -> None:
    world = placed(wants_notices=False)

    assert say(world).status == "recorded"

    assert (world.states(), world.texts()) == (["ready"], [])


@pytest.mark.parametrize("wants_notices", [True, False])
def test_everybody_is_told_that_the_content_will_not_come(wants_notices: bool) -> None:
    world = placed(wants_notices=wants_notices)

    assert say(world, "failed").status == "recorded"

    assert world.states() == ["unfulfilled"]
    assert len(world.texts()) == 1


@pytest.mark.parametrize("status", ["ready", "failed"])
def test_however_often_it_is_said_a_person_is_told_once(status: str) -> None:
    world = placed()

    outcomes = [say(world, status) for _ in range(3)]

    assert [outcome.status for outcome in outcomes] == ["recorded"] * 3
    assert len(world.texts()) == 1


def test_of_two_ends_the_first_holds() -> None:
    world = placed()
    say(world, "ready")
    say(world, "failed")

    assert (world.states(), len(world.texts())) == (["ready"], 1)


def test_another_producers_order_is_acknowledged_and_nobody_is_told() -> None:
    world = placed()

    outcome = say(world, order_id=STRANGER)

    assert (outcome.http_status, outcome.status) == (200, "ignored")
    assert outcome.reason == "order_unknown"
    assert (world.states(), world.texts()) == (["placed"], [])
    assert entry(world, "ready.ignored")["severity"] == "INFO"


@pytest.mark.parametrize(
    ("push_body", "reason"),
    [
        (b"", "body_empty"),
        (b"{}", "envelope_invalid"),
        (push_request(b""), "body_empty"),
        (push_request(b"PLANTED"), "not_json"),
        (push_request(b'{"status": "ready"}'), "order_id_invalid"),
        (push_request(b'{"order_id": "PLANTED", "status": "ready"}'), "order_id_invalid"),
        (
            push_request(json.dumps({"order_id": STRANGER, "status": "PLANTED"}).encode()),
            "order_status_unknown",
        ),
    ],
)
def test_what_cannot_be_read_is_acknowledged_with_a_reason_and_without_its_text(
    push_body: bytes, reason: str
) -> None:
    world = placed()

    outcome = world.notify.receive(push_body)

    assert (outcome.http_status, outcome.status, outcome.reason) == (200, "ignored", reason)
    assert world.texts() == []
    assert entry(world, "ready.ignored")["severity"] == "ERROR"
    assert "PLANTED" not in "".join(world.log.lines)


@pytest.mark.parametrize("method", ["find_placed", "record_outcome"])
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_while_the_database_is_down_it_is_handed_back_and_then_told_once(
    method: str, is_after: bool
) -> None:
    world = placed()
    error = RetryableError(RetryReason.DATABASE_UNAVAILABLE)
    fail = world.orders.fail_after_next if is_after else world.orders.fail_next
    fail(error, method=method)

    outcome = say(world)

    assert (outcome.http_status, outcome.reason) == (503, "database_unavailable")
    assert say(world).status == "recorded"
    assert (world.states(), len(world.texts())) == (["ready"], 1)


def test_what_nobody_foresaw_is_handed_back() -> None:
    world = placed()
    world.orders.fail_next(ValueError("PLANTED"))

    outcome = say(world)

    assert (outcome.http_status, outcome.reason) == (503, "unexpected")
    assert "PLANTED" not in "".join(world.log.lines)


@pytest.mark.parametrize(
    "error", [OutcomeUnknownError(RetryReason.CHATWOOT_UNAVAILABLE), ValueError("PLANTED")]
)
def test_a_chatwoot_that_fails_leaves_the_notice_to_the_sweep(error: Exception) -> None:
    world = placed()
    world.sending.conversations.fail_next(error)

    assert say(world).status == "recorded"

    assert world.states() == ["ready"]
    (row,) = [row for row in world.tables.outbox if row.cause == "ready:50001"]
    assert row.state in {"waiting", "sending"}
    assert "PLANTED" not in "".join(world.log.lines)


@pytest.mark.parametrize(
    ("templates", "expected"), [(None, ("cancelled", "window_closed")), (TEMPLATES, ("sent", None))]
)
def test_a_day_after_the_person_wrote_it_goes_out_as_a_template_or_not_at_all(
    templates: NoticeTemplates | None, expected: tuple[str, str | None]
) -> None:
    world = placed(templates)
    world.clock.advance(DAY + 60)

    assert say(world).status == "recorded"

    (row,) = [row for row in world.tables.outbox if row.cause == "ready:50001"]
    assert (row.state, row.reason) == expected
    posted = [each.document for each in world.sending.conversations.posted]
    assert [("template_params" in document) for document in posted] == [True] * len(posted)
    assert len(posted) == (templates is not None)


def test_an_order_that_is_still_asked_about_is_none_of_the_writers() -> None:
    world = OrderWorld()
    world.map_person(wants_notices=True)
    world.order(parameters=INCOMPLETE)

    assert say(world, order_id=STRANGER).reason == "order_unknown"
    assert world.states() == ["asking"]
