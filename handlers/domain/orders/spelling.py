"""The words that were meant: shorthand, letters drawn out, and a slip in a longer word."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from handlers.domain.orders.lexicon.content_words import CONTENT
from handlers.domain.orders.lexicon.shorthand import NO_SLIPS, OFTEN_SLIPPED, SHORTHAND
from handlers.domain.orders.lexicon.styles import PLATFORMS
from handlers.domain.orders.phrases import split
from handlers.domain.orders.values import Language
from handlers.domain.orders.verbs import VERBS
from handlers.domain.orders.words import Kind, Token

_DRAWN_OUT: Final = re.compile(r"(.)\1{2,}")
_LEAST_LETTERS: Final = 6


def _slips(known: set[str]) -> dict[str, str]:
    """Return each longer word under itself with a letter left out or two changed about."""
    found: dict[str, str] = {}
    for word in sorted(word for word in known if len(word) >= _LEAST_LETTERS and word.isalpha()):
        for at in range(1, len(word)):
            left_out = word[:at] + word[at + 1 :]
            changed = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
            for slip in {left_out, changed} - known - NO_SLIPS - VERBS.keys():
                found.setdefault(slip, word)
    return found


def _of(texts: Iterable[str]) -> set[str]:
    return {phrase for text in texts for phrase in split(text)}


_SLIPS: Final = _slips(
    _of(CONTENT) | _of(text for texts in PLATFORMS.values() for text in texts) | OFTEN_SLIPPED
)


def respelled(tokens: Sequence[Token], language: Language) -> list[Token]:
    """Return tokens whose norms are the words that were meant."""
    return [_respelled(token, SHORTHAND[language]) for token in tokens]


def _respelled(token: Token, shorthand: dict[str, str]) -> Token:
    if token.kind is not Kind.WORD:
        return token
    norm = _DRAWN_OUT.sub(r"\1", token.norm)
    norm = shorthand.get(norm) or _SLIPS.get(norm, norm)
    return token if norm == token.norm else replace(token, norm=norm)
