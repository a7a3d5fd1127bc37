"""What lies in the database and is to be taken up again: dead letters, attachments."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from db.dialogue_documents import outgoing_document
from db.ledger_documents import dead_letter_document
from db.pool import ConnectionPool
from db.statements import load_statements
from db.text import to_json
from handlers.domain.deleted_media import DeletedMedia
from handlers.domain.filing import DeadDelivery, DeadLetter, DueMessage
from handlers.domain.messages import AccountId, AttachmentId, ConversationId, MessageId

_STATEMENTS: Final = load_statements(Path(__file__).with_name("backlog.sql"))


class PostgresBacklog:
    """Every taking is a claim: two sweeps at once get different rows."""

    def __init__(self, pool: ConnectionPool, *, installation: str) -> None:
        self._pool = pool
        self._installation = installation

    def record_dead_letter(self, dead_letter: DeadLetter) -> str:
        """Keep what the broker gave up; return `recorded`, or the end state that needs nothing."""
        found: str = self._pool.fetch_value(
            _STATEMENTS["record_dead_letter"],
            {
                "letter": to_json(dead_letter_document(dead_letter) | _told(dead_letter)),
                "payload": dead_letter.payload,
            },
        )
        return found

    def take_dead_letters(self, reasons: frozenset[str], *, batch: int) -> list[DeadDelivery]:
        """Take open dead letters with one of the reasons that are due, oldest first."""
        rows = self._pool.fetch_value(
            _STATEMENTS["take_dead_letters"],
            {
                "installation": self._installation,
                "reasons": to_json(sorted(reasons)),
                "batch": batch,
            },
        )
        return [
            DeadDelivery(
                key=row["key"],
                payload=base64.b64decode(row["payload"]),
                attributes=row["attributes"],
            )
            for row in rows
        ]

    def take_due_messages(self, *, batch: int) -> list[DueMessage]:
        """Take messages with an attachment that is due to be tried again."""
        rows = self._pool.fetch_value(
            _STATEMENTS["take_due_attachments"],
            {"installation": self._installation, "batch": batch},
        )
        return [
            DueMessage(
                account_id=AccountId(row["account_id"]),
                message_id=MessageId(row["message_id"]),
                conversation_id=ConversationId(row["conversation_id"]),
                bucket=row["bucket"],
                object_name=row["object"],
            )
            for row in rows
        ]

    def return_due_messages(self, messages: Sequence[DueMessage]) -> None:
        """Give back what was taken and could not be sent."""
        ids = [{"account_id": e.account_id, "message_id": e.message_id} for e in messages]
        self._pool.fetch_value(
            _STATEMENTS["return_due_attachments"],
            {"installation": self._installation, "messages": to_json(ids)},
        )

    def take_deleted_media(self, *, batch: int) -> list[DeletedMedia]:
        """Take media whose message was deleted so long ago that no worker still writes them."""
        rows = self._pool.fetch_value(
            _STATEMENTS["take_deleted_media"],
            {"installation": self._installation, "batch": batch},
        )
        return [
            DeletedMedia(
                account_id=AccountId(row["account_id"]),
                message_id=MessageId(row["message_id"]),
                attachment_id=AttachmentId(row["attachment_id"]),
                bucket=row["bucket"],
                object_name=row["object"],
            )
            for row in rows
        ]

    def settle_deleted_media(self, media: Sequence[DeletedMedia]) -> None:
        """Record that they are gone."""
        ids = [
            {
                "account_id": each.account_id,
                "message_id": each.message_id,
                "attachment_id": each.attachment_id,
            }
            for each in media
        ]
        self._pool.fetch_value(
            _STATEMENTS["settle_deleted_media"],
            {"installation": self._installation, "media": to_json(ids)},
        )


def _told(dead_letter: DeadLetter) -> dict[str, object]:
    notice, message = dead_letter.notice, dead_letter.message
    if notice is None or message is None:
        return {}
    return {"notice": outgoing_document(notice, dead_letter.installation, message.account_id)}
