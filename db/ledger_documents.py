"""The JSON that the ledger's functions take and return, to and from types."""

from datetime import datetime
from typing import Any

from handlers.domain.filing import (
    BucketRecord,
    BucketState,
    ClaimRequest,
    DeadLetter,
    FinishRequest,
    Lease,
)
from handlers.domain.message_state import AttachmentRecord, AttachmentState, first_state
from handlers.domain.messages import AttachmentId, AttachmentKind, Contact
from handlers.domain.owners import OwnerId


def claim_document(request: ClaimRequest) -> dict[str, object]:
    """Return what `whatsapp.claim_message` takes."""
    message = request.message
    return {
        "installation": request.installation,
        "account_id": message.account_id,
        "message_id": message.message_id,
        "conversation_id": message.conversation_id,
        "created_at": iso(message.created_at),
        "is_deleted": message.is_deleted,
        "source_id": message.source_id,
        "contact": _contact_document(message.contact),
        "content_hash": request.content_hash,
        "object_name": request.object_name,
        "fallback_owner": request.fallback_owner,
        "source": request.source,
        "token": request.token,
        "lease_seconds": request.lease_seconds,
        "published_at": iso(request.published_at),
        "attachments": [
            {
                "attachment_id": attachment.attachment_id,
                "kind": attachment.kind.value,
                "state": first_state(attachment.kind).value,
                "chatwoot_transcript": attachment.transcribed_text,
            }
            for attachment in message.attachments
        ],
    }


def _contact_document(contact: Contact | None) -> dict[str, object] | None:
    if contact is None:
        return None
    return {
        "contact_id": contact.contact_id,
        "source_id": contact.source_id,
        "phone": contact.phone,
        "name": contact.name,
    }


def finish_document(request: FinishRequest) -> dict[str, object]:
    """Return what `whatsapp.finish_message_and_outbox` takes beside lease and decision."""
    contact = request.message.contact
    return {
        "contact_id": contact.contact_id if contact else None,
        "contact_identifier": (contact.phone or contact.source_id) if contact else None,
        "object_path": request.object_path,
        "content": request.state.content,
        "content_from_update": request.state.is_content_from_update,
        "is_deleted": request.state.is_deleted,
        # Without one while something is pending: a claim must not take it for done before its words
        # are in the note.
        "content_hash": request.content_hash if request.is_settled else None,
        "attachments": [
            {"attachment_id": a.attachment_id, "chatwoot_transcript": a.chatwoot_transcript}
            for a in request.state.attachments
        ],
        "note": {
            "content": request.note.content,
            "metadata": request.note.metadata,
            "processing_status": request.note.processing_status,
            "error_details": request.note.error_details,
        },
    }


def dead_letter_document(dead_letter: DeadLetter) -> dict[str, object]:
    """Return a dead letter, without its payload, as statements take it."""
    message = dead_letter.message
    attributes = dead_letter.attributes
    return {
        "installation": dead_letter.installation,
        "key": dead_letter.key,
        "reason": dead_letter.reason,
        "attributes": attributes,
        "delivery_attempt": dead_letter.delivery_attempt,
        "published_at": iso(dead_letter.published_at),
        "closes_message": message is not None,
        "account_id": message.account_id if message else attributes.get("account_id"),
        "message_id": message.message_id if message else attributes.get("message_id"),
        "conversation_id": message.conversation_id if message else None,
        "contact_id": message.contact.contact_id if message and message.contact else None,
        "created_at": iso(message.created_at) if message else None,
        "content_hash": dead_letter.content_hash,
        **({"fence": dead_letter.lease.fence} if dead_letter.lease else {}),
    }


def lease_document(lease: Lease) -> dict[str, object]:
    """Return a lease as every statement takes it."""
    return {
        "installation": lease.installation,
        "account_id": lease.account_id,
        "message_id": lease.message_id,
        "fence": lease.fence,
    }


def bucket_document(bucket: BucketRecord) -> dict[str, object]:
    """Return a bucket as statements take it."""
    return {
        "owner_id": bucket.owner_id,
        "generation": bucket.generation,
        "name": bucket.name,
        "state": bucket.state.value,
    }


def read_bucket(row: dict[str, Any]) -> BucketRecord:
    """Read a bucket as statements return it."""
    return BucketRecord(
        owner_id=OwnerId(row["owner_id"]),
        generation=row["generation"],
        name=row["name"],
        state=BucketState(row["state"]),
    )


def read_attachment(row: dict[str, Any]) -> AttachmentRecord:
    """Read a row of whatsapp.attachments."""
    return AttachmentRecord(
        attachment_id=AttachmentId(row["attachment_id"]),
        kind=AttachmentKind(row["kind"]),
        state=AttachmentState(row["state"]),
        reason=row["reason"],
        object_name=row["object_name"],
        is_stored=row["is_stored"],
        media_type=row["media_type"],
        byte_count=row["byte_count"],
        transcript=row["transcript"],
        chatwoot_transcript=row["chatwoot_transcript"],
        language=row["language"],
        seconds=row["seconds"],
        attempts=row["attempts"],
    )


def iso(moment: datetime | None) -> str | None:
    """Return a time in ISO 8601."""
    return None if moment is None else moment.isoformat()
