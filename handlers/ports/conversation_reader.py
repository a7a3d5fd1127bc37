"""Chatwoot's conversations, as reconcile reads them back."""

from typing import Protocol

from handlers.domain.messages import ConversationId
from handlers.domain.reconciliation import ListedConversation, MessagePage

MESSAGES_PER_PAGE = 100
"""A page with fewer is the last."""


class ConversationReader(Protocol):
    """Reads with an administrator's token.

    Every method raises RetryableError where Chatwoot throttles, forbids or does not answer.
    """

    def updated_within(self, account_id: str, seconds: int) -> list[ListedConversation]:
        """Return every conversation updated within so many seconds, in one answer."""

    def page(self, account_id: str, number: int) -> list[ListedConversation]:
        """Return a page of all conversations, the latest activity first; empty after the last."""

    def messages_after(
        self, account_id: str, conversation_id: ConversationId, after: int
    ) -> MessagePage | None:
        """Return the next messages with greater ids; None where the conversation is gone."""

    def messages_before(
        self, account_id: str, conversation_id: ConversationId, before: int | None
    ) -> MessagePage | None:
        """Return the newest messages with smaller ids, or the newest of all; None where gone."""

    def source_id(self, account_id: str, contact_id: str, inbox_id: str | None) -> str | None:
        """Return by what id a contact is known in an inbox, if by any."""
