"""Wherever the worker dies, delivering again leads to the state of an undisturbed run."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, Final

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from tests.component.media_samples import (
    VOICE,
    VOICE_WITH_CAPTAINS_WORDS,
    deletion_of,
    put_voice_note,
)
from tests.component.worker_world import (
    BUCKET,
    WorkerWorld,
    how_it_waits,
    make_worker_world,
)
from tests.factories import make_delivery

# Longer than any lease, so that the next delivery may take the message.
_LEASES_END_SECONDS: Final = 301
_MOST_DELIVERIES: Final = 4
_OF_THE_ATTEMPT: Final = {
    *("attempts", "fence", "lease_token", "lease_until", "note_id"),
}
_SCENARIOS: Final[dict[str, list[dict[str, Any]]]] = {
    "text": [make_delivery()],
    "voice": [VOICE],
    "voice_with_captains_words": [VOICE, VOICE_WITH_CAPTAINS_WORDS],
    "deletion": [VOICE, deletion_of(VOICE)],
    "deletion_first": [deletion_of(VOICE), VOICE],
    "update_first": [make_delivery(event="message_updated", content="new"), make_delivery()],
}


class _CrashError(BaseException):
    """The end of the process: no handler of the product catches it."""


def _answer_lost() -> BaseException:
    return RetryableError(RetryReason.DATABASE_UNAVAILABLE)


@pytest.mark.parametrize("is_foreign", [False, True], ids=["own_bucket", "foreign_bucket"])
@pytest.mark.parametrize("failure", [_CrashError, _answer_lost, KeyError])
@pytest.mark.parametrize("scenario", _SCENARIOS)
def test_a_failure_after_any_effect_is_repaired_by_delivering_again(
    monkeypatch: pytest.MonkeyPatch,
    scenario: str,
    failure: Callable[[], BaseException],
    is_foreign: bool,
) -> None:
    def run(effects: Iterable[int], fail_at: int | None) -> WorkerWorld:
        world = make_worker_world(monkeypatch)
        put_voice_note(world)
        if is_foreign:
            world.buckets.foreign_names.add(BUCKET)
        counter = iter(effects)

        def on_effect() -> None:
            if next(counter) == fail_at:
                raise failure()

        for port in world.ports.values():
            port.on_effect = on_effect
        for payload in _SCENARIOS[scenario]:
            _deliver_until_acknowledged(world, payload)
        return world

    undisturbed = run(itertools.count(), None)
    effects = sum(len(port.calls) for port in undisturbed.ports.values())
    assert effects >= 5

    for fail_at in range(effects):
        world = run(itertools.count(), fail_at)
        assert _end_state(world) == _end_state(undisturbed), f"after effect {fail_at}"
        assert len(world.transcriber.heard) <= len(undisturbed.transcriber.heard) + 1
        assert len(world.objects.uploads) <= len(undisturbed.objects.uploads) + 1


def _deliver_until_acknowledged(world: WorkerWorld, payload: dict[str, Any]) -> None:
    for _ in range(_MOST_DELIVERIES):
        try:
            response = world.deliver(payload)
            # A pending one is delivered again by the transcriptions sweep.
            if response.status_code == 200 and (response.json or {})["status"] != "pending":
                return
        except _CrashError:
            pass
        world.clock.advance(_LEASES_END_SECONDS)
    pytest.fail(f"not acknowledged: {world.log.lines[-3:]}")


def _end_state(world: WorkerWorld) -> dict[str, object]:
    tables = world.ledger.tables
    return {
        "messages": {
            key: {k: v for k, v in asdict(row).items() if k not in _OF_THE_ATTEMPT}
            for key, row in tables.messages.items()
        },
        "attachments": {
            key: {i: {**asdict(row), **how_it_waits(row)} for i, row in rows.items()}
            for key, rows in tables.attachments.items()
        },
        "notes": [asdict(note) for note in tables.notes.rows.values()],
        "buckets": tables.buckets,
        "objects": world.objects.rows,
        "dead_letters": tables.dead_letters,
    }
