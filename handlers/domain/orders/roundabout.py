"""Content that is only named: whether it is asked for or told of."""

from collections.abc import Sequence
from typing import Any, Final

from handlers.domain.orders.clauses import Clause, Opener
from handlers.domain.orders.conjugation import Form
from handlers.domain.orders.lexicon.existing import (
    FINISHED,
    JUDGED,
    PERFORMED,
    THANKS,
    UNSURE,
)
from handlers.domain.orders.lexicon.objections import (
    NEGATIONS,
)
from handlers.domain.orders.lexicon.optatives import OTHER_ACTS
from handlers.domain.orders.lexicon.requests import LEADS, POLITE
from handlers.domain.orders.lexicon.style_words import (
    CONTENT_NOUNS,
    COUNTED,
    LANGUAGE_WORDS,
    LENGTH_WORDS,
    PLATFORM_WORDS,
    SUBJECT_LABELS,
    TONE_WORDS,
    TOPIC_WORDS,
)
from handlers.domain.orders.phrases import Phrases, word_set
from handlers.domain.orders.verbs import VERBS, VerbKind
from handlers.domain.orders.ways import Case, Way
from handlers.domain.orders.words import Kind

# Bounds keep the work in proportion to the text, whatever it holds.
_LOOK_AHEAD: Final = 12
_MAKING: Final = frozenset({VerbKind.WRITE, VerbKind.MAKE})
_MAKING_REACH: Final = 4
_UNSURE_REACH: Final = 3
_SENTENCE_REACH: Final = 4
_READY: Final = frozenset({"ready", "pronto", "pronta", "listo", "lista"})
_QUESTIONS: Final = word_set(
    "should shall how when where who why which is are was do does did como quando onde quem qual "
    "quanto cuando donde quien cual cuanto vale e"
)
_MODALS: Final = frozenset({"would", "could", "can", "will"})
_LISTENERS: Final = (("you",), ("u",), ("we",), ("i",), ("that",), ("it",))
# 'One tweet will do.'
_ENOUGH: Final = ("will", "do")
_SOURCES: Final = frozenset({"by", "from"})


def is_otherwise_handled(case: Case) -> bool:
    """Tell whether something else is done with content that is only mentioned."""
    if case.ask.way is not Way.MENTION:
        return False
    words, ask = case.words, case.ask
    finished = FINISHED.first_in(words, ask.after, case.subject_at)
    return (
        OTHER_ACTS.first_in(words, 0, ask.start) is not None
        or _is_made_oneself(words, ask.start)
        or (finished is not None and words[finished] not in _READY)
        or PERFORMED.first_in(words) is not None
        or (case.clause.is_asked and _is_open_question(words))
        or _names(case.clauses[case.place : case.place + _UNSURE_REACH], UNSURE)
        or not _SOURCES.isdisjoint(words[ask.after : ask.after + 1])
    )


def _is_made_oneself(words: tuple[str, ...], start: int) -> bool:
    """Tell whether a verb of making that nobody was asked for stands before: 'preciso escrever'."""
    return any(
        kind in _MAKING and form is Form.INFINITIVE
        for word in words[max(0, start - _MAKING_REACH) : start]
        for kind, form in VERBS.get(word, ())
    )


def _is_open_question(words: tuple[str, ...]) -> bool:
    is_of_content = words[0] in _MODALS and words[1:2] not in _LISTENERS
    return words[0] in _QUESTIONS or is_of_content


def is_told_of(case: Case) -> bool:
    """Tell whether bare content is read, praised, asked about or thanked for."""
    if case.ask.way is not Way.FRAGMENT:
        return False
    words, ask = case.words, case.ask
    rest = case.clauses[case.place : case.place + _SENTENCE_REACH]
    finished = FINISHED.first_in(words, ask.after, case.told_until)
    is_kind = ask.content is not None and ask.content.is_kind
    return (
        (case.clause.is_asked and POLITE.first_in(words) is None)
        or (finished is not None and words[finished : finished + 2] != _ENOUGH)
        or _names(rest, PERFORMED, JUDGED, UNSURE)
        or any(token.kind is Kind.LINK for each in rest for token in each.tokens)
        or (is_kind and not _is_described(case.clauses, case.place))
        or _is_preceded(case.clauses, case.place)
        or THANKS.first_in(words, 0, ask.start) is not None
    )


def is_styled(clauses: Sequence[Clause], place: int) -> bool:
    """Tell whether a clause or those after it speak of style, or are polite."""
    near = clauses[place : place + _LOOK_AHEAD]
    return _names(near, TONE_WORDS, LENGTH_WORDS, POLITE, COUNTED)


def _is_described(clauses: Sequence[Clause], place: int) -> bool:
    near = clauses[max(0, place - 1) : place + _LOOK_AHEAD]
    return is_styled(clauses, place) or _names(near, PLATFORM_WORDS)


def _is_preceded(clauses: Sequence[Clause], place: int) -> bool:
    """Tell whether its sentence began with something else: 'worth reading: article on …'."""
    first = place
    # Greetings and asides part nothing.
    while clauses[first].opener is not Opener.SENTENCE and 0 < first > place - _LOOK_AHEAD:
        first -= 1
        if LEADS.end_at(clauses[first].words, 0) != len(clauses[first].words):
            break
    else:
        return False
    before = clauses[first : first + 1]
    return not (
        is_styled(clauses, place)
        or _names(clauses[place : place + _LOOK_AHEAD], LANGUAGE_WORDS, SUBJECT_LABELS)
        or _names(before, TONE_WORDS, LENGTH_WORDS, TOPIC_WORDS, PLATFORM_WORDS)
        # 'not a thread, just a post'
        or (_names(before, NEGATIONS) and _names(before, CONTENT_NOUNS))
    )


def _names(clauses: Sequence[Clause], *vocabularies: Phrases[Any]) -> bool:
    return any(
        vocabulary.first_in(clause.words) is not None
        for clause in clauses
        for vocabulary in vocabularies
    )
