"""The tables of the in-memory ledger and the look-ups that several of its rules share."""

from datetime import datetime, timedelta
from uuid import UUID

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.filing import ArchivedFile, BucketRecord, BucketState, Lease
from handlers.domain.messages import Contact
from handlers.domain.outgoing import Outgoing, OutgoingPurpose, correlation_id
from handlers.ports.clock import Clock
from tests.fakes.dialogue_rows import DialogueTables
from tests.fakes.ledger_notes import LedgerNotes
from tests.fakes.ledger_rows import (
    AttachmentRow,
    ContactRow,
    DeadLetterRow,
    MessageKey,
    MessageRow,
    OutboxRow,
)
from tests.fakes.storable_text import stored

HELD = {BucketState.CREATING, BucketState.READY}


class LedgerTables:
    """One database's worth of rows, for the test to look at and to change."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.messages: dict[MessageKey, MessageRow] = {}
        self.attachments: dict[MessageKey, dict[str, AttachmentRow]] = {}
        self.contacts: dict[MessageKey, ContactRow] = {}
        self.buckets: dict[tuple[str, int], BucketRecord] = {}
        self.dead_letters: dict[tuple[str, str], DeadLetterRow] = {}
        self.notes = LedgerNotes()
        self.outbox: list[OutboxRow] = []
        self.dialogue = DialogueTables()

    def hold(self, lease: Lease, extend_seconds: int = 120) -> MessageRow:
        """Return the row for a holder of its fence and extend its lease."""
        row = self.messages.get(key_of(lease))
        if row is None or row.fence != lease.fence:
            raise RetryableError(RetryReason.LEASE_LOST)
        until = self._clock.now() + timedelta(seconds=extend_seconds)
        row.lease_until = max(row.lease_until or until, until)
        return row

    def see(self, key: MessageKey, contact: Contact | None) -> UUID | None:
        """Record a sender and return the user they are mapped to."""
        if contact is None:
            return None
        row = self.contacts.setdefault((key[0], key[1], contact.contact_id), ContactRow())
        row.phone = contact.phone or row.phone
        row.name = stored(contact.name) or row.name
        if contact.source_id is not None and contact.source_id not in row.source_ids:
            row.source_ids.append(contact.source_id)
        return row.user_id

    def bucket_of(self, row: MessageRow) -> BucketRecord | None:
        """Return the bucket that is pinned to a message, else its owner's newest usable one."""
        owned = [b for b in self.buckets.values() if b.owner_id == row.owner_id]
        if row.bucket_name is not None:
            return next((b for b in owned if b.generation == row.bucket_generation), None)
        usable = [b for b in owned if b.state in HELD]
        return max(usable, key=lambda b: b.generation, default=None)

    def twin(self, key: MessageKey, file: ArchivedFile) -> AttachmentRow | None:
        """Return another attachment of the same bytes whose words are there or on their way."""
        found = [
            row
            for other_key, rows in self.attachments.items()
            for attachment_id, row in rows.items()
            if file.transcribe_model is not None
            and (other_key, attachment_id) != (key, file.attachment_id)
            and (row.sha256, row.model) == (file.sha256, file.transcribe_model)
            and (
                row.transcript is not None
                or (row.transcribing_until is not None and row.transcribing_until > self.now())
            )
        ]
        return max(found, key=lambda row: row.transcript is not None, default=None)

    def user_of(self, key: MessageKey, row: MessageRow) -> UUID | None:
        """Return the sender's user, if the message's owner is that user."""
        contact = self.contacts.get((key[0], key[1], row.contact_id or ""))
        if contact is None or contact.user_id is None or str(contact.user_id) != row.owner_id:
            return None
        return contact.user_id

    def queue(self, key: MessageKey, outgoing: Outgoing, *, is_limited: bool = True) -> OutboxRow:
        """Keep what is to be sent, once for its cause, and return its row."""
        for row in self.outbox:
            if (row.installation, row.account_id, row.cause) == (*key[:2], outgoing.cause):
                return row
        row = OutboxRow(
            id=len(self.outbox) + 1,
            installation=key[0],
            account_id=key[1],
            conversation_id=self.messages[key].conversation_id or "",
            message_id=outgoing.order_message_id or key[2],
            cause=outgoing.cause,
            kind=outgoing.kind.value,
            document=outgoing.document,
            correlation_id=correlation_id(key[0], key[1], outgoing.cause),
            created_at=self.now(),
            next_attempt_at=self.now(),
            expires_at=outgoing.expires_at,
            purpose=outgoing.purpose.value if outgoing.purpose else None,
            order_message_id=outgoing.order_message_id,
            template=outgoing.template,
        )
        if is_limited and self._has_failure_notice(row):
            row.state, row.reason = "cancelled", "rate_limited"
        self.outbox.append(row)
        return row

    def _has_failure_notice(self, wanted: OutboxRow) -> bool:
        hour_ago = self.now() - timedelta(hours=1)
        return wanted.purpose == OutgoingPurpose.FAILURE and any(
            row.purpose == OutgoingPurpose.FAILURE
            and row.state in {"waiting", "sending", "sent"}
            and row.created_at > hour_ago
            and (row.installation, row.account_id, row.conversation_id)
            == (wanted.installation, wanted.account_id, wanted.conversation_id)
            for row in self.outbox
        )

    def now(self) -> datetime:
        """Return the clock's time."""
        return self._clock.now()


def key_of(lease: Lease) -> MessageKey:
    """Return the key of the message that a lease is for."""
    return (lease.installation, lease.account_id, lease.message_id)
