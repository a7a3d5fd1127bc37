"""The ledger in Postgres: one method for each statement, types in and types out."""

from pathlib import Path
from typing import Any, Final

from db.dialogue_documents import decision_document, read_facts
from db.ledger_documents import (
    bucket_document,
    claim_document,
    dead_letter_document,
    finish_document,
    lease_document,
    read_attachment,
    read_bucket,
)
from db.pool import ConnectionPool
from db.statements import load_statements
from db.text import to_json
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
from handlers.domain.message_state import MessageState
from handlers.domain.outgoing import OutgoingId
from handlers.domain.owners import OwnerId

_STATEMENTS: Final = load_statements(Path(__file__).with_name("ledger.sql"))


class WrongOwnerKeyError(Exception):
    """The database's buckets were named with another OWNER_HASH_KEY; nothing may be filed.

    A configuration error, so not of the application's error family.
    """


class PostgresLedger:
    """Speaks to the functions of schema `whatsapp`."""

    def __init__(self, pool: ConnectionPool, *, owner_key_canary: str) -> None:
        self._pool = pool
        self._canary = owner_key_canary
        self._is_key_checked = False

    def claim(self, request: ClaimRequest) -> ClaimResult:
        """Take a message for this attempt, or learn why not.

        Raises:
            WrongOwnerKeyError: the owner-hash key is not the database's.
        """
        self._check_key()
        found = self._call("claim_message", request=claim_document(request))
        if found.get("refusal") == "dead":
            return GivenUp(reason=found["reason"])
        if found.get("refusal"):
            return NotClaimed(refusal=Refusal(found["refusal"]))
        message = request.message
        bucket = found["bucket"]
        return Claimed(
            lease=Lease(
                installation=request.installation,
                account_id=message.account_id,
                message_id=message.message_id,
                fence=found["fence"],
            ),
            owner_id=OwnerId(found["owner_id"]),
            bucket=None if bucket is None else read_bucket(bucket),
            object_name=found["object_name"],
            is_archived=found["is_archived"],
            state=MessageState(
                content=found["content"],
                is_content_from_update=found["content_from_update"],
                is_deleted=found["is_deleted"],
                attachments=tuple(read_attachment(row) for row in found["attachments"]),
            ),
            dialogue=read_facts(found["dialogue"]),
        )

    def pin_bucket(self, lease: Lease, bucket: BucketRecord) -> BucketRecord:
        """Register the owner's bucket and pin the one that holds."""
        document = lease_document(lease)
        return read_bucket(self._call("pin_bucket", lease=document, bucket=bucket_document(bucket)))

    def set_bucket_state(self, bucket: BucketRecord) -> None:
        """Record that a bucket was found ready or foreign."""
        self._call("set_bucket_state", bucket=bucket_document(bucket))

    def pin_attachment(self, lease: Lease, file: ArchivedFile) -> TranscriptLookup:
        """Pin an attachment's object name and look for its transcript."""
        document = {
            "attachment_id": file.attachment_id,
            "object_name": file.object_name,
            "media_type": file.media_type,
            "byte_count": file.byte_count,
            "sha256": file.sha256,
            "transcribe_model": file.transcribe_model,
            "lease_seconds": file.lease_seconds,
        }
        found = self._call("pin_attachment", lease=lease_document(lease), file=document)
        return TranscriptLookup(
            source=TranscriptSource(found["source"]),
            text=found["text"],
            language=found["language"],
            seconds=found["seconds"],
        )

    def settle_attachment(self, lease: Lease, result: AttachmentResult) -> None:
        """Record how an attachment came out."""
        record = result.record
        document = {
            "attachment_id": record.attachment_id,
            "state": record.state.value,
            "reason": record.reason,
            "is_stored": record.is_stored,
            "object_name": record.object_name,
            "media_type": record.media_type,
            "byte_count": record.byte_count,
            "transcript": record.transcript,
            "language": record.language,
            "seconds": record.seconds,
            "model": result.model,
            "retry_after_seconds": result.retry_after_seconds,
        }
        self._call("settle_attachment", lease=lease_document(lease), result=document)

    def release(self, lease: Lease, reason: str) -> None:
        """Hand a message back before its lease ends."""
        self._pool.fetch_value(
            _STATEMENTS["release_message"],
            {"lease": to_json(lease_document(lease)), "reason": reason},
        )

    def finish(self, lease: Lease, request: FinishRequest) -> tuple[OutgoingId, ...] | Stale:
        """Write note, attachments, ledger, dialogue and outbox; return what is to be sent now."""
        document, decision = finish_document(request), request.decision
        if decision is not None:
            document["decision"] = decision_document(
                decision,
                installation=lease.installation,
                account_id=request.message.account_id,
                message=request.message,
            )
        found = self._call("finish_message", lease=lease_document(lease), request=document)
        if isinstance(found, dict):
            return Stale(facts=read_facts(found["stale"]))
        return tuple(OutgoingId(outgoing_id) for outgoing_id in found)

    def bury(self, dead_letter: DeadLetter) -> None:
        """Keep a delivery that cannot be processed."""
        self._pool.fetch_value(
            _STATEMENTS["bury_message"],
            {
                "letter": to_json(dead_letter_document(dead_letter)),
                "payload": dead_letter.payload,
            },
        )

    def ignore(self, installation: str, ids: tuple[str, str], source: str, reason: str) -> None:
        """Record that a message, by account and message id, does not concern us."""
        document = {
            "installation": installation,
            "account_id": ids[0],
            "message_id": ids[1],
            "source": source,
        }
        self._pool.fetch_value(
            _STATEMENTS["ignore_message"], {"request": to_json(document), "reason": reason}
        )

    def close_dead_letter(self, installation: str, key: str) -> None:
        """Close a dead letter whose replay came to a good end."""
        self._pool.fetch_value(
            _STATEMENTS["close_dead_letter"], {"installation": installation, "key": key}
        )

    def _call(self, name: str, **documents: object) -> Any:  # noqa: ANN401 - jsonb of many shapes
        parameters = {key: to_json(document) for key, document in documents.items()}
        return self._pool.fetch_value(_STATEMENTS[name], parameters)

    def _check_key(self) -> None:
        if self._is_key_checked:
            return
        found = self._pool.fetch_value(_STATEMENTS["owner_key_canary"], {"canary": self._canary})
        if found != self._canary:
            raise WrongOwnerKeyError("OWNER_HASH_KEY is not the key this database was filled with")
        self._is_key_checked = True
