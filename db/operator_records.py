"""The records as a person asks for them: dead letters, one message, the loss account."""

import base64
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from db.pool import ConnectionPool
from db.statements import load_statements
from db.text import to_json
from handlers.domain.json_values import JsonObject
from handlers.domain.operator_records import (
    KeptLetter,
    LetterCount,
    LetterList,
    LetterSelection,
    LetterSummary,
    ReplayDelivery,
    ReplayPosition,
)

_STATEMENTS: Final = load_statements(Path(__file__).with_name("operator_records.sql"))


class PostgresOperatorRecords:
    """Reads what an operator asks for; the only thing it changes is which letters are taken."""

    def __init__(self, pool: ConnectionPool, *, installation: str) -> None:
        self._pool = pool
        self._installation = installation

    def list_dead_letters(self, selection: LetterSelection, *, limit: int) -> LetterList:
        """Return the selected letters that came last, and count all of them."""
        found = self._fetch("list_dead_letters", selection=_document(selection), limit=limit)
        return LetterList(
            counts=tuple(LetterCount(**count) for count in found["counts"]),
            letters=tuple(_summary(row) for row in found["letters"]),
        )

    def read_dead_letter(self, key: str) -> KeptLetter | None:
        """Return one letter with its payload, or None."""
        row = self._fetch("read_dead_letter", key=key)
        if row is None:
            return None
        payload, attributes = base64.b64decode(row.pop("payload")), row.pop("attributes")
        return KeptLetter(summary=_summary(row), payload=payload, attributes=attributes)

    def take_dead_letters(
        self, selection: LetterSelection, after: ReplayPosition | None, *, batch: int
    ) -> list[ReplayDelivery]:
        """Take the next selected open letters for a replay, due or not, oldest first."""
        position = None
        if after is not None:
            position = to_json({"first_seen_at": after.first_seen_at.isoformat(), "key": after.key})
        rows = self._fetch(
            "take_dead_letters", selection=_document(selection), after=position, batch=batch
        )
        return [
            ReplayDelivery(
                position=ReplayPosition(
                    first_seen_at=datetime.fromisoformat(row["first_seen_at"]), key=row["key"]
                ),
                payload=base64.b64decode(row["payload"]),
                attributes=row["attributes"],
            )
            for row in rows
        ]

    def find_message(
        self, message_id: str, account_id: str | None, *, with_content: bool
    ) -> list[JsonObject]:
        """Return all that is known of a message id, one document for each account that has it."""
        found: list[JsonObject] = self._fetch(
            "find_message", message_id=message_id, account_id=account_id, with_content=with_content
        )
        return found

    def loss(self, hours: int) -> list[JsonObject]:
        """Return the loss account of the last hours, one row for each hour and account."""
        found: list[JsonObject] = self._fetch("loss", hours=hours)
        return found

    def waiting_work(self) -> dict[str, int]:
        """Count what each sweep would find in the database, due or not."""
        found: dict[str, int] = self._fetch("waiting_work")
        return found

    def _fetch(self, statement: str, **parameters: object) -> Any:  # noqa: ANN401 - many shapes
        return self._pool.fetch_value(
            _STATEMENTS[statement], {"installation": self._installation, **parameters}
        )


def _document(selection: LetterSelection) -> str:
    return to_json(asdict(selection))


def _summary(row: dict[str, Any]) -> LetterSummary:
    moments = {name for name in row if name.endswith("_at")}
    fields = {name: _moment(row[name]) if name in moments else row[name] for name in row}
    return LetterSummary(**fields)


def _moment(written: str | None) -> Any:  # noqa: ANN401 - one value of a row of many types
    return None if written is None else datetime.fromisoformat(written)
