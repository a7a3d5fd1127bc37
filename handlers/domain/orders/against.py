"""What stands against a way of asking, within its own clause or what governs it."""

from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Final

from handlers.domain.orders.clauses import Opener
from handlers.domain.orders.content import is_about, skip_place
from handlers.domain.orders.lexicon.existing import (
    PAST,
    WITHHELD,
)
from handlers.domain.orders.lexicon.objections import (
    DEFERRALS,
    DUTIES,
    HABITS,
    HEDGES,
    NEGATIONS,
    NOT_NEGATIONS,
    NOT_YET,
)
from handlers.domain.orders.lexicon.requests import LINKS
from handlers.domain.orders.lexicon.style_words import LANGUAGE_WORDS
from handlers.domain.orders.phrases import word_set
from handlers.domain.orders.reported import BARE_WAYS, PLAIN_WAYS, is_reported, is_under_heading
from handlers.domain.orders.roundabout import is_otherwise_handled, is_styled, is_told_of
from handlers.domain.orders.standing import (
    is_dictated,
    is_hypothetical,
    is_in_vain,
    is_out,
    is_somebodys,
    is_wondered,
)
from handlers.domain.orders.values import Language
from handlers.domain.orders.ways import Case, Way

# Bounds keep the work in proportion to the text, whatever it holds.
_LOOK_BACK: Final = 40
_NEGATION_REACH: Final = 5
_POLITE_REACH: Final = 10
_DEFERRAL_REACH: Final = 5
_MOST_TASKS: Final = 7
_UNSURE_WAYS: Final = frozenset({Way.WISH_TO_MAKE, Way.NEED_TO_MAKE, Way.LOOSE_COMMAND, Way.TASK})
# In English a bare noun is how one notes a task; elsewhere the infinitive tells.
_TASK_VERBS: Final = word_set("write draft create make prepare do build publish post send get")
_TOMORROW: Final = frozenset({"tomorrow", "amanha", "manana"})
# Portuguese 'no' is 'in the'; 'n' is short for 'não' there only.
_OTHER_SENSES: Final = {
    Language.PORTUGUESE: frozenset({"no"}),
    Language.ENGLISH: frozenset({"n", "para"}),
    Language.SPANISH: frozenset({"n", "para"}),
}


class Objection(Enum):
    """Why a clause that looks like an order is none."""

    LISTED = auto()
    """A line of a list."""
    QUOTED = auto()
    NEGATED = auto()
    REPORTED = auto()
    """Somebody else's words."""
    UNDER_HEADING = auto()
    """'idea: …', 'tomorrow: …'."""
    HEDGED = auto()
    """'maybe', 'if we'."""
    DEFERRED = auto()
    PAST = auto()
    GENERAL = auto()
    """A question what the assistant can do."""
    HABIT = auto()
    """Advice for every day."""
    AMONG_TASKS = auto()
    """One of the speaker's own tasks."""
    THERE_ALREADY = auto()
    HANDLED = auto()
    """Something else is done with content that is only mentioned."""
    SOMEBODYS = auto()
    """'a post you like'."""
    OUT = auto()
    """Bare content that stands elsewhere, or is judged or in the making."""
    IN_VAIN = auto()
    HYPOTHETICAL = auto()
    DICTATED = auto()
    WONDERED = auto()
    NO_ORDER = auto()
    """Bare content that is told of: read, praised, asked about."""


def _is_listed(case: Case) -> bool:
    return case.clause.is_listed


def _is_quoted(case: Case) -> bool:
    ask = case.ask
    return (ask.start if ask.verb is None else ask.verb) in case.clause.quoted


def _is_negated(case: Case) -> bool:
    words, ask, language = case.words, case.ask, case.language
    end = ask.start if ask.verb is None else ask.verb
    positive = -1
    for at in range(max(0, ask.start - _POLITE_REACH), end):
        positive = max(positive, NOT_NEGATIONS.end_at(words, at) or -1)
        is_near = at >= positive and at >= ask.start - _NEGATION_REACH
        is_negation = is_near and NEGATIONS.at(words, at) is not None
        is_ended = not LINKS.isdisjoint(words[at + 1 : ask.start])
        if is_negation and not is_ended and words[at] not in _OTHER_SENSES[language]:
            return True
    is_portuguese = language is Language.PORTUGUESE
    return is_portuguese and words[-1] == "nao" and not case.clause.is_asked


def _is_hedged(case: Case) -> bool:
    words, start = case.words, case.ask.start
    at = HEDGES.first_in(words, max(0, start - _LOOK_BACK), start + 1)
    return at is not None and LINKS.isdisjoint(words[at:start])


def _is_deferred(case: Case) -> bool:
    words, start = case.words, case.ask.start
    near_end = range(max(0, len(words) - _DEFERRAL_REACH), len(words))
    if any(DEFERRALS.end_at(words, at) == len(words) for at in near_end):
        return True
    behind = case.clauses[case.place + 1 : case.place + 2]
    if any(each.opener is Opener.COMMA and NOT_YET.at(each.words, 0) for each in behind):
        return True
    before = DEFERRALS.first_in(words, 0, start)
    if before is not None and LINKS.isdisjoint(words[before:start]):
        return True
    is_named = not _TOMORROW.isdisjoint(words) or DEFERRALS.first_in(words) is not None
    return is_named and case.ask.way in _UNSURE_WAYS


def _is_told_of_the_past(case: Case) -> bool:
    """Tell whether a Spanish form that is also the past is one: 'escribí un post ayer'."""
    ask, words = case.ask, case.words
    is_form = ask.verb is not None and words[ask.verb].endswith("i")
    return is_form and ask.way in PLAIN_WAYS and PAST.first_in(words) is not None


def _is_general(case: Case) -> bool:
    """Tell whether it is asked what the assistant can do: 'do you write posts?'."""
    content = case.ask.content
    return (
        case.clause.is_asked
        and content is not None
        and content.is_bare_plural
        and skip_place(case.words, content.end) is None
    )


def _is_habit(case: Case) -> bool:
    """Tell whether it is advice for every day: 'write a post every day'."""
    return HABITS.first_in(case.words, 0, case.subject_at) is not None


def _is_there_already(case: Case) -> bool:
    ask = case.ask
    is_definite = ask.content is not None and ask.content.is_definite
    is_withheld = WITHHELD.first_in(case.words, ask.after) is not None
    return (is_definite and ask.way in _UNSURE_WAYS) or is_withheld


def _is_among_tasks(case: Case) -> bool:
    """Tell whether it is one of the speaker's own tasks: 'need to pay, write newsletter, …'."""
    clauses, place, ask = case.clauses, case.place, case.ask
    content = ask.content
    if ask.way not in BARE_WAYS or content is None or not content.is_bare:
        return False
    words = case.words
    if (
        not content.is_bare_plural
        and ask.start == 0
        and words[0] in _TASK_VERBS
        and not is_about(words, ask.after)
        and skip_place(words, ask.after) is None
        and LANGUAGE_WORDS.end_at(words, ask.after + 1) is None
    ):
        return not is_styled(clauses, place)
    at = place
    while at > 0 and clauses[at].opener is Opener.COMMA and place - at < _MOST_TASKS:
        at -= 1
        if DUTIES.at(clauses[at].words, 0):
            return True
    return False


_TESTS: Final[tuple[tuple[Objection, Callable[[Case], bool]], ...]] = (
    (Objection.LISTED, _is_listed),
    (Objection.QUOTED, _is_quoted),
    (Objection.NEGATED, _is_negated),
    (Objection.REPORTED, is_reported),
    (Objection.UNDER_HEADING, is_under_heading),
    (Objection.HEDGED, _is_hedged),
    (Objection.DEFERRED, _is_deferred),
    (Objection.PAST, _is_told_of_the_past),
    (Objection.GENERAL, _is_general),
    (Objection.HABIT, _is_habit),
    (Objection.AMONG_TASKS, _is_among_tasks),
    (Objection.THERE_ALREADY, _is_there_already),
    (Objection.HANDLED, is_otherwise_handled),
    (Objection.SOMEBODYS, is_somebodys),
    (Objection.OUT, is_out),
    (Objection.IN_VAIN, is_in_vain),
    (Objection.HYPOTHETICAL, is_hypothetical),
    (Objection.DICTATED, is_dictated),
    (Objection.WONDERED, is_wondered),
    (Objection.NO_ORDER, is_told_of),
)


def objections_to(case: Case) -> Iterator[Objection]:
    """Yield what stands against a way of asking."""
    return (objection for objection, holds in _TESTS if holds(case))
