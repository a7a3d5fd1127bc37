"""A stated number of words, and the length that it comes to."""

from typing import Final

from handlers.domain.orders.values import Length

_FEWEST: Final = 10
_MOST: Final = 5000
_MOST_SHORT: Final = 150
_MOST_MEDIUM: Final = 500


def is_plausible(count: int) -> bool:
    """Return whether a text can be wanted with so many words."""
    return _FEWEST <= count <= _MOST


def length_of(count: int) -> Length:
    """Return what a number of words is as a length."""
    if count <= _MOST_SHORT:
        return Length.SHORT
    return Length.MEDIUM if count <= _MOST_MEDIUM else Length.LONG
