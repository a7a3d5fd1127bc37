"""The sender as wiring builds it: who speaks, and what Chatwoot's later word does to the row."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any, cast

import pytest

from db.pool import ConnectionPool
from handlers.clients.chatwoot_messages import ChatwootMessages
from handlers.domain.deliveries import InboxRules, read_delivery
from handlers.domain.undelivered import Undelivered
from handlers.outbox_delivery import OutboxDelivery
from handlers.settings_parts import BrokerSettings, ChatwootSettings
from handlers.wiring.sending import outbox_delivery
from tests.component.logged_lines import LoggedLines
from tests.databases import Database
from tests.integration.sending_world import SendingWorld
from tests.local.chatwoot_server import (
    ADMINISTRATOR,
    BOT,
    Chatwoot,
    Receiver,
    run_chatwoot,
    run_receiver,
)

JOBS = BrokerSettings(project_id="test-project", topic="content-jobs", emulator_host="127.0.0.1:9")


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with run_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def chatwoot(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Chatwoot]:
    options = ("--webhook-url", receiver.url, "--receipts-after", "0.05")
    with run_chatwoot(tmp_path_factory.mktemp("chatwoot"), *options) as running:
        yield running


@pytest.fixture
def world(worker_url: str, database: Database, chatwoot: Chatwoot) -> Iterator[SendingWorld]:
    person = chatwoot.contact()
    with ExitStack() as undo:
        pool = undo.enter_context(closing(ConnectionPool(worker_url, size=4)))
        yield SendingWorld(
            database=database,
            pool=pool,
            chatwoot=chatwoot,
            conversation_id=person["conversation_id"],
            undo=undo,
            log=LoggedLines(),
        )


def deployed(world: SendingWorld, bot_token: str | None) -> OutboxDelivery:
    delivery = outbox_delivery(
        chatwoot=ChatwootSettings(
            base_url=world.chatwoot.url,
            api_token=ADMINISTRATOR,
            bot_token=bot_token,
            account_ids=("7",),
        ),
        jobs_broker=JOBS,
        pool=world.pool,
        installation="main",
        log=world.log.event_log(),
    )
    # A deployed one keeps its connections until the process ends.
    conversations = cast("ChatwootMessages", delivery._conversations)
    for http in (conversations._sending, conversations._reading):
        world.undo.callback(http.close)
    return delivery


def last_message(world: SendingWorld) -> dict[str, Any]:
    path = f"conversations/{world.conversation_id}/messages"
    found: dict[str, Any] = world.chatwoot.api("GET", path).json()["payload"][-1]
    return found


@pytest.mark.parametrize(
    ("bot_token", "speaker"), [(BOT, "agent_bot"), (None, "user")], ids=["bot", "administrator"]
)
def test_the_bot_speaks_where_it_has_a_token_and_else_the_administrator(
    world: SendingWorld, bot_token: str | None, speaker: str
) -> None:
    world.send_now(world.decide(), deployed(world, bot_token))

    assert world.states() == ["sent"]
    assert last_message(world)["sender"]["type"] == speaker


def test_a_lost_answer_is_looked_for_with_the_administrators_token(world: SendingWorld) -> None:
    delivery = deployed(world, BOT)
    world.fault("POST /api/v1/accounts/7/conversations", reset_connection=True, after=True)
    world.send_now(world.decide(), delivery)
    assert world.states() == ["waiting"]
    world.let_pass(100)

    world.sweep(delivery)

    assert (world.states(), world.texts()) == (["sent"], ["Which platform?"])


def test_what_the_channel_refuses_later_comes_back_as_a_webhook_that_ends_the_row(
    world: SendingWorld, receiver: Receiver
) -> None:
    # The person has not written at Chatwoot within a day, so WhatsApp takes nothing.
    world.send_now(world.decide(), deployed(world, BOT))
    sent_id = str(last_message(world)["id"])

    report = failed_update(receiver, sent_id)

    assert world.outbox.record_undelivered(report.correlation_id, report.reason)
    found = world.database.run("select state, reason from whatsapp.outbox")
    assert found == [("failed", "undelivered")]


def failed_update(receiver: Receiver, message_id: str) -> Undelivered:
    """Wait for the one webhook about a message that passes our filter."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        bodies = [each.body for each in receiver.received]
        read = [read_delivery(body, InboxRules()) for body in bodies]
        reports = [each for each in read if isinstance(each, Undelivered)]
        found = [each for each in reports if each.message_id == message_id]
        if found:
            return found[0]
        time.sleep(0.02)
    raise AssertionError("no webhook said so")
