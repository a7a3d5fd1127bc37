"""Wherever worker or sweep dies while the store is away, the end is that of an undisturbed run."""

import itertools
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from handlers.tally import InterruptedSweepError
from tests.component.fallback_sweep import bring_back, sweep
from tests.component.media_samples import VOICE, deletion_of, put_voice_note
from tests.component.worker_world import WorkerWorld, how_it_waits, make_worker_world
from tests.factories import make_delivery

# Longer than the leases of the worker and of the mover.
_LEASES_END_SECONDS: Final = 7200
_MOST_TRIES: Final = 5
_OF_THE_ATTEMPT: Final = {"attempts", "fence", "lease_token", "lease_until", "note_id"}
_SCENARIOS: Final[dict[str, list[dict[str, Any]]]] = {
    "text": [make_delivery()],
    "voice": [VOICE],
    "deletion": [VOICE, deletion_of(VOICE)],
    "deletion_first": [deletion_of(VOICE), VOICE],
}
Break = Callable[[WorkerWorld], None]


class _CrashError(BaseException):
    """The end of the process."""


def _answer_lost() -> BaseException:
    return RetryableError(RetryReason.DATABASE_UNAVAILABLE)


def _nothing_is_broken(_: WorkerWorld) -> None:
    return


def _store_is_away(world: WorkerWorld) -> None:
    world.objects.away = world.buckets.away = RetryReason.STORAGE_UNAVAILABLE


def _no_bucket_can_be_created(world: WorkerWorld) -> None:
    world.buckets.away = RetryReason.STORAGE_THROTTLED


@pytest.mark.parametrize("failure", [_CrashError, _answer_lost])
@pytest.mark.parametrize("fault", [_store_is_away, _no_bucket_can_be_created])
@pytest.mark.parametrize("scenario", _SCENARIOS)
def test_a_failure_after_any_effect_is_repaired(
    monkeypatch: pytest.MonkeyPatch,
    scenario: str,
    fault: Break,
    failure: Callable[[], BaseException],
) -> None:
    undisturbed, _ = _run(monkeypatch, scenario, _nothing_is_broken, None, failure)
    through_fallback, effects = _run(monkeypatch, scenario, fault, None, failure)
    assert "keep" in through_fallback.fallback.calls or scenario == "deletion_first"
    assert _end_state(through_fallback) == _end_state(undisturbed)

    for fail_at in range(effects):
        world, _ = _run(monkeypatch, scenario, fault, fail_at, failure)
        assert _end_state(world) == _end_state(undisturbed), f"after effect {fail_at}"
        assert len(world.transcriber.heard) <= len(undisturbed.transcriber.heard) + 1


@pytest.mark.parametrize("failure", [_CrashError, _answer_lost])
def test_a_store_that_goes_away_before_the_deletion_forgets_all_the_same(
    monkeypatch: pytest.MonkeyPatch, failure: Callable[[], BaseException]
) -> None:
    def go_away_with_the_deletion(world: WorkerWorld) -> None:
        if world.message("50002").state == "stored":
            _store_is_away(world)

    undisturbed, _ = _run(monkeypatch, "deletion", _nothing_is_broken, None, failure)
    _, effects = _run(monkeypatch, "deletion", _nothing_is_broken, None, failure)

    for fail_at in range(effects + 4):
        world, _ = _run(
            monkeypatch, "deletion", _nothing_is_broken, fail_at, failure, go_away_with_the_deletion
        )
        assert _end_state(world) == _end_state(undisturbed), f"after effect {fail_at}"


def _run(  # noqa: PLR0913, PLR0917 - everything that may go wrong
    monkeypatch: pytest.MonkeyPatch,
    scenario: str,
    fault: Break,
    fail_at: int | None,
    failure: Callable[[], BaseException],
    between: Break = _nothing_is_broken,
) -> tuple[WorkerWorld, int]:
    world, counter = make_worker_world(monkeypatch), itertools.count()
    put_voice_note(world)
    fault(world)

    def on_effect() -> None:
        if next(counter) == fail_at:
            raise failure()

    for port in world.ports.values():
        port.on_effect = on_effect
    for payload in _SCENARIOS[scenario]:
        _try(world, lambda payload=payload: _is_acknowledged(world, payload))  # type: ignore[misc]
        between(world)
    bring_back(world)
    _try(world, lambda: sweep(world)["left"] == 0)
    return world, next(counter)


def _try(world: WorkerWorld, do: Callable[[], bool]) -> None:
    for _ in range(_MOST_TRIES):
        try:
            if do():
                return
        except (_CrashError, InterruptedSweepError):
            pass
        world.clock.advance(_LEASES_END_SECONDS)
    pytest.fail(f"did not come to an end: {world.log.lines[-3:]}")


def _is_acknowledged(world: WorkerWorld, payload: dict[str, Any]) -> bool:
    response = world.deliver(payload)
    return response.status_code == 200 and (response.json or {})["status"] != "pending"


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
        "fallback": world.fallback.rows,
        "dead_letters": tables.dead_letters,
    }
