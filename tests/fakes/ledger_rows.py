"""The rows that the in-memory ledger keeps, with the columns that its rules speak of."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from handlers.domain.json_values import JsonObject
from handlers.domain.message_state import AttachmentRecord, AttachmentState
from handlers.domain.messages import AttachmentId, AttachmentKind

MessageKey = tuple[str, str, str]
"""Installation, account, message."""


@dataclass(slots=True, kw_only=True)
class ContactRow:
    source_ids: list[str] = field(default_factory=list)
    phone: str | None = None
    name: str | None = None
    user_id: UUID | None = None


@dataclass(slots=True, kw_only=True)
class MessageRow:
    state: str
    source: str | None
    conversation_id: str | None = None
    contact_id: str | None = None
    created_at: datetime | None = None
    published_at: datetime | None = None
    attempts: int = 0
    lease_token: str | None = None
    lease_until: datetime | None = None
    fence: int = 0
    content_hash: str | None = None
    content: str | None = None
    content_from_update: bool = False
    is_deleted: bool = False
    owner_id: str | None = None
    bucket_name: str | None = None
    bucket_generation: int | None = None
    object_name: str | None = None
    is_archived: bool = False
    note_id: UUID | None = None
    note_content: str | None = None
    """What was last written to the note; Postgres keeps its digest."""
    last_error: str | None = None
    decision: str | None = None
    decided_by: str | None = None
    duplicate_of: str | None = None


@dataclass(slots=True, kw_only=True)
class AttachmentRow:
    kind: str
    state: str
    reason: str | None = None
    object_name: str | None = None
    is_stored: bool = False
    media_type: str | None = None
    byte_count: int | None = None
    sha256: str | None = None
    transcript: str | None = None
    chatwoot_transcript: str | None = None
    language: str | None = None
    seconds: float | None = None
    model: str | None = None
    transcribing_until: datetime | None = None
    next_attempt_at: datetime | None = None
    attempts: int = 0

    def record(self, attachment_id: str) -> AttachmentRecord:
        return AttachmentRecord(
            attachment_id=AttachmentId(attachment_id),
            kind=AttachmentKind(self.kind),
            state=AttachmentState(self.state),
            reason=self.reason,
            attempts=self.attempts,
            object_name=self.object_name,
            is_stored=self.is_stored,
            media_type=self.media_type,
            byte_count=self.byte_count,
            transcript=self.transcript,
            chatwoot_transcript=self.chatwoot_transcript,
            language=self.language,
            seconds=self.seconds,
        )


@dataclass(slots=True, kw_only=True)
class NoteRow:
    account_id: str
    message_id: str
    user_id: UUID | None
    content: str | None
    metadata: JsonObject
    processing_status: str
    error_details: str | None
    gcs_storage_path: str | None = None
    contact_identifier: str | None = None
    conversation_id: str | None = None
    contact_id: str | None = None


@dataclass(slots=True, kw_only=True)
class OutboxRow:
    id: int
    installation: str
    account_id: str
    conversation_id: str
    message_id: str
    cause: str
    kind: str
    document: JsonObject
    correlation_id: str
    created_at: datetime
    next_attempt_at: datetime
    expires_at: datetime | None
    state: str = "waiting"
    reason: str | None = None
    attempts: int = 0
    refusals: int = 0
    fence: int = 0
    lease_until: datetime | None = None
    is_unknown: bool = False
    external_id: str | None = None
    sent_at: datetime | None = None
    purpose: str | None = None
    order_message_id: str | None = None
    template: JsonObject | None = None


@dataclass(slots=True, kw_only=True)
class DeadLetterRow:
    account_id: str | None
    message_id: str | None
    reason: str
    payload: bytes
    attributes: dict[str, str]
    delivery_attempt: int | None
    content_hash: str | None = None
    times_seen: int = 1
    is_open: bool = True
