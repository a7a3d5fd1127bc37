"""Facts, messages and understandings that tests of the dialogue decide on."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from handlers.domain.dialogue.deciding import decide
from handlers.domain.dialogue.values import (
    AskedField,
    Decision,
    DialogueFacts,
    OpenQuestion,
    OrderChange,
    OrderContent,
)
from handlers.domain.messages import ContactId, Message, MessageId
from handlers.domain.orders.values import (
    Confidence,
    Decider,
    Intent,
    Language,
    Length,
    OrderParameters,
    Platform,
    Tone,
    Understanding,
)
from tests.factories import make_message

NOW: Final = datetime(2026, 8, 2, 9, 0, tzinfo=UTC)
DAY: Final = timedelta(hours=24)
SECOND: Final = timedelta(seconds=1)
SENDER: Final = ContactId("90210")
FIRST: Final = MessageId("50001")
"""The message that the order began with, where its question is open."""
NEW: Final = MessageId("50002")
"""The message that is decided."""
NOTE: Final = Understanding(
    intent=Intent.NOTE, decided_by=Decider.RULES, confidence=Confidence.CERTAIN
)
COMPLETE: Final = OrderParameters(platform=Platform.LINKEDIN, length=Length.SHORT, tone=Tone.CASUAL)
NOTHING: Final = OrderParameters()


def ordered(
    parameters: OrderParameters = NOTHING,
    *,
    subject: str | None = "onboarding",
    language: Language | None = Language.PORTUGUESE,
    decided_by: Decider = Decider.RULES,
) -> Understanding:
    return Understanding(
        intent=Intent.ORDER,
        decided_by=decided_by,
        confidence=Confidence.CERTAIN,
        parameters=parameters,
        subject=subject,
        language=language,
    )


def content(parameters: OrderParameters = NOTHING, subject: str | None = "x") -> OrderContent:
    return OrderContent(
        parameters=parameters,
        subject=subject,
        language=Language.PORTUGUESE,
        person_language=Language.PORTUGUESE,
    )


def open_question(
    field_asked: AskedField = AskedField.PLATFORM,
    parameters: OrderParameters = NOTHING,
    *,
    asked_at: datetime = NOW,
    asked_by: str = FIRST,
) -> OpenQuestion:
    return OpenQuestion(
        order_message_id=FIRST,
        field=field_asked,
        asked_by=MessageId(asked_by),
        asked_at=asked_at,
        sender_id=SENDER,
        content=content(parameters),
    )


def facts_of(question: OpenQuestion | None = None, *, version: int = 7) -> DialogueFacts:
    """Return the facts of a mapped person, in whose conversation a question may be open."""
    return DialogueFacts(
        version=version,
        moved_by=question.asked_by if question else None,
        question=question,
        user_id="2f1d5b0c-52f6-4b5f-9b3f-0e2a8f1d7c11",
    )


def message_of(
    number: int | str = 50002,
    *,
    at: datetime | None = NOW,
    quick_reply: str | None = None,
    shows_options: bool = True,
) -> Message:
    message = make_message(message_id=MessageId(str(number)), created_at=at)
    return replace(message, quick_reply=quick_reply, shows_options=shows_options)


@dataclass(slots=True, kw_only=True)
class Deciding:
    """Decides messages, and counts how often somebody had to understand one."""

    understanding: Understanding = NOTE
    detected: Language | None = Language.PORTUGUESE
    now: datetime = NOW
    asked: int = field(default=0)

    def __call__(
        self, facts: DialogueFacts, message: Message, words: str | None = "words"
    ) -> Decision:
        return decide(
            facts,
            message,
            words,
            self._understand,
            detect_language=lambda _: self.detected,
            now=self.now,
        )

    def _understand(self) -> Understanding:
        self.asked += 1
        return self.understanding


def only_change(decision: Decision) -> OrderChange:
    """Return the one order that a decision changes."""
    (change,) = decision.orders
    return change


def asked(decision: Decision) -> OpenQuestion:
    """Return the question that is open after a decision."""
    assert decision.question is not None
    return decision.question
