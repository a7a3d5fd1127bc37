"""A text as words, numbers, marks and links; every step goes over the text once."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from handlers.domain.orders.phrases import word_set

# One character class and no nested repetition: matching takes time in proportion to the text.
_CHUNK: Final = re.compile(r"\n|[^\S\n]+|\S+")
_PIECE: Final = re.compile(
    r"(?P<word>[^\W\d_][^\W_\u0300-\u036f]*(?:[\u0300-\u036f][^\W_\u0300-\u036f]*)*"
    r"(?:['`\u00b4\u02bc\u2018\u2019][^\W_]+)*)|(?P<number>\d+)|(?P<mark>[\s\S])"
)
_LINK_START: Final = ("http://", "https://", "www.")
_DOMAINS: Final = word_set(
    "com net org io ai app dev br mx ar uk ly tv me gov edu info gg gl shop store site"
)
_APOSTROPHES: Final = str.maketrans("", "", "'`\u00b4\u02bc\u2018\u2019")


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    NUMBER = auto()
    MARK = auto()
    LINK = auto()
    """An address, a mention or a hashtag: never a word of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of a text and where it lies."""

    norm: str
    """Without case, accents and apostrophes; what every rule compares."""
    kind: Kind
    start: int
    end: int
    is_compound: bool = False
    """Joined to a neighbour by a hyphen, as in 'user-friendly'."""
    has_final_e: bool = False
    """Ends in é: the Spanish first person of the past, which `norm` cannot tell."""


def fold(text: str) -> str:
    """Return a text without case and accents, character by character."""
    if text.isascii():
        return text.lower()
    # Each character alone: ordering a long run of combining marks would take quadratic time.
    parts = (unicodedata.normalize("NFKD", character) for character in text)
    return "".join(
        character
        for part in parts
        for character in part.casefold()
        if not unicodedata.combining(character)
    )


def tokenize(text: str) -> list[Token]:
    """Return a text's tokens in order; blanks are left out, a line's end is a mark."""
    return [token for chunk in _CHUNK.finditer(text) for token in _chunk_tokens(text, chunk)]


def _chunk_tokens(text: str, chunk: re.Match[str]) -> Iterator[Token]:
    piece = chunk.group()
    if piece == "\n":
        yield Token(norm="\n", kind=Kind.MARK, start=chunk.start(), end=chunk.end())
    elif not piece.isspace():
        if _is_link(piece):
            yield Token(norm="", kind=Kind.LINK, start=chunk.start(), end=chunk.end())
        else:
            for found in _PIECE.finditer(text, chunk.start(), chunk.end()):
                yield _token(text, found, chunk)


def _token(text: str, found: re.Match[str], chunk: re.Match[str]) -> Token:
    start, end = found.span()
    whole = found.group()
    before = text[start - 1] if start > chunk.start() else " "
    after = text[end] if end < chunk.end() else " "
    if found.lastgroup == "mark":
        is_hyphen = whole == "-" and before.isalnum() and after.isalnum()
        return Token(norm=whole, kind=Kind.MARK, start=start, end=end, is_compound=is_hyphen)
    kind = Kind.NUMBER if found.lastgroup == "number" else Kind.WORD
    return Token(
        norm=fold(whole).translate(_APOSTROPHES),
        kind=kind,
        start=start,
        end=end,
        is_compound="-" in (before, after) or "_" in (before, after),
        has_final_e=whole.endswith(("é", "É")),
    )


def _is_link(piece: str) -> bool:
    lowered = piece.lower()
    if lowered.startswith(_LINK_START) or (piece[0] in "@#" and len(piece) > 1):
        return True
    if "@" in piece and "." in piece:
        return True
    host = lowered.partition("/")[0].strip(".,;:!?()[]\"'«»“”")
    name, dot, domain = host.rpartition(".")
    return bool(dot and name and domain in _DOMAINS and name[-1].isalnum())
