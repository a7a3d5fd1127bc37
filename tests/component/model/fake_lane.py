"""The lane in memory: the ledger's own tables, and its backlog read from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from handlers.domain.filing import DeadDelivery, DeadLetter, DueMessage
from handlers.domain.messages import AccountId, ConversationId, MessageId
from handlers.ports.ledger import Ledger
from tests.component.model.lane import SeenMessage, SeenNote
from tests.fakes.clock import FakeClock
from tests.fakes.deleted_media import FakeDeletedMedia
from tests.fakes.failing import FailingPort
from tests.fakes.ledger import FakeLedger
from tests.fakes.ledger_rows import MessageKey

# Longer than any lease.
_LEASES_END_SECONDS = 301


class TablesBacklog:
    """Takes what the ledger's tables show as open; what was taken waits until it is due again."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger
        self.taken: set[str] = set()

    def record_dead_letter(self, dead_letter: DeadLetter) -> str:
        message = dead_letter.message
        assert message is not None
        key = (dead_letter.installation, message.account_id, message.message_id)
        row = self._ledger.tables.messages.get(key)
        is_told = row is not None and (
            row.is_deleted or row.content_hash == dead_letter.content_hash
        )
        if row is not None and row.state == "stored" and is_told and not self.is_waiting(key):
            return "stored"
        if row is not None and row.last_error is not None:
            dead_letter = replace(dead_letter, reason=row.last_error)
        self._ledger.bury(dead_letter)
        return "recorded"

    def take_dead_letters(self, reasons: frozenset[str], *, batch: int) -> list[DeadDelivery]:
        letters = self._ledger.tables.dead_letters
        found = [
            (key, letter)
            for (_, key), letter in letters.items()
            if key not in self.taken and letter.reason in reasons and letter.is_open
        ][:batch]
        self.taken |= {key for key, _ in found}
        return [
            DeadDelivery(key=key, payload=letter.payload, attributes=letter.attributes)
            for key, letter in found
        ]

    def take_due_messages(self, *, batch: int) -> list[DueMessage]:
        now, tables = self._ledger.tables.now(), self._ledger.tables
        found = []
        for key, row in tables.messages.items():
            due = [
                attachment
                for attachment in tables.attachments.get(key, {}).values()
                if attachment.state == "pending"
                and attachment.next_attempt_at is not None
                and attachment.next_attempt_at <= now
            ]
            if row.state != "stored" or not due or key[2] in self.taken:
                continue
            self.taken.add(key[2])
            found.append(
                DueMessage(
                    account_id=AccountId(key[1]),
                    message_id=MessageId(key[2]),
                    conversation_id=ConversationId(row.conversation_id or ""),
                    bucket=row.bucket_name or "",
                    object_name=row.object_name or "",
                )
            )
        return found[:batch]

    def return_due_messages(self, messages: Sequence[DueMessage]) -> None:
        self.taken -= {message.message_id for message in messages}

    def is_waiting(self, key: MessageKey) -> bool:
        attachments = self._ledger.tables.attachments.get(key, {}).values()
        return any(attachment.state == "pending" for attachment in attachments)


@dataclass(slots=True)
class FakeLane:
    """Time is the test's own, so leases end by letting it pass."""

    clock: FakeClock = field(default_factory=FakeClock)
    fake: FakeLedger = field(init=False)
    backlog: TablesBacklog = field(init=False)
    deleted_media: FakeDeletedMedia = field(init=False)

    def __post_init__(self) -> None:
        self.fake = FakeLedger(self.clock)
        self.backlog = TablesBacklog(self.fake)
        self.deleted_media = FakeDeletedMedia(self.fake.tables)

    @property
    def ledger(self) -> Ledger:
        return self.fake

    @property
    def failing_ledger(self) -> FailingPort:
        return self.fake

    def messages(self) -> dict[str, SeenMessage]:
        return {
            key[2]: SeenMessage(
                state=row.state,
                object_name=row.object_name,
                is_waiting=self.backlog.is_waiting(key) or self._is_looked_for(key),
            )
            for key, row in self.fake.tables.messages.items()
        }

    def notes(self) -> list[SeenNote]:
        return [
            SeenNote(
                message_id=note.message_id,
                content=note.content,
                processing_status=note.processing_status,
                error_details=note.error_details,
            )
            for note in self.fake.tables.notes.rows.values()
        ]

    def open_letters(self) -> int:
        return sum(letter.is_open for letter in self.fake.tables.dead_letters.values())

    def end_leases(self) -> None:
        self.clock.advance(_LEASES_END_SECONDS)

    def _is_looked_for(self, key: MessageKey) -> bool:
        rows = self.fake.tables.attachments.get(key, {}).values()
        return any(row.reason == "deleted" and row.next_attempt_at is not None for row in rows)

    def make_due(self) -> None:
        self.backlog.taken.clear()
        for rows in self.fake.tables.attachments.values():
            for row in rows.values():
                if row.next_attempt_at is not None:
                    row.next_attempt_at = self.clock.now()
