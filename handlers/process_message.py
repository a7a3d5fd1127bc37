"""The main job: a message from the queue becomes an archived object, words, a note and a row.

Claim, archive, attachments, finish, send. A crash between any two of these leaves what a redelivery
repairs: the claim pins every name first, objects are create-only, and one transaction at the end
writes note and ledger together, so `stored` is only ever said of objects that were confirmed.
"""

from collections.abc import Callable
from typing import Final

from handlers.attachments import AttachmentArchiver, Filing
from handlers.bucket_resolution import BucketResolution
from handlers.burials import Burials
from handlers.domain.archive import deleted_document, identity_metadata, message_document
from handlers.domain.deliveries import Accepted, Ignored, InboxRules, read_delivery
from handlers.domain.envelope import (
    Envelope,
    decode_push,
)
from handlers.domain.errors import (
    UNRECORDED,
    InvalidPayloadError,
    PermanentError,
    PermanentReason,
    RetryableError,
    RetryReason,
)
from handlers.domain.filing import (
    Claimed,
    ClaimRequest,
    GivenUp,
    Lease,
    NotClaimed,
)
from handlers.domain.log_events import LogEvent
from handlers.domain.message_state import MessageState, content_hash, join
from handlers.domain.messages import Message
from handlers.domain.object_names import message_day, message_object_name, pinned_day
from handlers.domain.outgoing import OutgoingId
from handlers.domain.owners import fallback_owner
from handlers.domain.tracing import Trace, read_trace
from handlers.domain.undelivered import Undelivered
from handlers.logs import EventLog, LogFields, Severity
from handlers.message_finishing import Ending, MessageFinishing
from handlers.outbox_delivery import OutboxDelivery
from handlers.outcomes import Outcome, dead, handed_back, not_claimed, pending, undelivered
from handlers.ports.clock import Clock
from handlers.ports.ledger import Ledger
from handlers.ports.storage import Objects

_LEASE_SECONDS: Final = 120
# Cloud Run answers 504 at 540 s but does not stop the code, and the broker waits 600 s.
_ATTEMPT_SECONDS: Final = 500.0
_JSON: Final = "application/json"


class ProcessMessage:
    """The worker's one job; safe to call from several threads."""

    def __init__(  # noqa: PLR0913 - one parameter for each collaborator
        self,
        *,
        installation: str,
        inbox_rules: InboxRules,
        ledger: Ledger,
        objects: Objects,
        buckets: BucketResolution,
        attachments: AttachmentArchiver,
        finishing: MessageFinishing,
        outbox: OutboxDelivery,
        clock: Clock,
        new_token: Callable[[], str],
        log: EventLog,
    ) -> None:
        self._installation = installation
        self._inbox_rules = inbox_rules
        self._ledger = ledger
        self._burials = Burials(installation=installation, ledger=ledger)
        self._objects = objects
        self._buckets = buckets
        self._attachments = attachments
        self._finishing = finishing
        self._outbox = outbox
        self._clock = clock
        self._new_token = new_token
        self._log = log

    def receive(self, push_body: bytes) -> Outcome:
        """Process one push request; anything but a final outcome is handed back to the broker."""
        started = self._clock.monotonic()
        envelope = _decode(push_body)
        trace = read_trace(envelope.attributes.traceparent) if envelope else None
        fields = _fields(envelope) if envelope else LogFields()
        try:
            if envelope is None:
                self._burials.bury_unreadable(push_body)
                outcome = dead(PermanentReason.ENVELOPE_INVALID.value)
            else:
                outcome = self._process(envelope, trace, started + _ATTEMPT_SECONDS)
                if outcome.ends_delivery:
                    self._burials.close_replayed(envelope)
        except RetryableError as error:
            outcome = handed_back(error.reason)
        except Exception as error:  # noqa: BLE001 - the last line of defence: log, hand back
            self._log.unexpected(error, trace=trace, **fields)
            outcome = handed_back(RetryReason.UNEXPECTED)
        fields["reason"] = outcome.reason
        fields["status"] = outcome.http_status
        fields["seconds"] = round(self._clock.monotonic() - started, 3)
        self._log.emit(outcome.event, outcome.severity, trace=trace, **fields)
        return outcome

    def _process(self, envelope: Envelope, trace: Trace | None, deadline: float) -> Outcome:
        message: Message | None = None
        lease: Lease | None = None
        try:
            delivery = read_delivery(envelope.body, self._inbox_rules)
            if isinstance(delivery, Ignored):
                return self._ignore(delivery, envelope)
            if isinstance(delivery, Undelivered):
                is_ours = self._outbox.record_undelivered(delivery)
                return undelivered(delivery.reason, is_ours=is_ours)
            claim = self._ledger.claim(self._claim_request(delivery.message, envelope))
            if isinstance(claim, NotClaimed):
                return not_claimed(claim.refusal)
            message = delivery.message
            if isinstance(claim, GivenUp):
                # An update, perhaps the message's deletion: the replay brings it too.
                reason = claim.reason or UNRECORDED
                self._burials.bury(envelope, reason, message=message, lease=None)
                return dead(reason)
            lease = claim.lease
            return self._work(claim, delivery, envelope, trace, deadline)
        except InvalidPayloadError:
            reason = PermanentReason.PAYLOAD_INVALID.value
        except PermanentError as error:
            # Without a claim nothing may be said of the message: its id may be another's.
            reason = error.reason.value
        self._burials.bury(envelope, reason, message=message, lease=lease)
        return dead(reason)

    def _work(
        self,
        claimed: Claimed,
        delivery: Accepted,
        envelope: Envelope,
        trace: Trace | None,
        deadline: float,
    ) -> Outcome:
        try:
            state = join(claimed.state, delivery.message)
            bucket = self._archive(claimed, delivery, envelope, state, trace)
            filing = Filing(
                lease=claimed.lease,
                message=delivery.message,
                bucket=bucket,
                day=pinned_day(claimed.object_name),
                trace=trace,
                deadline=deadline,
            )
            for record in state.pending:
                state = state.with_attachment(self._attachments.archive(filing, record))
            to_send = self._finishing.finish(
                Ending(
                    claimed=claimed,
                    message=delivery.message,
                    state=state,
                    object_path=f"gs://{bucket}/{claimed.object_name}",
                    trace=trace,
                    deadline=deadline,
                )
            )
        except RetryableError as error:
            self._release(claimed, error.reason, trace)
            raise
        self._send(to_send, trace, deadline)
        if state.pending:
            return pending(state)
        return Outcome(http_status=200, status="stored", event=LogEvent.MESSAGE_STORED)

    def _send(self, to_send: tuple[OutgoingId, ...], trace: Trace | None, deadline: float) -> None:
        try:
            self._outbox.send_now(to_send, deadline)
        except Exception as error:  # noqa: BLE001 - the message is stored, and the sweep sends too
            self._log.unexpected(error, trace=trace, source="outbox")

    def _archive(
        self,
        claimed: Claimed,
        delivery: Accepted,
        envelope: Envelope,
        state: MessageState,
        trace: Trace | None,
    ) -> str:
        """Bring the bucket to the message's state and return its name."""
        bucket = self._buckets.resolve(claimed, trace)
        message, name = delivery.message, claimed.object_name
        metadata = identity_metadata(message)
        if state.is_deleted:
            # The stub also goes where nothing was yet: a creation that comes late finds it there.
            stub = deleted_document(message, envelope)
            self._objects.replace(bucket, name, stub, content_type=_JSON, metadata=metadata)
            for record in claimed.state.attachments:
                if record.object_name is not None:
                    self._objects.delete(bucket, record.object_name)
        elif not claimed.is_archived:
            document = message_document(delivery.payload, message, envelope)
            self._objects.create(bucket, name, document, content_type=_JSON, metadata=metadata)
        return bucket

    def _claim_request(self, message: Message, envelope: Envelope) -> ClaimRequest:
        day = message_day(message.created_at, envelope.published_at)
        return ClaimRequest(
            installation=self._installation,
            message=message,
            content_hash=content_hash(join(MessageState(), message)),
            object_name=message_object_name(day, message.conversation_id, message.message_id),
            fallback_owner=fallback_owner(self._installation, message.account_id),
            source=envelope.attributes.source.value,
            token=self._new_token(),
            lease_seconds=_LEASE_SECONDS,
            published_at=envelope.published_at,
        )

    def _ignore(self, delivery: Ignored, envelope: Envelope) -> Outcome:
        if delivery.account_id is not None and delivery.message_id is not None:
            self._ledger.ignore(
                self._installation,
                (delivery.account_id, delivery.message_id),
                envelope.attributes.source.value,
                delivery.reason.value,
            )
        return Outcome(
            http_status=200,
            status="ignored",
            event=LogEvent.MESSAGE_IGNORED,
            reason=delivery.reason.value,
        )

    def _release(self, claimed: Claimed, reason: RetryReason, trace: Trace | None) -> None:
        try:
            self._ledger.release(claimed.lease, reason.value)
        except RetryableError as error:
            # The lease runs out by itself; until then a redelivery is handed back.
            self._log.emit(
                LogEvent.MESSAGE_RETRIED,
                Severity.WARNING,
                trace=trace,
                message_id=claimed.lease.message_id,
                reason=error.reason.value,
            )


def _decode(push_body: bytes) -> Envelope | None:
    try:
        return decode_push(push_body)
    except InvalidPayloadError:
        return None


def _fields(envelope: Envelope) -> LogFields:
    attributes = envelope.attributes
    return {
        "account_id": attributes.account_id,
        "conversation_id": attributes.conversation_id,
        "message_id": attributes.message_id,
        "delivery_id": attributes.delivery_id,
        "pubsub_message_id": envelope.pubsub_message_id,
        "source": attributes.source.value,
        "attempt": envelope.delivery_attempt,
    }
