"""Turns rows and documents into lines for a terminal."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

_NOTHING: Final = "-"
_INDENT: Final = "  "
# Control, format and unassigned characters: a terminal would obey some of them, and what people
# wrote must not move the cursor or turn the reading direction.
_OBEYED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def table(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> list[str]:
    """Return a heading and one line for each row, in columns."""
    cells = [list(columns), *([cell(row.get(name)) for name in columns] for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(columns))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def tree(value: object, depth: int = 0) -> list[str]:
    """Return a document as indented lines; what is absent or empty is left out."""
    indent = _INDENT * depth
    lines: list[str] = []
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if inner is None or inner in ([], {}):
                continue
            if isinstance(inner, Mapping | list):
                lines += [f"{indent}{name}", *tree(inner, depth + 1)]
            else:
                lines.append(f"{indent}{name}: {cell(inner)}")
    elif isinstance(value, list):
        for inner in value:
            first, *rest = tree(inner, depth + 1) or [f"{indent}{_INDENT}{_NOTHING}"]
            lines += [f"{indent}- {first.strip()}", *rest]
    else:
        lines.append(f"{indent}{cell(value)}")
    return lines


def cell(value: object) -> str:
    """Return one value as text."""
    if value is None or value == "":
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value)


def harmless(line: str) -> str:
    """Return a line in which a terminal finds nothing to obey."""
    return "".join(
        each.encode("unicode_escape").decode() if unicodedata.category(each) in _OBEYED else each
        for each in line
    )
