"""Compares one page of a conversation with the ledger, and feeds what is missing from it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from handlers.domain.deliveries import InboxRules
from handlers.domain.envelope import Source
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.json_values import identifier
from handlers.domain.messages import Event
from handlers.domain.reconciliation import (
    AccountTurn,
    ConversationRef,
    MessagePage,
    SeenMessage,
    Verdict,
)
from handlers.domain.rest_messages import (
    Judgement,
    RestMessage,
    judge,
    needs_source_id,
    read_rest_message,
    synthetic_body,
)
from handlers.ports.clock import Clock
from handlers.ports.reconciliation import ReconciliationRecords
from handlers.reading_back.feeding import Feed, Feeder
from handlers.reading_back.patient_reading import PatientReading

_COUNTED: Final = {
    Verdict.IN_WORK: "in_work",
    Verdict.YOUNG: "in_flight",
    Verdict.FEED: "missing",
    Verdict.DELETE: "deleted_found",
    Verdict.IGNORED: "ignored",
}
_EVENTS: Final = {
    Verdict.FEED: Event.MESSAGE_CREATED,
    Verdict.DELETE: Event.MESSAGE_UPDATED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visiting:
    """What all visits of one run with one account share."""

    turn: AccountTurn
    reading: PatientReading
    counts: Counter[str]
    is_dry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, and from when on what stands on it counts."""

    ref: ConversationRef
    content: MessagePage
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    message: RestMessage
    judgement: Judgement
    seen: SeenMessage


class PageComparison:
    """Feeds nothing twice within an hour, also when two compare the same page at once."""

    def __init__(
        self,
        *,
        records: ReconciliationRecords,
        feeder: Feeder,
        inbox_rules: InboxRules,
        clock: Clock,
        new_token: Callable[[], str],
    ) -> None:
        self._records = records
        self._feeder = feeder
        self._inbox_rules = inbox_rules
        self._clock = clock
        self._new_token = new_token

    def compare(self, visiting: Visiting, page: Page) -> list[tuple[SeenMessage, Verdict]]:
        """Return the ids of a page with what became of each.

        Raises:
            RetryableError: Chatwoot, the database or the broker did not answer; nothing is lost.
        """
        messages = readable(page.content)
        visiting.counts["pages"] += 1
        visiting.counts["unreadable"] += len(page.content.messages) - len(messages)
        if not messages:
            return []
        judged = self._judge(visiting, page, messages)
        token = self._new_token()
        verdicts = self._records.compare(
            visiting.turn.account_id,
            page.ref.conversation_id,
            [each.seen for each in judged],
            since=page.since,
            now=self._clock.now(),
            token=token,
            is_dry=visiting.is_dry,
        )
        compared = list(zip(judged, verdicts, strict=True))
        for verdict in verdicts:
            visiting.counts["seen"] += verdict is not Verdict.HISTORY
            if verdict in _COUNTED:
                visiting.counts[_COUNTED[verdict]] += 1
        if not visiting.is_dry:
            self._feed(visiting, page, compared, token)
        return [(each.seen, verdict) for each, verdict in compared]

    def _judge(
        self, visiting: Visiting, page: Page, messages: Sequence[RestMessage]
    ) -> list[_Judged]:
        source_id = None
        if needs_source_id(page.ref, messages):
            source_id = self._source_id(visiting, page)
        if page.ref.channel is None or (source_id is None and needs_source_id(page.ref, messages)):
            # Without it the filter would ignore for good what may be ours.
            raise RetryableError(RetryReason.UNJUDGED)
        judged = []
        for message in messages:
            body = _body(visiting, page, message, Event.MESSAGE_CREATED, source_id)
            judgement = judge(body, self._inbox_rules)
            is_older = message.created_at < visiting.turn.started_at
            seen = SeenMessage(
                message_id=message.message_id,
                created_at=message.created_at,
                ignore_reason=judgement.ignore_reason,
                is_deleted=message.is_deleted,
                source=Source.BACKFILL if is_older else Source.RECONCILE,
            )
            judged.append(_Judged(message=message, judgement=judgement, seen=seen))
        return judged

    def _feed(
        self,
        visiting: Visiting,
        page: Page,
        compared: Sequence[tuple[_Judged, Verdict]],
        token: str,
    ) -> None:
        wanted = [(each, _EVENTS[verdict]) for each, verdict in compared if verdict in _EVENTS]
        if not wanted:
            return
        source_id = self._source_id(visiting, page)
        feeds = [
            Feed(
                message_id=each.message.message_id,
                message=replace(each.judgement.message, event=event),
                body=_body(visiting, page, each.message, event, source_id),
                source=each.seen.source,
            )
            for each, event in wanted
            # What our rules have come to ignore since it was claimed stays with its worker.
            if each.judgement.message is not None
        ]
        left, failure = self._feeder.publish(feeds)
        visiting.counts["fed"] += len(feeds) - len(left)
        if failure is not None:
            self._records.unfeed(visiting.turn.account_id, left, token=token)
            raise failure

    def _source_id(self, visiting: Visiting, page: Page) -> str | None:
        contact_id = page.ref.contact_id or identifier(page.content.contact, "id")
        if contact_id is None:
            return None
        account_id = visiting.turn.account_id
        return visiting.reading.source_id(account_id, contact_id, page.ref.inbox_id)


def readable(page: MessagePage) -> list[RestMessage]:
    """Return the messages of a page that have an id and a time."""
    found = (read_rest_message(document) for document in page.messages)
    return [message for message in found if message is not None]


def _body(
    visiting: Visiting, page: Page, message: RestMessage, event: Event, source_id: str | None
) -> bytes:
    return synthetic_body(
        message.document,
        event=event,
        account_id=visiting.turn.account_id,
        ref=page.ref,
        contact=page.content.contact,
        source_id=source_id,
    )
