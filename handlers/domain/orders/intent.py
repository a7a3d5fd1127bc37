"""Note or order: every way of asking gathers cues for and against it, and their weights add up.

A clause that may ask for content (asking.py) starts with the weight of its way of asking. What
else is said near it supports it (support.py); what stands against it (against.py) outweighs all
support. The message is an order if one clause reaches the threshold, whatever the others tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from handlers.domain.orders.against import objections_to
from handlers.domain.orders.asking import find_asks
from handlers.domain.orders.clauses import Clause, Opener
from handlers.domain.orders.lexicon.objections import CANCELS
from handlers.domain.orders.lexicon.requests import LEADS
from handlers.domain.orders.lexicon.style_words import (
    CONTENT_NOUNS,
    COUNTED,
    PLATFORM_WORDS,
    TOPIC_WORDS,
)
from handlers.domain.orders.lexicon.wishes import WISHES
from handlers.domain.orders.parameters import find_platform
from handlers.domain.orders.support import Support, supports_of
from handlers.domain.orders.values import Confidence, Language
from handlers.domain.orders.verbs import VERBS
from handlers.domain.orders.ways import Ask, Case, Way

# An order needs this much: a command, a request or a wish has it alone.
_THRESHOLD: Final = 4
_WAYS: Final = {
    Way.COMMAND_FOR_ME: 5,
    Way.REQUEST: 5,
    Way.COMMAND: 4,
    Way.WISH: 4,
    Way.POINTED: 4,
    Way.TERSE: 4,
    Way.WISH_TO_MAKE: 3,
    Way.DUE: 3,
    Way.LOOSE_COMMAND: 2,
    Way.FRAGMENT: 2,
    Way.TASK: 2,
    Way.NEED_TO_MAKE: 1,
    Way.MENTION: 1,
}
_SUPPORT: Final = {
    Support.PLACE: 1,
    Support.SUBJECT: 1,
    Support.KIND: 1,
    Support.STYLE: 2,
    Support.POLITE: 1,
    Support.HELP: 2,
    Support.OPTATIVE: 2,
}
# More than all support together.
_OBJECTION: Final = -20
_CERTAIN_FROM: Final = 4
_NAMES: Final = (CONTENT_NOUNS, PLATFORM_WORDS, COUNTED, TOPIC_WORDS)
# Bounds keep the work in proportion to the text, whatever it holds.
_ARTICLES: Final = frozenset({"a", "an", "um", "uma", "un", "una"})
_MOST_ASKS: Final = 40
_BEHIND_REACH: Final = 2
_NAMED_REACH: Final = 8
_LONGEST_AFTER_CANCEL: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The clause that orders, and how."""

    clause: int
    ask: Ask
    named: int | None = None
    """The clause that names the content, where the order only points to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The order that was found, if any, and how sure that is."""

    order: Order | None
    confidence: Confidence


def decide(clauses: Sequence[Clause], language: Language) -> Decision:
    """Return the first way of asking whose cues suffice; doubt is no order."""
    is_doubtful = False
    refused: set[int] = set()
    last_cancelling = _last_cancelling(clauses)
    named_at = -_NAMED_REACH - 1
    for place, clause in enumerate(clauses):
        is_named = place - named_at <= _NAMED_REACH or _is_named_behind(clauses, place)
        asks = find_asks(clauses, place, language, is_content_named=is_named)
        for ask in islice(asks, _MOST_ASKS):
            weight = sum(_weights(clauses, place, ask, language))
            if weight < _THRESHOLD or place < last_cancelling or place in refused:
                is_doubtful = True
                # Content that is refused from afar is not asked for where it stands.
                refused |= {place + ask.clauses_on} - {place}
                continue
            is_certain = _WAYS[ask.way] >= _CERTAIN_FROM
            return Decision(
                order=Order(
                    clause=place,
                    ask=ask,
                    named=named_at if named_at >= 0 and ask.way is Way.POINTED else None,
                ),
                confidence=Confidence.CERTAIN if is_certain else Confidence.DOUBTFUL,
            )
        if any(each.first_in(clause.words) is not None for each in _NAMES):
            named_at = place
    is_doubtful = is_doubtful or _speaks_of_making(clauses)
    return Decision(
        order=None, confidence=Confidence.DOUBTFUL if is_doubtful else Confidence.CERTAIN
    )


def _is_named_behind(clauses: Sequence[Clause], place: int) -> bool:
    """Tell whether content is named later in the sentence: 'do another one, this time for X'."""
    for clause in clauses[place + 1 : place + 1 + _BEHIND_REACH]:
        if clause.opener is Opener.SENTENCE:
            return False
        is_named = (
            clause.opener is Opener.COLON
            and clause.words[0] in _ARTICLES
            and CONTENT_NOUNS.first_in(clause.words) is not None
        )
        if is_named or find_platform(clause.words, Language.ENGLISH) is not None:
            return True
    return False


def _weights(clauses: Sequence[Clause], place: int, ask: Ask, language: Language) -> Iterator[int]:
    case = Case(clauses=clauses, place=place, ask=ask, language=language)
    yield _WAYS[ask.way]
    yield from (_SUPPORT[each] for each in supports_of(case))
    yield from (_OBJECTION for _ in objections_to(case))


def _speaks_of_making(clauses: Sequence[Clause]) -> bool:
    """Tell whether content and its making are both named, in whatever way."""
    names_content = any(CONTENT_NOUNS.first_in(clause.words) is not None for clause in clauses)
    return names_content and any(
        (word in VERBS and CONTENT_NOUNS.at(clause.words, at) is None)
        or WISHES.at(clause.words, at) is not None
        for clause in clauses
        for at, word in enumerate(clause.words)
    )


def _last_cancelling(clauses: Sequence[Clause]) -> int:
    """Return the last clause that takes an order back, else -1."""
    return max((at for at, clause in enumerate(clauses) if _is_cancelling(clause)), default=-1)


def _is_cancelling(clause: Clause) -> bool:
    words = clause.words
    at: int | None = 0
    while at is not None and at < len(words):
        end = CANCELS.end_at(words, at)
        if end is not None and len(words) - end <= _LONGEST_AFTER_CANCEL:
            return True
        at = LEADS.end_at(words, at)
    return False
