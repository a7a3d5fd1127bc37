"""Rules where they are certain, the model where they are not; doubt and failure are a note."""

from dataclasses import dataclass, field
from typing import Final

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.orders.values import (
    Confidence,
    Decider,
    Intent,
    Language,
    Length,
    OrderParameters,
    Platform,
    Tone,
    Topic,
    Understanding,
)
from handlers.understanding import MODEL_SECONDS, Understander
from tests.component.logged_lines import LoggedLines
from tests.fakes.clock import FakeClock
from tests.fakes.intents import DOUBT, FakeIntentModel, FakeRules

TEXT: Final = "could something short go up about the fair"
RULED: Final = Understanding(
    intent=Intent.ORDER,
    confidence=Confidence.CERTAIN,
    parameters=OrderParameters(platform=Platform.BLOG),
)
ORDERED: Final = Understanding(
    intent=Intent.ORDER,
    decided_by=Decider.MODEL,
    confidence=Confidence.CERTAIN,
    parameters=OrderParameters(
        platform=Platform.LINKEDIN, length=Length.LONG, word_count=900, tone=Tone.CASUAL
    ),
    subject="the fair",
    language=Language.ENGLISH,
)
SURE_NOTE: Final = Understanding(
    intent=Intent.NOTE, decided_by=Decider.MODEL, confidence=Confidence.CERTAIN
)


@dataclass(slots=True)
class World:
    rules: FakeRules = field(default_factory=FakeRules)
    model: FakeIntentModel = field(default_factory=FakeIntentModel)
    clock: FakeClock = field(default_factory=FakeClock)
    log: LoggedLines = field(default_factory=LoggedLines)
    understander: Understander = field(init=False)

    def __post_init__(self) -> None:
        self.understander = Understander(
            rules=self.rules, model=self.model, clock=self.clock, log=self.log.event_log()
        )

    def fail(self, reason: RetryReason, retry_after: float | None = None) -> None:
        self.model.fail_next(RetryableError(reason, retry_after=retry_after))

    def asks(self, text: str = TEXT) -> bool:
        """Say whether a doubtful message reaches the model."""
        before = len(self.model.calls)
        self.understander.understand(text)
        return len(self.model.calls) > before

    def events(self) -> list[tuple[str, str | None]]:
        return [(entry["event"], entry.get("reason")) for entry in self.log.entries]


def test_what_the_rules_are_certain_of_is_asked_of_nobody() -> None:
    world = World(rules=FakeRules({TEXT: RULED}))

    assert world.understander.understand(TEXT) == RULED
    assert world.model.calls == []
    assert world.log.lines == []


def test_what_the_rules_doubt_is_as_the_model_says() -> None:
    world = World()
    world.model.opinions[TEXT] = ORDERED

    assert world.understander.understand(TEXT) == ORDERED
    assert world.understander.understand("something else") == SURE_NOTE
    assert world.events() == [("intent.model_answered", None)] * 2


def test_a_model_that_is_not_sure_leaves_a_note_of_the_rules() -> None:
    world = World()
    unsure = Understanding(
        intent=Intent.ORDER, decided_by=Decider.MODEL, confidence=Confidence.DOUBTFUL
    )
    world.model.opinions[TEXT] = unsure

    assert world.understander.understand(TEXT) == DOUBT


def test_without_a_model_the_rules_decide_alone() -> None:
    leaning = Understanding(
        intent=Intent.ORDER,
        confidence=Confidence.DOUBTFUL,
        parameters=OrderParameters(platform=Platform.BLOG),
        subject="the fair",
    )
    alone = Understander(
        rules=FakeRules({TEXT: leaning}),
        model=None,
        clock=FakeClock(),
        log=LoggedLines().event_log(),
    )

    assert alone.understand(TEXT) == leaning
    assert not alone.has_model
    assert World().understander.has_model


@pytest.mark.parametrize(
    "reason",
    [
        RetryReason.INTENT_UNAVAILABLE,
        RetryReason.INTENT_THROTTLED,
        RetryReason.INTENT_REFUSED,
        RetryReason.INTENT_INVALID,
    ],
)
def test_a_failure_leaves_a_note_and_one_line_in_the_log(reason: RetryReason) -> None:
    world = World()
    world.fail(reason)

    assert world.understander.understand(TEXT, message_id="50001", account_id="7") == DOUBT

    (entry,) = world.log.named("intent.model_failed")
    assert (entry["severity"], entry["reason"]) == ("WARNING", reason.value)
    assert (entry["message_id"], entry["account_id"], entry["seconds"]) == ("50001", "7", 0.0)
    assert "fair" not in world.log.lines[0]


@pytest.mark.parametrize(
    "reason",
    [
        RetryReason.INTENT_UNAVAILABLE,
        RetryReason.INTENT_THROTTLED,
        RetryReason.INTENT_REFUSED,
    ],
)
def test_a_service_that_fails_is_left_alone_for_a_while(reason: RetryReason) -> None:
    world = World()
    world.fail(reason)
    assert world.asks()

    world.clock.advance(29)
    assert not world.asks()
    world.clock.advance(1)
    assert world.asks()
    assert world.asks()
    assert world.events() == [
        ("intent.model_failed", reason.value),
        ("intent.model_skipped", None),
        ("intent.model_answered", None),
        ("intent.model_answered", None),
    ]


def test_the_pause_is_as_long_as_the_service_asks_up_to_ten_minutes() -> None:
    world = World()
    world.fail(RetryReason.INTENT_THROTTLED, retry_after=120)
    world.asks()
    world.clock.advance(119)
    assert not world.asks()
    world.clock.advance(1)
    world.fail(RetryReason.INTENT_THROTTLED, retry_after=86_400)
    assert world.asks()
    world.clock.advance(600)

    assert world.asks()


def test_nobody_turns_the_model_off_for_others_by_what_they_write() -> None:
    world = World()
    world.model.opinions["hostile"] = RetryReason.INTENT_INVALID

    assert [world.asks("hostile") for _ in range(3)] == [True] * 3
    assert world.asks()


def test_the_model_has_ten_seconds_or_what_is_left_and_with_too_little_it_is_not_asked() -> None:
    world = World()

    world.understander.understand(TEXT)
    world.understander.understand(TEXT, budget_seconds=400.0)
    world.understander.understand(TEXT, budget_seconds=3.0)
    assert world.understander.understand(TEXT, budget_seconds=1.9) == DOUBT

    assert world.model.budgets == [MODEL_SECONDS, MODEL_SECONDS, 3.0]
    assert world.events()[-1] == ("intent.model_skipped", "out_of_time")
    assert world.asks(), "an attempt that was not made is no failure of the service"


def test_what_the_rules_had_read_stays_and_the_model_fills_what_is_open() -> None:
    leaning = Understanding(
        intent=Intent.ORDER,
        confidence=Confidence.DOUBTFUL,
        parameters=OrderParameters(platform=Platform.TWITTER, topic=Topic.TIPS),
        subject="the spring fair",
        language=Language.SPANISH,
    )
    world = World(rules=FakeRules({TEXT: leaning}))
    world.model.opinions[TEXT] = ORDERED

    merged = world.understander.understand(TEXT)

    assert merged == Understanding(
        intent=Intent.ORDER,
        decided_by=Decider.MODEL,
        confidence=Confidence.CERTAIN,
        parameters=OrderParameters(
            platform=Platform.TWITTER,
            length=Length.LONG,
            word_count=900,
            tone=Tone.CASUAL,
            topic=Topic.TIPS,
        ),
        subject="the spring fair",
        language=Language.SPANISH,
    )


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (OrderParameters(length=Length.SHORT), (Length.SHORT, None)),
        (OrderParameters(word_count=80), (None, 80)),
        (OrderParameters(), (Length.LONG, 900)),
    ],
)
def test_a_length_and_a_number_of_words_come_from_one_of_the_two(
    stated: OrderParameters, expected: tuple[Length | None, int | None]
) -> None:
    leaning = Understanding(intent=Intent.ORDER, confidence=Confidence.DOUBTFUL, parameters=stated)
    world = World(rules=FakeRules({TEXT: leaning}))
    world.model.opinions[TEXT] = ORDERED

    found = world.understander.understand(TEXT).parameters

    assert (found.length, found.word_count) == expected


def test_a_note_of_the_model_has_nothing_of_the_order_that_the_rules_leaned_to() -> None:
    leaning = Understanding(
        intent=Intent.ORDER,
        confidence=Confidence.DOUBTFUL,
        parameters=OrderParameters(platform=Platform.BLOG),
        subject="the fair",
    )
    world = World(rules=FakeRules({TEXT: leaning}))

    assert world.understander.understand(TEXT) == SURE_NOTE
