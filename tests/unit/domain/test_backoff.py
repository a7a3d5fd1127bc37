"""How long something that failed waits before it is tried again."""

import math
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.backoff import wait_before_retry

FIRST: Final = 60.0
MAX: Final = 21_600.0
A_DAY: Final = 86_400.0
attempts = st.integers(min_value=1, max_value=10**9)
jitters = st.floats(min_value=0, max_value=1, exclude_max=True)


def wait(attempt: int, *, jitter: float = 0.0, retry_after: float | None = None) -> float:
    return wait_before_retry(
        attempt, first_seconds=FIRST, max_seconds=MAX, jitter=jitter, retry_after=retry_after
    )


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(1, 60), (2, 120), (3, 240), (9, 15_360), (10, 21_600), (11, 21_600), (10**9, 21_600)],
)
def test_a_wait_doubles_up_to_the_maximum(attempt: int, seconds: float) -> None:
    assert wait(attempt) == seconds


@pytest.mark.parametrize("attempt", [0, -1, -(10**9)])
def test_what_has_not_failed_yet_waits_like_after_the_first_failure(attempt: int) -> None:
    assert wait(attempt) == FIRST


@given(attempts, jitters)
def test_jitter_takes_off_up_to_half(attempt: int, jitter: float) -> None:
    whole = wait(attempt)

    assert whole / 2 <= wait(attempt, jitter=jitter) <= whole


@given(attempts, jitters, jitters)
def test_more_jitter_never_waits_longer(attempt: int, one: float, other: float) -> None:
    less, more = sorted([one, other])

    assert wait(attempt, jitter=more) <= wait(attempt, jitter=less)


@given(attempts, jitters)
def test_a_later_attempt_never_waits_less(attempt: int, jitter: float) -> None:
    assert wait(attempt, jitter=jitter) <= wait(attempt + 1, jitter=jitter)


@given(attempts, jitters, st.floats(min_value=0, max_value=A_DAY))
def test_what_the_service_asks_for_is_the_least(
    attempt: int, jitter: float, retry_after: float
) -> None:
    waited = wait(attempt, jitter=jitter, retry_after=retry_after)

    assert waited == max(retry_after, wait(attempt, jitter=jitter))


def test_the_service_may_ask_for_more_than_our_maximum() -> None:
    assert wait(1, retry_after=30_000.0) == 30_000.0


@pytest.mark.parametrize("asked", [A_DAY + 1, 1e300, math.inf])
def test_the_service_cannot_ask_for_more_than_a_day(asked: float) -> None:
    assert wait(1, retry_after=asked) == A_DAY


@pytest.mark.parametrize("asked", [0.0, -5.0])
def test_nothing_asked_for_changes_nothing(asked: float) -> None:
    assert wait(2, retry_after=asked) == wait(2)
