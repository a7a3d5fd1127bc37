"""Who is asked for a topic may also say, in their own words, what it is to be about."""

from dataclasses import replace

import pytest

from handlers.domain.dialogue.answers import Answer, read_answer
from handlers.domain.dialogue.values import AskedField, OrderState, Role
from handlers.domain.orders.values import Language
from tests.unit.domain.dialogue.deciding_cases import (
    COMPLETE,
    Deciding,
    facts_of,
    message_of,
    only_change,
    open_question,
)


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ("about our new pricing", "our new pricing"),
        ("Sobre a nossa feira 🍊", "a nossa feira 🍊"),
        ("acerca del club de lectura", "club de lectura"),
    ],
)
def test_a_subject_answers_the_question_for_the_topic(said: str, subject: str) -> None:
    answer = read_answer(said, AskedField.TOPIC, Language.ENGLISH, None)

    assert isinstance(answer, Answer)
    assert answer.subject == subject


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("about our new pricing", AskedField.TONE),
        ("about", AskedField.TOPIC),
        ("our pricing is wrong", AskedField.TOPIC),
        ("about\nour\npricing", AskedField.TOPIC),
        ("about " + "the fair " * 40, AskedField.TOPIC),
    ],
)
def test_anything_else_is_a_message_of_its_own(said: str, asked: AskedField) -> None:
    assert read_answer(said, asked, Language.ENGLISH, None) is None


def test_with_a_subject_the_order_is_complete() -> None:
    question = open_question(AskedField.TOPIC, COMPLETE)
    asked = facts_of(replace(question, content=replace(question.content, subject=None)))

    decision = Deciding()(asked, message_of(), "about our new pricing")

    assert decision.role is Role.ANSWER
    change = only_change(decision)
    assert change.state is OrderState.PLACED
    assert change.content is not None
    assert change.content.subject == "our new pricing"
