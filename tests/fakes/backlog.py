"""What is to be taken up again, as lists from which a sweep takes the first."""

from collections.abc import Sequence

from handlers.domain.filing import DeadDelivery, DeadLetter, DueMessage
from tests.fakes.failing import FailingPort


class FakeBacklog(FailingPort):
    """What was taken is not due again."""

    def __init__(self) -> None:
        super().__init__()
        self.recorded: list[DeadLetter] = []
        self.answer = "recorded"
        """What recording a dead letter comes to."""
        self.dead: list[DeadDelivery] = []
        self.due: list[DueMessage] = []
        self.asked_reasons: frozenset[str] = frozenset()

    def record_dead_letter(self, dead_letter: DeadLetter) -> str:
        with self._call("record_dead_letter"):
            self.recorded.append(dead_letter)
            return self.answer

    def take_dead_letters(self, reasons: frozenset[str], *, batch: int) -> list[DeadDelivery]:
        with self._call("take_dead_letters"):
            self.asked_reasons = reasons
            taken, self.dead = self.dead[:batch], self.dead[batch:]
            return taken

    def take_due_messages(self, *, batch: int) -> list[DueMessage]:
        with self._call("take_due_messages"):
            taken, self.due = self.due[:batch], self.due[batch:]
            return taken

    def return_due_messages(self, messages: Sequence[DueMessage]) -> None:
        with self._call("return_due_messages"):
            self.due = [*messages, *self.due]
