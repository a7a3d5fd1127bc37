"""What a function under test wrote to its log."""

import json
from dataclasses import dataclass, field
from typing import Any

from handlers.logs import EventLog


@dataclass(frozen=True, slots=True)
class LoggedLines:
    """Collects the lines that would go to standard output."""

    lines: list[str] = field(default_factory=list)

    def event_log(self) -> EventLog:
        return EventLog(project_id="test-project", write=self.lines.append)

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    def named(self, event: str) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["event"] == event]
