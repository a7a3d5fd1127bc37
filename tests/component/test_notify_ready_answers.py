"""`notify_ready` as functions-framework serves it."""

import json

import pytest

from tests.component.applications import function_client
from tests.factories import push_request
from tests.unit.order_world import OrderWorld


@pytest.fixture
def world() -> OrderWorld:
    made = OrderWorld()
    made.map_person(wants_notices=True)
    made.order()
    return made


def test_a_push_is_answered_with_status_and_reason(
    monkeypatch: pytest.MonkeyPatch, world: OrderWorld
) -> None:
    client = function_client(monkeypatch, "notify_ready", lambda: world.notify)
    report = {"order_id": world.order_id(), "status": "ready"}

    answer = client.post("/", data=push_request(json.dumps(report).encode()))

    assert (answer.status_code, answer.json) == (200, {"status": "recorded", "reason": "ready"})
    assert len(world.texts()) == 1


def test_another_method_is_refused(monkeypatch: pytest.MonkeyPatch, world: OrderWorld) -> None:
    client = function_client(monkeypatch, "notify_ready", lambda: world.notify)

    answer = client.get("/")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
