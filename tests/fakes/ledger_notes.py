"""The notes that the in-memory ledger writes, and what their owners did to them."""

from uuid import UUID, uuid4

from handlers.domain.filing import FinishRequest
from tests.fakes.ledger_rows import MessageKey, MessageRow, NoteRow
from tests.fakes.storable_text import stored


class LedgerNotes:
    """Rows of public.meeting_notes by id."""

    def __init__(self) -> None:
        self.rows: dict[UUID, NoteRow] = {}

    def of(self, account_id: str, message_id: str) -> NoteRow | None:
        """Return a message's note."""
        return next(
            (
                note
                for note in self.rows.values()
                if (note.account_id, note.message_id) == (account_id, message_id)
            ),
            None,
        )

    def delete(self, account_id: str, message_id: str) -> None:
        """Delete a note as its owner may."""
        self.rows = {
            note_id: note
            for note_id, note in self.rows.items()
            if (note.account_id, note.message_id) != (account_id, message_id)
        }

    def write(
        self, key: MessageKey, row: MessageRow, request: FinishRequest, user_id: UUID | None
    ) -> None:
        """Insert a message's note at its first finish, update it at later ones.

        What answers a question of ours is no note.
        """
        is_reply = row.decision in {"answer", "cancel"}
        if is_reply:
            self._withdraw(key, row)
        if row.note_id is None and is_reply:
            return
        if row.note_id is None:
            row.note_id = self._insert(key, row, request, user_id)
            return
        note = self.rows.get(row.note_id)
        if note is None:
            return
        if request.state.is_deleted:
            note.content = None
        elif (note.content or "") == (row.note_content or ""):
            note.content = stored(request.note.content)
        note.metadata, note.error_details = request.note.metadata, request.note.error_details
        if note.processing_status != "processed":
            note.processing_status = request.note.processing_status

    def bury(self, key: MessageKey, row: MessageRow, reason: str) -> None:
        """Show that a message was given up; a note that is there already stays what it is."""
        note = self.of(key[1], key[2])
        if note is None:
            self.rows[uuid4()] = NoteRow(
                account_id=key[1],
                message_id=key[2],
                user_id=None,
                content=None,
                metadata={"channel": "whatsapp"},
                processing_status="error",
                error_details=reason,
                conversation_id=row.conversation_id,
                contact_id=row.contact_id,
            )
        self.end_waiting(key, reason)

    def end_waiting(self, key: MessageKey, reason: str) -> None:
        note = self.of(key[1], key[2])
        if note is not None and note.processing_status == "processing":
            note.processing_status, note.error_details = "error", reason

    def _withdraw(self, key: MessageKey, row: MessageRow) -> None:
        note = self.of(key[1], key[2])
        if (
            note is not None
            and note.processing_status != "processed"
            and (note.content or "") == (row.note_content or "")
        ):
            self.delete(key[1], key[2])
        row.note_id = next(
            (i for i, n in self.rows.items() if (n.account_id, n.message_id) == key[1:]), None
        )

    def _insert(
        self, key: MessageKey, row: MessageRow, request: FinishRequest, user_id: UUID | None
    ) -> UUID:
        contact = request.message.contact
        found = self.of(key[1], key[2])
        note_id = next((i for i, note in self.rows.items() if note is found), uuid4())
        self.rows[note_id] = NoteRow(
            account_id=key[1],
            message_id=key[2],
            user_id=user_id,
            content=stored(request.note.content),
            metadata=request.note.metadata,
            processing_status=request.note.processing_status,
            error_details=request.note.error_details,
            gcs_storage_path=request.object_path,
            contact_identifier=(contact.phone or contact.source_id) if contact else None,
            conversation_id=row.conversation_id,
            contact_id=row.contact_id,
        )
        return note_id
