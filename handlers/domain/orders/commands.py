"""In which way a verb is said to the listener."""

from typing import Final

from handlers.domain.orders.clauses import Clause
from handlers.domain.orders.conjugation import Form
from handlers.domain.orders.lexicon.requests import LEADS
from handlers.domain.orders.lexicon.wishes import (
    NEEDS_TO_MAKE,
    WISHES_OF_ANYBODY,
    WISHES_TO_MAKE,
)
from handlers.domain.orders.phrases import word_set
from handlers.domain.orders.speaker import (
    before_leads,
    has_other_subject,
    is_open,
    requested_from,
    runs_on_to,
)
from handlers.domain.orders.verbs import VERBS, VerbKind
from handlers.domain.orders.ways import Way

_SELVES: Final = (("eu",), ("yo",), ("i",), ("we",))
_BASES: Final = word_set(
    "based using with from com con usando baseado baseada basado basada basandote sobre about para "
    "pra for pro given regarding partindo partiendo partir"
)
_BASE_REACH: Final = 8
_IN_ORDER_TO: Final = frozenset({"to", "para", "pra", "p", "pa"})
_TO_US: Final = frozenset({"me", "nos"})
_PRONOUNS: Final = frozenset({"me", "nos", "te", "lo", "la"})
_YOU: Final = frozenset({"you", "u"})
_USE_REACH: Final = 6
_IMPERATIVES: Final = (Form.PLAIN, Form.ENCLITIC)
_NOT_BEFORE_COMMAND: Final = word_set("to que de a i we they he she eu para pra")
# The only imperatives that end in é; every other é is the first person of the past.
_VOSEO_WITH_E: Final = frozenset({"hace", "pone"})


def said(clause: Clause, verb: int, form: Form) -> tuple[Way, int] | None:
    """Return in which way a verb is said to the listener, and from which word on."""
    words = clause.words
    begin = requested_from(words, verb)
    if begin is not None:
        return Way.REQUEST, begin
    if form is Form.INFINITIVE or form is Form.PLAIN:
        for begin in range(max(0, verb - _BASE_REACH), verb):
            for phrases, way in (
                (WISHES_TO_MAKE, Way.WISH_TO_MAKE),
                (NEEDS_TO_MAKE, Way.NEED_TO_MAKE),
            ):
                end = phrases.end_at(words, begin)
                if (
                    end is not None
                    and is_open(words, verb, since=end)
                    and not is_others(words, begin)
                ):
                    return way, begin
    if clause.tokens[verb].has_final_e and words[verb] not in _VOSEO_WITH_E:
        return None
    return _commanded(words, verb, form)


def is_others(words: tuple[str, ...], begin: int) -> bool:
    """Tell whether a wish may be somebody else's and is."""
    return (
        words[begin] in WISHES_OF_ANYBODY
        and words[begin - 1 : begin] not in _SELVES
        and has_other_subject(words, begin)
    )


def _commanded(words: tuple[str, ...], verb: int, form: Form) -> tuple[Way, int] | None:
    match form:
        case Form.INFINITIVE:
            way = _as_task(words, verb)
        case Form.ENCLITIC:
            way = Way.COMMAND_FOR_ME
        case Form.SECOND_PERSON:
            way = _to_you(words, verb)
        case Form.PLAIN:
            way = _plainly(words, verb)
        case _:
            way = None
    return None if way is None else (way, verb)


def _as_task(words: tuple[str, ...], verb: int) -> Way | None:
    if _is_use_of(words, verb):
        return Way.COMMAND
    # English has one form for both.
    is_task = all(form is not Form.PLAIN for _, form in VERBS[words[verb]])
    return Way.TASK if is_task and before_leads(words, verb) == 0 else None


def _to_you(words: tuple[str, ...], verb: int) -> Way | None:
    is_close = verb > 0 and words[verb - 1] in _PRONOUNS
    if is_close and not has_other_subject(words, verb - 1):
        return Way.COMMAND_FOR_ME
    return Way.COMMAND if before_leads(words, verb) == 0 else None


def _plainly(words: tuple[str, ...], verb: int) -> Way | None:
    is_told = _is_told_to_you(words, verb) or _follows_base(words, verb)
    if is_told or _is_use_of(words, verb):
        return Way.COMMAND
    is_at_place = runs_on_to(words, verb)
    if is_at_place is None:
        return None
    is_for_me = verb > 0 and words[verb - 1] in _TO_US
    if is_at_place:
        return Way.COMMAND_FOR_ME if is_for_me else Way.COMMAND
    return Way.COMMAND if is_for_me else Way.LOOSE_COMMAND


def _follows_base(words: tuple[str, ...], verb: int) -> bool:
    """Tell whether only what the content is made from stands before: 'com base nisso escreve'."""
    begin = 0
    for _ in range(_BASE_REACH):
        step = LEADS.end_at(words, begin)
        if step is None or words[begin] in _BASES:
            break
        begin = step
    begin += words[begin : begin + 2] == ("a", "partir")
    is_near = begin < verb <= begin + _BASE_REACH
    return is_near and words[begin] in _BASES and words[verb - 1] not in _NOT_BEFORE_COMMAND


def _is_told_to_you(words: tuple[str, ...], verb: int) -> bool:
    """Tell whether 'you' stands alone before a verb: 'so you write it'."""
    return verb > 0 and words[verb - 1] in _YOU and before_leads(words, verb - 1) == 0


def _is_use_of(words: tuple[str, ...], verb: int) -> bool:
    """Tell whether another command serves it: 'use my notes to write', 'usa isso pra fazer'."""
    if verb == 0 or words[verb - 1] not in _IN_ORDER_TO:
        return False
    for at in range(min(verb - 1, _USE_REACH)):
        if any(
            kind is VerbKind.TAKE and form in _IMPERATIVES
            for kind, form in VERBS.get(words[at], ())
        ):
            return before_leads(words, at) == 0
    return False
