"""The words of answers made ready for looking them up."""

from collections.abc import Iterable, Mapping
from enum import Enum, auto
from itertools import chain
from typing import Final, TypeAlias

from handlers.domain.dialogue.answer_tokens import PAUSE, fold
from handlers.domain.dialogue.catalogue import TITLES
from handlers.domain.dialogue.option_words import (
    EMOJI,
    FIRST_BY_ITSELF,
    LAST,
    NUMBERS,
    WEAK_WORDS,
    WORD_UNITS,
    WORDS,
)
from handlers.domain.dialogue.options import OPTIONS, Option
from handlers.domain.dialogue.phrases import Phrases, split
from handlers.domain.dialogue.polite_words import (
    AROUND_A_CANCELLATION,
    AROUND_A_NUMBER,
    AROUND_AN_ANSWER,
    CANCEL_EMOJI,
    CANCELS,
    CONTENT_NOUNS,
    CORRECTIONS,
    POLITE,
    PORTUGUESE_ARTICLES,
    STOPS,
)
from handlers.domain.dialogue.values import AskedField
from handlers.domain.orders.values import Language


class Sense(Enum):
    """What a phrase that names no option does in an answer."""

    SILENT = auto()
    """It says nothing."""
    CORRECTION = auto()
    """What follows takes the place of what was said before."""
    NOUN = auto()
    """It names content."""
    UNIT = auto()
    """It makes a number one of words."""
    CORE = auto()
    """What a whole message must have to mean something by itself."""


Meaning: TypeAlias = Option | int | Sense
"""An option, the number of one, or neither."""


def _with_titles() -> dict[Option, tuple[str, ...]]:
    return {
        option: (option.value, *(titles[option] for titles in TITLES.values()), *WORDS[option])
        for options in OPTIONS.values()
        for option in options
    }


OPTION_LINES: Final = _with_titles()


def _phrases(lines: Iterable[str], meaning: Meaning) -> dict[tuple[str, ...], Meaning]:
    return dict.fromkeys(split(lines), meaning)


def _answer_phrases(field: AskedField, language: Language) -> Phrases[Meaning]:
    # What comes first is what a phrase means that stands in several.
    tables = [
        *(_phrases(WEAK_WORDS.get(option, ()), option) for option in OPTIONS[field]),
        *(_phrases(lines, option) for option, lines in OPTION_LINES.items()),
        _phrases([PORTUGUESE_ARTICLES] if language is Language.PORTUGUESE else [], Sense.SILENT),
        *(_phrases([line], number) for number, line in NUMBERS.items()),
        _phrases([LAST], len(OPTIONS[field])),
        _phrases(CORRECTIONS, Sense.CORRECTION),
        _phrases(CONTENT_NOUNS, Sense.NOUN),
        _phrases([WORD_UNITS], Sense.UNIT),
        _phrases([PAUSE, *POLITE, *AROUND_AN_ANSWER], Sense.SILENT),
    ]
    return Phrases(dict(chain.from_iterable(table.items() for table in reversed(tables))))


ANSWER_PHRASES: Final[Mapping[tuple[AskedField, Language], Phrases[Meaning]]] = {
    (field, language): _answer_phrases(field, language)
    for field in AskedField
    for language in Language
}


def _whole(core: Iterable[str], around: Iterable[str]) -> Phrases[Sense]:
    silent = dict.fromkeys(split([PAUSE, *POLITE, *around]), Sense.SILENT)
    return Phrases(silent | dict.fromkeys(split(core), Sense.CORE))


CANCEL_PHRASES: Final = (
    _whole([*CANCELS, *CANCEL_EMOJI], AROUND_A_CANCELLATION),
    _whole([STOPS, *CANCEL_EMOJI], ()),
)
FIRST_PHRASES: Final[Mapping[Language, Phrases[Sense]]] = {
    language: _whole([line], [AROUND_A_NUMBER]) for language, line in FIRST_BY_ITSELF.items()
}

EMOJI_OPTIONS: Final[Mapping[AskedField, Mapping[str, Option]]] = {
    field: {emoji: option for option in OPTIONS[field] for emoji in EMOJI[option]}
    for field in AskedField
}

FIELDS: Final[Mapping[Option, AskedField]] = {
    option: field for field, options in OPTIONS.items() for option in options
}

TAPPED: Final[Mapping[str, Option]] = {
    fold(name): option
    for option in FIELDS
    for name in (option.value, *(titles[option] for titles in TITLES.values()))
}
"""Values and titles, as they come back from a tap; `Casual` is one of two languages."""
