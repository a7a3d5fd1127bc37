"""However many webhooks are lost, the loss account comes to nought after one reconcile."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.databases import Database
from tests.integration.reading_back_world import ReadingBackWorld, running_world

DELIVERIES: Final = 1000


@pytest.fixture
def world(database: Database, worker_url: str, tmp_path: Path) -> Iterator[ReadingBackWorld]:
    with running_world(database, worker_url, tmp_path, "--more-accounts", "8") as made:
        yield made


def test_the_loss_account_adds_up(world: ReadingBackWorld) -> None:
    conversation = world.conversation()
    lost = [world.write(conversation, is_lost=True) for _ in range(3)]
    arrived = [world.write(conversation) for _ in range(4)]
    world.speak(conversation)
    world.webhooks_arrive()
    assert world.losses() == {"unseen": 4, "received": 4, "stored": 4}
    world.ten_minutes_pass()

    world.reconcile()
    assert world.losses() == {
        "seen": len(lost) + len(arrived) + 1,
        "received": len(arrived) + 1,
        "stored": len(arrived),
        "ignored": 1,
        "missing": len(lost),
    }
    world.queue_is_worked_off()
    assert world.losses() == {"seen": 8, "received": 8, "stored": 7, "ignored": 1}


def test_of_a_thousand_deliveries_with_five_percent_lost_one_reconcile_misses_none(
    world: ReadingBackWorld,
) -> None:
    dice = random.Random(7)  # noqa: S311 - which webhooks are lost, not a secret
    conversations = [world.conversation() for _ in range(40)]
    lost = 0
    for _ in range(DELIVERIES):
        is_lost = dice.random() < 0.05
        lost += is_lost
        world.write(dice.choice(conversations), is_lost=is_lost)
    world.webhooks_arrive()
    world.ten_minutes_pass()

    counts = world.reconcile()
    world.queue_is_worked_off()

    assert counts["missing"] == counts["fed"] == lost > 20
    assert world.losses() == {"seen": DELIVERIES, "received": DELIVERIES, "stored": DELIVERIES}


def test_two_accounts_are_compared_each_with_its_own(world: ReadingBackWorld) -> None:
    both = replace(world, account_ids=("7", "8"))
    both.write(both.conversation(), is_lost=True)
    other = both.chatwoot.control("accounts/8/contacts", {"name": "Kim"})["conversation_id"]
    path = f"accounts/8/conversations/{other}/incoming"
    both.chatwoot.control(path, {"content": "hello", "fire": False})
    both.ten_minutes_pass()

    counts = both.reconcile()

    assert (counts["accounts"], counts["fed"]) == (2, 2)
    assert {each["account_id"] for each in both.queue_is_worked_off()} == {"7", "8"}
    statement = "select account_id, state from whatsapp.messages order by account_id"
    assert both.database.run(statement) == [("7", "stored"), ("8", "stored")]
