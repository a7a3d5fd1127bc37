"""What Postgres would keep of a text."""

from db.text import storable


def stored(text: str | None) -> str | None:
    """Return the text as it can be read back."""
    kept = storable(text)
    return None if kept is None else str(kept)
