"""What lies in the database and is to be taken up again."""

from collections.abc import Sequence
from typing import Protocol

from handlers.domain.deleted_media import DeletedMedia
from handlers.domain.filing import (
    DeadDelivery,
    DeadLetter,
    DueMessage,
)


class Backlog(Protocol):
    """What is to be taken up again."""

    def record_dead_letter(self, dead_letter: DeadLetter) -> str:
        """Keep what the broker gave up; return `recorded`, or the end state that needs nothing."""

    def take_dead_letters(self, reasons: frozenset[str], *, batch: int) -> list[DeadDelivery]:
        """Take open dead letters with one of the reasons that are due, oldest first."""

    def take_due_messages(self, *, batch: int) -> list[DueMessage]:
        """Take messages with an attachment that is due to be tried again."""

    def return_due_messages(self, messages: Sequence[DueMessage]) -> None:
        """Give back what was taken and could not be sent: it is due at once; repeatable."""


class DeletedMediaQueue(Protocol):
    """Media of deleted messages, which a worker thought dead may have written all the same."""

    def take_deleted_media(self, *, batch: int) -> list[DeletedMedia]:
        """Take media whose message was deleted so long ago that no worker still writes them.

        What is not settled is due again after 15 minutes.
        """

    def settle_deleted_media(self, media: Sequence[DeletedMedia]) -> None:
        """Record that they are gone, so that nobody looks for them again; repeatable."""
