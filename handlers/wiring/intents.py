"""Builds what tells notes from orders."""

from collections.abc import Callable

from handlers.domain.orders.values import Understanding
from handlers.logs import EventLog
from handlers.ports.intents import IntentModel
from handlers.settings_parts import IntentSettings
from handlers.understanding import Understander
from handlers.wiring.instance import SystemClock, once


def understander(settings: IntentSettings | None, log: EventLog) -> Understander:
    """Build it; without settings, without a key or switched off it goes by the rules alone."""
    from handlers.domain.orders.understanding import understand

    model = None if settings is None else intent_model(settings)
    return Understander(rules=understand, model=model, clock=SystemClock(), log=log)


class LazyIntentModel:
    """Loads the client with the first message that is in doubt: most are not."""

    def __init__(self, build: Callable[[], IntentModel]) -> None:
        self._built = once(build)

    def understand(self, text: str, *, budget_seconds: float) -> Understanding:
        """Return what the model takes a message for."""
        return self._built().understand(text, budget_seconds=budget_seconds)


def intent_model(settings: IntentSettings) -> IntentModel | None:
    """Build the model; None without a key or switched off."""
    key, model = settings.api_key, settings.model
    if key is None or model is None:
        return None

    def build() -> IntentModel:
        from handlers.clients.openai_intents import OpenAIIntents

        return OpenAIIntents(
            api_key=key, base_url=settings.base_url, model=model, clock=SystemClock()
        )

    return LazyIntentModel(build)
