"""Dead letters on a real database: one row each, taken once, backed off, and closed in the end."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import Final

import pytest

from db.backlog import PostgresBacklog
from db.pool import ConnectionPool
from handlers.domain.errors import PermanentReason
from handlers.domain.messages import MessageId
from handlers.sweeps.dead_letters import _REPLAYED_REASONS
from tests.contract.backlog_world import BacklogWorld, letter, reasons_document, voice
from tests.databases import Database, Databases
from tests.factories import make_message

MESSAGE: Final = make_message()
TAKE: Final = "select whatsapp.take_dead_letters('main', %(reasons)s::jsonb, %(batch)s)"


@pytest.fixture(scope="module")
def module_database(databases: Databases) -> Iterator[Database]:
    created = databases.migrated()
    yield created
    databases.drop(created)


@pytest.fixture
def world(module_database: Database) -> Iterator[BacklogWorld]:
    with closing(ConnectionPool(module_database.worker_url, size=4)) as pool:
        made = BacklogWorld(database=module_database, pool=pool)
        made.clear()
        yield made


def test_a_dead_letter_is_kept_whole(world: BacklogWorld) -> None:
    assert world.record(letter(1, message=MESSAGE)) == "recorded"

    row = world.letter()
    assert (row["key"], row["state"], row["replays"], row["times_seen"]) == (
        "delivery-01",
        "open",
        0,
        1,
    )
    assert bytes.fromhex(row["payload"].removeprefix("\\x")) == b"\x00raw\xff"
    assert row["attributes"]["delivery_id"] == "delivery-01"
    assert (row["account_id"], row["message_id"]) == ("7", "50001")
    assert row["delivery_attempt"] == 3
    assert world.message()["state"] == "dead"


def test_it_is_one_row_however_often_it_comes(world: BacklogWorld) -> None:
    for _ in range(3):
        assert world.record(letter(1, message=MESSAGE)) == "recorded"

    assert world.letter()["times_seen"] == 3
    assert len(world.rows("messages")) == 1


def test_it_is_one_row_when_it_comes_to_several_instances_at_once(world: BacklogWorld) -> None:
    # Each round is the first for its message: that is when the rows can be locked in any order.
    for number in range(20):
        message = make_message(message_id=MessageId(str(50001 + number)))
        copies = [letter(number, message=message)] * 4
        with ThreadPoolExecutor(max_workers=4) as threads:
            assert list(threads.map(world.record, copies)) == ["recorded"] * 4

    assert [row["times_seen"] for row in world.rows("dead_letters")] == [4] * 20


def test_its_reason_is_the_ledgers_last_one(world: BacklogWorld) -> None:
    world.fail(MESSAGE, "database_unavailable")

    world.record(letter(1, message=MESSAGE))

    assert world.letter()["reason"] == "database_unavailable"
    assert world.message()["last_error"] == "database_unavailable"


@pytest.mark.parametrize("is_known", [False, True], ids=["never-claimed", "claimed"])
def test_without_one_it_is_unrecorded(world: BacklogWorld, *, is_known: bool) -> None:
    if is_known:
        world.work_on(MESSAGE)

    world.record(letter(1, message=MESSAGE))

    assert world.letter()["reason"] == "unrecorded"


def test_a_reason_that_the_recorder_knows_is_kept(world: BacklogWorld) -> None:
    unreadable = replace(letter(1, reason="envelope_invalid"), attributes={})

    assert world.record(unreadable) == "recorded"

    assert world.letter()["reason"] == "envelope_invalid"
    assert world.take(reasons=_REPLAYED_REASONS) == []


def test_one_whose_payload_nobody_can_read_closes_no_message(world: BacklogWorld) -> None:
    world.fail(MESSAGE, "out_of_time")
    attributes = {"v": "1", "account_id": "7", "message_id": "50001"}

    world.record(replace(letter(1), attributes=attributes))

    assert world.letter()["reason"] == "out_of_time"
    assert world.message()["state"] == "processing"


def test_a_late_one_changes_nothing_of_a_stored_message(world: BacklogWorld) -> None:
    world.store(MESSAGE)
    before = (world.message(), world.database.run("select * from public.meeting_notes"))

    assert world.record(letter(1, message=MESSAGE)) == "stored"

    assert (world.message(), world.database.run("select * from public.meeting_notes")) == before
    assert world.rows("dead_letters") == []


@pytest.mark.parametrize("state", ["ignored", "erased", "legacy"])
def test_a_message_in_an_end_state_needs_nothing(world: BacklogWorld, state: str) -> None:
    world.fail(MESSAGE, "out_of_time")
    world.database.run("update whatsapp.messages set state = %(state)s", state=state)

    assert world.record(letter(1, message=MESSAGE)) == state

    assert world.rows("dead_letters") == []
    assert world.message()["state"] == state


def test_a_stored_message_with_unfinished_attachments_stays_stored(world: BacklogWorld) -> None:
    world.store_pending(voice())

    assert world.record(letter(1, message=voice())) == "recorded"

    assert world.message()["state"] == "stored"
    assert world.letter()["state"] == "open"


def test_a_late_one_takes_nothing_from_a_worker_that_is_about_to_finish(
    world: BacklogWorld,
) -> None:
    claim = world.work_on(MESSAGE)
    world.record(letter(1, message=MESSAGE))

    world.finish(claim, MESSAGE)

    assert world.message()["state"] == "stored"
    assert world.letter()["state"] == "closed"
    assert world.take() == []


def test_what_is_taken_is_what_was_kept(world: BacklogWorld) -> None:
    payload = bytes(range(256)) * 40
    kept = replace(letter(1, message=MESSAGE), payload=payload)
    world.record(kept)

    (taken,) = world.backlog.take_dead_letters(frozenset({"unrecorded"}), batch=50)

    assert (taken.key, taken.payload, taken.attributes) == (kept.key, payload, kept.attributes)


def test_letters_are_taken_oldest_first_and_no_more_than_asked_for(world: BacklogWorld) -> None:
    for number in (3, 1, 2):
        world.record(letter(number))
        world.let_pass("1 second")

    assert world.take(batch=2) == ["delivery-03", "delivery-01"]
    assert world.take(batch=2) == ["delivery-02"]
    assert world.take(batch=2) == []


def test_another_installations_letters_are_not_ours(world: BacklogWorld) -> None:
    world.record(replace(letter(1), installation="second"))

    assert world.take() == []
    other = PostgresBacklog(world.pool, installation="second")
    assert len(other.take_dead_letters(frozenset({"unrecorded"}), batch=50)) == 1


def test_two_sweeps_at_once_get_different_letters(world: BacklogWorld) -> None:
    for number in range(10):
        world.record(letter(number))
    order = {"reasons": reasons_document(), "batch": 4}

    with world.other_takes(TAKE, order) as others:
        ours = world.take()

    theirs = {row["key"] for row in others}
    assert len(theirs) == 4
    assert base64.b64decode(others[0]["payload"]) == b"\x00raw\xff"
    assert theirs | set(ours) == {f"delivery-{number:02}" for number in range(10)}
    assert not theirs & set(ours)
    assert {row["replays"] for row in world.rows("dead_letters")} == {1}


def test_many_sweeps_at_once_take_each_letter_once(world: BacklogWorld) -> None:
    for number in range(40):
        world.record(letter(number))

    with ThreadPoolExecutor(max_workers=4) as threads:
        taken = [
            key for keys in threads.map(lambda _: world.take(batch=5), range(16)) for key in keys
        ]

    assert sorted(taken) == [f"delivery-{number:02}" for number in range(40)]


def test_replays_of_one_letter_back_off(world: BacklogWorld) -> None:
    world.record(letter(1))
    waits = [5, 10, 20, 40, 80, 160]

    assert world.take() == ["delivery-01"]
    for minutes in waits:
        world.let_pass(f"{minutes} minutes -5 seconds")
        assert world.take() == []
        world.let_pass("5 seconds")
        assert world.take() == ["delivery-01"]

    assert world.letter()["replays"] == len(waits) + 1


def test_a_replay_waits_a_day_at_most(world: BacklogWorld) -> None:
    world.record(letter(1))
    world.database.run("update whatsapp.dead_letters set replays = 100")
    assert world.take() == ["delivery-01"]

    world.let_pass("21 hours")
    assert world.take() == []
    world.let_pass("30 minutes")
    assert world.take() == ["delivery-01"]


def test_after_seven_days_a_letter_waits_for_a_person(world: BacklogWorld) -> None:
    world.record(letter(1))
    world.let_pass("7 days -1 minute")
    assert world.take() == ["delivery-01"]

    world.let_pass("1 minute")

    assert world.take() == []
    assert world.letter()["state"] == "open"


@pytest.mark.parametrize("reason", [*PermanentReason, "silence"])
def test_what_would_fail_again_is_never_taken(world: BacklogWorld, reason: str) -> None:
    world.ledger.bury(letter(1, message=MESSAGE, reason=reason))

    assert world.take(reasons=_REPLAYED_REASONS) == []
    assert world.letter()["state"] == "open"


def test_what_may_succeed_is_taken(world: BacklogWorld) -> None:
    retryable = sorted(_REPLAYED_REASONS)
    for number, reason in enumerate(retryable):
        world.ledger.bury(letter(number, reason=reason))

    assert len(world.take(reasons=_REPLAYED_REASONS)) == len(retryable)


def test_a_replay_that_succeeds_closes_the_letter_and_revives_the_message(
    world: BacklogWorld,
) -> None:
    world.fail(MESSAGE, "database_unavailable")
    world.record(letter(1, message=MESSAGE))
    world.record(letter(2, message=MESSAGE))
    world.record(letter(3, message=make_message(message_id=MessageId("50002"))))

    world.store(MESSAGE)

    states = {row["key"]: row["state"] for row in world.rows("dead_letters")}
    assert states == {"delivery-01": "closed", "delivery-02": "closed", "delivery-03": "open"}
    assert world.take() == ["delivery-03"]
    assert world.database.run(
        "select processing_status, error_details from public.meeting_notes"
        " where chatwoot_message_id = '50001'"
    ) == [("stored", None)]


def test_a_replay_that_dies_again_is_the_same_row(world: BacklogWorld) -> None:
    world.record(letter(1, message=MESSAGE))
    assert world.take() == ["delivery-01"]
    world.fail(MESSAGE, "out_of_time")

    world.record(letter(1, message=MESSAGE))

    row = world.letter()
    assert (row["times_seen"], row["replays"], row["reason"]) == (2, 1, "out_of_time")
    assert (row["state"], world.message()["state"]) == ("open", "dead")
    assert world.take() == []
