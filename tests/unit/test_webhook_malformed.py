"""What Chatwoot itself sent and nobody can read is kept; what anybody may have sent is not."""

import hashlib

import pytest

from handlers.domain.signature import SenderProof, SenderRules
from tests.fakes.spool import SpooledObject
from tests.unit.webhook_calls import (
    DELIVERY_ID,
    STORE_DOWN,
    UNREADABLE,
    URL_TOKEN,
    World,
    only,
    token,
)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("proven_by", ["signature", "token"])
def test_an_unreadable_body_from_chatwoot_itself_is_kept(world: World, proven_by: str) -> None:
    proof = world.signed(UNREADABLE) if proven_by == "signature" else token(URL_TOKEN)

    answer = world.post(UNREADABLE, proof)

    assert answer.status == 400
    assert answer.document == {
        "status": "rejected",
        "reason": "not_json",
        "delivery_id": DELIVERY_ID,
    }
    name, row = only(world.spool.rows)
    assert name == f"malformed/2026-08-02/{hashlib.sha256(UNREADABLE).hexdigest()}"
    assert row == SpooledObject(
        body=UNREADABLE, attributes={"reason": "not_json"}, budget_seconds=2.0
    )
    entry = world.entry()
    assert (entry["severity"], entry["event"]) == ("ERROR", "webhook.malformed")


@pytest.mark.parametrize("url_token", [None, "anything"])
def test_an_unreadable_body_from_anybody_is_not_kept(url_token: str | None) -> None:
    world = World(SenderRules(allow_unsigned=True))
    proof = SenderProof(signature=None, timestamp=None, url_token=url_token)

    answer = world.post(UNREADABLE, proof)

    assert answer.status == 400
    assert world.spool.calls == []
    assert world.entry()["severity"] == "WARNING"


@pytest.mark.parametrize("proof", [token("wrong"), token("")], ids=["wrong", "empty"])
def test_who_is_not_believed_leaves_nothing(world: World, proof: SenderProof) -> None:
    assert world.post(UNREADABLE, proof).status == 401
    assert world.spool.calls == []


def test_an_empty_body_is_nothing_to_keep(world: World) -> None:
    answer = world.post(b"")

    assert (answer.status, answer.document["reason"]) == (400, "body_empty")
    assert world.spool.calls == []


def test_an_unreadable_body_that_cannot_be_kept_is_the_worst_that_is_logged(world: World) -> None:
    world.spool.fail_next(STORE_DOWN)

    answer = world.post(UNREADABLE)

    assert answer.status == 400
    entry = world.entry()
    assert (entry["severity"], entry["event"]) == ("CRITICAL", "webhook.malformed")


def test_the_same_unreadable_body_is_kept_once(world: World) -> None:
    world.post(UNREADABLE)
    world.post(UNREADABLE)

    only(world.spool.rows)
