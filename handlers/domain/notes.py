"""What a message looks like as a person's note: its words, its status and its metadata."""

from dataclasses import dataclass, field

from handlers.domain.json_values import JsonObject
from handlers.domain.message_state import AttachmentRecord, MessageState, reasons
from handlers.domain.messages import Attachment, AttachmentKind, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """The part of a `public.meeting_notes` row that the message's content decides."""

    content: str | None = field(repr=False)
    metadata: JsonObject = field(repr=False)
    processing_status: str
    """`processing` while an attachment is pending, then `stored`."""
    error_details: str | None
    """Reason codes, comma-separated; a failed transcription is stored with its reason."""


def compose_note(state: MessageState, message: Message) -> Note:
    """Return the note of a message in its joined state."""
    found = reasons(state, message)
    return Note(
        content=None if state.is_deleted else _content(state, message),
        metadata=_metadata(state, message),
        processing_status="processing" if state.pending else "stored",
        error_details=", ".join(found) or None,
    )


def spoken_words(state: MessageState) -> str | None:
    """Return all that the person said themselves, written and spoken; None where there is none."""
    words = (state.content, *(record.words for record in state.attachments))
    return "\n\n".join(each for each in words if each) or None


def _content(state: MessageState, message: Message) -> str | None:
    parts = [state.content]
    described = {a.attachment_id: a for a in message.attachments}
    for record in state.attachments:
        parts.append(record.words)
        attachment = described.get(record.attachment_id)
        if attachment is not None:
            parts.append(_describe(attachment, said=state.content))
    return "\n\n".join(part for part in parts if part) or None


def _describe(attachment: Attachment, *, said: str | None) -> str | None:
    if attachment.kind is AttachmentKind.LOCATION:
        place = [attachment.title] if attachment.title else []
        if attachment.latitude is not None and attachment.longitude is not None:
            place.append(f"({attachment.latitude:.6f}, {attachment.longitude:.6f})")
        return " ".join(place) or None
    if attachment.kind is AttachmentKind.CONTACT:
        # Chatwoot writes the name on the card into the message as well.
        name = None if attachment.card_name == said else attachment.card_name
        return " ".join(part for part in (name, attachment.title) if part) or None
    return None


def _metadata(state: MessageState, message: Message) -> JsonObject:
    if state.is_deleted:
        return {"channel": "whatsapp", "deleted": True}
    return {
        "channel": "whatsapp",
        "message_created_at": message.created_at.isoformat() if message.created_at else None,
        "source_id": message.source_id,
        "sender_name": message.contact.name if message.contact else None,
        "attachments": [_describe_record(record) for record in state.attachments],
    }


def _describe_record(record: AttachmentRecord) -> JsonObject:
    return {
        "id": record.attachment_id,
        "kind": record.kind.value,
        "state": record.state.value,
        "reason": record.reason,
        "media_type": record.media_type,
        "bytes": record.byte_count,
        "gcs_path": record.object_name if record.is_stored else None,
        "language": record.language,
        "seconds": record.seconds,
    }
