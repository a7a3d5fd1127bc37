"""Asking in terse words, or by leaving it to the assistant what to make."""

from collections.abc import Iterator, Sequence
from typing import Final

from handlers.domain.orders.clauses import Clause, Opener
from handlers.domain.orders.content import is_about, skip_place
from handlers.domain.orders.lexicon.indirect import (
    AGAIN,
    DUE,
    GLUE,
    IN_WRITING,
    MADE_ABOUT,
    PROMPTS,
    SHALL_BE,
    WHATEVER,
)
from handlers.domain.orders.lexicon.objections import NEGATIONS
from handlers.domain.orders.lexicon.requests import GO, LEADS, URGES
from handlers.domain.orders.lexicon.style_words import (
    CONTENT_NOUNS,
    LENGTH_WORDS,
    PLATFORM_WORDS,
    TONE_WORDS,
    TOPIC_WORDS,
)
from handlers.domain.orders.phrases import word_set
from handlers.domain.orders.ways import Ask, Way

# Bounds keep the work in proportion to the text, whatever it holds.
_REACH: Final = 8
_LONGEST_TERSE: Final = 5
_MOST_TERSE: Final = 6
_LONGEST_SUBJECT: Final = 12
_BUT: Final = frozenset({"but", "pero", "mas", "so"})
_LEAST_PROMPTED: Final = 2
_MAKING: Final = (("make",), ("have",))
_WORDING: Final = word_set("write draft put come escribir ocurra escrever bolar")
_URGE: Final = object()
_PARTS: Final = (PLATFORM_WORDS, CONTENT_NOUNS, TONE_WORDS, LENGTH_WORDS, TOPIC_WORDS)
_STYLES: Final = (TONE_WORDS, LENGTH_WORDS, TOPIC_WORDS, _URGE, is_about)


def by_indirect(clauses: Sequence[Clause], place: int) -> Iterator[Ask]:
    """Yield content that is left to the assistant, or that is named in single words."""
    words = clauses[place].words
    begin = _behind_leads(words)
    for at in range(len(words)):
        end = WHATEVER.end_at(words, at)
        if end is not None and _is_told(clauses, place, at, end):
            yield Ask(way=Way.WISH, start=at, verb=None, after=end, content=None)
    written = IN_WRITING.end_at(words, begin)
    if written is not None and _is_placed_behind(clauses, place):
        yield Ask(way=Way.COMMAND, start=begin, verb=None, after=written, content=None)
    again = AGAIN.end_at(words, begin)
    if again is not None and _is_varied(clauses, place, again):
        yield Ask(way=Way.TERSE, start=begin, verb=None, after=again, content=None)
    due = _due_end(words, begin)
    if due is not None:
        yield Ask(way=Way.DUE, start=begin, verb=None, after=due, content=None)
    if _is_terse_order(clauses, place):
        yield Ask(way=Way.TERSE, start=0, verb=None, after=len(words), content=None)


def _behind_leads(words: tuple[str, ...]) -> int:
    at = 0
    while at < len(words) and (step := LEADS.end_at(words, at)) is not None:
        at = step
    at += words[at : at + 2] in (("lets", "have"), ("have", "it"))
    return at + (words[at : at + 1] in (("make",), ("have",)))


def _is_told(clauses: Sequence[Clause], place: int, start: int, end: int) -> bool:
    """Tell whether a subject or a platform follows."""
    words = clauses[place].words
    reach = range(end, min(len(words), end + _LONGEST_SUBJECT))
    following = clauses[place + 1 : place + 2]
    return (
        (is_about(words, end) and not _WORDING.isdisjoint(words[start:end]))
        or any(skip_place(words, at) is not None for at in reach)
        or any(
            each.opener is not Opener.SENTENCE and PLATFORM_WORDS.first_in(each.words) is not None
            for each in following
        )
    )


def _is_varied(clauses: Sequence[Clause], place: int, end: int) -> bool:
    """Tell whether it is said in what the next piece differs: 'same again but about tax'."""
    following = [each for each in clauses[place + 1 : place + 3] if each.opener is Opener.COMMA]
    rest = [clauses[place].words[end:], *(each.words for each in following)]
    return any(
        any(is_about(words, at) for at in range(min(len(words), _REACH)))
        or (bool(words) and words[0] in _BUT and len(words) > 1)
        or PLATFORM_WORDS.first_in(words) is not None
        for words in rest
    )


def _is_placed_behind(clauses: Sequence[Clause], place: int) -> bool:
    return any(
        PLATFORM_WORDS.first_in(each.words) is not None
        for each in clauses[place : place + _MOST_TERSE]
    )


def _due_end(words: tuple[str, ...], begin: int) -> int | None:
    """Return where the subject of what is due begins: 'this week's should be about …'."""
    start = DUE.end_at(words, begin)
    if start is None:
        return None
    for at in range(start, min(len(words), start + _REACH)):
        end = SHALL_BE.end_at(words, at)
        if end is None and words[begin - 1 : begin] in _MAKING:
            end = MADE_ABOUT.end_at(words, at)
        if end is not None:
            return end - 1
        is_named = any(each.at(words, at) is not None for each in _PARTS)
        if not is_named and words[at] not in GLUE and words[at] not in ("one", "s"):
            return None
    return None


def _is_terse_order(clauses: Sequence[Clause], place: int) -> bool:
    """Tell whether single words name content: 'Post. LinkedIn. Formal. Go'."""
    first = _named_in(clauses[place].words)
    if first is None or not first:
        return False
    # 'Not a post, an article. For the blog.'
    is_corrected = place > 0 and NEGATIONS.first_in(clauses[place - 1].words) is not None
    if clauses[place].opener is Opener.COMMA and not is_corrected:
        return False
    is_prompted = place > 0 and PROMPTS.first_in(clauses[place - 1].words) is not None
    if clauses[place].opener is Opener.COLON and not is_prompted:
        return False
    found = set(first)
    is_subject_seen = False
    for clause in clauses[place + 1 : place + _MOST_TERSE]:
        named = _named_in(clause.words)
        if named is not None:
            found |= named
        elif is_about(clause.words, 0):
            found.add(is_about)
        elif is_subject_seen or len(clause.words) > _LONGEST_SUBJECT:
            break
        else:
            is_subject_seen = True
    least = _LEAST_PROMPTED + (not is_prompted)
    is_content = PLATFORM_WORDS in found or CONTENT_NOUNS in found
    is_begun = PLATFORM_WORDS in first or CONTENT_NOUNS in first
    is_styled = not found.isdisjoint(_STYLES)
    return is_content and is_begun and is_styled and len(found) >= least


def _named_in(words: tuple[str, ...]) -> frozenset[object] | None:
    """Return what a clause names that says nothing else; None if it says more."""
    if len(words) > _LONGEST_TERSE:
        return None
    found: set[object] = set()
    at = 0
    while at < len(words):
        part = next((each for each in _PARTS if each.at(words, at) is not None), None)
        if part is not None:
            found.add(part)
            at = part.end_at(words, at) or at + 1
            continue
        lead = LEADS.end_at(words, at)
        if (
            words[at] in URGES
            or GO.at(words, at) is not None
            or words[at : at + 2] == ("off", "you")
        ):
            found.add(_URGE)
        elif lead is None and words[at] not in GLUE and not words[at].isdigit():
            return None
        at = max(at + 1, lead or 0)
    return frozenset(found)
