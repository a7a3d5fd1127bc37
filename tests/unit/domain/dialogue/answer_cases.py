"""Reads answers for the tests, as plain values."""

from typing import Final

import pytest

from handlers.domain.dialogue.answers import Answer, Cancellation, read_answer
from handlers.domain.dialogue.options import Option, with_option
from handlers.domain.dialogue.values import AskedField
from handlers.domain.orders.values import Language, OrderParameters

EN: Final = Language.ENGLISH
PT: Final = Language.PORTUGUESE
ES: Final = Language.SPANISH
PLATFORM: Final = AskedField.PLATFORM
LENGTH: Final = AskedField.LENGTH
TONE: Final = AskedField.TONE
TOPIC: Final = AskedField.TOPIC

languages = pytest.mark.parametrize("language", Language)


def read(
    words: str | None,
    field: AskedField = PLATFORM,
    language: Language = EN,
    quick_reply: str | None = None,
) -> OrderParameters | Cancellation | None:
    found = read_answer(words, field, language, quick_reply)
    return found.parameters if isinstance(found, Answer) else found


def chosen(*options: Option, word_count: int | None = None) -> OrderParameters:
    parameters = OrderParameters(word_count=word_count)
    for option in options:
        parameters = with_option(parameters, option)
    return parameters
