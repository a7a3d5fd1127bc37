"""The authority on messages."""

from typing import Protocol

from handlers.domain.filing import (
    ArchivedFile,
    AttachmentResult,
    BucketRecord,
    ClaimRequest,
    ClaimResult,
    DeadLetter,
    FinishRequest,
    Lease,
    Stale,
    TranscriptLookup,
)
from handlers.domain.outgoing import OutgoingId


class Ledger(Protocol):
    """The authority on messages: claims, pins and finishes them, each in one round trip."""

    def claim(self, request: ClaimRequest) -> ClaimResult:
        """Take the message for this attempt, or learn why not; repeatable with one token."""

    def pin_bucket(self, lease: Lease, bucket: BucketRecord) -> BucketRecord:
        """Pin the owner's bucket to the message and return the one that holds.

        Another attempt may have registered another one first.
        """

    def set_bucket_state(self, bucket: BucketRecord) -> None:
        """Record that a bucket was found ready or foreign."""

    def pin_attachment(self, lease: Lease, file: ArchivedFile) -> TranscriptLookup:
        """Pin an attachment's object name before it is written; look for its transcript.

        With `file.transcribe_model` it also claims the transcription of these bytes by that model,
        so that no two workers pay for the same audio at the same time, and extends the lease.
        """

    def settle_attachment(self, lease: Lease, result: AttachmentResult) -> None:
        """Record how an attachment came out; releases its transcription claim."""

    def release(self, lease: Lease, reason: str) -> None:
        """Hand a message back before its lease ends, so that a redelivery need not wait."""

    def finish(self, lease: Lease, request: FinishRequest) -> tuple[OutgoingId, ...] | Stale:
        """Write note, ledger, dialogue and outbox in one transaction; return what to send now.

        Stale, with nothing written, where the decision was made on facts that no longer hold. A
        message is decided once: of one that was decided before, a decision is passed over.
        """

    def bury(self, dead_letter: DeadLetter) -> None:
        """Keep what cannot be processed and mark its message dead, in one transaction."""

    def ignore(self, installation: str, ids: tuple[str, str], source: str, reason: str) -> None:
        """Record that a message, by account and message id, does not concern us."""

    def close_dead_letter(self, installation: str, key: str) -> None:
        """Close a dead letter whose replay came to a good end; one that is not open is success."""
