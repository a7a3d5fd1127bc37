"""A model that takes each message for what the test wrote down, and rules that do the same."""

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.orders.values import Confidence, Decider, Intent, Understanding
from tests.fakes.failing import FailingPort

DOUBT = Understanding(intent=Intent.NOTE, confidence=Confidence.DOUBTFUL)
NOTE = Understanding(intent=Intent.NOTE, confidence=Confidence.CERTAIN)


class FakeIntentModel(FailingPort):
    """Takes for a note whatever the test said nothing about."""

    def __init__(self) -> None:
        super().__init__()
        self.opinions: dict[str, Understanding | RetryReason] = {}
        self.asked: list[str] = []
        self.budgets: list[float] = []

    def understand(self, text: str, *, budget_seconds: float) -> Understanding:
        with self._call("understand"):
            self.asked.append(text)
            self.budgets.append(budget_seconds)
            found = self.opinions.get(
                text,
                Understanding(
                    intent=Intent.NOTE, decided_by=Decider.MODEL, confidence=Confidence.CERTAIN
                ),
            )
            if isinstance(found, RetryReason):
                raise RetryableError(found)
            return found


class FakeRules:
    """In doubt about whatever the test said nothing about."""

    def __init__(self, known: dict[str, Understanding] | None = None) -> None:
        self.known = known or {}

    def __call__(self, text: str) -> Understanding:
        return self.known.get(text, DOUBT)
