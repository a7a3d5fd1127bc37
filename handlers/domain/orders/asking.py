"""Where in a clause content may be asked for."""

from collections.abc import Iterator, Sequence
from typing import Final

from handlers.domain.orders.clauses import Clause
from handlers.domain.orders.commands import said
from handlers.domain.orders.content import Content, is_about
from handlers.domain.orders.indirect import by_indirect
from handlers.domain.orders.lexicon.requests import GO
from handlers.domain.orders.objects import (
    is_for_place,
    is_left_open,
    is_placed,
    is_pointing,
    later_ask,
    later_content,
    object_of,
)
from handlers.domain.orders.values import Language
from handlers.domain.orders.verbless import by_fragment, by_mention, by_unknown_verb, by_wish
from handlers.domain.orders.verbs import VERBS, VerbKind
from handlers.domain.orders.ways import Ask, Way

# Whoever says this names the content as well.
_TWEETING: Final = ("tuit", "twitt")
_SAYING: Final = (("que",), ("q",), ("ai",), ("isso",), ("esto",), ("eso",))
_LISTENED: Final = frozenset({Way.COMMAND, Way.COMMAND_FOR_ME, Way.REQUEST})
_LEFT_OPEN: Final = frozenset({VerbKind.WRITE, VerbKind.MAKE, VerbKind.PARTICLE, VerbKind.GIVE})


def find_asks(
    clauses: Sequence[Clause], place: int, language: Language, *, is_content_named: bool
) -> Iterator[Ask]:
    """Yield every way in which a clause may ask for content, in the order of its words.

    `is_content_named` tells whether the clauses before speak of content.
    """
    clause = clauses[place]
    words = clause.words
    later = later_content(clauses, place, language)
    for at in range(len(words)):
        yield from _by_verb(clause, at, language, later, is_content_named=is_content_named)
        if is_content_named and (end := GO.end_at(words, at)) is not None:
            yield Ask(way=Way.POINTED, start=at, verb=at, after=end, content=None)
        yield from by_unknown_verb(words, at, language)
        yield from by_wish(words, at, language, later)
    yield from by_fragment(words, language)
    yield from by_mention(words, language)
    yield from by_indirect(clauses, place)


def _by_verb(
    clause: Clause,
    at: int,
    language: Language,
    later: tuple[int, Content] | None,
    *,
    is_content_named: bool,
) -> Iterator[Ask]:
    words = clause.words
    for kind, form in VERBS.get(words[at], ()):
        found = None if kind is VerbKind.TAKE else said(clause, at, form)
        if found is None:
            continue
        way, start = found
        content = object_of(words, at, kind, language)
        if content is not None:
            yield Ask(way=way, start=start, verb=at, after=content.end, content=content)
            return
        is_told = kind is VerbKind.WRITE and (
            is_about(words, at + 1)
            or (words[at].startswith(_TWEETING) and words[at + 1 : at + 2] in _SAYING)
        )
        if is_told or is_for_place(words, at, kind, way):
            yield Ask(way=way, start=start, verb=at, after=at + 1, content=None)
            return
        if later is not None and kind in _LEFT_OPEN and is_left_open(words, at + 1):
            yield later_ask(way, start, at, later)
            return
        is_named = is_content_named or is_placed(words, at)
        if is_named and way in _LISTENED and is_pointing(words, at, kind, form):
            yield Ask(way=Way.POINTED, start=start, verb=at, after=at + 1, content=None)
            return
