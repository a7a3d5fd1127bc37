"""What a message is where no question is open, and what an order of a user leads to."""

from dataclasses import replace

import pytest

from handlers.domain.dialogue.catalogue import TEXTS, TextKey
from handlers.domain.dialogue.questions import question_document
from handlers.domain.dialogue.values import (
    AskedField,
    Decision,
    OpenQuestion,
    OrderState,
    Preferences,
    Role,
)
from handlers.domain.orders.values import (
    Decider,
    Language,
    Length,
    OrderParameters,
    Platform,
    Tone,
    Topic,
)
from handlers.domain.outgoing import OutgoingKind, OutgoingPurpose
from tests.unit.domain.dialogue.deciding_cases import (
    COMPLETE,
    DAY,
    FIRST,
    NEW,
    NOTE,
    NOW,
    SENDER,
    Deciding,
    asked,
    facts_of,
    message_of,
    only_change,
    open_question,
    ordered,
)

MAPPED = facts_of()


def silent_note(decided_by: str) -> Decision:
    return Decision(role=Role.NOTE, decided_by=decided_by, based_on=7)


@pytest.mark.parametrize("decider", Decider)
def test_a_note_sends_nothing_and_moves_nothing(decider: Decider) -> None:
    deciding = Deciding(understanding=replace(NOTE, decided_by=decider))

    assert deciding(MAPPED, message_of()) == silent_note(decider.value)


@pytest.mark.parametrize("words", [None, "", " \n"])
def test_what_has_no_words_is_a_note_without_asking_anybody(words: str | None) -> None:
    deciding = Deciding(understanding=ordered())

    assert deciding(MAPPED, message_of(), words) == silent_note("rules")
    assert deciding.asked == 0


def test_a_second_copy_of_an_order_is_a_note() -> None:
    deciding = Deciding(understanding=ordered(COMPLETE))
    facts = replace(facts_of(open_question()), order_message_id=FIRST)

    assert deciding(facts, message_of(), "linkedin") == silent_note("copy")
    assert deciding.asked == 0


def test_an_order_is_no_copy_of_itself() -> None:
    deciding = Deciding(understanding=ordered(COMPLETE))
    facts = replace(MAPPED, order_message_id=NEW)

    assert deciding(facts, message_of()).role is Role.ORDER


def test_a_complete_order_is_placed_and_nothing_is_said() -> None:
    decision = Deciding(understanding=ordered(COMPLETE))(MAPPED, message_of(), "um post curto")
    change = only_change(decision)

    assert (decision.role, decision.decided_by, decision.based_on) == (Role.ORDER, "rules", 7)
    assert decision.outbox == ()
    assert decision.moves_dialogue
    assert decision.question is None
    assert (change.order_message_id, change.state) == (NEW, OrderState.PLACED)
    assert change.words == "um post curto"
    assert change.content is not None
    assert change.content.parameters == COMPLETE
    assert change.content.subject == "onboarding"


def test_a_placed_order_has_its_failure_notice_ready_in_the_persons_language() -> None:
    understanding = ordered(COMPLETE, language=Language.ENGLISH)
    decision = Deciding(understanding=understanding)(MAPPED, message_of())
    notice = only_change(decision).failure_notice

    assert notice is not None
    assert notice.cause == "failure:50002"
    assert notice.purpose is OutgoingPurpose.FAILURE
    assert notice.order_message_id == NEW
    assert notice.document == {"content": TEXTS[Language.PORTUGUESE][TextKey.ORDER_FAILED]}


def test_an_order_that_lacks_something_asks_for_the_first_of_it() -> None:
    decision = Deciding(understanding=ordered())(MAPPED, message_of(shows_options=False), "um post")
    (outgoing,) = decision.outbox
    change = only_change(decision)

    assert change.state is OrderState.ASKING
    assert change.words == "um post"
    assert decision.moves_dialogue
    assert asked(decision) == OpenQuestion(
        order_message_id=NEW,
        field=AskedField.PLATFORM,
        asked_by=NEW,
        asked_at=NOW,
        sender_id=SENDER,
        content=asked(decision).content,
    )
    assert asked(decision).content == change.content
    assert outgoing.cause == "question:50002:platform"
    assert outgoing.kind is OutgoingKind.MESSAGE
    assert outgoing.purpose is OutgoingPurpose.QUESTION
    assert outgoing.order_message_id == NEW
    assert outgoing.expires_at == NOW + DAY
    assert outgoing.template is None
    assert outgoing.document == question_document(
        AskedField.PLATFORM, Language.PORTUGUESE, shows_options=False
    )


@pytest.mark.parametrize(
    ("parameters", "subject", "field"),
    [
        (OrderParameters(), "x", AskedField.PLATFORM),
        (replace(COMPLETE, platform=None), None, AskedField.PLATFORM),
        (OrderParameters(platform=Platform.BLOG), "x", AskedField.LENGTH),
        (replace(COMPLETE, tone=None), None, AskedField.TONE),
        (COMPLETE, None, AskedField.TOPIC),
        (COMPLETE, "", AskedField.TOPIC),
        (COMPLETE, "x", None),
        (replace(COMPLETE, topic=Topic.NEWS), None, None),
        (replace(COMPLETE, length=None, word_count=800), "x", None),
    ],
)
def test_only_what_is_missing_is_asked_platform_length_tone_topic(
    parameters: OrderParameters, subject: str | None, field: AskedField | None
) -> None:
    decision = Deciding(understanding=ordered(parameters, subject=subject))(MAPPED, message_of())

    assert (decision.question.field if decision.question else None) is field
    assert len(decision.outbox) == (0 if field is None else 1)


def test_preferences_answer_what_the_order_does_not_say() -> None:
    preferences = Preferences(
        platform=Platform.INSTAGRAM, length=Length.LONG, tone=Tone.FRIENDLY, topic=Topic.TIPS
    )
    facts = replace(MAPPED, preferences=preferences)
    said = OrderParameters(platform=Platform.BLOG, word_count=120)

    about_something = only_change(Deciding(understanding=ordered(said))(facts, message_of()))
    about_nothing = only_change(
        Deciding(understanding=ordered(said, subject=None))(facts, message_of())
    )

    assert about_something.content is not None
    assert about_nothing.content is not None
    assert about_something.content.parameters == OrderParameters(
        platform=Platform.BLOG, length=Length.SHORT, tone=Tone.FRIENDLY, word_count=120
    )
    assert about_nothing.content.parameters.topic is Topic.TIPS
    assert about_nothing.state is OrderState.PLACED
