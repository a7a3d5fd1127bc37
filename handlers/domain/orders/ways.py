"""The ways in which content may be asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from handlers.domain.orders.clauses import Clause
from handlers.domain.orders.content import Content
from handlers.domain.orders.values import Language

_WITHIN: Final = frozenset({"with", "con", "com", "how", "why", "what", "todo", "tudo"})
_ABOUT: Final = frozenset({"about", "sobre", "acerca", "on"})


class Way(Enum):
    """A way of asking."""

    COMMAND = auto()
    """'write a post'."""
    COMMAND_FOR_ME = auto()
    """An imperative that is nothing else: 'hazme', 'me faz'."""
    LOOSE_COMMAND = auto()
    """The same form in the midst of words: '… fair write a post', 'cliente novo faz um post'."""
    REQUEST = auto()
    """'can you', 'I want you to', 'quero que você'."""
    WISH = auto()
    """'I need a post'."""
    WISH_TO_MAKE = auto()
    """'I'd like to write a post'."""
    NEED_TO_MAKE = auto()
    """'I need to write a post', which most often is a reminder."""
    TASK = auto()
    """'escrever um post', which is an order or a note of what to do."""
    FRAGMENT = auto()
    """'short insta caption about bees'."""
    MENTION = auto()
    """'a blog post on dahlias would go down a treat'."""
    TERSE = auto()
    """'Post. LinkedIn. Formal. Go.'"""
    DUE = auto()
    """'this week's should be about lambing'."""
    POINTED = auto()
    """Content was named before: '… a good post. Can you write it?'"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Content that a clause may ask for."""

    way: Way
    start: int
    """The place of the first word that asks."""
    verb: int | None
    after: int
    """Where what is said of the content begins."""
    content: Content | None
    clauses_on: int = 0
    """How many clauses further on `after` counts: 'write me a, what is it called, a post'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A way of asking within the whole message."""

    clauses: Sequence[Clause]
    place: int
    """The clause that may ask."""
    ask: Ask
    language: Language

    @property
    def clause(self) -> Clause:
        """Return the clause that may ask."""
        return self.clauses[self.place]

    @property
    def words(self) -> tuple[str, ...]:
        """Return its words."""
        return self.clause.words

    @property
    def told_until(self) -> int:
        """Return where what is said of the content itself ends: 'a thread with all that was …'."""
        words, after = self.words, self.ask.after
        reach = range(after, self.subject_at)
        return next((at for at in reach if words[at] in _WITHIN), self.subject_at)

    @property
    def subject_at(self) -> int:
        """Return where what it is to be about begins, or the clause's end."""
        words, after = self.words, self.ask.after
        return next((at for at in range(after, len(words)) if words[at] in _ABOUT), len(words))
