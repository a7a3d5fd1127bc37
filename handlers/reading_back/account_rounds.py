"""Goes through accounts: none that fails ends the others, and each has its share of the time."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from handlers.domain.errors import RetryableError
from handlers.domain.log_events import LogEvent
from handlers.domain.reconciliation import AccountTurn
from handlers.logs import EventLog, Severity
from handlers.ports.clock import Clock
from handlers.ports.reconciliation import ReconciliationRecords

LEASE_SECONDS: Final = 600.0


class AccountRounds:
    """The same for reconcile and backfill, which `source` tells apart in the log."""

    def __init__(  # noqa: PLR0913 - one parameter for each collaborator
        self,
        account_ids: Sequence[str],
        *,
        records: ReconciliationRecords,
        clock: Clock,
        new_token: Callable[[], str],
        log: EventLog,
        source: str,
    ) -> None:
        self._account_ids = account_ids
        self._records = records
        self._clock = clock
        self._new_token = new_token
        self._log = log
        self._source = source

    def run(
        self, work: Callable[[AccountTurn, float], None], deadline: float, counts: Counter[str]
    ) -> None:
        """Call `work` with each account's turn and deadline; what one leaves the next ones have.

        An account whose turn somebody else has is passed over.

        Raises:
            Exception: what the first account failed with, where every one failed.
        """
        failures: list[Exception] = []
        for number, account_id in enumerate(self._account_ids):
            now = self._clock.monotonic()
            share = (deadline - now) / (len(self._account_ids) - number)
            try:
                self._take_turn(account_id, work, now + share, counts)
            except RetryableError as error:
                failures.append(error)
                self._log.emit(
                    LogEvent.RECONCILE_STOPPED,
                    Severity.ERROR,
                    account_id=account_id,
                    reason=error.reason.value,
                )
            except Exception as error:  # noqa: BLE001 - the last line of defence: log, go on
                failures.append(error)
                self._log.unexpected(error, account_id=account_id, source=self._source)
        counts["accounts_failed"] += len(failures)
        if failures and len(failures) == len(self._account_ids):
            raise failures[0]

    def _take_turn(
        self,
        account_id: str,
        work: Callable[[AccountTurn, float], None],
        deadline: float,
        counts: Counter[str],
    ) -> None:
        turn = self._records.begin(
            account_id,
            token=self._new_token(),
            now=self._clock.now(),
            lease_seconds=LEASE_SECONDS,
        )
        if turn is None:
            counts["accounts_busy"] += 1
            return
        counts["accounts"] += 1
        try:
            work(turn, deadline)
        finally:
            self._records.advance(turn, mark=None, now=self._clock.now(), lease_seconds=0)
