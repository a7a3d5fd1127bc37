"""Content that stands already or was wished for in vain, told by what surrounds it."""

from typing import Final

from handlers.domain.orders.clauses import Opener
from handlers.domain.orders.content import skip_place
from handlers.domain.orders.lexicon.objections import ACCEPTED, REPORTS
from handlers.domain.orders.lexicon.told import (
    GENERALITIES,
    HYPOTHETICAL,
    IN_VAIN,
    OUT_IN,
    PAST_WISHES,
    RELATED,
    STATUS,
    STILL_OURS,
    VERDICTS,
)
from handlers.domain.orders.ways import Case, Way

# Bounds keep the work in proportion to the text, whatever it holds.
_REACH: Final = 4
_RELATED_REACH: Final = 3
_WISH_REACH: Final = 4
_NAMED_BARELY: Final = frozenset({Way.FRAGMENT, Way.MENTION, Way.TERSE})
_ASKING: Final = frozenset({"what", "which", "qual", "quais", "cual", "cuales", "whats"})
_GENERAL: Final = frozenset({Way.FRAGMENT, Way.MENTION})


def is_somebodys(case: Case) -> bool:
    """Tell whether what follows says whose content it is: 'send me a post you like'."""
    words, after = case.words, case.ask.after
    is_named = case.ask.content is not None and not case.ask.clauses_on
    reach = range(after, min(len(words), after + _RELATED_REACH))
    return is_named and any(RELATED.at(words, at) is not None for at in reach)


def is_out(case: Case) -> bool:
    """Tell whether bare content is said to be elsewhere, or is judged or in the making."""
    if case.ask.way not in _NAMED_BARELY:
        return False
    words, after = case.words, case.ask.after
    end = OUT_IN.end_at(words, after)
    is_elsewhere = (
        end is not None
        and case.ask.way is Way.FRAGMENT
        and skip_place(words, after) is None
        and words[end : end + 1] != ()
        and STILL_OURS.isdisjoint(words[end : end + 2])
    )
    rest = _rest(case)
    is_general = (
        case.ask.way in _GENERAL
        and case.ask.content is not None
        and case.ask.content.is_bare_plural
        and not GENERALITIES.isdisjoint(words[after:])
    )
    return (
        is_elsewhere
        or is_general
        or any(STATUS.first_in(each) is not None for each in rest)
        or any(VERDICTS.first_in(each) is not None for each in rest)
    )


def _rest(case: Case) -> list[tuple[str, ...]]:
    """Return what stands behind the content in its sentence."""
    found = [case.words[case.ask.after :]]
    for clause in case.clauses[case.place + 1 : case.place + _REACH]:
        if clause.opener is Opener.SENTENCE:
            break
        found.append(clause.words)
    return found


def is_in_vain(case: Case) -> bool:
    """Tell whether a wish of the past came to nothing: 'I was hoping for a better headline'."""
    words, ask = case.words, case.ask
    reach = range(max(0, ask.start - _WISH_REACH), ask.start + 1)
    if ask.way not in (Way.WISH, Way.MENTION) or not any(
        PAST_WISHES.at(words, at) is not None for at in reach
    ):
        return False
    behind = [words[ask.start :], *_rest(case)[1:]]
    return any(IN_VAIN.first_in(each) is not None for each in behind)


def is_hypothetical(case: Case) -> bool:
    """Tell whether it is asked out of curiosity: '… if I asked you? Just curious'."""
    near = case.clauses[case.place : case.place + 2]
    return any(HYPOTHETICAL.first_in(each.words) is not None for each in near)


def is_dictated(case: Case) -> bool:
    """Tell whether bare content is listed behind somebody's words: 'the client asked: post …'."""
    if case.ask.way not in _NAMED_BARELY:
        return False
    for at in range(case.place, max(0, case.place - _REACH), -1):
        opener = case.clauses[at].opener
        if opener is Opener.SENTENCE:
            return False
        if opener is Opener.COLON:
            before = case.clauses[at - 1].words
            return REPORTS.first_in(before) is not None and ACCEPTED.first_in(before) is None
    return False


def is_wondered(case: Case) -> bool:
    """Tell whether its sentence asks what content is like: 'what length suits a post?'."""
    is_asked = any(each.is_asked for each in case.clauses[case.place : case.place + _REACH])
    return case.ask.way in _NAMED_BARELY and is_asked and case.words[0] in _ASKING
