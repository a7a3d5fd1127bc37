"""Unfinished attachments on a real database: due in their time, taken once, of what is stored."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Final

import pytest

from db.backlog import PostgresBacklog
from db.pool import ConnectionPool
from handlers.domain.filing import DueMessage
from handlers.domain.messages import AccountId, ConversationId, MessageId
from tests.contract.backlog_world import BacklogWorld, voice
from tests.databases import Database, Databases

TAKE: Final = "select whatsapp.take_due_attachments('main', %(batch)s)"


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


def test_an_attachment_is_not_due_before_its_time(world: BacklogWorld) -> None:
    world.store_pending(voice())

    world.let_pass("55 seconds")
    assert world.due() == []
    world.let_pass("10 seconds")
    assert world.due() == ["50001"]


def test_a_due_message_tells_where_its_delivery_is_kept(world: BacklogWorld) -> None:
    world.store_pending(voice())
    world.let_pass("2 minutes")

    assert world.backlog.take_due_messages(batch=50) == [
        DueMessage(
            account_id=AccountId("7"),
            message_id=MessageId("50001"),
            conversation_id=ConversationId("118"),
            bucket="bucket-account_7-1",
            object_name="whatsapp-messages/2026-08-02/118/50001.json",
        )
    ]


def test_it_is_taken_once_and_again_after_a_quarter_of_an_hour(world: BacklogWorld) -> None:
    world.store_pending(voice())
    world.let_pass("2 minutes")

    assert world.due() == ["50001"]
    assert world.due() == []
    world.let_pass("14 minutes 55 seconds")
    assert world.due() == []
    world.let_pass("10 seconds")
    assert world.due() == ["50001"]


def test_what_could_not_be_sent_is_due_at_once(world: BacklogWorld) -> None:
    world.store_pending(voice())
    world.let_pass("2 minutes")
    taken = world.backlog.take_due_messages(batch=50)

    world.backlog.return_due_messages(taken)
    world.backlog.return_due_messages(taken)

    assert world.due() == ["50001"]
    assert world.due() == []


def test_several_attachments_make_one_message(world: BacklogWorld) -> None:
    world.store_pending(voice(attachments=3))
    world.let_pass("2 minutes")

    assert world.due() == ["50001"]
    assert world.due() == []


def test_what_waits_longest_goes_first_and_no_more_than_asked_for(world: BacklogWorld) -> None:
    for number in (50003, 50001, 50002):
        world.store_pending(voice(number))
        world.let_pass("1 minute")
    world.let_pass("1 minute")

    assert sorted(world.due(batch=2)) == ["50001", "50003"]
    assert world.due(batch=2) == ["50002"]


def test_a_message_that_is_not_stored_is_left_to_the_queue(world: BacklogWorld) -> None:
    world.store_pending(voice(), is_finished=False)
    world.let_pass("2 minutes")

    assert world.due() == []


def test_those_that_are_not_stored_do_not_hold_those_that_are(world: BacklogWorld) -> None:
    for number in range(50001, 50004):
        world.store_pending(voice(number), is_finished=False)
        world.let_pass("1 minute")
    world.store_pending(voice(50009))
    world.let_pass("2 minutes")

    assert world.due(batch=3) == ["50009"]


def test_a_message_that_is_stored_later_is_due_then(world: BacklogWorld) -> None:
    world.store_pending(voice(), is_finished=False)
    world.let_pass("2 minutes")
    assert world.due() == []

    world.database.run("update whatsapp.messages set state = 'stored'")

    assert world.due() == ["50001"]


@pytest.mark.parametrize("state", ["dead", "erased", "ignored", "expected", "processing"])
def test_no_other_state_is_resumed(world: BacklogWorld, state: str) -> None:
    world.store_pending(voice())
    world.let_pass("2 minutes")
    world.database.run("update whatsapp.messages set state = %(state)s", state=state)

    assert world.due() == []


def test_what_is_done_is_not_due_again(world: BacklogWorld) -> None:
    world.store_pending(voice())
    world.let_pass("2 minutes")
    assert world.due() == ["50001"]

    world.transcribe(voice())

    world.let_pass("1 day")
    assert world.due() == []
    (attachment,) = world.rows("attachments")
    assert (attachment["state"], attachment["next_attempt_at"]) == ("done", None)
    assert attachment["attempts"] == 2


def test_a_longer_wait_may_be_asked_for(world: BacklogWorld) -> None:
    world.store_pending(voice())
    world.let_pass("2 minutes")
    world.due()

    # The worker had its turn and failed again.
    world.store_pending(voice())

    world.let_pass("55 seconds")
    assert world.due() == []
    world.let_pass("10 seconds")
    assert world.due() == ["50001"]


def test_another_installations_messages_are_not_ours(world: BacklogWorld) -> None:
    world.store_pending(voice())
    world.let_pass("2 minutes")

    assert PostgresBacklog(world.pool, installation="second").take_due_messages(batch=50) == []
    assert world.due() == ["50001"]


def test_two_sweeps_at_once_get_different_messages(world: BacklogWorld) -> None:
    for number in range(50001, 50009):
        world.store_pending(voice(number))
    world.let_pass("2 minutes")

    with world.other_takes(TAKE, {"batch": 3}) as others:
        ours = world.due()

    theirs = {row["message_id"] for row in others}
    assert len(theirs) == 3
    assert theirs | set(ours) == {str(number) for number in range(50001, 50009)}
    assert not theirs & set(ours)


def test_many_sweeps_at_once_take_each_message_once(world: BacklogWorld) -> None:
    for number in range(50001, 50021):
        world.store_pending(voice(number))
    world.let_pass("2 minutes")

    with ThreadPoolExecutor(max_workers=4) as threads:
        taken = [
            one for batch in threads.map(lambda _: world.due(batch=3), range(16)) for one in batch
        ]

    assert sorted(taken) == [str(number) for number in range(50001, 50021)]


def test_a_worker_that_is_finishing_is_not_waited_for(world: BacklogWorld) -> None:
    world.store_pending(voice(50001))
    world.store_pending(voice(50002))
    world.let_pass("2 minutes")
    lock = (
        "select to_jsonb(array[m.message_id]) from whatsapp.messages as m"
        " where m.message_id = '50001' for update"
    )

    with world.other_takes(lock, {}):
        assert sorted(world.due()) == ["50001", "50002"]
