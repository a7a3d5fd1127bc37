"""A ledger and what a test may see and do behind its back, in memory and in Postgres."""

import dataclasses
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from typing_extensions import override

from handlers.ports.ledger import Ledger
from tests.databases import Database
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.fakes.ledger_rows import ContactRow, MessageRow
from tests.fakes.storable_text import stored

Row = dict[str, Any]


class LedgerWorld(Protocol):
    """Rows are of installation `main` and account 7."""

    @property
    def ledger(self) -> Ledger: ...

    def message(self, message_id: str = "50001") -> Row | None: ...

    def note(self, message_id: str = "50001") -> Row | None: ...

    def attachment(self, attachment_id: str = "801", message_id: str = "50001") -> Row: ...

    def dead_letters(self) -> list[Row]: ...

    def contact(self, contact_id: str = "90210") -> Row | None: ...

    def map_contact(self, user_id: UUID, contact_id: str = "90210") -> None: ...

    def change_note(self, message_id: str = "50001", **columns: str) -> None: ...

    def delete_note(self, message_id: str = "50001") -> None: ...

    def change_message(self, message_id: str = "50001", **columns: str) -> None: ...

    def end_leases(self) -> None: ...

    def add_legacy(self, message_id: str, conversation_id: str) -> None: ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FakeLedgerWorld(LedgerWorld):
    """The in-memory ledger and its clock."""

    fake: FakeLedger
    clock: FakeClock

    @property
    @override
    def ledger(self) -> Ledger:
        return self.fake

    @override
    def message(self, message_id: str = "50001") -> Row | None:
        row = self.fake.tables.messages.get(("main", "7", message_id))
        return None if row is None else dataclasses.asdict(row)

    @override
    def note(self, message_id: str = "50001") -> Row | None:
        row = self.fake.tables.notes.of("7", message_id)
        return None if row is None else dataclasses.asdict(row)

    @override
    def attachment(self, attachment_id: str = "801", message_id: str = "50001") -> Row:
        rows = self.fake.tables.attachments["main", "7", message_id]
        return dataclasses.asdict(rows[attachment_id])

    @override
    def dead_letters(self) -> list[Row]:
        letters = self.fake.tables.dead_letters.items()
        return [
            {
                "key": key,
                "state": "open" if row.is_open else "closed",
                **dataclasses.asdict(row),
            }
            for (_, key), row in sorted(letters)
        ]

    @override
    def contact(self, contact_id: str = "90210") -> Row | None:
        row = self.fake.tables.contacts.get(("main", "7", contact_id))
        return None if row is None else dataclasses.asdict(row)

    @override
    def map_contact(self, user_id: UUID, contact_id: str = "90210") -> None:
        contacts = self.fake.tables.contacts
        contacts.setdefault(("main", "7", contact_id), ContactRow()).user_id = user_id

    @override
    def change_note(self, message_id: str = "50001", **columns: str) -> None:
        note = self.fake.tables.notes.of("7", message_id)
        for name, value in columns.items():
            setattr(note, name, stored(value))

    @override
    def delete_note(self, message_id: str = "50001") -> None:
        self.fake.tables.notes.delete("7", message_id)

    @override
    def change_message(self, message_id: str = "50001", **columns: str) -> None:
        for name, value in columns.items():
            setattr(self.fake.tables.messages["main", "7", message_id], name, value)

    @override
    def end_leases(self) -> None:
        self.clock.advance(3600)

    @override
    def add_legacy(self, message_id: str, conversation_id: str) -> None:
        self.fake.tables.messages["main", "", message_id] = MessageRow(
            state="legacy", source="legacy", conversation_id=conversation_id
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PostgresLedgerWorld(LedgerWorld):
    """A ledger that logs in as the worker, and the superuser's view of its database."""

    ledger: Ledger
    database: Database

    @override
    def message(self, message_id: str = "50001") -> Row | None:
        return self._one("whatsapp.messages", "account_id", message_id)

    @override
    def note(self, message_id: str = "50001") -> Row | None:
        row = self._one("public.meeting_notes", "chatwoot_account_id", message_id, "chatwoot_")
        if row is not None:
            row["user_id"] = None if row["user_id"] is None else UUID(row["user_id"])
            row["conversation_id"] = row["chatwoot_conversation_id"]
            row["contact_id"] = row["chatwoot_contact_id"]
        return row

    @override
    def attachment(self, attachment_id: str = "801", message_id: str = "50001") -> Row:
        (row,) = self._rows(
            "whatsapp.attachments", attachment_id=attachment_id, message_id=message_id
        )
        return row

    @override
    def dead_letters(self) -> list[Row]:
        rows = self._rows("whatsapp.dead_letters")
        for row in rows:
            row["payload"] = bytes.fromhex(row["payload"].removeprefix("\\x"))
        return sorted(rows, key=lambda row: str(row["key"]))

    @override
    def contact(self, contact_id: str = "90210") -> Row | None:
        rows = self._rows("whatsapp.contacts", account_id="7", contact_id=contact_id)
        return rows[0] if rows else None

    @override
    def map_contact(self, user_id: UUID, contact_id: str = "90210") -> None:
        self.database.run(
            "insert into whatsapp.contacts (installation, account_id, contact_id, user_id)"
            " values ('main', '7', %(contact)s, %(user)s)"
            " on conflict (installation, account_id, contact_id)"
            " do update set user_id = excluded.user_id",
            contact=contact_id,
            user=str(user_id),
        )

    @override
    def change_note(self, message_id: str = "50001", **columns: str) -> None:
        for name, value in columns.items():
            self.database.run(
                f"update public.meeting_notes set {name} = %(value)s"  # noqa: S608 - test's own
                " where chatwoot_message_id = %(message)s",
                value=stored(value),
                message=message_id,
            )

    @override
    def delete_note(self, message_id: str = "50001") -> None:
        statement = "delete from public.meeting_notes where chatwoot_message_id = %(message)s"
        self.database.run(statement, message=message_id)

    @override
    def change_message(self, message_id: str = "50001", **columns: str) -> None:
        for name, value in columns.items():
            self.database.run(
                f"update whatsapp.messages set {name} = %(value)s"  # noqa: S608 - test's own
                " where message_id = %(message)s",
                value=value,
                message=message_id,
            )

    @override
    def end_leases(self) -> None:
        past = datetime(2020, 1, 1, tzinfo=UTC)
        self.database.run(
            "update whatsapp.messages set lease_until = %(past)s where lease_until is not null",
            past=past,
        )
        self.database.run(
            "update whatsapp.attachments set transcribing_until = %(past)s"
            " where transcribing_until is not null",
            past=past,
        )

    @override
    def add_legacy(self, message_id: str, conversation_id: str) -> None:
        self.database.run(
            "insert into whatsapp.messages"
            " (installation, account_id, message_id, conversation_id, state, source)"
            " values ('main', '', %(message)s, %(conversation)s, 'legacy', 'legacy')",
            message=message_id,
            conversation=conversation_id,
        )

    def _one(self, table: str, account: str, message_id: str, prefix: str = "") -> Row | None:
        rows = self._rows(table, **{account: "7", f"{prefix}message_id": message_id})
        assert len(rows) <= 1
        return rows[0] if rows else None

    def _rows(self, table: str, **columns: str) -> list[Row]:
        where = "".join(f" and t.{name} = %({name})s" for name in columns)
        statement = f"select to_jsonb(t) from {table} as t where true{where}"  # noqa: S608
        return [row for (row,) in self.database.run(statement, **columns)]
