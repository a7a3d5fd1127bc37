"""What the ledger's tests ask of it, with the parts that do not matter filled in."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from handlers.domain.dialogue.values import Decision, Role
from handlers.domain.filing import (
    ArchivedFile,
    AttachmentResult,
    BucketRecord,
    BucketState,
    Claimed,
    ClaimRequest,
    DeadLetter,
    FinishRequest,
    Lease,
    Stale,
)
from handlers.domain.message_state import (
    AttachmentRecord,
    AttachmentState,
    MessageState,
    content_hash,
    join,
)
from handlers.domain.messages import Attachment, AttachmentId, AttachmentKind, Message
from handlers.domain.notes import compose_note
from handlers.domain.outgoing import Outgoing, OutgoingId
from handlers.domain.owners import OwnerId
from handlers.ports.ledger import Ledger
from tests.factories import make_message

FALLBACK: Final = OwnerId("account_7")
MODEL: Final = "gpt-transcribe"
AUDIO_NAME: Final = "whatsapp-audio/2026-08-02/118/50001_801.ogg"
PUBLISHED_AT: Final = datetime(2026, 8, 2, 9, 0, 1, tzinfo=UTC)
_TOKENS: Final = itertools.count(1)


def claim_request(
    message: Message | None = None,
    *,
    token: str | None = None,
    source: str = "webhook",
    lease_seconds: int = 120,
) -> ClaimRequest:
    wanted = message or make_message()
    return ClaimRequest(
        installation="main",
        message=wanted,
        content_hash=content_hash(join(MessageState(), wanted)),
        object_name=f"whatsapp-messages/2026-08-02/118/{wanted.message_id}.json",
        fallback_owner=FALLBACK,
        source=source,
        token=token or f"token-{next(_TOKENS)}",
        lease_seconds=lease_seconds,
        published_at=PUBLISHED_AT,
    )


def claimed(ledger: Ledger, request: ClaimRequest | None = None) -> Claimed:
    result = ledger.claim(request or claim_request())
    assert isinstance(result, Claimed), result
    return result


def finish_request(message: Message, state: MessageState) -> FinishRequest:
    return FinishRequest(
        message=message,
        state=state,
        content_hash=content_hash(state),
        note=compose_note(state, message),
        object_path="gs://bucket/object.json",
    )


def sending_request(claim: Claimed, message: Message, *outgoing: Outgoing) -> FinishRequest:
    """Return a finish that decides to send these and nothing else."""
    decision = Decision(
        role=Role.NOTE,
        decided_by="rules",
        based_on=claim.dialogue.version,
        outbox=outgoing,
    )
    request = finish_request(message, join(claim.state, message))
    return replace(request, decision=decision if outgoing else None)


def finished(ledger: Ledger, lease: Lease, request: FinishRequest) -> tuple[OutgoingId, ...]:
    """Finish on facts that still hold."""
    result = ledger.finish(lease, request)
    assert not isinstance(result, Stale), result
    return result


def store(ledger: Ledger, message: Message | None = None, *, source: str = "webhook") -> Claimed:
    """Claim and finish a message in one go."""
    wanted = message or make_message()
    claim = claimed(ledger, claim_request(wanted, source=source))
    ledger.finish(claim.lease, finish_request(wanted, join(claim.state, wanted)))
    return claim


def audio(attachment_id: str = "801", *, words: str | None = None) -> Attachment:
    return Attachment(
        attachment_id=AttachmentId(attachment_id),
        kind=AttachmentKind.AUDIO,
        transcribed_text=words,
    )


def archived_file(
    *,
    attachment_id: str = "801",
    sha256: str = "a" * 64,
    model: str | None = MODEL,
    lease_seconds: int = 300,
) -> ArchivedFile:
    return ArchivedFile(
        attachment_id=AttachmentId(attachment_id),
        object_name=AUDIO_NAME,
        media_type="audio/ogg",
        byte_count=24_424,
        sha256=sha256,
        transcribe_model=model,
        lease_seconds=lease_seconds,
    )


def transcribed(text: str | None, *, reason: str | None = None) -> AttachmentResult:
    return AttachmentResult(
        record=AttachmentRecord(
            attachment_id=AttachmentId("801"),
            kind=AttachmentKind.AUDIO,
            state=AttachmentState.DONE if text is not None else AttachmentState.FAILED,
            reason=reason,
            object_name=AUDIO_NAME,
            is_stored=True,
            media_type="audio/ogg",
            byte_count=24_424,
            transcript=text,
            language="en" if text else None,
            seconds=8.25,
        ),
        model=MODEL if text is not None else None,
    )


def deferred(reason: str) -> AttachmentResult:
    return AttachmentResult(
        record=AttachmentRecord(
            attachment_id=AttachmentId("801"),
            kind=AttachmentKind.AUDIO,
            reason=reason,
            object_name=AUDIO_NAME,
            is_stored=True,
            media_type="audio/ogg",
            byte_count=24_424,
        ),
        retry_after_seconds=60,
    )


def bucket(generation: int = 1, *, owner_id: str = FALLBACK, name: str = "") -> BucketRecord:
    return BucketRecord(
        owner_id=OwnerId(owner_id),
        generation=generation,
        name=name or f"bucket-{owner_id}-{generation}",
        state=BucketState.CREATING,
    )


def dead_letter(
    message: Message | None, *, reason: str = "data_rejected", key: str = "delivery-1"
) -> DeadLetter:
    return DeadLetter(
        installation="main",
        key=key,
        reason=reason,
        payload=b"\x00raw\xff",
        attributes={"v": "1", "source": "webhook", "message_id": "attr-id", "account_id": "7"},
        delivery_attempt=3,
        message=message,
        published_at=PUBLISHED_AT,
    )


def older(lease: Lease) -> Lease:
    """Return the lease of the attempt before."""
    return Lease(
        installation=lease.installation,
        account_id=lease.account_id,
        message_id=lease.message_id,
        fence=lease.fence - 1,
    )
