"""What is said near a way of asking and speaks for it."""

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import Final

from handlers.domain.orders.clauses import Clause, Opener
from handlers.domain.orders.content import is_about
from handlers.domain.orders.lexicon.optatives import OPTATIVES
from handlers.domain.orders.lexicon.requests import HELP, POLITE, URGES
from handlers.domain.orders.lexicon.style_words import (
    LANGUAGE_WORDS,
    LENGTH_WORDS,
    STYLE_COMMANDS,
    TONE_WORDS,
    TOPIC_WORDS,
)
from handlers.domain.orders.parameters import find_platform
from handlers.domain.orders.phrases import word_set
from handlers.domain.orders.speaker import has_other_subject
from handlers.domain.orders.ways import Case, Way
from handlers.domain.orders.word_counts import find_word_count

# Bounds keep the work in proportion to the text, whatever it holds.
_LOOK_AHEAD: Final = 12
_STYLE_SENTENCES: Final = 3
_LONGEST_TAG: Final = 6
_LINKS: Final = word_set("for de da do del para pra pa das dos")
_ABOUT: Final = frozenset({"about", "sobre", "regarding"})
_SELVES: Final = frozenset({"i", "we", "eu", "yo"})


class Support(Enum):
    """Why a way of asking is likelier an order."""

    PLACE = auto()
    """A platform is named."""
    SUBJECT = auto()
    """It is said what it is to be about."""
    KIND = auto()
    """A kind of topic or a language is named."""
    STYLE = auto()
    """A tone, a length or a number of words is named, or told to be kept."""
    POLITE = auto()
    HELP = auto()
    OPTATIVE = auto()
    """Somebody would be glad of it; counts where content is only named, but described."""


def supports_of(case: Case) -> Iterator[Support]:
    """Yield what speaks for a way of asking."""
    sentence = _sentence(case)
    described = list(_description(case, sentence))
    yield from described
    if any(POLITE.first_in(each.words) is not None or each.words[-1] in URGES for each in sentence):
        yield Support.POLITE
    near = (*sentence, *case.clauses[case.place : case.place + _LOOK_AHEAD])
    if any(HELP.first_in(each.words) is not None for each in near):
        yield Support.HELP
    content = case.ask.content
    is_plain = content is not None and not content.is_vague
    is_roundabout = case.ask.way is Way.MENTION or (case.ask.way is Way.FRAGMENT and is_plain)
    if is_roundabout and described and _is_optative(case, sentence):
        yield Support.OPTATIVE


def _description(case: Case, sentence: Sequence[Clause]) -> Iterator[Support]:
    """Yield what is said of the content itself."""
    ask, at = case.ask, case.place + case.ask.clauses_on
    words = case.clauses[at].words
    if any(find_platform(each.words, case.language) is not None for each in sentence):
        yield Support.PLACE
    is_headed = any(
        each.opener is Opener.COLON or (each.opener is Opener.COMMA and is_about(each.words, 0))
        for each in case.clauses[at + 1 : at + 2]
    )
    # 'legenda em espanhol pra chegada …'
    named_from = LANGUAGE_WORDS.end_at(words, ask.after + 1) or ask.after
    is_named = ask.way is Way.FRAGMENT and (
        len(sentence) > 1 or not _LINKS.isdisjoint(words[named_from : named_from + 1])
    )
    is_about_far = ask.way is Way.FRAGMENT and not _ABOUT.isdisjoint(words[ask.after + 1 : -1])
    if is_about(words, ask.after) or is_about_far or is_headed or is_named:
        yield Support.SUBJECT
    if any(
        kinds.first_in(each.words) is not None
        for each in sentence
        for kinds in (TOPIC_WORDS, LANGUAGE_WORDS)
    ):
        yield Support.KIND
    if _has_style(case, sentence):
        yield Support.STYLE


def _has_style(case: Case, sentence: Sequence[Clause]) -> bool:
    if any(
        phrases.first_in(each.words) is not None
        for each in sentence
        for phrases in (TONE_WORDS, LENGTH_WORDS)
    ):
        return True
    if any(find_word_count(each.tokens) is not None for each in sentence):
        return True
    after = case.clauses[case.place : case.place + len(sentence) + _STYLE_SENTENCES]
    return any(STYLE_COMMANDS.first_in(each.words) is not None for each in after)


def _is_optative(case: Case, sentence: Sequence[Clause]) -> bool:
    """Tell whether its sentence, or a short one after it, would be glad of it."""
    after = case.place + 1
    while after < len(case.clauses) and case.clauses[after].opener is not Opener.SENTENCE:
        after += 1
    tags = [each for each in case.clauses[after : after + 1] if len(each.words) <= _LONGEST_TAG]
    return any(
        _is_wished(each.words, case.ask.start if each is case.clause else 0)
        for each in (*sentence, *tags)
    )


def _is_wished(words: tuple[str, ...], start: int) -> bool:
    at = OPTATIVES.first_in(words)
    if at is None:
        return False
    # Before the content it matters whose wish it is.
    is_before = 0 < at < start and words[at - 1] not in _SELVES
    return not (is_before and has_other_subject(words, at))


def _sentence(case: Case) -> Sequence[Clause]:
    """Return a clause with the others of its sentence."""
    clauses, place = case.clauses, case.place
    first, end = place, place + 1
    while (
        first > 0 and clauses[first].opener is not Opener.SENTENCE and place - first < _LOOK_AHEAD
    ):
        first -= 1
    last = min(len(clauses), place + _LOOK_AHEAD)
    while end < last and clauses[end].opener is not Opener.SENTENCE:
        end += 1
    return clauses[first:end]
