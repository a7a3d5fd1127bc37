"""Words that are not the speaker's own wish: said by others, or written under a heading."""

from typing import Final

from handlers.domain.orders.clauses import Opener
from handlers.domain.orders.lexicon.objections import (
    ACCEPTED,
    AFTER_SAYING,
    DAYS,
    DUTIES,
    HAD_IDEA,
    HEADINGS,
    REPORTS,
)
from handlers.domain.orders.lexicon.requests import LEADS, LINKS
from handlers.domain.orders.ways import Ask, Case, Way

# Bounds keep the work in proportion to the text, whatever it holds.
_LOOK_BACK: Final = 40
_COLON_REACH: Final = 4
_COMMA_REACH: Final = 2
_REPORT_REACH: Final = 5
_HEADING_REACH: Final = 7
_LONGEST_ASIDE: Final = 1
_MOST_ASIDES: Final = 12
_GERUNDS: Final = ("ing", "ndo")
_SELVES: Final = frozenset({"i", "you", "eu", "yo", "we", "gente"})
PLAIN_WAYS: Final = frozenset({Way.COMMAND, Way.LOOSE_COMMAND, Way.FRAGMENT, Way.MENTION})
BARE_WAYS: Final = frozenset({Way.COMMAND, Way.FRAGMENT, Way.TASK})


def is_reported(case: Case) -> bool:
    """Tell whether what is asked is in somebody else's words."""
    reach = case.clauses[max(0, case.place - 1) : case.place + 1]
    if any(ACCEPTED.first_in(each.words) is not None for each in reach):
        return False
    return _is_governed(case) or _is_announced(case) or _is_said_behind(case)


def _is_governed(case: Case) -> bool:
    """Tell whether somebody's saying stands before it in its clause."""
    words, ask = case.words, case.ask
    for at in range(max(0, ask.start - _LOOK_BACK), ask.start):
        if REPORTS.end_at(words, at) is None or (at and words[at - 1] in _SELVES):
            continue
        between = words[at + 1 : ask.start]
        is_far = ask.way not in PLAIN_WAYS and len(between) > _REPORT_REACH
        if not is_far and LINKS.isdisjoint(between):
            return True
    return False


def _is_announced(case: Case) -> bool:
    """Tell whether the clause before ends with a saying."""
    clause, place = case.clause, case.place
    # Asides such as 'ó,' or 'look,' part nothing.
    while clause.opener is not Opener.SENTENCE and 0 < place > case.place - _MOST_ASIDES:
        place -= 1
        before = case.clauses[place].words
        if len(before) > _LONGEST_ASIDE and LEADS.end_at(before, 0) != len(before):
            reach = _COLON_REACH if clause.opener is Opener.COLON else _COMMA_REACH
            return _has_report(before[-reach:])
        clause = case.clauses[place]
    return False


def _has_report(words: tuple[str, ...]) -> bool:
    return any(
        REPORTS.end_at(words, at) and (at == 0 or words[at - 1] not in _SELVES)
        for at in range(len(words))
    )


def _is_said_behind(case: Case) -> bool:
    """Tell whether the next clause tells who said it: '…, said my wife'."""
    return any(
        each.opener is not Opener.SENTENCE
        and (
            AFTER_SAYING.at(each.words, 0) is not None
            or (REPORTS.at(each.words, 0) is not None and not each.words[0].endswith(_GERUNDS))
        )
        for each in case.clauses[case.place + 1 : case.place + 2]
    )


def is_under_heading(case: Case) -> bool:
    """Tell whether a heading with a colon stands before it in its sentence: 'idea: …'."""
    for at in range(case.place, max(0, case.place - _HEADING_REACH), -1):
        opener = case.clauses[at].opener
        if opener is Opener.SENTENCE:
            return False
        if opener is Opener.COLON and _is_heading(case.clauses[at - 1].words, case.ask):
            return True
    return False


def _is_heading(words: tuple[str, ...], ask: Ask) -> bool:
    end = words[-_HEADING_REACH:]
    if HAD_IDEA.first_in(end) is not None:
        return False
    is_duty = ask.way in BARE_WAYS and DUTIES.at(words, 0) is not None
    is_day = DAYS.end_at(words, 0) == len(words)
    return is_duty or is_day or HEADINGS.first_in(end) is not None
