"""A text cut into clauses, each with what stands before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from handlers.domain.orders.lexicon.style_words import CONTENT_NOUNS, LENGTH_WORDS, TONE_WORDS
from handlers.domain.orders.words import Kind, Token

_STOPS: Final = frozenset(".!?…\n¿¡;")
_COMMAS: Final = frozenset(",()[]|\u2022\u2013\u2014")
_OPENING: Final = {"“": "”", "«": "»", '"': '"', "„": "“", "”": "”"}
_DASHES: Final = frozenset("\u2013\u2014")
_BULLETS: Final = frozenset("-*+>\u2022\u2013\u2014\u00b7")
_LEAST_LISTED: Final = 2
_ADJECTIVE_REACH: Final = 4
_SILENT: Final = frozenset("*_'`\u2019~#&%$/\\+=<>^@-")

_END: Final = Token(norm="\n", kind=Kind.MARK, start=0, end=0)


class Opener(Enum):
    """What parts a clause from the one before."""

    SENTENCE = auto()
    COMMA = auto()
    COLON = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Words without a stop between them."""

    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    """The tokens' norms."""
    opener: Opener
    is_listed: bool
    """A line of a list with several."""
    is_asked: bool
    quoted: frozenset[int]
    """Which of the words stand in quotation marks."""


def split_clauses(tokens: Sequence[Token], text: str) -> list[Clause]:
    """Return a text's clauses that have words."""
    quoted = _quoted(tokens)
    listed = _listed_lines(tokens)
    found: list[Clause] = []
    current: list[int] = []
    opener = Opener.SENTENCE
    line = 0
    # A text ends as its last line does.
    for at, token in enumerate([*tokens, _END]):
        boundary = _boundary(token, text)
        if boundary is None or (boundary is Opener.COMMA and _is_between_adjectives(tokens, at)):
            if token.kind is not Kind.MARK:
                current.append(at)
            continue
        if current:
            found.append(
                Clause(
                    tokens=tuple(tokens[kept] for kept in current),
                    words=tuple(tokens[kept].norm for kept in current),
                    opener=opener,
                    is_listed=line in listed,
                    is_asked=token.norm == "?",
                    quoted=frozenset(n for n, kept in enumerate(current) if kept in quoted),
                )
            )
        opener = boundary if current else _stronger(opener, boundary)
        current = []
        line += token.norm == "\n"
    return found


def _is_between_adjectives(tokens: Sequence[Token], comma: int) -> bool:
    """Tell whether a comma parts two words of style before content: 'a brief, formal post'."""
    before = (tokens[comma - 1].norm if comma else "",)
    after = tuple(token.norm for token in tokens[comma + 1 : comma + 1 + _ADJECTIVE_REACH])
    is_style = TONE_WORDS.at(before, 0) or LENGTH_WORDS.at(before, 0)
    return bool(is_style) and CONTENT_NOUNS.first_in(after) is not None


def _stronger(one: Opener, other: Opener) -> Opener:
    if Opener.COLON in (one, other):
        return Opener.COLON
    return Opener.SENTENCE if Opener.SENTENCE in (one, other) else Opener.COMMA


def _boundary(token: Token, text: str) -> Opener | None:
    if token.kind is not Kind.MARK or _is_within_number(token, text):
        return None
    if token.norm in _STOPS:
        is_aside = text[token.end : token.end + 1] == ")"
        return Opener.COMMA if is_aside else Opener.SENTENCE
    # A dash after a heading does what a colon does.
    if token.norm == ":" or token.norm in _DASHES or _is_lone_hyphen(token, text):
        return Opener.COLON
    is_silent = token.norm in _SILENT or (token.norm.isascii() and token.norm not in _COMMAS)
    return None if is_silent else Opener.COMMA


def _is_lone_hyphen(token: Token, text: str) -> bool:
    before, after = text[max(0, token.start - 1) : token.start], text[token.end : token.end + 1]
    return token.norm == "-" and not (before.strip() and after.strip())


def _is_within_number(token: Token, text: str) -> bool:
    return (
        text[token.start - 1 : token.start].isdigit() and text[token.end : token.end + 1].isdigit()
    )


def _quoted(tokens: Sequence[Token]) -> frozenset[int]:
    """Return the places within quotation marks; an unclosed one quotes nothing."""
    inside: list[int] = []
    found: list[int] = []
    closing: str | None = None
    for at, token in enumerate(tokens):
        if closing is None:
            closing = _OPENING.get(token.norm) if token.kind is Kind.MARK else None
            inside = []
        elif token.norm == closing:
            found += inside
            closing = None
        else:
            inside.append(at)
    words = sum(token.kind is Kind.WORD for token in tokens)
    is_whole = sum(tokens[at].kind is Kind.WORD for at in found) == words
    return frozenset() if is_whole else frozenset(found)


def _listed_lines(tokens: Sequence[Token]) -> frozenset[int]:
    found = [line for line, start in enumerate(_line_starts(tokens)) if _is_bullet(start)]
    return frozenset(found) if len(found) >= _LEAST_LISTED else frozenset()


def _line_starts(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    start = 0
    for at, token in enumerate(tokens):
        if token.norm == "\n":
            yield tokens[start : min(at, start + 2)]
            start = at + 1
    yield tokens[start : start + 2]


def _is_bullet(start: Sequence[Token]) -> bool:
    if not start:
        return False
    if start[0].kind is Kind.NUMBER:
        return len(start) > 1 and start[1].norm in (".", ")", "-")
    return start[0].kind is Kind.MARK and (start[0].norm in _BULLETS or not start[0].norm.isascii())
