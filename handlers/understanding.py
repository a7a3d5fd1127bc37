"""Decides what a message is: the rules where they are certain, a model where they are not.

What the rules doubt and no model settles stands as their cues weigh it: mostly that is a note.
Whatever the model does, the worst is that a message is taken for an order of its
own sender, or that an order is taken for a note: both can be asked for again.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias, Unpack

from handlers.circuit_breaker import CircuitBreaker
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.log_events import LogEvent
from handlers.domain.orders.values import (
    Confidence,
    Intent,
    OrderParameters,
    Understanding,
)
from handlers.domain.tracing import Trace
from handlers.logs import EventLog, LogFields, Severity
from handlers.ports.clock import Clock
from handlers.ports.intents import IntentModel

Rules: TypeAlias = Callable[[str], Understanding]

MODEL_SECONDS: Final = 10.0
"""How long the model is waited for; it answers within two or three as a rule."""

# With less there is no hope of an answer, and the failure would be held against the service.
_LEAST_SECONDS: Final = 2.0
_PAUSE_SECONDS: Final = 30.0
_LONGEST_PAUSE_SECONDS: Final = 600.0
# A message that the model will not read, or reads badly, says nothing of the next one: nobody may
# turn the model off for others by what they write.
_PAUSING: Final = frozenset(
    {RetryReason.INTENT_THROTTLED, RetryReason.INTENT_UNAVAILABLE, RetryReason.INTENT_REFUSED}
)


class Understander:
    """Safe to call from several threads."""

    def __init__(
        self, *, rules: Rules, model: IntentModel | None, clock: Clock, log: EventLog
    ) -> None:
        self._rules = rules
        self._model = model
        self._breaker = CircuitBreaker(clock=clock, pause_seconds=_PAUSE_SECONDS)
        self._clock = clock
        self._log = log

    @property
    def has_model(self) -> bool:
        """Whether anybody is asked beside the rules."""
        return self._model is not None

    def understand(
        self,
        text: str,
        *,
        budget_seconds: float = MODEL_SECONDS,
        trace: Trace | None = None,
        **fields: Unpack[LogFields],
    ) -> Understanding:
        """Return what a text is; a model that fails is logged with `fields`, and never raised."""
        ruled = self._rules(text)
        if ruled.confidence is Confidence.CERTAIN:
            return ruled
        opinion = None
        if self._model is not None:
            opinion = self._ask(self._model, text, budget_seconds, trace, fields)
        if opinion is None or opinion.confidence is Confidence.DOUBTFUL:
            return ruled
        return _merged(ruled, opinion) if opinion.intent is Intent.ORDER else opinion

    def _ask(
        self,
        model: IntentModel,
        text: str,
        budget_seconds: float,
        trace: Trace | None,
        fields: LogFields,
    ) -> Understanding | None:
        event, severity = LogEvent.INTENT_MODEL_ANSWERED, Severity.INFO
        opinion: Understanding | None = None
        started = self._clock.monotonic()
        if budget_seconds < _LEAST_SECONDS:
            event, fields["reason"] = LogEvent.INTENT_MODEL_SKIPPED, RetryReason.OUT_OF_TIME.value
        elif not self._breaker.allows():
            event = LogEvent.INTENT_MODEL_SKIPPED
        else:
            try:
                opinion = model.understand(text, budget_seconds=min(budget_seconds, MODEL_SECONDS))
                self._breaker.succeeded()
            except RetryableError as error:
                event, severity = LogEvent.INTENT_MODEL_FAILED, Severity.WARNING
                fields["reason"] = error.reason.value
                self._hold_against_service(error)
            fields["seconds"] = round(self._clock.monotonic() - started, 3)
        self._log.emit(event, severity, trace=trace, **fields)
        return opinion

    def _hold_against_service(self, error: RetryableError) -> None:
        if error.reason in _PAUSING:
            asked = min(error.retry_after or 0.0, _LONGEST_PAUSE_SECONDS)
            self._breaker.failed(asked_seconds=asked)
        else:
            self._breaker.succeeded()


def _merged(ruled: Understanding, opinion: Understanding) -> Understanding:
    """Return the model's order with what the rules had read of it: the model fills what is open.

    The same words give the same parameters, whoever decides that it is an order. A length and a
    number of words belong together.
    """
    stated, guessed = ruled.parameters, opinion.parameters
    is_sized = stated.length is not None or stated.word_count is not None
    sized = stated if is_sized else guessed
    return replace(
        opinion,
        parameters=OrderParameters(
            platform=stated.platform or guessed.platform,
            length=sized.length,
            tone=stated.tone or guessed.tone,
            topic=stated.topic or guessed.topic,
            word_count=sized.word_count,
        ),
        subject=ruled.subject or opinion.subject,
        language=ruled.language or opinion.language,
    )
