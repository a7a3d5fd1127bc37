"""Keeps what the broker gave up: one row for each message, with the ledger's last reason."""

from collections.abc import Callable

from handlers.domain.deliveries import Accepted, InboxRules, read_delivery
from handlers.domain.dialogue.notices import Failure, failure_notice
from handlers.domain.envelope import Envelope, decode_push, delivery_key, encode_attributes
from handlers.domain.errors import (
    UNRECORDED,
    InvalidPayloadError,
    PermanentReason,
    RetryableError,
    RetryReason,
)
from handlers.domain.filing import DeadLetter
from handlers.domain.log_events import LogEvent
from handlers.domain.messages import Message
from handlers.domain.orders.values import Intent, Language, Understanding
from handlers.domain.outgoing import Outgoing
from handlers.domain.tracing import read_trace
from handlers.logs import EventLog, LogFields, Severity
from handlers.outcomes import Outcome, handed_back
from handlers.ports.backlog import Backlog


class RecordDeadLetter:
    """Takes pushes of the dead-letter topic's own subscription, which never gives up."""

    def __init__(
        self,
        *,
        installation: str,
        inbox_rules: InboxRules,
        rules: Callable[[str], Understanding],
        backlog: Backlog,
        log: EventLog,
    ) -> None:
        self._installation = installation
        self._inbox_rules = inbox_rules
        self._rules = rules
        self._backlog = backlog
        self._log = log

    def receive(self, push_body: bytes) -> Outcome:
        """Keep one push request; handed back until the database has it."""
        try:
            envelope = decode_push(push_body)
        except InvalidPayloadError:
            envelope = None
        trace = read_trace(envelope.attributes.traceparent) if envelope else None
        fields: LogFields = {}
        if envelope is not None:
            fields["account_id"] = envelope.attributes.account_id
            fields["message_id"] = envelope.attributes.message_id
            fields["delivery_id"] = envelope.attributes.delivery_id
        try:
            state = self._backlog.record_dead_letter(self._dead_letter(envelope, push_body))
            outcome = Outcome(
                http_status=200,
                status=state,
                event=LogEvent.DEAD_LETTER_RECORDED,
                severity=Severity.ERROR if state == "recorded" else Severity.INFO,
            )
        except RetryableError as error:
            outcome = handed_back(error.reason)
        except Exception as error:  # noqa: BLE001 - the last line of defence: log, hand back
            self._log.unexpected(error, trace=trace, **fields)
            outcome = handed_back(RetryReason.UNEXPECTED)
        fields["reason"] = outcome.reason or outcome.status
        fields["status"] = outcome.http_status
        self._log.emit(outcome.event, outcome.severity, trace=trace, **fields)
        return outcome

    def _dead_letter(self, envelope: Envelope | None, push_body: bytes) -> DeadLetter:
        if envelope is None:
            return DeadLetter(
                installation=self._installation,
                key=delivery_key(push_body, None),
                reason=PermanentReason.ENVELOPE_INVALID.value,
                payload=push_body,
                attributes={},
                delivery_attempt=None,
                message=None,
                published_at=None,
            )
        message = self._message(envelope)
        return DeadLetter(
            installation=self._installation,
            key=delivery_key(envelope.body, envelope.attributes),
            # Pub/Sub carries no reason; the ledger's last error takes this one's place.
            reason=UNRECORDED,
            payload=envelope.body,
            attributes=encode_attributes(envelope.attributes),
            delivery_attempt=envelope.delivery_attempt,
            message=message,
            published_at=envelope.published_at,
            notice=None if message is None else self._notice(message),
        )

    def _notice(self, message: Message) -> Outgoing | None:
        """Return what is said where the message could not be kept: to a note's person nothing."""
        understood = self._rules(message.content or "")
        if understood.intent is Intent.NOTE:
            return None
        language = understood.language or Language.ENGLISH
        return failure_notice(message.message_id, language, Failure.BUCKET)

    def _message(self, envelope: Envelope) -> Message | None:
        try:
            delivery = read_delivery(envelope.body, self._inbox_rules)
        except InvalidPayloadError:
            return None
        return delivery.message if isinstance(delivery, Accepted) else None
