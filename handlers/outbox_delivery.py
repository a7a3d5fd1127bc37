"""Sends what the outbox holds: take, look where the outcome is unknown, send, settle.

Each step is its own statement or call, so a crash between any two leaves a row whose lease runs
out; whoever takes it then looks into the conversation before anything is sent again.
"""

import json
from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, assert_never

from handlers.domain.errors import (
    RetryableError,
    RetryReason,
    SendReason,
    SendRefusedError,
)
from handlers.domain.log_events import LogEvent
from handlers.domain.outgoing import (
    CancelledOutgoing,
    OutgoingId,
    OutgoingKind,
    OutgoingState,
    Settlement,
    Take,
    TakenOutgoing,
    after_failed_look,
    after_failed_send,
    exhausted,
    failed,
    is_exhausted,
    sent,
    skipped,
)
from handlers.domain.undelivered import Undelivered
from handlers.logs import EventLog, Severity
from handlers.ports.broker import Publisher
from handlers.ports.clock import Clock
from handlers.ports.conversations import Conversations
from handlers.ports.outbox import Outbox

_LEASE_SECONDS: Final = 60
# A look and a sending together end well within the lease.
_CALL_SECONDS: Final = 20.0
_LEAST_SECONDS: Final = 5.0
ALL_KINDS: Final = frozenset(OutgoingKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one row that was taken."""

    kind: OutgoingKind
    state: OutgoingState
    reason: str | None


class OutboxDelivery:
    """Sends one row at a time; safe to call from several threads and processes."""

    def __init__(  # noqa: PLR0913 - one parameter for each collaborator
        self,
        *,
        outbox: Outbox,
        conversations: Conversations,
        jobs: Publisher,
        account_ids: Collection[str],
        clock: Clock,
        jitter: Callable[[], float],
        log: EventLog,
    ) -> None:
        self._outbox = outbox
        self._conversations = conversations
        self._jobs = jobs
        self._account_ids = frozenset(account_ids)
        self._clock = clock
        self._jitter = jitter
        self._log = log

    def send_now(self, outgoing_ids: Iterable[OutgoingId], deadline: float) -> None:
        """Send these while the monotonic clock is before `deadline`; the sweep sends the rest."""
        try:
            for outgoing_id in outgoing_ids:
                self.send_next(deadline, only=outgoing_id)
        except RetryableError as error:
            reason = error.reason.value
            self._log.emit(LogEvent.OUTBOX_RETRIED, Severity.WARNING, reason=reason)

    def record_undelivered(self, report: Undelivered) -> bool:
        """Record that a channel did not take what was sent; True where we had sent it.

        Raises:
            RetryableError: the outbox cannot be written now.
        """
        return self._outbox.record_undelivered(report.correlation_id, report.reason)

    def send_next(
        self,
        deadline: float,
        *,
        kinds: AbstractSet[OutgoingKind] = ALL_KINDS,
        only: OutgoingId | None = None,
    ) -> Attempt | None:
        """Send the one that is due longest, or `only` that one; None where there is none.

        Raises:
            RetryableError: the outbox cannot be read or written now.
        """
        taken_at = self._clock.monotonic()
        if deadline - taken_at < _LEAST_SECONDS:
            return None
        found = self._outbox.take(kinds, only=only, lease_seconds=_LEASE_SECONDS)
        match found:
            case None:
                return None
            case CancelledOutgoing():
                self._report(found, OutgoingState.CANCELLED, found.reason, None)
                return Attempt(kind=found.kind, state=OutgoingState.CANCELLED, reason=found.reason)
            case TakenOutgoing():
                settlement = self._work(found, min(deadline, taken_at + _LEASE_SECONDS))
                return self._settle(found, settlement)
            case _:
                assert_never(found)

    def _work(self, taken: TakenOutgoing, deadline: float) -> Settlement:
        if taken.kind is OutgoingKind.MESSAGE and taken.account_id not in self._account_ids:
            return skipped(SendReason.FOREIGN_ACCOUNT)
        # A job's second copy is dropped by its reader, so nobody need look for the first.
        if taken.is_unknown and taken.kind is OutgoingKind.MESSAGE:
            found = self._look(taken, deadline)
            if found is not None:
                return found
        if is_exhausted(taken):
            return exhausted(taken)
        return self._send(taken, deadline)

    def _look(self, taken: TakenOutgoing, deadline: float) -> Settlement | None:
        """Return the end of the row, or None where it surely did not arrive."""
        try:
            external_id = self._conversations.find(taken, budget_seconds=self._budget(deadline))
        except SendRefusedError as error:
            return failed(error.reason.value)
        except RetryableError as error:
            return after_failed_look(taken, error, jitter=self._jitter())
        return None if external_id is None else sent(external_id)

    def _send(self, taken: TakenOutgoing, deadline: float) -> Settlement:
        try:
            # Late, it would overlap with whoever takes the row after its lease.
            budget = self._budget(deadline)
            if taken.kind is OutgoingKind.MESSAGE:
                return sent(self._conversations.post(taken, budget_seconds=budget))
            return sent(self._publish(taken, budget))
        except SendRefusedError as error:
            return failed(error.reason.value)
        except RetryableError as error:
            return after_failed_send(taken, error, jitter=self._jitter())

    def _publish(self, taken: TakenOutgoing, budget_seconds: float) -> str:
        attributes = {
            "v": "1",
            "correlation_id": taken.correlation_id,
            "account_id": taken.account_id,
            "conversation_id": taken.conversation_id,
            "message_id": taken.message_id,
        }
        data = json.dumps(taken.document, ensure_ascii=True, allow_nan=False).encode("ascii")
        try:
            return self._jobs.publish(data, attributes, budget_seconds=budget_seconds)
        except RetryableError as error:
            if error.reason is RetryReason.PUBLISH_REFUSED:
                raise SendRefusedError(SendReason.SEND_REFUSED) from error
            raise

    def _budget(self, deadline: float) -> float:
        remaining = deadline - self._clock.monotonic()
        if remaining < _LEAST_SECONDS:
            raise RetryableError(RetryReason.OUT_OF_TIME)
        return min(_CALL_SECONDS, remaining)

    def _settle(self, taken: TakenOutgoing, settlement: Settlement) -> Attempt:
        state, reason = settlement.state, settlement.reason
        if not self._outbox.settle(taken, settlement):
            # Somebody else has the row, and finds in the conversation what we may have sent.
            state, reason = OutgoingState.WAITING, RetryReason.LEASE_LOST.value
        self._report(taken, state, reason, taken.attempts)
        return Attempt(kind=taken.kind, state=state, reason=reason)

    def _report(
        self, row: Take, state: OutgoingState, reason: str | None, attempt: int | None
    ) -> None:
        event, severity = _REPORTS[state]
        self._log.emit(
            event,
            severity,
            account_id=row.account_id,
            conversation_id=row.conversation_id,
            message_id=row.message_id,
            source=row.kind.value,
            reason=reason,
            attempt=attempt,
        )


_REPORTS: Final = {
    OutgoingState.SENT: (LogEvent.OUTBOX_SENT, Severity.INFO),
    OutgoingState.WAITING: (LogEvent.OUTBOX_RETRIED, Severity.WARNING),
    OutgoingState.FAILED: (LogEvent.OUTBOX_FAILED, Severity.ERROR),
    OutgoingState.SKIPPED: (LogEvent.OUTBOX_CANCELLED, Severity.WARNING),
    OutgoingState.CANCELLED: (LogEvent.OUTBOX_CANCELLED, Severity.INFO),
}
