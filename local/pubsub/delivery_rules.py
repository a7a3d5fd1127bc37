"""How a subscription delivers: deadline, order, waits between attempts, and when to give up."""

from dataclasses import dataclass

# Google's push backoff without a retry policy starts here; it also keeps a policy whose
# minimum is zero from repeating without any wait.
_FIRST_WAIT_SECONDS = 0.1
_MAX_DOUBLINGS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDelays:
    """Waits that double from the minimum to the maximum, in seconds."""

    minimum: float
    maximum: float

    def after(self, failures: int) -> float:
        """Return the wait after so many failed attempts; exactly the minimum after the first."""
        if failures == 1:
            return self.minimum
        doublings = min(failures - 1, _MAX_DOUBLINGS)
        return min(self.maximum, max(self.minimum, _FIRST_WAIT_SECONDS) * 2.0**doublings)


# Without a retry policy Google redelivers at once to pullers, and backs off from push endpoints.
AT_ONCE = RetryDelays(minimum=0.0, maximum=0.0)
PUSH_BACKOFF = RetryDelays(minimum=_FIRST_WAIT_SECONDS, maximum=60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """Where a message goes that failed so many attempts."""

    topic: str
    max_delivery_attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRules:
    """What a subscription's configuration means for each of its messages."""

    ack_deadline_seconds: int
    is_ordered: bool
    retry_delays: RetryDelays
    dead_letters: DeadLetters | None
