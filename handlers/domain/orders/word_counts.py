"""Stated numbers of words: '800 words', 'umas trezentas palavras', '1.200 palabras'."""

from collections.abc import Sequence
from typing import Final

from handlers.domain.orders.lexicon.content_words import WORD_UNITS
from handlers.domain.orders.words import Kind, Token

_MOST_WORDS: Final = 20_000
_THOUSANDS_DIGITS: Final = 3
_REACH: Final = 3
_SPELLED: Final = {
    "hundred": 100, "cem": 100, "cien": 100, "duzentas": 200, "doscientas": 200, "trezentas": 300,
    "trescientas": 300, "quatrocentas": 400, "cuatrocientas": 400, "quinhentas": 500,
    "quinientas": 500, "seiscentas": 600, "seiscientas": 600, "setecentas": 700, "setecientas": 700,
    "oitocentas": 800, "ochocientas": 800, "thousand": 1000, "mil": 1000, "cinquenta": 50,
    "cincuenta": 50, "fifty": 50,
}  # fmt: skip
_UNITS: Final = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "dois": 2, "duas": 2, "dos": 2, "tres": 3,
}  # fmt: skip


def is_count(words: Sequence[str], at: int) -> bool:
    """Tell whether a number of words begins here."""
    is_number = words[at].isdigit() or words[at] in _SPELLED or words[at] in _UNITS
    return is_number and any(word in WORD_UNITS for word in words[at + 1 : at + 1 + _REACH])


def find_word_count(zone: Sequence[Token]) -> int | None:
    """Return a stated number of words, the greater end of a range."""
    for at, token in enumerate(zone):
        if token.norm in WORD_UNITS:
            count = _number_before(zone, at)
            if count is not None:
                return count
    return None


def _number_before(zone: Sequence[Token], unit: int) -> int | None:
    for at in range(unit - 1, max(-1, unit - 1 - _REACH), -1):
        token = zone[at]
        if token.kind is Kind.NUMBER:
            return _joined_number(zone, at)
        if token.norm in _SPELLED:
            factor = _UNITS.get(zone[at - 1].norm, 1) if at else 1
            return _SPELLED[token.norm] * factor
        if token.norm == "k" and at and zone[at - 1].kind is Kind.NUMBER:
            return _checked(zone[at - 1].norm + "000")
    return None


def _joined_number(zone: Sequence[Token], at: int) -> int | None:
    """Return a number with its thousands: '1,000' and '1.000' are three tokens."""
    last = zone[at].norm
    is_joined = (
        len(last) == _THOUSANDS_DIGITS
        and at > 1
        and zone[at - 1].norm in (".", ",")
        and zone[at - 2].kind is Kind.NUMBER
        and zone[at - 2].end == zone[at].start - 1
    )
    return _checked(zone[at - 2].norm + last if is_joined else last)


def _checked(digits: str) -> int | None:
    if len(digits) > len(str(_MOST_WORDS)) or not digits.isdecimal():
        return None
    count = int(digits)
    return count if 0 < count <= _MOST_WORDS else None
