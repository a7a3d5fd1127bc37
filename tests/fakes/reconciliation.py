"""What reconcile keeps, in dicts beside the in-memory ledger's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers.domain.messages import ConversationId
from handlers.domain.reconciliation import (
    AccountTurn,
    ConversationRef,
    KnownConversation,
    SeenMessage,
    Verdict,
    Visit,
)
from tests.fakes.failing import FailingPort
from tests.fakes.ledger_rows import MessageKey, MessageRow
from tests.fakes.ledger_tables import LedgerTables
from tests.fakes.reconciliation_verdicts import LONG_AGO, Sighting, verdict, was_closed


@dataclass(slots=True, kw_only=True)
class AccountRow:
    started_at: datetime
    mark: datetime
    lease_token: str | None = None
    lease_until: datetime = LONG_AGO


@dataclass(slots=True, kw_only=True)
class ConversationRow:
    ref: ConversationRef
    since: datetime | None = None
    settled_id: int | None = None
    is_unsettled: bool = False
    last_message_at: datetime | None = None
    visited_at: datetime = LONG_AGO
    reread_at: datetime = LONG_AGO
    is_gone: bool = False


class FakeReconciliation(FailingPort):
    """The same rules as the SQL functions, which a contract suite compares."""

    def __init__(
        self, tables: LedgerTables, *, start: datetime, installation: str = "main"
    ) -> None:
        super().__init__()
        self.tables = tables
        self.start = start
        self.accounts: dict[str, AccountRow] = {}
        self.conversations: dict[tuple[str, str], ConversationRow] = {}
        self.sightings: dict[MessageKey, Sighting] = {}
        self.positions: dict[str, str] = {}
        self._installation = installation

    def begin(
        self, account_id: str, *, token: str, now: datetime, lease_seconds: float
    ) -> AccountTurn | None:
        with self._call("begin"):
            row = self.accounts.setdefault(
                account_id, AccountRow(started_at=self.start, mark=self.start)
            )
            if row.lease_until > now and row.lease_token != token:
                return None
            row.lease_token, row.lease_until = token, now + timedelta(seconds=lease_seconds)
            return AccountTurn(
                account_id=account_id, token=token, started_at=row.started_at, mark=row.mark
            )

    def advance(
        self, turn: AccountTurn, *, mark: datetime | None, now: datetime, lease_seconds: float
    ) -> None:
        with self._call("advance"):
            row = self.accounts[turn.account_id]
            row.mark = max(row.mark, mark or row.mark)
            if row.lease_token == turn.token:
                row.lease_until = now + timedelta(seconds=lease_seconds)

    def known(
        self, account_id: str, conversation_ids: Sequence[ConversationId], *, now: datetime
    ) -> dict[ConversationId, KnownConversation]:
        with self._call("known"):
            return {
                each: self._known(account_id, self.conversations[account_id, each], now)
                for each in conversation_ids
                if (account_id, each) in self.conversations
            }

    def due(
        self, account_id: str, *, visited_before: datetime, now: datetime, batch: int
    ) -> list[KnownConversation]:
        with self._call("due"):
            found = [
                row
                for (account, _), row in self.conversations.items()
                if account == account_id
                and row.visited_at < visited_before
                and (row.is_unsettled or _is_reread_due(row, now))
            ]
            found.sort(
                key=lambda row: (not row.is_unsettled, row.visited_at, row.ref.conversation_id)
            )
            return [self._known(account_id, row, now) for row in found[:batch]]

    def _known(self, account_id: str, row: ConversationRow, now: datetime) -> KnownConversation:
        is_due = row.reread_at < now - timedelta(hours=6)
        stored = [
            int(message_id)
            for (_, account, message_id), message in self.tables.messages.items()
            if account == account_id
            and message.conversation_id == row.ref.conversation_id
            and message.created_at is not None
            and message.created_at >= now - timedelta(days=7)
            and message.state == "stored"
            and not message.is_deleted
        ]
        return KnownConversation(
            ref=row.ref,
            since=row.since,
            settled_id=row.settled_id,
            reread_from=min(stored) - 1 if stored and is_due else None,
            is_reread_due=is_due,
        )

    def compare(  # noqa: PLR0913 - as in the port
        self,
        account_id: str,
        conversation_id: ConversationId,
        messages: Sequence[SeenMessage],
        *,
        since: datetime,
        now: datetime,
        token: str,
        is_dry: bool = False,
    ) -> list[Verdict]:
        with self._call("compare"):
            verdicts = []
            for message in messages:
                key = (self._installation, account_id, str(message.message_id))
                row = self._row(key, conversation_id, message, since)
                sighting = replace(self.sightings.get(key, Sighting()))
                found = verdict(message, row, sighting, since=since, now=now, token=token)
                verdicts.append(found)
                if not is_dry and row is not None and found is not Verdict.HISTORY:
                    self._record(key, row, message, sighting, found, now, token)
            return verdicts

    def _row(
        self,
        key: MessageKey,
        conversation_id: ConversationId,
        message: SeenMessage,
        since: datetime,
    ) -> MessageRow | None:
        legacy = self.tables.messages.get((self._installation, "", key[2]))
        is_legacy = legacy is not None and legacy.conversation_id == conversation_id
        found = self.tables.messages.get(key)
        if found is not None or is_legacy or message.created_at < since:
            return found
        return MessageRow(
            state="expected",
            source=message.source.value,
            conversation_id=conversation_id,
            created_at=message.created_at,
        )

    def _record(  # noqa: PLR0913, PLR0917 - what a row is made of
        self,
        key: MessageKey,
        row: MessageRow,
        message: SeenMessage,
        sighting: Sighting,
        found: Verdict,
        now: datetime,
        token: str,
    ) -> None:
        sighting.seen_at = sighting.seen_at or now
        if found in {Verdict.FEED, Verdict.DELETE}:
            sighting.fed_at, sighting.fed_by = now, token
        if found is Verdict.IGNORED:
            row.state, row.last_error = "ignored", message.ignore_reason
        elif was_closed(row):
            row.state, row.last_error = "expected", None
        if row.state != "erased":
            row.created_at = row.created_at or message.created_at
        self.tables.messages[key] = row
        self.sightings[key] = sighting

    def unfeed(self, account_id: str, message_ids: Sequence[int], *, token: str) -> None:
        with self._call("unfeed"):
            for message_id in message_ids:
                sighting = self.sightings[self._installation, account_id, str(message_id)]
                if sighting.fed_by == token:
                    sighting.fed_at = sighting.fed_by = None

    def save(self, account_id: str, visit: Visit) -> None:
        with self._call("save"):
            key = (account_id, visit.ref.conversation_id)
            row = self.conversations.get(key)
            if row is None:
                row = self.conversations[key] = ConversationRow(ref=visit.ref)
                row.settled_id, row.is_unsettled = visit.settled_id, visit.is_unsettled
            elif row.settled_id in {visit.from_settled_id, visit.settled_id}:
                row.settled_id, row.is_unsettled = visit.settled_id, visit.is_unsettled
            else:
                row.is_unsettled = True
            row.is_gone = False
            row.visited_at = max(row.visited_at, visit.visited_at)
            if visit.is_reread:
                row.reread_at = max(row.reread_at, visit.visited_at)
            times = [t for t in (row.last_message_at, visit.last_message_at) if t is not None]
            row.last_message_at = max(times, default=None)

    def close(self, account_id: str, ref: ConversationRef, *, now: datetime, reason: str) -> None:
        with self._call("close"):
            is_open = False
            for key, message in self.tables.messages.items():
                if message.conversation_id != ref.conversation_id or message.state != "expected":
                    continue
                fed_at = self.sightings[key].fed_at
                if fed_at is None or fed_at <= now - timedelta(hours=1):
                    message.state, message.last_error = "ignored", reason
                else:
                    is_open = True
            key_ = (account_id, ref.conversation_id)
            row = self.conversations.setdefault(key_, ConversationRow(ref=ref))
            if not row.is_gone:
                row.last_message_at = max(row.last_message_at or now, now)
            row.is_unsettled, row.is_gone = is_open, not is_open
            row.visited_at = max(row.visited_at, now)
            row.reread_at = max(row.reread_at, now)

    def rewind(
        self, account_id: str, conversations: Sequence[ConversationRef], *, since: datetime
    ) -> None:
        with self._call("rewind"):
            for ref in conversations:
                key = (account_id, ref.conversation_id)
                row = self.conversations.setdefault(key, ConversationRow(ref=ref))
                row.since = min(row.since or since, since)
                row.settled_id, row.is_unsettled, row.is_gone = 0, True, False

    def backfill_position(self, name: str) -> str | None:
        with self._call("backfill_position"):
            return self.positions.get(name)

    def set_backfill_position(self, name: str, value: str) -> None:
        with self._call("set_backfill_position"):
            self.positions[name] = value


def _is_reread_due(row: ConversationRow, now: datetime) -> bool:
    is_active = row.last_message_at is not None and row.last_message_at >= now - timedelta(days=7)
    return is_active and row.reread_at < now - timedelta(hours=6)
