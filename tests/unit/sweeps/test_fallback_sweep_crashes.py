"""Wherever the sweep dies, the next one leads to the end state of an undisturbed run."""

import itertools
from collections.abc import Callable
from typing import Final

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.filing import BucketState
from handlers.tally import InterruptedSweepError
from tests.component.fallback_sweep import sweep
from tests.unit.sweeps.fallback_world import BUCKET, DOCUMENT, IDENTITY, MEDIA, World

MOST_RUNS: Final = 6


class CrashError(BaseException):
    """The end of the process."""


def keep_absence(world: World) -> None:
    world.put_in_store(MEDIA, b"sound", {})
    world.fallback.remove(BUCKET, MEDIA, only_where_kept=False)


def keep_stub(world: World) -> None:
    world.put_in_store(DOCUMENT, b"words", IDENTITY)
    world.fallback.replace(
        BUCKET, DOCUMENT, b"stub", content_type="x", metadata=IDENTITY, only_where_kept=False
    )


def keep_for_new_person(world: World) -> None:
    world.keep(MEDIA)
    world.buckets.names.clear()
    world.add_bucket(1, BucketState.CREATING)


def keep_for_foreign_bucket(world: World) -> None:
    keep_for_new_person(world)
    world.buckets.foreign_names.add(BUCKET)


CASES: Final[dict[str, Callable[[World], None]]] = {
    "document": lambda world: world.keep(DOCUMENT),
    "media": lambda world: world.keep(MEDIA),
    "absence": keep_absence,
    "stub": keep_stub,
    "new_person": keep_for_new_person,
    "foreign_bucket": keep_for_foreign_bucket,
}


@pytest.mark.parametrize("failure", [CrashError(), RetryableError(RetryReason.DATABASE_BUSY)])
@pytest.mark.parametrize("case", CASES)
def test_a_failure_after_any_effect_is_repaired_by_the_next_run(
    case: str, failure: BaseException
) -> None:
    undisturbed, effects = run_until_done(case, None, failure)
    assert effects >= 4

    for fail_at in range(effects):
        world, _ = run_until_done(case, fail_at, failure)
        assert world.objects.rows == undisturbed.objects.rows, f"after effect {fail_at}"
        assert world.ledger.tables.buckets == undisturbed.ledger.tables.buckets
        assert len(world.objects.uploads) <= len(undisturbed.objects.uploads) + 1


def run_until_done(case: str, fail_at: int | None, failure: BaseException) -> tuple[World, int]:
    world = World()
    CASES[case](world)
    counter = itertools.count()

    def on_effect() -> None:
        if next(counter) == fail_at:
            raise failure

    ports = (world.fallback, world.objects, world.buckets, world.ledger)
    for port in ports:
        port.on_effect = on_effect
    for _ in range(MOST_RUNS):
        try:
            if sweep(world)["left"] == 0:
                return world, next(counter)
        except (CrashError, InterruptedSweepError):
            pass
        world.clock.advance(7200)
    pytest.fail(f"not emptied: {world.fallback.rows}")
