"""Where a command's words go: results to standard output, progress to standard error."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from handlers.cli.rendering import harmless
from handlers.cli.report import Report
from handlers.domain.json_values import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Text or JSON; progress only where somebody watches."""

    out: TextIO
    err: TextIO
    is_json: bool
    shows_progress: bool

    def show(self, report: Report) -> None:
        """Write a result."""
        if self.is_json and report.document is not None:
            self.show_line(report.document)
        else:
            self.out.writelines(harmless(line) + "\n" for line in report.lines)
        self.out.flush()

    def show_line(self, document: JsonObject) -> None:
        """Write one JSON object as a line, at once."""
        self.out.write(json.dumps(document, ensure_ascii=True, default=_plain) + "\n")
        self.out.flush()

    def progress(self, text: str) -> None:
        """Say how far it has come."""
        if self.shows_progress:
            self.err.write(harmless(text) + "\n")
            self.err.flush()

    def counted(self, counts: Mapping[str, int]) -> None:
        """Say how far it has come, in numbers."""
        self.progress(counted(counts))

    def complain(self, text: str) -> None:
        """Say why there is no result."""
        self.err.writelines(harmless(line) + "\n" for line in text.splitlines())
        self.err.flush()


def counted(counts: Mapping[str, int]) -> str:
    """Return counts as one line."""
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "nothing to do"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
