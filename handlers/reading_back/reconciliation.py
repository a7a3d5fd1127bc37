"""Finds what never reached us: Chatwoot sends each webhook once, so its own lists are read back."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from handlers.domain.log_events import LogEvent
from handlers.domain.reconciliation import (
    AccountTurn,
    ListedConversation,
)
from handlers.logs import EventLog, Severity
from handlers.ports.clock import Clock
from handlers.ports.conversation_reader import ConversationReader
from handlers.ports.reconciliation import ReconciliationRecords
from handlers.reading_back.account_rounds import LEASE_SECONDS, AccountRounds
from handlers.reading_back.conversation_visits import ConversationVisits, VisitingRound
from handlers.reading_back.page_comparison import Visiting
from handlers.reading_back.patient_reading import PatientReading

COUNTED: Final = (
    *("accounts", "accounts_busy", "accounts_failed", "conversations", "unchanged", "postponed"),
    *("gone", "pages", "seen", "fed", "ignored", "deleted_found", "in_work", "in_flight"),
    *("missing", "unreadable", "unjudged"),
)
_SLICE: Final = 25
_DRY_BATCH: Final = 10_000
# Chatwoot's clock may differ from ours, and a list takes a while to be made.
_OVERLAP: Final = timedelta(minutes=10)

OnProgress = Callable[[Mapping[str, int]], None]
"""Told `done` and `total` conversations of the account at hand, and what was counted so far."""


def no_progress(_: Mapping[str, int]) -> None:
    """Tell nobody."""


class Reconciliation:
    """One run over all accounts; two at once are harmless."""

    def __init__(  # noqa: PLR0913 - one parameter for each collaborator
        self,
        *,
        account_ids: Sequence[str],
        reader: ConversationReader,
        records: ReconciliationRecords,
        visits: ConversationVisits,
        clock: Clock,
        new_token: Callable[[], str],
        log: EventLog,
    ) -> None:
        self._rounds = AccountRounds(
            account_ids,
            records=records,
            clock=clock,
            new_token=new_token,
            log=log,
            source="reconcile",
        )
        self._reader = reader
        self._records = records
        self._visits = visits
        self._clock = clock
        self._log = log

    def run(
        self, deadline: float, on_progress: OnProgress = no_progress, *, dry_run: bool = False
    ) -> Mapping[str, int]:
        """Work until all is compared, or the monotonic clock passes the deadline; return counts.

        Dry, `missing` says how many would be fed, and nothing is written or published.

        Raises:
            Exception: what the first account failed with, where every one failed.
        """
        counts = Counter(dict.fromkeys(COUNTED, 0))

        def work(turn: AccountTurn, until: float) -> None:
            own: Counter[str] = Counter()
            reading = PatientReading(self._reader, clock=self._clock, deadline=until)
            visiting = Visiting(turn=turn, reading=reading, counts=own, is_dry=dry_run)
            try:
                _Run(self._records, self._visits, self._clock, visiting, on_progress).run()
            finally:
                counts.update(own)
                if not dry_run:
                    self._report(turn.account_id, own)

        self._rounds.run(work, deadline, counts)
        return dict(counts)

    def _report(self, account_id: str, counts: Counter[str]) -> None:
        if counts["missing"] or counts["deleted_found"]:
            found = {name: counts[name] for name in ("missing", "deleted_found", "fed")}
            self._log.emit(
                LogEvent.RECONCILE_MISSING_FOUND,
                Severity.WARNING,
                account_id=account_id,
                counts=found,
            )


class _Run:
    """One run with one account."""

    def __init__(
        self,
        records: ReconciliationRecords,
        visits: ConversationVisits,
        clock: Clock,
        visiting: Visiting,
        on_progress: OnProgress,
    ) -> None:
        self._records = records
        self._round = VisitingRound(visits, visiting)
        self._clock = clock
        self._visiting = visiting
        self._on_progress = on_progress

    def run(self) -> None:
        """Visit what Chatwoot lists since the mark, then what is still unsettled."""
        began_at = self._clock.now()
        turn = self._visiting.turn
        reading = self._visiting.reading
        listed = reading.updated_since(turn.account_id, turn.mark - _OVERLAP)
        remaining = iter(listed)
        done = 0
        while part := list(islice(remaining, _SLICE)):
            self._visit_listed(part)
            if reading.is_over():
                return
            done += len(part)
            mark = part[-1].updated_at if done < len(listed) else began_at
            self._advance(turn, min(mark, began_at))
            self._on_progress({"done": done, "total": len(listed), **self._visiting.counts})
        if not listed:
            self._advance(turn, began_at)
        is_dry = self._visiting.is_dry
        while not reading.is_over():
            due = self._records.due(
                turn.account_id,
                visited_before=began_at,
                now=self._clock.now(),
                # Dry, a visit leaves no trace, so that asking twice would bring the same ones.
                batch=_DRY_BATCH if is_dry else _SLICE,
            )
            if not due:
                return
            for known in due:
                if reading.is_over():
                    return
                self._round.visit(known.ref, known)
            self._advance(turn, None)
            if is_dry:
                return

    def _visit_listed(self, part: Sequence[ListedConversation]) -> None:
        account_id = self._visiting.turn.account_id
        ids = [each.ref.conversation_id for each in part]
        known = self._records.known(account_id, ids, now=self._clock.now())
        for listed in part:
            if self._visiting.reading.is_over():
                return
            found = known.get(listed.ref.conversation_id)
            if found is not None and not found.has_news(listed):
                self._visiting.counts["unchanged"] += 1
            else:
                self._round.visit(listed.ref, found, listed)

    def _advance(self, turn: AccountTurn, mark: datetime | None) -> None:
        kept = None if self._visiting.is_dry else mark
        self._records.advance(turn, mark=kept, now=self._clock.now(), lease_seconds=LEASE_SECONDS)
