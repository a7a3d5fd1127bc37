"""Tells a person that ordered content is there, or will not come: one job of the writer's topic."""

from typing import Final

from handlers.domain.envelope import decode_push_data
from handlers.domain.errors import (
    IgnoreReason,
    InvalidPayloadError,
    InvalidReason,
    RetryableError,
    RetryReason,
)
from handlers.domain.log_events import LogEvent
from handlers.domain.outgoing import OutgoingId
from handlers.domain.ready import read_outcome
from handlers.logs import EventLog, LogFields, Severity
from handlers.order_endings import OrderEndings
from handlers.outbox_delivery import OutboxDelivery
from handlers.outcomes import Outcome, handed_back
from handlers.ports.clock import Clock

# Much less than the broker waits: the sweep sends what this does not.
_ATTEMPT_SECONDS: Final = 60.0


class NotifyReady:
    """Takes pushes of the content-ready topic; safe to call from several threads."""

    def __init__(
        self, *, endings: OrderEndings, outbox: OutboxDelivery, clock: Clock, log: EventLog
    ) -> None:
        self._endings = endings
        self._outbox = outbox
        self._clock = clock
        self._log = log

    def receive(self, push_body: bytes) -> Outcome:
        """Record one report and send its notice; handed back until the database has it."""
        started = self._clock.monotonic()
        fields: LogFields = {"source": "ready"}
        try:
            outcome = self._record(push_body, started + _ATTEMPT_SECONDS, fields)
        except InvalidPayloadError as error:
            outcome = _unreadable(error.reason)
        except RetryableError as error:
            outcome = handed_back(error.reason)
        except Exception as error:  # noqa: BLE001 - the last line of defence: log, hand back
            self._log.unexpected(error, **fields)
            outcome = handed_back(RetryReason.UNEXPECTED)
        fields["reason"] = outcome.reason
        fields["status"] = outcome.http_status
        fields["seconds"] = round(self._clock.monotonic() - started, 3)
        self._log.emit(outcome.event, outcome.severity, **fields)
        return outcome

    def _record(self, push_body: bytes, deadline: float, fields: LogFields) -> Outcome:
        report = read_outcome(decode_push_data(push_body))
        ending = self._endings.record(report)
        if ending is None:
            return _ignored(IgnoreReason.ORDER_UNKNOWN.value, Severity.INFO)
        fields["account_id"] = ending.order.account_id
        fields["conversation_id"] = ending.order.conversation_id
        fields["message_id"] = ending.order.order_message_id
        self._send(ending.to_send, deadline)
        return Outcome(
            http_status=200,
            status="recorded",
            event=LogEvent.READY_RECORDED,
            reason=report.outcome.value,
        )

    def _send(self, to_send: tuple[OutgoingId, ...], deadline: float) -> None:
        try:
            self._outbox.send_now(to_send, deadline)
        except Exception as error:  # noqa: BLE001 - it is recorded, and the sweep sends too
            self._log.unexpected(error, source="outbox")


def _unreadable(reason: InvalidReason) -> Outcome:
    # It would be as unreadable the next time; the sweep finds the draft all the same.
    return _ignored(reason.value, Severity.ERROR)


def _ignored(reason: str, severity: Severity) -> Outcome:
    return Outcome(
        http_status=200,
        status="ignored",
        event=LogEvent.READY_IGNORED,
        severity=severity,
        reason=reason,
    )
