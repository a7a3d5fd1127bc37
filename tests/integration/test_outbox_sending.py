"""Real rows, a real Chatwoot and every fault of theirs: exactly one message in the conversation."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Final, cast

import pytest

from db.pool import ConnectionPool
from handlers.clients.chatwoot_messages import ChatwootMessages
from handlers.domain.outgoing import TakenOutgoing
from handlers.ports.conversations import Conversations
from handlers.ports.outbox import Outbox
from handlers.wiring.instance import SystemClock
from local.processes import free_port
from tests.component.logged_lines import LoggedLines
from tests.databases import Database
from tests.integration.sending_world import SendingWorld
from tests.local.chatwoot_server import Chatwoot, run_chatwoot

POST: Final = "POST /api/v1/accounts/7/conversations"
READ: Final = "GET /api/v1/accounts/7/conversations"


class _CrashError(BaseException):
    """The end of the process."""


@pytest.fixture(scope="module")
def chatwoot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chatwoot]:
    with run_chatwoot(tmp_path_factory.mktemp("chatwoot")) as running:
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
    chatwoot.control("faults", method="DELETE")
    chatwoot.control("rate-limit", {"per_minute": None})


def test_what_was_decided_is_sent_once(world: SendingWorld) -> None:
    world.send_now(world.decide())
    world.let_pass(100_000)
    world.sweep()

    assert world.texts() == ["Which platform?"]
    assert world.states() == ["sent"]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429},
        {"status": 429, "retry_after": 120},
        {"status": 401},
        {"status": 403},
        {"status": 503},
        {"status": 503, "after": True},
        {"status": 422, "after": True},
        {"status": 422},
        {"reset_connection": True},
        {"reset_connection": True, "after": True},
        {"cut_after_bytes": 20},
        {"cut_after_bytes": 0},
    ],
    ids=str,
)
def test_after_any_fault_of_the_sending_there_is_exactly_one_message(
    world: SendingWorld, fault: dict[str, object]
) -> None:
    world.fault(POST, **fault)
    world.send_now(world.decide())
    assert world.states() == ["waiting"]

    world.sweep_until_done()

    assert world.texts() == ["Which platform?"]


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429}, {"reset_connection": True}])
def test_while_reading_back_fails_too_nothing_is_repeated(
    world: SendingWorld, fault: dict[str, object]
) -> None:
    world.fault(POST, reset_connection=True, after=True)
    world.send_now(world.decide())
    world.fault(READ, **fault)
    world.let_pass(4000)
    assert world.sweep()["retried"] == 1

    world.sweep_until_done()

    assert world.texts() == ["Which platform?"]


def test_a_chatwoot_that_is_slow_is_not_asked_twice(world: SendingWorld) -> None:
    world.fault(POST, delay_seconds=6.5)
    world.send_now(world.decide())
    assert world.states() == ["waiting"]
    clock = SystemClock()
    while not world.texts():
        clock.wait(0.1)

    world.sweep_until_done()

    assert world.texts() == ["Which platform?"]


def test_a_chatwoot_that_is_not_there_is_asked_again_without_looking(world: SendingWorld) -> None:
    nobody = world.messages(f"http://127.0.0.1:{free_port()}")
    world.send_now(world.decide(), world.delivery(conversations=nobody))
    assert world.database.run("select state, is_unknown from whatsapp.outbox") == [
        ("waiting", False)
    ]

    world.sweep_until_done()

    assert world.texts() == ["Which platform?"]


def test_the_rate_limit_of_chatwoot_holds_a_sweep_up_and_loses_nothing(world: SendingWorld) -> None:
    for number in range(6):
        world.decide(f"q{number}")
    world.chatwoot.control("rate-limit", {"per_minute": 3})
    assert world.sweep()["retried"] == 1

    world.chatwoot.control("rate-limit", {"per_minute": None})
    world.sweep_until_done()

    assert sorted(world.texts()) == [f"q{number}" for number in range(6)]


@pytest.mark.parametrize("method", ["take", "post", "settle"])
def test_a_crash_after_any_step_is_repaired_by_the_sweep(world: SendingWorld, method: str) -> None:
    ids = world.decide()
    dying = world.delivery(
        outbox=cast("Outbox", _Dying(world.outbox, method)),
        conversations=cast("Conversations", _Dying(world.messages(), method)),
    )
    with pytest.raises(_CrashError):
        world.send_now(ids, dying)

    assert set(world.sweep().values()) == {0}
    world.sweep_until_done()

    assert world.texts() == ["Which platform?"]


def test_a_sender_that_comes_back_late_changes_nothing(world: SendingWorld) -> None:
    ids = world.decide()

    def meanwhile() -> None:
        world.let_pass(61)
        assert world.sweep()["sent"] == 1

    stalling = cast("Conversations", _Stalling(world.messages(), meanwhile))
    world.send_now(ids, world.delivery(conversations=stalling))

    assert world.texts() == ["Which platform?"]
    assert world.database.run("select state, attempts from whatsapp.outbox") == [("sent", 2)]
    assert world.log.named("outbox.retried")[0]["reason"] == "lease_lost"


def test_sweeps_at_once_send_each_message_once(world: SendingWorld) -> None:
    for number in range(12):
        world.decide(f"q{number}")
    reports: list[dict[str, int]] = []
    threads = [
        threading.Thread(target=lambda: reports.append(world.sweep(world.delivery())))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(report["sent"] for report in reports) == 12
    assert sorted(world.texts()) == sorted(f"q{number}" for number in range(12))


@pytest.mark.parametrize(
    ("change", "reason"),
    [("is_deleted = true", "message_deleted"), ("state = 'erased'", "message_erased")],
)
def test_what_answers_a_message_that_went_away_meanwhile_is_not_sent(
    world: SendingWorld, change: str, reason: str
) -> None:
    world.decide()
    world.database.run(f"update whatsapp.messages set {change}")  # noqa: S608 - the test's own

    assert world.sweep()["cancelled"] == 1

    assert world.texts() == []
    assert world.database.run("select state, reason from whatsapp.outbox") == [
        ("cancelled", reason)
    ]


def test_a_conversation_that_is_not_there_fails_for_good(world: SendingWorld) -> None:
    world.decide()
    world.database.run("update whatsapp.outbox set conversation_id = '424242'")

    assert world.sweep()["failed"] == 1
    assert world.states() == ["failed"]


class _Dying:
    """Passes every call on, and dies after the effect of one method."""

    def __init__(self, target: object, method: str) -> None:
        self._target, self._method = target, method

    def __getattr__(self, name: str) -> Callable[..., object]:
        method = getattr(self._target, name)

        def call(*arguments: object, **named: object) -> object:
            result: object = method(*arguments, **named)
            if name == self._method:
                raise _CrashError
            return result

        return call


class _Stalling:
    """Lets something happen between a post and its answer."""

    def __init__(self, target: ChatwootMessages, meanwhile: Callable[[], None]) -> None:
        self._target, self._meanwhile = target, meanwhile

    def post(self, taken: TakenOutgoing, *, budget_seconds: float) -> str:
        message_id = self._target.post(taken, budget_seconds=budget_seconds)
        self._meanwhile()
        return message_id
