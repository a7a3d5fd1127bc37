"""What an operator looks at and takes in hand."""

from typing import Protocol

from handlers.domain.json_values import JsonObject
from handlers.domain.operator_records import (
    KeptLetter,
    LetterList,
    LetterSelection,
    ReplayDelivery,
    ReplayPosition,
)


class OperatorRecords(Protocol):
    """The records as a person asks for them."""

    def list_dead_letters(self, selection: LetterSelection, *, limit: int) -> LetterList:
        """Return the selected letters that came last, and count all of them."""

    def read_dead_letter(self, key: str) -> KeptLetter | None:
        """Return one letter with its payload, or None."""

    def take_dead_letters(
        self, selection: LetterSelection, after: ReplayPosition | None, *, batch: int
    ) -> list[ReplayDelivery]:
        """Take the next selected open letters for a replay, due or not, oldest first."""

    def find_message(
        self, message_id: str, account_id: str | None, *, with_content: bool
    ) -> list[JsonObject]:
        """Return all that is known of a message id, one document for each account that has it."""

    def loss(self, hours: int) -> list[JsonObject]:
        """Return the loss account of the last hours, one row for each hour and account."""

    def waiting_work(self) -> dict[str, int]:
        """Count what each sweep would find in the database, due or not."""
