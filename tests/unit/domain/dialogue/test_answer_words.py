"""The words of answers are data: they fit the options, and mean one thing each."""

from collections import defaultdict
from itertools import chain

import pytest

from handlers.domain.dialogue.answer_tokens import fold, is_emoji, tokenize
from handlers.domain.dialogue.answer_vocabulary import EMOJI_OPTIONS, OPTION_LINES
from handlers.domain.dialogue.option_words import (
    EMOJI,
    FIRST_BY_ITSELF,
    NUMBERS,
    WEAK_WORDS,
    WORDS,
)
from handlers.domain.dialogue.options import OPTIONS, Option
from handlers.domain.dialogue.phrases import split
from handlers.domain.dialogue.polite_words import (
    AROUND_AN_ANSWER,
    CANCELS,
    CONTENT_NOUNS,
    CORRECTIONS,
    POLITE,
    STOPS,
)
from handlers.domain.dialogue.values import AskedField
from handlers.domain.orders.values import Language

ALL_OPTIONS: list[Option] = list(chain.from_iterable(OPTIONS.values()))


def test_every_option_has_words_and_an_emoji() -> None:
    assert set(WORDS) == set(ALL_OPTIONS) == set(EMOJI)
    assert set(WEAK_WORDS) <= set(ALL_OPTIONS)


def test_no_phrase_names_two_options() -> None:
    named = defaultdict(set)
    for option in ALL_OPTIONS:
        for phrase in split(OPTION_LINES[option]):
            named[phrase].add(option)

    assert {phrase: options for phrase, options in named.items() if len(options) > 1} == {}


@pytest.mark.parametrize("field", AskedField)
def test_no_weak_word_names_two_options_of_one_field(field: AskedField) -> None:
    phrases = [
        phrase
        for option in OPTIONS[field]
        for phrase in split(WEAK_WORDS.get(option, ())) | split(OPTION_LINES[option])
    ]

    assert len(phrases) == len(set(phrases))


@pytest.mark.parametrize("field", AskedField)
def test_no_emoji_means_two_options_of_one_field(field: AskedField) -> None:
    known = [emoji for option in OPTIONS[field] for emoji in EMOJI[option]]

    assert len(known) == len(set(known)) == len(EMOJI_OPTIONS[field])
    assert all(is_emoji(emoji) and tokenize(emoji) == [emoji] for emoji in known)


def test_every_word_is_written_as_it_is_looked_up() -> None:
    lines = [
        *chain.from_iterable([*WORDS.values(), *WEAK_WORDS.values()]),
        *(POLITE + AROUND_AN_ANSWER + CANCELS + CONTENT_NOUNS + CORRECTIONS),
        *NUMBERS.values(),
        STOPS,
    ]

    for line in lines:
        assert line == fold(line)
        assert all(phrase and phrase == phrase.strip() for phrase in line.split("|"))


def test_no_option_is_also_a_mere_politeness_or_a_cancellation() -> None:
    options = split(chain.from_iterable(OPTION_LINES.values()))

    assert not options & split([*POLITE, *AROUND_AN_ANSWER, *CANCELS, STOPS, *CONTENT_NOUNS])


def test_there_is_a_number_for_every_option() -> None:
    assert set(NUMBERS) == set(range(1, max(len(options) for options in OPTIONS.values()) + 1))
    assert set(FIRST_BY_ITSELF) == set(Language)
