"""Takes a delivery: prove who sent it, decide whether it concerns us, hand it to the broker."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from handlers.domain.deliveries import Accepted, Ignored, InboxRules, read_delivery
from handlers.domain.envelope import Attributes, Source, encode_attributes
from handlers.domain.errors import (
    InvalidPayloadError,
    InvalidReason,
    RejectReason,
    RetryableError,
    RetryReason,
)
from handlers.domain.json_values import JsonObject
from handlers.domain.log_events import LogEvent
from handlers.domain.signature import SenderProof, SenderRules, check_sender, has_proof
from handlers.domain.spooling import malformed_object_name, spool_object_name
from handlers.domain.tracing import Trace, read_trace
from handlers.domain.undelivered import Undelivered
from handlers.logs import EventLog, LogFields, Severity
from handlers.ports.broker import Publisher
from handlers.ports.clock import Clock
from handlers.ports.spool import Spool

# Email inboxes post their whole HTML to every webhook of the account, ours included.
MAX_BODY_BYTES: Final = 2_000_000
# Chatwoot hangs up after 5 s; the rest of that belongs to the network and to a cold start.
_PUBLISH_BUDGET_SECONDS: Final = 1.0
# An instance's first publish also opens the channel and fetches a token.
_FIRST_PUBLISH_BUDGET_SECONDS: Final = 2.0
_SPOOL_BUDGET_SECONDS: Final = 2.0
# Publishing and spooling together; the rest of Chatwoot's 5 s is the network's.
_ANSWER_SECONDS: Final = 4.0
_DELIVERY_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """One request as it reached us."""

    method: str
    body: bytes | None = field(repr=False)
    """The raw bytes, or None where there were more than `MAX_BODY_BYTES`."""
    proof: SenderProof
    delivery_id: str | None
    traceparent: str | None
    cloud_trace_context: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the caller is told, as JSON."""

    status: int
    document: JsonObject


class ChatwootWebhook:
    """The webhook's one job; safe to call from several threads."""

    def __init__(  # noqa: PLR0913 - one parameter for each collaborator
        self,
        *,
        sender_rules: SenderRules,
        inbox_rules: InboxRules,
        publisher: Publisher,
        spool: Spool,
        clock: Clock,
        new_trace: Callable[[], Trace],
        new_token: Callable[[], str],
        log: EventLog,
    ) -> None:
        self._sender_rules = sender_rules
        self._inbox_rules = inbox_rules
        self._publisher = publisher
        self._spool = spool
        self._clock = clock
        self._new_trace = new_trace
        self._new_token = new_token
        self._log = log
        self._has_published = False

    def receive(self, request: WebhookRequest) -> Answer:
        """Answer 200 only for what the broker has confirmed or what does not concern us."""
        if request.method in {"GET", "HEAD"}:
            return Answer(status=200, document={"status": "ok"})
        delivery_id = _delivery_id(request.delivery_id)
        trace = read_trace(request.traceparent, request.cloud_trace_context) or self._new_trace()
        try:
            outcome = self._handle(request, delivery_id, trace)
        except Exception as error:  # noqa: BLE001 - the last line of defence: log, never hide
            self._log.unexpected(error, trace=trace, delivery_id=delivery_id)
            outcome = _unavailable(RetryReason.UNEXPECTED)
        fields: LogFields = {
            **outcome.ids,
            "delivery_id": delivery_id,
            "reason": outcome.reason,
            "status": outcome.http_status,
        }
        self._log.emit(outcome.event, outcome.severity, trace=trace, **fields)
        document: JsonObject = {"status": outcome.status, "delivery_id": delivery_id}
        if outcome.reason is not None:
            document["reason"] = outcome.reason
        return Answer(status=outcome.http_status, document=document)

    def _handle(self, request: WebhookRequest, delivery_id: str | None, trace: Trace) -> "_Outcome":
        if request.method != "POST":
            return _rejected(405, RejectReason.METHOD_NOT_ALLOWED)
        if request.body is None:
            return _rejected(413, RejectReason.TOO_LARGE)
        now = self._clock.now()
        disbelief = check_sender(
            request.body, request.proof, self._sender_rules, now=now.timestamp()
        )
        if disbelief is not None:
            return _rejected(401, disbelief)
        try:
            delivery = read_delivery(request.body, self._inbox_rules)
        except InvalidPayloadError as error:
            return self._keep_malformed(request, error.reason, now)
        if isinstance(delivery, Ignored):
            return _ignored(delivery)
        return self._publish(request.body, delivery, delivery_id, trace, now)

    def _publish(
        self,
        body: bytes,
        delivery: Accepted | Undelivered,
        delivery_id: str | None,
        trace: Trace,
        now: datetime,
    ) -> "_Outcome":
        message = delivery.message if isinstance(delivery, Accepted) else delivery
        attributes = Attributes(
            source=Source.WEBHOOK,
            event=message.event.value,
            account_id=message.account_id,
            conversation_id=message.conversation_id,
            message_id=message.message_id,
            delivery_id=delivery_id,
            received_at=now.isoformat(timespec="milliseconds"),
            traceparent=trace.traceparent,
        )
        ids: LogFields = {
            "account_id": message.account_id,
            "conversation_id": message.conversation_id,
            "message_id": message.message_id,
        }
        started = self._clock.monotonic()
        budget = _PUBLISH_BUDGET_SECONDS if self._has_published else _FIRST_PUBLISH_BUDGET_SECONDS
        try:
            self._publisher.publish(body, encode_attributes(attributes), budget_seconds=budget)
        except RetryableError as error:
            left = _ANSWER_SECONDS - (self._clock.monotonic() - started)
            return replace(self._keep_in_spool(body, attributes, error.reason, now, left), ids=ids)
        self._has_published = True
        return _Outcome(
            http_status=200, status="accepted", event=LogEvent.WEBHOOK_ACCEPTED, ids=ids
        )

    def _keep_in_spool(
        self,
        body: bytes,
        attributes: Attributes,
        reason: RetryReason,
        now: datetime,
        seconds_left: float,
    ) -> "_Outcome":
        """Keep what the broker would not take; the spool sweep publishes it again."""
        try:
            self._spool.put(
                spool_object_name(now, self._new_token()),
                body,
                encode_attributes(replace(attributes, source=Source.SPOOL)),
                budget_seconds=min(_SPOOL_BUDGET_SECONDS, seconds_left),
            )
        except RetryableError:
            return _unavailable(reason)
        return _Outcome(
            http_status=200,
            status="accepted",
            event=LogEvent.WEBHOOK_SPOOLED,
            severity=Severity.WARNING,
            reason=reason.value,
        )

    def _keep_malformed(
        self, request: WebhookRequest, reason: InvalidReason, now: datetime
    ) -> "_Outcome":
        outcome = _malformed(reason)
        if not request.body or not has_proof(request.proof, self._sender_rules):
            return outcome
        # Chatwoot itself wrote this, so it is a message that we cannot read yet.
        try:
            self._spool.put(
                malformed_object_name(now, request.body),
                request.body,
                {"reason": reason.value},
                budget_seconds=_SPOOL_BUDGET_SECONDS,
            )
        except RetryableError:
            return replace(outcome, severity=Severity.CRITICAL)
        return replace(outcome, severity=Severity.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What became of a delivery, for the answer and the log alike."""

    http_status: int
    status: str
    event: LogEvent
    severity: Severity = Severity.INFO
    reason: str | None = None
    ids: LogFields = field(default_factory=LogFields)


def _rejected(http_status: int, reason: RejectReason) -> _Outcome:
    return _Outcome(
        http_status=http_status,
        status="rejected",
        event=LogEvent.WEBHOOK_REJECTED,
        severity=Severity.WARNING,
        reason=reason.value,
    )


def _malformed(reason: InvalidReason) -> _Outcome:
    return _Outcome(
        http_status=400,
        status="rejected",
        event=LogEvent.WEBHOOK_MALFORMED,
        severity=Severity.WARNING,
        reason=reason.value,
    )


def _ignored(delivery: Ignored) -> _Outcome:
    return _Outcome(
        http_status=200,
        status="ignored",
        event=LogEvent.WEBHOOK_IGNORED,
        reason=delivery.reason.value,
        ids={"account_id": delivery.account_id, "message_id": delivery.message_id},
    )


def _unavailable(reason: RetryReason) -> _Outcome:
    # Chatwoot never sends again, so each of these is a message that must be found otherwise.
    return _Outcome(
        http_status=503,
        status="unavailable",
        event=LogEvent.WEBHOOK_UNAVAILABLE,
        severity=Severity.ERROR,
        reason=reason.value,
    )


def _delivery_id(header: str | None) -> str | None:
    # Not covered by the signature, so it is taken only where it cannot carry anything but an id.
    return header if header is not None and _DELIVERY_ID.fullmatch(header) else None
