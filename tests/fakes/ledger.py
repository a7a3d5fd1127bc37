"""The ledger in dicts: the same rules as the SQL functions, which a contract suite compares."""

from datetime import datetime, timedelta

from handlers.domain.filing import (
    ArchivedFile,
    AttachmentResult,
    BucketRecord,
    Claimed,
    ClaimRequest,
    ClaimResult,
    DeadLetter,
    FinishRequest,
    GivenUp,
    Lease,
    NotClaimed,
    Refusal,
    Stale,
    TranscriptLookup,
    TranscriptSource,
)
from handlers.domain.message_state import AttachmentState, MessageState, first_state
from handlers.domain.messages import AttachmentId
from handlers.domain.outgoing import Outgoing, OutgoingId
from handlers.domain.owners import OwnerId
from handlers.ports.clock import Clock
from tests.fakes.failing import FailingPort
from tests.fakes.ledger_decisions import LedgerDecisions
from tests.fakes.ledger_rows import AttachmentRow, DeadLetterRow, MessageKey, MessageRow
from tests.fakes.ledger_tables import HELD, LedgerTables, key_of
from tests.fakes.storable_text import stored


class FakeLedger(FailingPort):
    """Answers from its tables, whose rows a test may look at and change."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.tables = LedgerTables(clock)
        self.decisions = LedgerDecisions(self.tables)
        self.also_sends: tuple[Outgoing, ...] = ()
        """What finish decides to send beside the request's, as an order's will."""

    def claim(self, request: ClaimRequest) -> ClaimResult:
        with self._call("claim"):
            message = request.message
            key = (request.installation, message.account_id, message.message_id)
            legacy = self.tables.messages.get((request.installation, "", message.message_id))
            if legacy is not None and legacy.conversation_id == message.conversation_id:
                return NotClaimed(refusal=Refusal.CLOSED)
            row = self.tables.messages.setdefault(
                key,
                MessageRow(
                    state="processing",
                    source=request.source,
                    conversation_id=message.conversation_id,
                    contact_id=message.contact.contact_id if message.contact else None,
                    created_at=message.created_at,
                    published_at=request.published_at,
                ),
            )
            refusal = self._refusal(key, row, request)
            is_given_up = row.state == "dead" and request.source != "replay"
            if refusal is None and is_given_up and not request.message.is_deleted:
                return GivenUp(reason=row.last_error)
            return NotClaimed(refusal=refusal) if refusal else self._give(key, row, request)

    def _refusal(self, key: MessageKey, row: MessageRow, request: ClaimRequest) -> Refusal | None:
        message = request.message
        is_first_heard = row.state == "expected" or row.last_error == "conversation_gone"
        if row.state in {"ignored", "erased", "legacy"} and not is_first_heard:
            return Refusal.CLOSED
        is_same_time = _whole_second(row.created_at) == _whole_second(message.created_at)
        if row.conversation_id != message.conversation_id or not is_same_time:
            return Refusal.CONFLICT
        is_live = row.lease_until is not None and row.lease_until > self._clock.now()
        if is_live and row.lease_token != request.token:
            return Refusal.LEASED
        is_known = row.is_deleted or (
            row.content_hash == request.content_hash
            and not any(a.state == "pending" for a in self.tables.attachments.get(key, {}).values())
        )
        return Refusal.DONE if row.state == "stored" and is_known else None

    def _give(self, key: MessageKey, row: MessageRow, request: ClaimRequest) -> Claimed:
        message, was = request.message, row.state
        user_id = self.tables.see(key, message.contact)
        if row.owner_id is None:
            row.owner_id = str(user_id) if user_id else request.fallback_owner
            row.object_name = request.object_name
        bucket = self.tables.bucket_of(row)
        row.bucket_name = bucket.name if bucket else None
        row.bucket_generation = bucket.generation if bucket else None
        if row.lease_token != request.token:
            row.fence += 1
            row.attempts += 1
        if row.state in {"expected", "ignored"}:
            row.source, row.published_at = request.source, request.published_at
            row.last_error = None
        row.state = "stored" if row.state == "stored" else "processing"
        row.contact_id = row.contact_id or (message.contact.contact_id if message.contact else None)
        row.lease_token = request.token
        row.lease_until = self._clock.now() + timedelta(seconds=request.lease_seconds)
        attachments = self.tables.attachments.setdefault(key, {})
        if not (message.is_deleted or row.is_deleted):
            for each in message.attachments:
                attachments.setdefault(
                    each.attachment_id,
                    AttachmentRow(
                        kind=each.kind.value,
                        state=first_state(each.kind).value,
                        chatwoot_transcript=stored(each.transcribed_text),
                    ),
                )
        return Claimed(
            lease=Lease(installation=key[0], account_id=key[1], message_id=key[2], fence=row.fence),
            owner_id=OwnerId(row.owner_id),
            bucket=bucket,
            object_name=row.object_name or "",
            is_archived=row.is_archived,
            state=MessageState(
                content=row.content,
                is_content_from_update=row.content_from_update,
                is_deleted=row.is_deleted,
                attachments=tuple(a.record(i) for i, a in sorted(attachments.items())),
            ),
            dialogue=self.decisions.facts(key, row, message.source_id, is_stored=was == "stored"),
        )

    def pin_bucket(self, lease: Lease, bucket: BucketRecord) -> BucketRecord:
        with self._call("pin_bucket"):
            row = self.tables.hold(lease)
            self.tables.buckets.setdefault((bucket.owner_id, bucket.generation), bucket)
            chosen = max(
                (b for b in self.tables.buckets.values() if b.owner_id == bucket.owner_id),
                key=lambda b: (b.state in HELD, b.generation),
            )
            row.bucket_name, row.bucket_generation = chosen.name, chosen.generation
            return chosen

    def set_bucket_state(self, bucket: BucketRecord) -> None:
        with self._call("set_bucket_state"):
            key = (bucket.owner_id, bucket.generation)
            if key in self.tables.buckets and self.tables.buckets[key].state in HELD:
                self.tables.buckets[key] = bucket

    def pin_attachment(self, lease: Lease, file: ArchivedFile) -> TranscriptLookup:
        with self._call("pin_attachment"):
            self.tables.hold(lease, file.lease_seconds)
            key = key_of(lease)
            row = self.tables.attachments[key][file.attachment_id]
            twin = self.tables.twin(key, file)
            source = TranscriptSource.NOT_WANTED
            if file.transcribe_model is not None:
                source = TranscriptSource.OURS_TO_MAKE
            if twin is not None:
                is_known = twin.transcript is not None
                source = TranscriptSource.KNOWN if is_known else TranscriptSource.RUNNING
            row.object_name, row.media_type = file.object_name, file.media_type
            row.byte_count, row.sha256 = file.byte_count, file.sha256
            row.model, row.transcribing_until = file.transcribe_model, None
            if source is TranscriptSource.OURS_TO_MAKE:
                until = self._clock.now() + timedelta(seconds=file.lease_seconds)
                row.transcribing_until = until
            if twin is None:
                return TranscriptLookup(source=source)
            return TranscriptLookup(
                source=source, text=twin.transcript, language=twin.language, seconds=twin.seconds
            )

    def settle_attachment(self, lease: Lease, result: AttachmentResult) -> None:
        with self._call("settle_attachment"):
            self.tables.hold(lease)
            record = result.record
            key = key_of(lease)
            row = self.tables.attachments[key][record.attachment_id]
            row.state, row.reason = record.state.value, record.reason
            row.attempts += 1
            row.is_stored, row.object_name = record.is_stored, record.object_name
            row.media_type, row.byte_count = record.media_type, record.byte_count
            row.transcript, row.language = stored(record.transcript), record.language
            row.seconds, row.model = record.seconds, result.model or row.model
            row.transcribing_until = row.next_attempt_at = None
            if result.retry_after_seconds is not None:
                after = timedelta(seconds=result.retry_after_seconds)
                row.next_attempt_at = self._clock.now() + after

    def release(self, lease: Lease, reason: str) -> None:
        with self._call("release"):
            row = self.tables.messages[key_of(lease)]
            if row.fence == lease.fence and row.lease_until is not None:
                row.lease_until, row.last_error = None, reason

    def finish(self, lease: Lease, request: FinishRequest) -> tuple[OutgoingId, ...] | Stale:
        with self._call("finish"):
            row = self.tables.hold(lease)
            key = key_of(lease)
            self.decisions.hear(key, row)
            is_decided_now = request.decision is not None and row.decision is None
            stale = self.decisions.decide(key, row, request) if is_decided_now else None
            if stale is not None:
                return stale
            self.tables.notes.write(key, row, request, self.tables.user_of(key, row))
            known = {a.attachment_id: a for a in request.state.attachments}
            for attachment_id, attachment in self.tables.attachments[key].items():
                if request.state.is_deleted:
                    attachment.state, attachment.reason = AttachmentState.FAILED.value, "deleted"
                    attachment.is_stored = False
                    attachment.transcript = attachment.chatwoot_transcript = None
                    attachment.sha256 = None
                    attachment.transcribing_until = attachment.next_attempt_at = None
                    if attachment.object_name is not None:
                        # A worker thought dead may still be writing it.
                        attachment.next_attempt_at = self._clock.now() + timedelta(minutes=15)
                elif attachment_id in known:
                    words = known[AttachmentId(attachment_id)].chatwoot_transcript
                    attachment.chatwoot_transcript = stored(words)
            row.state, row.is_archived = "stored", True
            row.content = stored(request.state.content)
            row.content_from_update = request.state.is_content_from_update
            row.is_deleted = request.state.is_deleted
            row.content_hash = request.content_hash if request.is_settled else None
            row.note_content = stored(request.note.content)
            row.lease_until = row.last_error = None
            for letter in self.tables.dead_letters.values():
                is_told = letter.content_hash == request.content_hash or row.is_deleted
                if is_told and (letter.account_id, letter.message_id) == key[1:]:
                    letter.is_open = False
                    letter.payload = b"" if row.is_deleted else letter.payload
            if request.decision is not None and is_decided_now:
                user_id = self.tables.user_of(key, row)
                self.decisions.apply(key, str(user_id) if user_id else None, request.decision)
            if row.is_deleted:
                self.decisions.forget(key)
            queued = [self.tables.queue(key, each).cause for each in self.also_sends]
            return self.decisions.to_send(key, request.decision, *queued)

    def bury(self, dead_letter: DeadLetter) -> None:
        with self._call("bury"):
            if dead_letter.lease is not None:
                self.tables.hold(dead_letter.lease).lease_until = None
            letter = self.tables.dead_letters.get((dead_letter.installation, dead_letter.key))
            message, attributes = dead_letter.message, dead_letter.attributes
            if letter is None:
                letter = DeadLetterRow(
                    account_id=message.account_id if message else attributes.get("account_id"),
                    message_id=message.message_id if message else attributes.get("message_id"),
                    reason=dead_letter.reason,
                    payload=dead_letter.payload,
                    attributes=attributes,
                    delivery_attempt=dead_letter.delivery_attempt,
                    content_hash=dead_letter.content_hash,
                )
                self.tables.dead_letters[dead_letter.installation, dead_letter.key] = letter
            else:
                letter.times_seen += 1
                letter.reason = dead_letter.reason
                letter.delivery_attempt = dead_letter.delivery_attempt
                letter.content_hash, letter.is_open = dead_letter.content_hash, True
            if message is None:
                return
            key = (dead_letter.installation, message.account_id, message.message_id)
            row = self.tables.messages.setdefault(
                key,
                MessageRow(
                    state="processing",
                    source=attributes.get("source"),
                    conversation_id=message.conversation_id,
                    contact_id=message.contact.contact_id if message.contact else None,
                    created_at=message.created_at,
                    published_at=dead_letter.published_at,
                ),
            )
            is_live = row.lease_until is not None and row.lease_until > self._clock.now()
            if row.state in {"expected", "processing"} and not is_live:
                row.state, row.last_error, row.lease_until = "dead", dead_letter.reason, None
                self.tables.notes.bury(key, row, dead_letter.reason)
            else:
                self.tables.notes.end_waiting(key, dead_letter.reason)

    def ignore(self, installation: str, ids: tuple[str, str], source: str, reason: str) -> None:
        with self._call("ignore"):
            row = MessageRow(state="ignored", source=source, last_error=reason)
            known = self.tables.messages.setdefault((installation, *ids), row)
            if known.state == "expected":
                known.state, known.source, known.last_error = "ignored", source, reason

    def close_dead_letter(self, installation: str, key: str) -> None:
        with self._call("close_dead_letter"):
            letter = self.tables.dead_letters.get((installation, key))
            if letter is not None:
                letter.is_open = False


def _whole_second(moment: datetime | None) -> datetime | None:
    return moment.replace(microsecond=0) if moment else None
