"""When something that failed is tried again: a pure function of how often it failed."""

from typing import Final

# Jitter spreads what failed together: between half and all of the wait.
_MIN_SHARE: Final = 0.5
# Longer is no request but a mistake, and a time that no database can hold.
_MAX_RETRY_AFTER_SECONDS: Final = 86_400.0


def wait_before_retry(
    attempt: int,
    *,
    first_seconds: float,
    max_seconds: float,
    jitter: float,
    retry_after: float | None = None,
) -> float:
    """Return the seconds to wait after the `attempt`-th failure, counted from 1.

    Doubles each time up to `max_seconds`: 60 s gives 60, 120, 240, … `jitter` in [0, 1) takes off
    up to half. What the service asked for in Retry-After is the least, also above the maximum, up
    to a day.
    """
    doubled = first_seconds * 2.0 ** min(max(attempt, 1) - 1, 30)
    waited = min(doubled, max_seconds) * (_MIN_SHARE + (1 - _MIN_SHARE) * (1 - jitter))
    return max(waited, min(retry_after or 0.0, _MAX_RETRY_AFTER_SECONDS))
