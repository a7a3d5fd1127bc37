"""In which language an order's content is wanted, and in which its person is asked."""

from dataclasses import replace

import pytest

from handlers.domain.dialogue.values import OrderContent, Preferences
from handlers.domain.orders.values import Language, OrderParameters
from tests.unit.domain.dialogue.deciding_cases import Deciding, facts_of, message_of, ordered

EN, PT, ES = Language.ENGLISH, Language.PORTUGUESE, Language.SPANISH


def decided(
    words: str,
    *,
    understood: Language | None,
    detected: Language | None,
    preferred: Language | None = None,
) -> OrderContent:
    facts = replace(facts_of(), preferences=Preferences(language=preferred))
    deciding = Deciding(
        understanding=ordered(OrderParameters(), language=understood), detected=detected
    )
    decision = deciding(facts, message_of(), words)
    assert decision.question is not None
    return decision.question.content


@pytest.mark.parametrize(
    ("words", "understood", "detected", "preferred", "expected"),
    [
        ("um post sobre vendas", PT, PT, None, (PT, PT)),
        ("um post em inglês sobre vendas", EN, PT, None, (EN, PT)),
        ("um post em inglês sobre vendas", EN, PT, ES, (EN, PT)),
        ("um post sobre vendas", PT, PT, EN, (EN, PT)),
        ("um post em português sobre vendas", PT, PT, EN, (PT, PT)),
        ("a post, in English", EN, None, PT, (EN, PT)),
        ("post!", EN, None, PT, (PT, PT)),
        ("post!", None, None, None, (EN, EN)),
        ("post!", ES, None, None, (ES, ES)),
        ("un post sobre ventas", None, ES, None, (ES, ES)),
    ],
)
def test_people_are_asked_in_their_own_language_and_get_content_in_the_one_they_want(
    words: str,
    understood: Language | None,
    detected: Language | None,
    preferred: Language | None,
    expected: tuple[Language, Language],
) -> None:
    content = decided(words, understood=understood, detected=detected, preferred=preferred)

    assert (content.language, content.told_in) == expected


def test_where_nobody_told_the_persons_language_it_is_the_contents() -> None:
    content = OrderContent(parameters=OrderParameters(), language=ES)

    assert content.told_in is ES
