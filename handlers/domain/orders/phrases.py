"""Phrases found in a row of words: whole words only, the longest first."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final, Generic, TypeVar

ValueT = TypeVar("ValueT")
_SEPARATOR: Final = re.compile(r"\|(?![^(]*\))")
_CHOICE: Final = re.compile(r"\(([^)]*)\)")


class Phrases(Generic[ValueT]):
    """Values under the phrases that stand for them; a lookup costs the same in any vocabulary."""

    def __init__(self, phrases: Iterable[tuple[str, ValueT]]) -> None:
        values = {tuple(phrase.split()): value for phrase, value in phrases}
        lengths: dict[str, set[int]] = {}
        for words in values:
            lengths.setdefault(words[0], set()).add(len(words))
        self._values = values
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def at(self, words: Sequence[str], start: int) -> tuple[int, ValueT] | None:
        """Return the longest phrase at a place: where it ends and what it stands for."""
        if start >= len(words):
            return None
        for length in self._lengths.get(words[start], ()):
            phrase = tuple(words[start : start + length])
            if phrase in self._values:
                return start + len(phrase), self._values[phrase]
        return None

    def end_at(self, words: Sequence[str], start: int) -> int | None:
        """Return where the longest phrase at a place ends."""
        found = self.at(words, start)
        return found[0] if found else None

    def first_in(self, words: Sequence[str], start: int = 0, end: int | None = None) -> int | None:
        """Return where the first phrase begins that lies between two places."""
        for at in range(start, len(words) if end is None else end):
            if self.at(words, at):
                return at
        return None


def phrase_set(*texts: str) -> Phrases[None]:
    """Return phrases, written as in `split`, that only are there or not."""
    return Phrases((phrase, None) for text in texts for phrase in split(text))


def phrase_map(values: Mapping[ValueT, tuple[str, ...]]) -> Phrases[ValueT]:
    """Return phrases with their values."""
    return Phrases(
        (phrase, value)
        for value, texts in values.items()
        for text in texts
        for phrase in split(text)
    )


def split(text: str) -> list[str]:
    """Return the phrases of a text: '|' parts them, '(can|could|) you' stands for three."""
    return [phrase for each in _SEPARATOR.split(text) for phrase in _expanded(each) if phrase]


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, parted by blanks."""
    return frozenset(text.split())


def _expanded(pattern: str) -> Iterator[str]:
    # Every second part is what stood in parentheses.
    parts = _CHOICE.split(pattern)
    choices = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
    for chosen in product(*choices):
        yield " ".join(" ".join(chosen).split())
