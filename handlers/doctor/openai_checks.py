"""OpenAI: our key, and how long the configured model will be there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from handlers.doctor.findings import Finding, ok, warning, wrong
from handlers.domain.errors import RetryableError, RetryReason
from handlers.ports.clock import Clock
from handlers.ports.doctor import ModelCatalogue

_NOTICE: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOffCheck:
    """Says that a model is not asked, which is the operator's choice."""

    variable: str
    """The setting that says so."""

    @property
    def about(self) -> str:
        """What it looks at."""
        return "OpenAI intent model"

    def run(self) -> Sequence[Finding]:
        """Say it."""
        return [ok(self.about, f"{self.variable} is off: the rules decide alone")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCheck:
    """Whether a configured model can be used, and for how long."""

    catalogue: ModelCatalogue
    model: str
    variable: str
    """The setting that names it."""
    clock: Clock

    @property
    def about(self) -> str:
        """What it looks at."""
        return f"OpenAI model {self.model}"

    def run(self) -> Sequence[Finding]:
        """Ask for the model with our key."""
        try:
            facts = self.catalogue.model(self.model)
        except RetryableError as error:
            if error.reason is not RetryReason.TRANSCRIPTION_REFUSED:
                raise
            return [wrong(self.about, "OPENAI_API_KEY is refused", "set a key that is valid")]
        another = f"set {self.variable} to another model"
        if facts is None:
            return [wrong(self.about, "our key has no such model", another)]
        if facts.shutdown_date is None:
            return [ok(self.about, "there, and nobody has announced its end")]
        today = self.clock.now().date()
        said = f"shuts down on {facts.shutdown_date.isoformat()}"
        if facts.shutdown_date <= today:
            return [wrong(self.about, f"was shut down on {facts.shutdown_date}", another)]
        if facts.shutdown_date - today <= _NOTICE:
            return [warning(self.about, said, another)]
        return [ok(self.about, said)]
