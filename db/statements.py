"""Loads named statements from a .sql file."""

import re
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"^-- name: (?P<name>[a-z_]+)$", re.MULTILINE)


def load_statements(path: Path) -> dict[str, str]:
    """Return the statements of a file by the names in their `-- name:` lines.

    Raises:
        ValueError: two statements bear one name.
    """
    parts = _NAME.split(path.read_text(encoding="utf-8"))[1:]
    names, bodies = parts[::2], parts[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{path.name} names a statement twice")
    return {name: _without_comments(body) for name, body in zip(names, bodies, strict=True)}


def _without_comments(body: str) -> str:
    lines = (line for line in body.splitlines() if not line.lstrip().startswith("--"))
    return "\n".join(lines).strip()
