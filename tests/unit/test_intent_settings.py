"""Who is asked where the rules are in doubt: a default, another model, or nobody."""

import pytest

from handlers import settings_parts as parts
from handlers.domain.orders.values import Decider, Intent, Length, Platform
from handlers.settings import command_settings, worker_settings
from handlers.settings_parts import IntentSettings
from handlers.wiring.intents import LazyIntentModel, understander
from tests.component.logged_lines import LoggedLines
from tests.fakes.intents import FakeIntentModel
from tests.unit.environments import MARKER, WORKER, RecordingEnvironment


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, "gpt-6-luna"),
        ("", "gpt-6-luna"),
        ("gpt-5.6-luna", "gpt-5.6-luna"),
        ("off", None),
        (" OFF ", None),
    ],
)
def test_the_worker_asks_the_model_that_is_set_or_none_at_all(
    written: str | None, expected: str | None
) -> None:
    environ = dict(WORKER) if written is None else {**WORKER, "OPENAI_INTENT_MODEL": written}

    settings = worker_settings(environ).intents

    assert (settings.model, settings.api_key) == (expected, WORKER["OPENAI_API_KEY"])
    assert MARKER not in repr(settings)


def test_a_command_reads_three_variables_and_needs_none_of_them() -> None:
    environ = RecordingEnvironment({})

    settings = command_settings(parts.intents, environ)

    assert settings == IntentSettings(api_key=None, base_url=None, model="gpt-6-luna")
    assert environ.read == {"OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_INTENT_MODEL"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (None, False),
        (IntentSettings(api_key=None, base_url=None, model="gpt-6-luna"), False),
        (IntentSettings(api_key="sk-1", base_url=None, model=None), False),
        (IntentSettings(api_key="sk-1", base_url=None, model="gpt-6-luna"), True),
    ],
)
def test_a_model_is_asked_only_with_a_key_and_a_name(
    settings: IntentSettings | None, expected: bool
) -> None:
    assert understander(settings, LoggedLines().event_log()).has_model is expected


def test_the_client_is_made_with_the_first_message_in_doubt_and_once() -> None:
    built: list[FakeIntentModel] = []

    def build() -> FakeIntentModel:
        built.append(FakeIntentModel())
        return built[-1]

    model = LazyIntentModel(build)
    assert built == []

    found = [model.understand(text, budget_seconds=3) for text in ("a", "b")]

    assert [each.intent for each in found] == [Intent.NOTE] * 2
    assert [each.asked for each in built] == [["a", "b"]]


def test_the_rules_of_the_product_are_asked_first() -> None:
    alone = understander(None, LoggedLines().event_log())

    found = alone.understand("write a short LinkedIn post about the spring fair")

    assert (found.intent, found.decided_by) == (Intent.ORDER, Decider.RULES)
    assert (found.parameters.platform, found.parameters.length) == (
        Platform.LINKEDIN,
        Length.SHORT,
    )
