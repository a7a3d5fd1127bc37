"""Finds the longest phrase that is known at a place in a text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from handlers.domain.dialogue.answer_tokens import tokenize

_Meaning = TypeVar("_Meaning")
_PARTING: Final = "|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[_Meaning]):
    """What a phrase means, and where the text goes on after it."""

    meaning: _Meaning
    end: int


class Phrases(Generic[_Meaning]):
    """Phrases of folded words, each with one meaning."""

    def __init__(self, meanings: Mapping[tuple[str, ...], _Meaning]) -> None:
        self._meanings = dict(meanings)
        self._longest = max((len(phrase) for phrase in self._meanings), default=0)

    def at(self, tokens: Sequence[str], start: int) -> Found[_Meaning] | None:
        """Return the longest phrase that begins at `start`."""
        for length in range(min(self._longest, len(tokens) - start), 0, -1):
            meaning = self._meanings.get(tuple(tokens[start : start + length]))
            if meaning is not None:
                return Found(meaning=meaning, end=start + length)
        return None


def split(lines: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """Return the phrases of lines, as the words in which they are looked up."""
    return frozenset(
        tuple(tokenize(phrase)) for line in lines for phrase in line.split(_PARTING) if phrase
    )
