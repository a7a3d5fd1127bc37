"""The backlog on a real database, with the ledger that fills it and a clock that can be moved."""

import json
from dataclasses import dataclass, replace
from typing import Any, Final

from db.backlog import PostgresBacklog
from db.ledger import PostgresLedger
from db.pool import ConnectionPool
from handlers.domain.errors import RetryReason
from handlers.domain.filing import Claimed, DeadLetter
from handlers.domain.message_state import join
from handlers.domain.messages import Message, MessageId
from tests.contract.ledger_requests import (
    audio,
    bucket,
    claim_request,
    claimed,
    dead_letter,
    deferred,
    finish_request,
    transcribed,
)
from tests.databases import Database
from tests.factories import make_message

TABLES: Final = (
    "orders outbox conversations contacts messages attachments buckets dead_letters sync_state"
)
# What the dead-letter sweep asks for.
REPLAYED: Final = frozenset({"unrecorded", "database_unavailable", "out_of_time"})

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogWorld:
    """Logs in as the pipeline's member; looks and moves time as the superuser."""

    database: Database
    pool: ConnectionPool

    @property
    def backlog(self) -> PostgresBacklog:
        return PostgresBacklog(self.pool, installation="main")

    @property
    def ledger(self) -> PostgresLedger:
        return PostgresLedger(self.pool, owner_key_canary="c" * 64)

    def clear(self) -> None:
        tables = ", ".join(f"whatsapp.{name}" for name in TABLES.split())
        self.database.run(f"truncate {tables}, public.meeting_notes")

    def rows(self, table: str) -> list[Row]:
        found = self.database.run(f"select to_jsonb(t) from whatsapp.{table} as t")  # noqa: S608
        return [row for (row,) in found]

    def letter(self) -> Row:
        (row,) = self.rows("dead_letters")
        return row

    def message(self) -> Row:
        (row,) = self.rows("messages")
        return row

    def let_pass(self, interval: str) -> None:
        """Move everything that the backlog goes by into the past."""
        self.database.run(
            "update whatsapp.dead_letters set first_seen_at = first_seen_at - %(by)s::interval,"
            " next_replay_at = next_replay_at - %(by)s::interval;"
            " update whatsapp.attachments set next_attempt_at = next_attempt_at - %(by)s::interval",
            by=interval,
        )

    def record(self, letter: DeadLetter) -> str:
        return self.backlog.record_dead_letter(letter)

    def take(self, *, reasons: frozenset[str] = REPLAYED, batch: int = 50) -> list[str]:
        """Return the keys of the dead letters that are due."""
        return [d.key for d in self.backlog.take_dead_letters(reasons, batch=batch)]

    def due(self, *, batch: int = 50) -> list[str]:
        """Return the ids of the messages with attachments that are due."""
        return [m.message_id for m in self.backlog.take_due_messages(batch=batch)]

    def work_on(self, message: Message) -> Claimed:
        claim = claimed(self.ledger, claim_request(message, source="replay"))
        self.ledger.pin_bucket(claim.lease, bucket())
        return claim

    def finish(self, claim: Claimed, message: Message) -> None:
        self.ledger.finish(claim.lease, finish_request(message, join(claim.state, message)))

    def fail(self, message: Message, reason: str) -> None:
        """Leave a message as a worker does that hands it back."""
        self.ledger.release(self.work_on(message).lease, reason)

    def store(self, message: Message) -> None:
        self.finish(self.work_on(message), message)

    def store_pending(self, message: Message, *, is_finished: bool = True) -> None:
        """Leave a message whose recording could not be transcribed yet."""
        claim = self.work_on(message)
        for attachment in message.attachments:
            result = deferred(RetryReason.TRANSCRIPTION_UNAVAILABLE.value)
            record = replace(result.record, attachment_id=attachment.attachment_id)
            self.ledger.settle_attachment(claim.lease, replace(result, record=record))
        if is_finished:
            self.finish(claim, message)

    def transcribe(self, message: Message) -> None:
        """Let the worker have its second turn."""
        claim = self.work_on(message)
        self.ledger.settle_attachment(claim.lease, transcribed("the words"))
        self.finish(claim, message)

    def other_takes(self, statement: str, parameters: Row) -> "OtherSweep":
        return OtherSweep(self.database, statement, parameters)


class OtherSweep:
    """Another sweep in the middle of its taking: its rows are locked until it commits."""

    def __init__(self, database: Database, statement: str, parameters: Row) -> None:
        self._connecting = database.connect()
        self._statement = statement
        self._parameters = parameters

    def __enter__(self) -> list[Row]:
        """Take, and return what was taken."""
        self._connection = self._connecting.__enter__()
        self._connection.autocommit = False
        with self._connection.cursor() as cursor:
            cursor.execute(self._statement, self._parameters)
            row = cursor.fetchone()
        assert row is not None
        taken: list[Row] = row[0]
        return taken

    def __exit__(self, *_: object) -> None:
        """Commit."""
        self._connection.commit()
        self._connecting.__exit__(None, None, None)


def letter(
    number: int, *, message: Message | None = None, reason: str = "unrecorded"
) -> DeadLetter:
    """Return what the recorder makes of a delivery."""
    made = dead_letter(message, reason=reason, key=f"delivery-{number:02}")
    return replace(made, attributes={"v": "1", "source": "webhook", "delivery_id": made.key})


def voice(number: int = 50001, attachments: int = 1) -> Message:
    """Return a message with recordings."""
    return make_message(
        message_id=MessageId(str(number)),
        attachments=tuple(audio(str(801 + n)) for n in range(attachments)),
    )


def reasons_document(reasons: frozenset[str] = REPLAYED) -> str:
    return json.dumps(sorted(reasons))
