"""Phone numbers: what counts as one, and nothing about whose it is."""

import re
from typing import Final

# E.164 allows 15 digits; the shortest numbers in use with a country code have 7.
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def e164(text: str | None) -> str | None:
    """Return a number that is already in E.164, with its plus sign, else None.

    Nothing is repaired here: a wrong guess would file one person's notes under another.
    """
    if text is None:
        return None
    stripped = text.strip()
    return stripped if _E164.fullmatch(stripped) else None
