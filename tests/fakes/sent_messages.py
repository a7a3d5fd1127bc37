"""Chatwoot's conversations as their writers see them: a list of what was posted."""

from dataclasses import dataclass

from handlers.domain.json_values import JsonObject
from handlers.domain.outgoing import TakenOutgoing
from tests.fakes.failing import FailingPort


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One message as Chatwoot has it."""

    message_id: str
    conversation_id: str
    document: JsonObject
    correlation_id: str


class FakeSentMessages(FailingPort):
    """Stores every post: it knows no idempotency, as the real one."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[Posted] = []
        self.budgets: list[float] = []

    def post(self, taken: TakenOutgoing, *, budget_seconds: float) -> str:
        with self._call("post"):
            self.budgets.append(budget_seconds)
            posted = Posted(
                message_id=str(90_001 + len(self.posted)),
                conversation_id=taken.conversation_id,
                document=taken.document,
                correlation_id=taken.correlation_id,
            )
            self.posted.append(posted)
            return posted.message_id

    def find(self, taken: TakenOutgoing, *, budget_seconds: float) -> str | None:
        with self._call("find"):
            self.budgets.append(budget_seconds)
            found = [p for p in self.posted if p.correlation_id == taken.correlation_id]
            return found[0].message_id if found else None
