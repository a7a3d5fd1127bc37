"""How wide a text is on a terminal."""

import unicodedata


def shown_width(text: str) -> int:
    """Return columns; emoji and East Asian letters take two, marks that join none."""
    return sum(
        0
        if unicodedata.combining(letter) or letter in "\ufe0f\u200d"
        else 2
        if unicodedata.east_asian_width(letter) in "WF"
        else 1
        for letter in text
    )
