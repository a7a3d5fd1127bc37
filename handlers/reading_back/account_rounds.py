"""Goes through accounts: none that fails ends the others, and each has its share of the time."""

from collections import Counter
from collections.abc import Callable, Sequence

from handlers.domain.errors import RetryableError
from handlers.domain.log_events import LogEvent
from handlers.logs import EventLog, Severity
from handlers.ports.clock import Clock


class AccountRounds:
    """The same for reconcile and backfill, which `source` tells apart in the log."""

    def __init__(
        self, account_ids: Sequence[str], *, clock: Clock, log: EventLog, source: str
    ) -> None:
        self._account_ids = account_ids
        self._clock = clock
        self._log = log
        self._source = source

    def run(
        self, work: Callable[[str, float], None], deadline: float, counts: Counter[str]
    ) -> None:
        """Call `work` with each account and its own deadline; what one leaves the next ones have.

        Raises:
            Exception: what the first account failed with, where every one failed.
        """
        failures: list[Exception] = []
        for number, account_id in enumerate(self._account_ids):
            now = self._clock.monotonic()
            share = (deadline - now) / (len(self._account_ids) - number)
            try:
                work(account_id, now + share)
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
