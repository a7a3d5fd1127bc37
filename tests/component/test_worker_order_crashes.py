"""Wherever worker or sweep die, an order ends as if they had not: each question asked once."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from typing import Any, Final

import pytest

from handlers.domain.errors import OutcomeUnknownError, RetryableError, RetryReason
from handlers.tally import InterruptedSweepError
from tests.component.media_samples import deletion_of
from tests.component.order_talk import COMPLETE, INCOMPLETE, ORDER, Talk, written
from tests.component.worker_world import WorkerWorld, make_worker_world

# Longer than any lease, so that the next delivery or sweep may take what was left.
_LEASES_END_SECONDS: Final = 301
_MOST_TRIES: Final = 5
# New in every run, or about the attempt.
_NAMES_OF_THE_RUN: Final = {
    *("order_id", "job_id", "note_id", "row_id"),
    *("decided_at", "asked_at", "attempts", "fence", "lease_token", "lease_until"),
}
_ANSWERS: Final = ("LinkedIn", "Short", "Casual")

Step = Callable[[Talk], dict[str, Any]]


class _CrashError(BaseException):
    """The end of the process: no handler of the product catches it."""


def _text(words: str, number: int = ORDER, **more: object) -> Step:
    return lambda _: written(words, number, **more)


def _voice(words: str, number: int = ORDER) -> Step:
    return lambda talk: talk.recorded(words, number)


_SCENARIOS: Final[dict[str, list[Step]]] = {
    "one_sentence": [_text(COMPLETE)],
    "taps": [_text(INCOMPLETE), *map(_text, _ANSWERS, itertools.count(ORDER + 1))],
    "voice": [_voice(INCOMPLETE), *map(_voice, _ANSWERS, itertools.count(ORDER + 1))],
    "cancelled": [_text(INCOMPLETE), _text("cancel", ORDER + 1)],
    "replaced": [_text(INCOMPLETE), _text("write a blog post about tea", ORDER + 1)],
    "copied": [
        _text(INCOMPLETE, source_id="wamid.one"),
        _text(INCOMPLETE, ORDER + 1, source_id="wamid.one"),
    ],
    "deleted": [_text(INCOMPLETE), lambda _: deletion_of(written(INCOMPLETE))],
    "refused": [_text(COMPLETE)],
}
_ANSWER_LOST: Final[dict[str, Callable[[], BaseException]]] = {
    "conversations": lambda: OutcomeUnknownError(RetryReason.CHATWOOT_UNAVAILABLE),
    "jobs": lambda: RetryableError(RetryReason.PUBLISH_TIMEOUT),
}


def _crash(_: str) -> BaseException:
    return _CrashError()


def _unexpected(_: str) -> BaseException:
    return KeyError("planted")


def _answer_lost(port: str) -> BaseException:
    make = _ANSWER_LOST.get(port)
    return make() if make else RetryableError(RetryReason.DATABASE_UNAVAILABLE)


@pytest.mark.parametrize("failure", [_crash, _answer_lost, _unexpected])
@pytest.mark.parametrize("scenario", _SCENARIOS)
def test_a_failure_after_any_effect_is_repaired_by_redeliveries_and_sweeps(
    monkeypatch: pytest.MonkeyPatch, scenario: str, failure: Callable[[str], BaseException]
) -> None:
    effects = itertools.count()
    undisturbed = _run(monkeypatch, scenario, effects, None, failure)
    count = next(effects)
    assert count >= 5

    for fail_at in range(count):
        talk = _run(monkeypatch, scenario, itertools.count(), fail_at, failure)

        assert _end_state(talk) == _end_state(undisturbed), f"after effect {fail_at}"
        assert _sent(talk) == _sent(undisturbed), f"after effect {fail_at}"
        # A job's second copy is dropped by its reader, which knows it by its name.
        assert len(talk.jobs) <= len(undisturbed.jobs) + 1
        assert len({job["order_id"] for job in talk.jobs}) == len(undisturbed.jobs)


def test_a_crash_after_a_question_is_asked_once_though_nobody_can_look_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for fail_at in range(12):
        talk = _run(monkeypatch, "taps", itertools.count(), fail_at, _crash, looks_failed=2)

        assert len(talk.sent) == len({str(each["content"]) for each in talk.sent})
        assert len(talk.tables.dialogue.agent_jobs) == 1


def _run(  # noqa: PLR0913, PLR0917 - what makes one run different from another
    monkeypatch: pytest.MonkeyPatch,
    scenario: str,
    effects: Iterator[int],
    fail_at: int | None,
    failure: Callable[[str], BaseException],
    looks_failed: int = 0,
) -> Talk:
    world = make_worker_world(monkeypatch)
    talk = Talk(world)
    if scenario == "refused":
        talk.tables.dialogue.refusal = "23514"
    for _ in range(looks_failed):
        looking = RetryableError(RetryReason.CHATWOOT_UNAVAILABLE)
        world.sending.conversations.fail_next(looking, method="find")
    for name, port in world.ports.items():
        port.on_effect = _failing(name, effects, fail_at, failure)
    for step in _SCENARIOS[scenario]:
        payload = step(talk)
        _until(world, partial(_is_delivered, world, payload))
        # Every minute: nobody answers before they are asked.
        _until(world, lambda: bool(talk.sweep()) and not _unsent(talk))
    return talk


def _failing(
    port: str, effects: Iterator[int], fail_at: int | None, failure: Callable[[str], BaseException]
) -> Callable[[], None]:
    def on_effect() -> None:
        if next(effects) == fail_at:
            raise failure(port)

    return on_effect


def _until(world: WorkerWorld, act: Callable[[], bool]) -> None:
    for _ in range(_MOST_TRIES):
        try:
            if act():
                return
        except (_CrashError, InterruptedSweepError):
            pass
        world.clock.advance(_LEASES_END_SECONDS)
    pytest.fail(f"does not end: {world.log.lines[-3:]}")


def _is_delivered(world: WorkerWorld, payload: dict[str, Any]) -> bool:
    response = world.deliver(payload)
    # A pending one is delivered again by the transcriptions sweep.
    return response.status_code == 200 and (response.json or {})["status"] != "pending"


def _unsent(talk: Talk) -> list[str]:
    return [row.cause for row in talk.tables.outbox if row.state in {"waiting", "sending"}]


def _sent(talk: Talk) -> list[tuple[str, str]]:
    return [
        (posted.correlation_id, json.dumps(posted.document))
        for posted in talk.world.sending.conversations.posted
    ]


def _end_state(talk: Talk) -> dict[str, object]:
    dialogue = talk.tables.dialogue
    return {
        "messages": {key: _kept(asdict(row)) for key, row in talk.tables.messages.items()},
        "notes": [_kept(asdict(note)) for note in talk.tables.notes.rows.values()],
        "orders": {key: _kept(asdict(row)) for key, row in dialogue.orders.items()},
        "is_named": [(o.order_id is None, o.job_id is None) for o in dialogue.orders.values()],
        "content_orders": [_kept(asdict(row)) for row in dialogue.content_orders],
        "agent_jobs": [_kept(asdict(row)) for row in dialogue.agent_jobs],
        "conversations": {
            key: (row.version, row.moved_by, row.last_incoming_at, _kept(asdict(row))["question"])
            for key, row in dialogue.conversations.items()
        },
        "outbox": [
            (row.cause, row.kind, row.state, row.external_id is None) for row in talk.tables.outbox
        ],
        "objects": talk.world.objects.rows,
        "dead_letters": talk.tables.dead_letters,
    }


def _kept(row: Any) -> Any:  # noqa: ANN401 - of any shape
    if not isinstance(row, dict):
        return row
    return {key: _kept(value) for key, value in row.items() if key not in _NAMES_OF_THE_RUN}
