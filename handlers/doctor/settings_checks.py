"""Whether each function could start with the settings there are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handlers.doctor.findings import Finding, ok, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsCheck:
    """Reads one function's settings as it does itself."""

    function: str
    read: Callable[[], Sequence[str]]
    """Returns everything that is wrong, each as one text of lines."""

    @property
    def about(self) -> str:
        """What it looks at."""
        return f"settings of {self.function}"

    def run(self) -> Sequence[Finding]:
        """Report all that is missing at once."""
        problems = [problem.splitlines() for problem in self.read()]
        if not problems:
            return [ok(self.about, "complete")]
        return [
            wrong(self.about, said, "; ".join(line.strip() for line in how) or "see .env.example")
            for said, *how in problems
        ]
