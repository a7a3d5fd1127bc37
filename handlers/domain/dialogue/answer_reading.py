"""Reads the words of an answer one after another; every one of them must be known."""

from collections.abc import Sequence

from handlers.domain.dialogue.answer_vocabulary import ANSWER_PHRASES, FIELDS, Meaning, Sense
from handlers.domain.dialogue.options import OPTIONS, Option, with_option
from handlers.domain.dialogue.phrases import Phrases
from handlers.domain.dialogue.values import AskedField
from handlers.domain.dialogue.word_counts import is_plausible, length_of
from handlers.domain.orders.values import Language, OrderParameters


class _UnknownWordError(Exception):
    """It is no answer: it says something that no answer would."""


class AnswerReading:
    """One reading of one message."""

    def __init__(self, asked: AskedField, language: Language) -> None:
        self._asked = asked
        self._phrases = ANSWER_PHRASES[asked, language]
        self._found: dict[AskedField, set[Option]] = {}
        self._corrected = frozenset[AskedField]()
        self._word_count: int | None = None
        self._has_noun = False

    def read(self, tokens: Sequence[str]) -> OrderParameters | None:
        """Return what is said; None where it is no answer, or says two things of what is asked."""
        at = 0
        try:
            while at < len(tokens):
                at = self._take(tokens, at)
        except _UnknownWordError:
            return None
        return self._result()

    def _take(self, tokens: Sequence[str], at: int) -> int:
        if tokens[at].isdecimal():
            return self._take_digits(tokens, at)
        found = self._phrases.at(tokens, at)
        if found is None:
            raise _UnknownWordError
        self._note(found.meaning)
        return found.end

    def _take_digits(self, tokens: Sequence[str], at: int) -> int:
        number = int(tokens[at])
        following = self._phrases.at(tokens, at + 1)
        meaning = None if following is None else following.meaning
        if following is not None and meaning is Sense.UNIT and is_plausible(number):
            self._word_count = number
            self._choose(length_of(number))
            return following.end
        if meaning is not Sense.NOUN:
            # '2 posts' counts them.
            self._choose_number(number)
        return at + 1

    def _note(self, meaning: Meaning) -> None:
        match meaning:
            case Sense.SILENT:
                pass
            case Sense.CORRECTION:
                self._corrected = frozenset(self._found)
            case Sense.NOUN:
                self._has_noun = True
            case Sense():
                raise _UnknownWordError
            case int():
                self._choose_number(meaning)
            case _:
                self._choose(meaning)

    def _choose_number(self, number: int) -> None:
        options = OPTIONS[self._asked]
        if not 1 <= number <= len(options):
            raise _UnknownWordError
        self._choose(options[number - 1])

    def _choose(self, option: Option) -> None:
        field = FIELDS[option]
        if field in self._corrected:
            self._corrected -= {field}
            self._found[field] = set()
        self._found.setdefault(field, set()).add(option)

    def _result(self) -> OrderParameters | None:
        asked = self._found.get(self._asked, set())
        if len(asked) > 1 or (self._has_noun and not asked):
            return None
        clear = [next(iter(options)) for options in self._found.values() if len(options) == 1]
        if not clear:
            return None
        parameters = OrderParameters(word_count=self._word_count)
        for option in clear:
            parameters = with_option(parameters, option)
        return parameters


def is_made_of(tokens: Sequence[str], phrases: Phrases[Sense]) -> bool:
    """Return whether a message has a phrase that means something by itself, and little else."""
    at, has_core = 0, False
    while at < len(tokens):
        found = phrases.at(tokens, at)
        if found is None:
            return False
        has_core = has_core or found.meaning is Sense.CORE
        at = found.end
    return has_core
