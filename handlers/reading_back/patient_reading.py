"""Reads Chatwoot for as long as a run may take: waits when throttled, and goes on."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.messages import ConversationId
from handlers.domain.reconciliation import ListedConversation, MessagePage
from handlers.ports.clock import Clock
from handlers.ports.conversation_reader import ConversationReader

T = TypeVar("T")

# Chatwoot counts by the minute and says nothing about when to come back.
_THROTTLED_SECONDS: Final = 20.0
# Up to here one answer brings all; a longer absence would make it too large for Chatwoot to give.
_ONE_ANSWER_SECONDS: Final = 6 * 3600


class PatientReading:
    """One run's reading, until the monotonic clock passes the deadline."""

    def __init__(self, reader: ConversationReader, *, clock: Clock, deadline: float) -> None:
        self._reader = reader
        self._clock = clock
        self._deadline = deadline

    def is_over(self) -> bool:
        """Say whether nothing new is to be begun."""
        return self._clock.monotonic() >= self._deadline

    def updated_since(self, account_id: str, since: datetime) -> list[ListedConversation]:
        """Return every conversation with a message since then, the longest untouched first.

        Raises:
            RetryableError: Chatwoot does not answer, or the time is over.
        """
        seconds = int((self._clock.now() - since).total_seconds()) + 1
        if seconds <= _ONE_ANSWER_SECONDS:
            found = self._call(lambda: self._reader.updated_within(account_id, seconds))
        else:
            found = self._paged(account_id, since)
        once = {each.ref.conversation_id: each for each in found}
        return sorted(once.values(), key=lambda each: each.updated_at)

    def check(self, account_id: str) -> None:
        """Ask for something that concerns no one conversation.

        Raises:
            RetryableError: Chatwoot itself does not answer.
        """
        self._call(lambda: self._reader.updated_within(account_id, 1))

    def _paged(self, account_id: str, since: datetime) -> list[ListedConversation]:
        # The latest activity comes first. What moves up to a page already read has been active
        # since this began, so that the next run finds it.
        found: list[ListedConversation] = []
        number = 1
        while True:
            if self.is_over():
                raise RetryableError(RetryReason.OUT_OF_TIME)
            page = self._call(partial(self._reader.page, account_id, number))
            found += [each for each in page if each.last_activity_at >= since]
            if not page or page[-1].last_activity_at < since:
                return found
            number += 1

    def messages_after(
        self, account_id: str, conversation_id: ConversationId, after: int
    ) -> MessagePage | None:
        """Return the next messages with greater ids; None where the conversation is gone."""
        return self._call(lambda: self._reader.messages_after(account_id, conversation_id, after))

    def messages_before(
        self, account_id: str, conversation_id: ConversationId, before: int | None
    ) -> MessagePage | None:
        """Return the newest messages with smaller ids; None where the conversation is gone."""
        return self._call(lambda: self._reader.messages_before(account_id, conversation_id, before))

    def source_id(self, account_id: str, contact_id: str, inbox_id: str | None) -> str | None:
        """Return by what id a contact is known in an inbox."""
        return self._call(lambda: self._reader.source_id(account_id, contact_id, inbox_id))

    def _call(self, call: Callable[[], T]) -> T:
        while True:
            try:
                return call()
            except RetryableError as error:
                if error.reason is not RetryReason.CHATWOOT_THROTTLED:
                    raise
                pause = error.retry_after or _THROTTLED_SECONDS
                if self._clock.monotonic() + pause >= self._deadline:
                    raise
                self._clock.wait(pause)
