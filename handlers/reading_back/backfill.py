"""Takes in what was there before us, because somebody asked: `source=backfill`, notes only."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from handlers.domain.reconciliation import (
    AccountTurn,
    KnownConversation,
    ListedConversation,
)
from handlers.logs import EventLog
from handlers.ports.clock import Clock
from handlers.ports.conversation_reader import ConversationReader
from handlers.ports.reconciliation import ReconciliationRecords
from handlers.reading_back.account_rounds import LEASE_SECONDS, AccountRounds
from handlers.reading_back.conversation_visits import ConversationVisits, VisitingRound
from handlers.reading_back.page_comparison import Visiting
from handlers.reading_back.patient_reading import PatientReading
from handlers.reading_back.reconciliation import COUNTED, OnProgress, no_progress

_SLICE: Final = 25
_FROM_THE_START: Final = "0"


class Backfill:
    """Rewinds conversations, so that every reconcile after it finishes what this leaves open."""

    def __init__(  # noqa: PLR0913 - one parameter for each collaborator
        self,
        *,
        account_ids: Sequence[str],
        since: datetime,
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
            source="backfill",
        )
        self._since = since
        self._reader = reader
        self._records = records
        self._visits = visits
        self._clock = clock

    def run(
        self, deadline: float, *, dry_run: bool = False, on_progress: OnProgress = no_progress
    ) -> Mapping[str, int]:
        """Go on where the last run for the same day ended; return counts.

        Dry, `missing` says how many would be fed, and nothing is written. `left` counts the
        conversations that the deadline left for the next run.

        Raises:
            Exception: what the first account failed with, where every one failed.
        """
        counts = Counter(dict.fromkeys((*COUNTED, "left"), 0))

        def work(turn: AccountTurn, until: float) -> None:
            reading = PatientReading(self._reader, clock=self._clock, deadline=until)
            visiting = Visiting(turn=turn, reading=reading, counts=counts, is_dry=dry_run)
            self._work(visiting, on_progress)

        self._rounds.run(work, deadline, counts)
        return dict(counts)

    def _work(self, visiting: Visiting, on_progress: OnProgress) -> None:
        account_id = visiting.turn.account_id
        name = f"{account_id}:{self._since.isoformat()}"
        position = int(self._records.backfill_position(name) or _FROM_THE_START)
        listed = visiting.reading.updated_since(account_id, self._since)
        # By number, which does not change while it runs.
        ordered = sorted(listed, key=lambda each: int(each.ref.conversation_id))
        waiting = [each for each in ordered if int(each.ref.conversation_id) > position]
        done = len(ordered) - len(waiting)
        visits = VisitingRound(self._visits, visiting)
        while waiting:
            part, waiting = waiting[:_SLICE], waiting[_SLICE:]
            if not visiting.is_dry:
                self._records.rewind(account_id, [e.ref for e in part], since=self._since)
            for each in part:
                if visiting.reading.is_over():
                    visiting.counts["left"] += len(part) + len(waiting)
                    return
                visits.visit(each.ref, self._rewound(each))
            done += len(part)
            if not visiting.is_dry:
                self._keep(visiting.turn, name, part[-1].ref.conversation_id)
            on_progress({"done": done, "total": len(ordered), **visiting.counts})
        if not visiting.is_dry:
            # Asked for again it begins anew.
            self._keep(visiting.turn, name, _FROM_THE_START)

    def _rewound(self, listed: ListedConversation) -> KnownConversation:
        return KnownConversation(
            ref=listed.ref,
            since=self._since,
            settled_id=0,
            reread_from=None,
            is_reread_due=False,
        )

    def _keep(self, turn: AccountTurn, name: str, position: str) -> None:
        self._records.set_backfill_position(name, position)
        self._records.advance(turn, mark=None, now=self._clock.now(), lease_seconds=LEASE_SECONDS)
