"""What is known of a message, and how another delivery of it is joined in.

Deliveries come in any order and more than once, so joining is commutative, associative and
idempotent: deleted beats words, words beat none, and nothing ever goes back.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from handlers.domain.errors import MediaReason
from handlers.domain.messages import AttachmentId, AttachmentKind, Event, Message


class AttachmentState(StrEnum):
    """How far an attachment has come."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    """Its bytes are kept or could not be read; the reason says which."""
    BLOCKED = "blocked"
    """We refused to fetch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRecord:
    """What the ledger knows of one attachment."""

    attachment_id: AttachmentId
    kind: AttachmentKind
    state: AttachmentState = AttachmentState.PENDING
    reason: str | None = None
    object_name: str | None = None
    """Pinned before the object is written."""
    is_stored: bool = False
    """Whether the object is confirmed, so that its bytes need not be fetched again."""
    media_type: str | None = None
    byte_count: int | None = None
    transcript: str | None = field(default=None, repr=False)
    chatwoot_transcript: str | None = field(default=None, repr=False)
    language: str | None = None
    seconds: float | None = None
    attempts: int = 0
    """How often it was worked on."""

    @property
    def words(self) -> str | None:
        """Ours beats Chatwoot's, which fills in when ours failed."""
        return self.transcript or self.chatwoot_transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageState:
    """The joined state of all deliveries of one message seen so far."""

    content: str | None = field(default=None, repr=False)
    is_content_from_update: bool = False
    is_deleted: bool = False
    attachments: tuple[AttachmentRecord, ...] = ()

    @property
    def pending(self) -> tuple[AttachmentRecord, ...]:
        """The attachments that still need work."""
        return tuple(a for a in self.attachments if a.state is AttachmentState.PENDING)

    def with_attachment(self, record: AttachmentRecord) -> "MessageState":
        """Return the state with one attachment's record put in the place of its earlier one."""
        return replace(
            self,
            attachments=tuple(
                record if known.attachment_id == record.attachment_id else known
                for known in self.attachments
            ),
        )


def join(known: MessageState, message: Message) -> MessageState:
    """Return what is known once `message` has been taken into account too."""
    if known.is_deleted or message.is_deleted:
        return MessageState(is_deleted=True)
    content, is_from_update = max(
        _ranked(known.content, is_from_update=known.is_content_from_update),
        _ranked(message.content, is_from_update=message.event is Event.MESSAGE_UPDATED),
    )[1:]
    return MessageState(
        content=content or None,
        is_content_from_update=is_from_update,
        attachments=_join_attachments(known.attachments, message),
    )


def first_state(kind: AttachmentKind) -> AttachmentState:
    """Return the state an attachment starts in: only what has media needs work."""
    return AttachmentState.PENDING if kind.has_media else AttachmentState.DONE


def content_hash(state: MessageState) -> str:
    """Return a digest of what Chatwoot said, equal for its webhook and its REST shape."""
    canonical = {
        "content": state.content or "",
        "deleted": state.is_deleted,
        "attachments": sorted(
            [a.attachment_id, a.chatwoot_transcript or ""] for a in state.attachments
        ),
    }
    if state.is_deleted:
        canonical = {"deleted": True}
    written = json.dumps(canonical, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(written.encode("ascii")).hexdigest()


def reasons(state: MessageState, message: Message) -> tuple[str, ...]:
    """Return why something of the message could not be had, each reason once, sorted."""
    if state.is_deleted:
        return (MediaReason.DELETED.value,)
    found = {a.reason for a in state.attachments if a.reason is not None}
    if message.is_unsupported:
        found.add(MediaReason.UNSUPPORTED_BY_WHATSAPP.value)
    elif message.is_voice_call:
        found.add(MediaReason.VOICE_CALL.value)
    elif state.content is None and not state.attachments:
        # WhatsApp has no empty messages: Chatwoot could not fetch the media from Meta.
        found.add(MediaReason.CHATWOOT_FETCH_FAILED.value)
    return tuple(sorted(found))


def _ranked(
    content: str | None, *, is_from_update: bool
) -> tuple[tuple[bool, bool, str], str, bool]:
    # An update shows a later state than a creation. Two updates carry no order, so the greater
    # text wins: any fixed choice will do, as long as both orders of arrival make it.
    words = content or ""
    is_from_update = is_from_update and bool(words)
    return (bool(words), is_from_update, words), words, is_from_update


def _join_attachments(
    known: Iterable[AttachmentRecord], message: Message
) -> tuple[AttachmentRecord, ...]:
    joined = {record.attachment_id: record for record in known}
    for attachment in message.attachments:
        record = joined.get(attachment.attachment_id) or AttachmentRecord(
            attachment_id=attachment.attachment_id,
            kind=attachment.kind,
            state=first_state(attachment.kind),
        )
        words = max(record.chatwoot_transcript or "", attachment.transcribed_text or "")
        joined[attachment.attachment_id] = replace(record, chatwoot_transcript=words or None)
    # As numbers where they are numbers, so that words stand in the order they were said.
    return tuple(sorted(joined.values(), key=lambda r: (len(r.attachment_id), r.attachment_id)))
