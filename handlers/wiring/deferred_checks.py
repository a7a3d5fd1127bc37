"""Checks that are built when they are run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handlers.doctor.diagnosis import Check
from handlers.doctor.findings import Finding, wrong
from handlers.settings_reader import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """A check that is built when it is run, so that its settings and clients fail it alone."""

    about: str
    build: Callable[[], Check]

    def run(self) -> Sequence[Finding]:
        """Build it and look."""
        try:
            check = self.build()
        except SettingsError as error:
            problems = "; ".join(problem.splitlines()[0] for problem in error.problems)
            return [wrong(self.about, f"not checked: {problems}", "see what is said of settings")]
        return check.run()
