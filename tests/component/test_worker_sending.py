"""The worker sends what a finish decided, right after it, and never at the message's expense."""

import pytest

from handlers.domain.errors import OutcomeUnknownError, RetryableError, RetryReason
from handlers.domain.outgoing import Outgoing, OutgoingKind
from handlers.sweeps.outbox import OutboxSweep
from tests.component.media_samples import VOICE, put_voice_note
from tests.component.worker_world import WorkerWorld, make_worker_world
from tests.factories import encode, make_delivery, push_request

QUESTION = Outgoing(
    cause="question:50001", kind=OutgoingKind.MESSAGE, document={"content": "Which platform?"}
)
JOB = Outgoing(cause="job:50001", kind=OutgoingKind.JOB, document={"order": 1})


class _CrashError(BaseException):
    """The end of the process."""


def sweep(world: WorkerWorld) -> dict[str, int]:
    delivery = world.sending.delivery(world.clock, world.log.event_log())
    run = OutboxSweep(delivery=delivery, clock=world.clock).run
    return dict(run(world.clock.monotonic() + 400))


@pytest.mark.parametrize("payload", [make_delivery(), VOICE], ids=["text", "voice"])
def test_a_note_sends_nothing(worker: WorkerWorld, payload: dict[str, object]) -> None:
    put_voice_note(worker)

    assert worker.deliver(payload).status_code == 200

    assert worker.ledger.tables.outbox == []
    assert worker.sending.outbox.calls == []
    assert worker.sending.conversations.calls == []
    assert worker.sending.jobs.calls == []


def test_what_a_finish_decides_is_sent_before_the_answer(worker: WorkerWorld) -> None:
    worker.ledger.also_sends = (QUESTION, JOB)

    assert worker.deliver().status_code == 200

    (posted,) = worker.sending.conversations.posted
    assert (posted.conversation_id, posted.document) == ("118", QUESTION.document)
    assert len(worker.sending.jobs.published) == 1
    events = [entry["event"] for entry in worker.log.entries]
    assert events[-3:] == ["outbox.sent", "outbox.sent", "message.stored"]


def test_a_delivery_that_comes_again_sends_nothing_again(worker: WorkerWorld) -> None:
    worker.ledger.also_sends = (QUESTION,)
    worker.deliver()

    worker.deliver()
    worker.deliver(event="message_updated", content="other words")

    assert len(worker.sending.conversations.posted) == 1


@pytest.mark.parametrize(
    ("error", "is_after"),
    [
        (RetryableError(RetryReason.CHATWOOT_UNAVAILABLE), False),
        (OutcomeUnknownError(RetryReason.CHATWOOT_UNAVAILABLE), False),
        (OutcomeUnknownError(RetryReason.CHATWOOT_UNAVAILABLE), True),
        (KeyError("PLANTEDmarker"), False),
        (KeyError("PLANTEDmarker"), True),
    ],
    ids=["down", "unknown", "answer lost", "unexpected", "unexpected afterwards"],
)
@pytest.mark.parametrize("port", ["outbox", "conversations"])
def test_a_failure_of_sending_never_fails_the_message(
    worker: WorkerWorld, error: Exception, is_after: bool, port: str
) -> None:
    worker.ledger.also_sends = (QUESTION,)
    failing = worker.ports[port]
    (failing.fail_after_next if is_after else failing.fail_next)(error)

    answer = worker.deliver()

    assert (answer.status_code, (answer.json or {})["status"]) == (200, "stored")
    assert worker.message().state == "stored"
    assert not [line for line in worker.log.lines if "PLANTEDmarker" in line]
    worker.clock.advance(61)
    sweep(worker)
    assert len(worker.sending.conversations.posted) == 1
    assert [row.state for row in worker.ledger.tables.outbox] == ["sent"]


@pytest.mark.parametrize("fail_at", range(8))
def test_a_crash_after_any_effect_sends_once_in_the_end(
    monkeypatch: pytest.MonkeyPatch, fail_at: int
) -> None:
    world = make_worker_world(monkeypatch)
    world.ledger.also_sends = (QUESTION,)
    effects = iter(range(1000))

    def on_effect() -> None:
        if next(effects) == fail_at:
            raise _CrashError

    for port in world.ports.values():
        port.on_effect = on_effect
    for _ in range(3):
        try:
            if world.push(push_request(encode(make_delivery()))).status_code == 200:
                break
        except _CrashError:
            pass
        world.clock.advance(301)
    sweep(world)

    assert len(world.sending.conversations.posted) == 1
    assert [row.state for row in world.ledger.tables.outbox] == ["sent"]
    assert world.message().state == "stored"


def test_what_the_worker_has_no_time_left_for_is_sent_by_the_sweep(worker: WorkerWorld) -> None:
    worker.ledger.also_sends = (QUESTION,)
    worker.ledger.on_effect = lambda: worker.clock.advance(260)

    assert worker.deliver().status_code == 200

    assert worker.sending.conversations.posted == []
    assert sweep(worker)["sent"] == 1
