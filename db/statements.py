"""Loads named statements from a .sql file."""

import re
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"^-- name: (?P<name>[a-z_]+)$", re.MULTILINE)
_ANY_NAME: Final = re.compile(r"^\s*--\s*name\s*:", re.MULTILINE | re.IGNORECASE)


def load_statements(path: Path) -> dict[str, str]:
    """Return the statements of a file by the names in their `-- name:` lines.

    Raises:
        ValueError: two statements bear one name, or a name cannot be read.
    """
    text = path.read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    names, bodies = parts[::2], parts[1::2]
    if len(names) != len(_ANY_NAME.findall(text)):
        # Taken for a comment, it would join its statement to the one before.
        raise ValueError(f"{path.name} has a name that is not of small letters and underscores")
    if len(set(names)) != len(names):
        raise ValueError(f"{path.name} names a statement twice")
    return {name: _without_comments(body) for name, body in zip(names, bodies, strict=True)}


def _without_comments(body: str) -> str:
    lines = (line for line in body.splitlines() if not line.lstrip().startswith("--"))
    return "\n".join(lines).strip()
