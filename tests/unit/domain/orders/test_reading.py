"""Answers to a question: a few words that name one parameter or several."""

import pytest

from handlers.domain.orders.languages import detect_language
from handlers.domain.orders.reading import find_parameters
from handlers.domain.orders.values import Language, OrderParameters


@pytest.mark.parametrize(
    ("text", "language", "platform", "length", "tone", "topic"),
    [
        ("linkedin, bem curto", "pt", "linkedin", "short", None, None),
        ("2 e formal", "pt", None, None, "professional", None),
        ("Serio", "es", None, None, "professional", None),
        ("X", "en", "twitter", None, None, None),
        ("no blog, tom leve, com dicas", "pt", "blog", None, "casual", "tips"),
        ("not too serious", "en", None, None, None, None),
        ("2", "en", None, None, None, None),
        ("about 300 words", "en", None, "medium", None, None),
        ("whatever you think is best for the people we met", "en", None, None, None, None),
        ("netflix.com", "en", None, None, None, None),
        ("", "en", None, None, None, None),
    ],
)
def test_parameters_of_a_short_text(  # noqa: PLR0913, PLR0917 - one for each parameter
    text: str,
    language: str,
    platform: str | None,
    length: str | None,
    tone: str | None,
    topic: str | None,
) -> None:
    found = find_parameters(text, Language(language))

    assert (found.platform, found.length, found.tone, found.topic) == (
        *(platform, length),
        *(tone, topic),
    )


def test_a_stated_number_of_words_is_kept() -> None:
    found = find_parameters("unas 120 palabras", Language.SPANISH)

    assert found == OrderParameters(length=found.length, word_count=120)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("quero bem curtinho, por favor", "pt"),
        ("keep it short please", "en"),
        ("algo cercano, gracias", "es"),
        ("LinkedIn", None),
        ("42", None),
        ("", None),
    ],
)
def test_a_language_is_detected_only_where_one_stands_out(text: str, language: str | None) -> None:
    assert detect_language(text) == language
