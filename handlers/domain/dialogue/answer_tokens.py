"""A short text as folded words, pauses and emoji."""

import re
import unicodedata
from typing import Final

PAUSE: Final = ","
"""Whatever parts two phrases."""

_PIECE: Final = re.compile(
    # A number with its thousands parted; a word, or several that a dot makes one, as in an address.
    r"(?P<thousands>\d{1,3}(?:[.,]\d{3})+(?!\w))|[^\W_]+(?:[.:@][^\W_]+)*|[^\w\s]|[_\n]"
)
_APOSTROPHES: Final = str.maketrans("", "", "'`\u00b4\u02bc\u2018\u2019")
_SEPARATORS: Final = frozenset(".,;:!?\u00a1\u00bf\u2014\u2013\n")
# Around words they say nothing; any other mark makes something else of what it stands at.
_SILENT: Final = frozenset('"()[]*_~-/&|#<>\u00ab\u00bb\u201c\u201d\u2022\u00b0')


def fold(text: str) -> str:
    """Return a text without case, accents, apostrophes and what modifies an emoji."""
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", text)
        # Accents, keycaps, skin tones, joiners.
        if unicodedata.category(character) not in {"Mn", "Me", "Sk", "Cf"}
    )
    return plain.casefold().translate(_APOSTROPHES)


def tokenize(text: str) -> list[str]:
    """Return the words, marks that matter and emoji of a text, in order."""
    found = []
    for match in _PIECE.finditer(fold(text)):
        piece = match.group()
        if piece in _SEPARATORS:
            found.append(PAUSE)
        elif match["thousands"]:
            found.append(piece.replace(".", "").replace(",", ""))
        elif piece not in _SILENT:
            found.append(piece)
    return found


def is_emoji(piece: str) -> bool:
    """Return whether a piece of a text is a pictogram."""
    if len(piece) != 1:
        return False
    # The newest of them are not in the table yet.
    return unicodedata.category(piece) == "So" or "\U0001f000" <= piece <= "\U0001faff"
