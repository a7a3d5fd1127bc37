"""Keeps Chatwoot from reading marks into what people and models wrote.

Outgoing text passes through Liquid first and then through CommonMark, whose text WhatsApp gets.
"""

import re
from typing import Final

# Liquid has no escape: a word joiner, which nobody sees, takes its openings apart. Chatwoot itself
# writes placeholders in such braces and replaces them last, where a Markdown escape is gone.
_LIQUID_OPENING: Final = re.compile(r"\{(?=[{%])")
_WORD_JOINER: Final = "\u2060"
# `_` between letters or digits marks nothing, and stands in many ids.
_ANYWHERE: Final = re.compile(r"[\\`*\[\]<&~]|(?<![^\W_])_|_(?![^\W_])")
_LINE_START: Final = re.compile(r"\A([ \t]*)([#>+=-]|[0-9]{1,9}(?=[.)]))?")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def escape_for_chatwoot(text: str) -> str:
    """Return a text that arrives as it reads, wherever it stands in a message."""
    return "\n".join(_escape_line(line) for line in _LINE_END.split(text))


def _escape_line(line: str) -> str:
    escaped = _ANYWHERE.sub(r"\\\g<0>", _LIQUID_OPENING.sub("{" + _WORD_JOINER, line))
    return _LINE_START.sub(_guard_start, escaped)


def _guard_start(found: re.Match[str]) -> str:
    indent, mark = found[1], found[2] or ""
    # Spaces at the start of a line make code, or vanish; these ones stay.
    kept = indent.replace("\t", "    ").replace(" ", "\u00a0")
    if mark.isdecimal():
        return f"{kept}{mark}\\"
    return f"{kept}\\{mark}" if mark else kept
