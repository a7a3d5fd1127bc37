"""Who ordered something is told where it could not be kept; nobody is told of anything else."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Final

import pytest

from db.pool import ConnectionPool
from handlers.domain.dialogue.notices import Failure, failure_notice
from handlers.domain.orders.values import Language
from tests.contract.backlog_world import BacklogWorld, letter
from tests.databases import Database
from tests.factories import make_message

MESSAGE: Final = make_message()
USER: Final = "a3bb189e-8bf9-3888-9912-ace4e6543002"


@pytest.fixture
def world(database: Database) -> Iterator[BacklogWorld]:
    with closing(ConnectionPool(database.worker_url, size=4)) as pool:
        yield BacklogWorld(database=database, pool=pool)


NOTICE: Final = failure_notice(MESSAGE.message_id, Language.ENGLISH, Failure.BUCKET)


def give_up(world: BacklogWorld) -> None:
    world.record(replace(letter(1, message=MESSAGE), notice=NOTICE))


def fail(world: BacklogWorld, reason: str, **otherwise: str) -> None:
    """Leave a user's message of a moment ago without an end, or one that differs in something."""
    world.fail(MESSAGE, reason)
    facts = {"created_at": "now()", "source": "'webhook'", "owner_id": f"'{USER}'", **otherwise}
    changes = ", ".join(f"{name} = {value}" for name, value in facts.items())
    world.database.run(f"update whatsapp.contacts set user_id = '{USER}'")  # noqa: S608
    world.database.run(f"update whatsapp.messages set {changes}")  # noqa: S608


@pytest.mark.parametrize("reason", ["bucket_unavailable", "storage_throttled", "fallback_full"])
def test_who_ordered_something_is_told_once_that_there_is_no_place_to_keep_it(
    world: BacklogWorld, reason: str
) -> None:
    fail(world, reason)
    for _ in range(2):
        give_up(world)

    (row,) = world.rows("outbox")
    assert (row["cause"], row["state"], row["purpose"]) == ("failure:50001", "waiting", "failure")
    assert row["document"] == NOTICE.document


@pytest.mark.parametrize("reason", ["database_unavailable", "lease_lost", "dialogue_stale"])
def test_other_reasons_are_none_of_the_persons_business(world: BacklogWorld, reason: str) -> None:
    fail(world, reason)
    give_up(world)

    assert world.rows("outbox") == []


@pytest.mark.parametrize(
    "otherwise",
    [
        {"created_at": "now() - interval '25 hours'"},
        {"source": "'backfill'"},
        {"owner_id": "'account_7'"},
    ],
    ids=lambda otherwise: next(iter(otherwise)),
)
def test_of_old_history_and_to_strangers_nothing_is_said(
    world: BacklogWorld, otherwise: dict[str, str]
) -> None:
    fail(world, "bucket_unavailable", **otherwise)
    give_up(world)

    assert world.rows("outbox") == []
