"""Chatwoot's conversations, to write into."""

from typing import Protocol

from handlers.domain.outgoing import TakenOutgoing


class Conversations(Protocol):
    """Writes into a conversation, and looks for what was written."""

    def post(self, taken: TakenOutgoing, *, budget_seconds: float) -> str:
        """Send a message once, with its correlation id, and return its id at Chatwoot.

        Raises:
            SendRefusedError: it cannot be sent, ever.
            OutcomeUnknownError: it may have been stored.
            RetryableError: it surely was not stored, and may be later.
        """

    def find(self, taken: TakenOutgoing, *, budget_seconds: float) -> str | None:
        """Return the id of the message with this correlation id, or None where there is none.

        Raises:
            SendRefusedError: there is no such conversation.
            RetryableError: the conversation could not be read back far enough.
        """
