"""Media of deleted messages, read from the in-memory ledger's tables."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from handlers.domain.deleted_media import DeletedMedia
from handlers.domain.messages import AccountId, AttachmentId, MessageId
from tests.fakes.failing import FailingPort
from tests.fakes.ledger_rows import AttachmentRow
from tests.fakes.ledger_tables import LedgerTables

_TAKEN_FOR: Final = timedelta(minutes=15)


class FakeDeletedMedia(FailingPort):
    """The rows of one installation."""

    def __init__(self, tables: LedgerTables, *, installation: str = "main") -> None:
        super().__init__()
        self._tables = tables
        self._installation = installation

    def take_deleted_media(self, *, batch: int) -> list[DeletedMedia]:
        with self._call("take_deleted_media"):
            now = self._tables.now()
            due = [each for each in self._waiting() if each[0] <= now]
            taken = sorted(due, key=lambda each: each[0])[:batch]
            for _, row, _ in taken:
                row.next_attempt_at = now + _TAKEN_FOR
            return [media for _, _, media in taken]

    def settle_deleted_media(self, media: Sequence[DeletedMedia]) -> None:
        with self._call("settle_deleted_media"):
            for each in media:
                key = (self._installation, each.account_id, each.message_id)
                row = self._tables.attachments.get(key, {}).get(each.attachment_id)
                if row is not None and (row.state, row.reason) == ("failed", "deleted"):
                    row.next_attempt_at = None

    def _waiting(self) -> list[tuple[datetime, AttachmentRow, DeletedMedia]]:
        return [
            (
                row.next_attempt_at,
                row,
                DeletedMedia(
                    account_id=AccountId(key[1]),
                    message_id=MessageId(key[2]),
                    attachment_id=AttachmentId(attachment_id),
                    bucket=message.bucket_name,
                    object_name=row.object_name,
                ),
            )
            for key, message in self._tables.messages.items()
            if key[0] == self._installation and message.is_deleted and message.bucket_name
            for attachment_id, row in self._tables.attachments.get(key, {}).items()
            if (row.state, row.reason) == ("failed", "deleted")
            and row.object_name is not None
            and row.next_attempt_at is not None
        ]
