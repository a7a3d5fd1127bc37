"""Visits one conversation: reads on from its settled id and records how far it is settled now."""

from datetime import datetime
from typing import Final

from handlers.domain.errors import IgnoreReason, RetryableError, RetryReason
from handlers.domain.reconciliation import (
    ConversationRef,
    KnownConversation,
    ListedConversation,
    Settling,
    Visit,
)
from handlers.ports.clock import Clock
from handlers.ports.conversation_reader import MESSAGES_PER_PAGE
from handlers.ports.reconciliation import ReconciliationRecords
from handlers.reading_back.page_comparison import Page, PageComparison, Visiting, readable

# After so many in a row that cannot be read it may be Chatwoot itself.
_MAX_FAILURES: Final = 3
# What concerns one conversation only, and as what it is counted.
_PUT_OFF: Final = {
    RetryReason.CHATWOOT_UNAVAILABLE: "postponed",
    RetryReason.OUT_OF_TIME: "postponed",
    RetryReason.UNJUDGED: "unjudged",
}


class ConversationVisits:
    """Two visits of one conversation at once are harmless."""

    def __init__(
        self, *, records: ReconciliationRecords, pages: PageComparison, clock: Clock
    ) -> None:
        self._records = records
        self._pages = pages
        self._clock = clock

    def visit(
        self,
        visiting: Visiting,
        ref: ConversationRef,
        known: KnownConversation | None,
        listed: ListedConversation | None = None,
    ) -> None:
        """Read, compare, feed and record; a conversation that is gone is closed.

        Raises:
            RetryableError: Chatwoot, the database or the broker did not answer; nothing is lost.
        """
        since = visiting.turn.started_at
        if known is not None and known.since is not None:
            since = min(since, known.since)
        settled_id = known.settled_id if known else None
        if settled_id is None:
            settled_id = self._floor(visiting, ref, since, listed)
        settling = Settling(settled_id or 0)
        visited_at, last_message_at = self._clock.now(), None
        after = _first(settled_id or 0, known)
        is_gone, is_complete = settled_id is None, False
        while not (is_gone or is_complete or visiting.reading.is_over()):
            account_id = visiting.turn.account_id
            content = visiting.reading.messages_after(account_id, ref.conversation_id, after)
            if content is None:
                is_gone = True
                continue
            compared = self._pages.compare(visiting, Page(ref=ref, content=content, since=since))
            settling.take(compared, now=self._clock.now())
            after = max([after, *(message.message_id for message, _ in compared)])
            last_message_at = _latest(last_message_at, [m.created_at for m, _ in compared])
            is_complete = len(content.messages) < MESSAGES_PER_PAGE or not compared
        visiting.counts["gone" if is_gone else "conversations"] += 1
        if visiting.is_dry:
            return
        if is_gone:
            self._close(visiting, ref)
            return
        self._records.save(
            visiting.turn.account_id,
            Visit(
                ref=ref,
                from_settled_id=known.settled_id if known else None,
                settled_id=settling.settled_id,
                is_unsettled=settling.is_blocked or not is_complete,
                last_message_at=last_message_at,
                visited_at=visited_at,
                is_reread=is_complete and (known is None or known.is_reread_due),
            ),
        )

    def postpone(
        self, visiting: Visiting, ref: ConversationRef, known: KnownConversation | None
    ) -> None:
        """Record that a conversation could not be read, so that the next run comes back to it."""
        settled_id = known.settled_id if known else None
        self._records.save(
            visiting.turn.account_id,
            Visit(
                ref=ref,
                from_settled_id=settled_id,
                settled_id=settled_id,
                is_unsettled=True,
                last_message_at=None,
                visited_at=self._clock.now(),
                is_reread=False,
            ),
        )

    def _close(self, visiting: Visiting, ref: ConversationRef) -> None:
        self._records.close(
            visiting.turn.account_id,
            ref,
            now=self._clock.now(),
            reason=IgnoreReason.CONVERSATION_GONE.value,
        )

    def _floor(
        self,
        visiting: Visiting,
        ref: ConversationRef,
        since: datetime,
        listed: ListedConversation | None,
    ) -> int | None:
        """Return the newest id that is older than what counts; None where it is all gone.

        Raises:
            RetryableError: Chatwoot does not answer, or the time is over.
        """
        if listed is not None and listed.created_at is not None and listed.created_at >= since:
            return 0
        before: int | None = None
        while not visiting.reading.is_over():
            page = visiting.reading.messages_before(
                visiting.turn.account_id, ref.conversation_id, before
            )
            if page is None:
                return None
            visiting.counts["pages"] += 1
            messages = readable(page)
            older = [message.message_id for message in messages if message.created_at < since]
            if older or not messages:
                return max(older, default=0)
            lowest = min(message.message_id for message in messages)
            if before is not None and lowest >= before:
                # It does not go back: reading from the beginning costs more and finds the same.
                return 0
            before = lowest
        raise RetryableError(RetryReason.OUT_OF_TIME)


def _first(settled_id: int, known: KnownConversation | None) -> int:
    if known is None or known.reread_from is None:
        return settled_id
    return min(settled_id, known.reread_from)


def _latest(known: datetime | None, times: list[datetime]) -> datetime | None:
    return max([*times, *([known] if known else [])], default=None)


class VisitingRound:
    """The visits of one run with one account."""

    def __init__(self, visits: ConversationVisits, visiting: Visiting) -> None:
        self._visits = visits
        self._visiting = visiting
        self._failures = 0

    def visit(
        self,
        ref: ConversationRef,
        known: KnownConversation | None,
        listed: ListedConversation | None = None,
    ) -> None:
        """Visit a conversation, or put it off where only it cannot be read or judged.

        Raises:
            RetryableError: going on makes no sense.
        """
        try:
            self._visits.visit(self._visiting, ref, known, listed)
        except RetryableError as error:
            if error.reason not in _PUT_OFF:
                raise
            self._visiting.counts[_PUT_OFF[error.reason]] += 1
            if not self._visiting.is_dry:
                self._visits.postpone(self._visiting, ref, known)
            if error.reason is RetryReason.CHATWOOT_UNAVAILABLE:
                self._fail()
        else:
            self._failures = 0

    def _fail(self) -> None:
        self._failures += 1
        if self._failures >= _MAX_FAILURES:
            # Those conversations alone must not keep all the others for ever.
            self._visiting.reading.check(self._visiting.turn.account_id)
            self._failures = 0
