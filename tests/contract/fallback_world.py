"""A fallback and what a test may see and do behind its back, in memory and in Postgres."""

import itertools
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

import pytest
from typing_extensions import override

from db.fallback import PostgresFallback
from db.ledger import PostgresLedger
from db.pool import ConnectionPool
from handlers.domain.filing import BucketRecord, BucketState
from handlers.domain.owners import OwnerId
from handlers.ports.fallback import Fallback, FallbackQueue
from handlers.ports.ledger import Ledger
from local.pgbouncer import PgBouncer
from tests.databases import Database, Databases
from tests.fakes.clock import FakeClock
from tests.fakes.fallback import FakeFallback
from tests.fakes.ledger import FakeLedger

OWNER = OwnerId("account_7")
BUCKET = "ours-1"
MAX_BYTES = 5_000_000
Row = dict[str, Any]


class WholeFallback(Fallback, FallbackQueue, Protocol):
    """Both sides of it."""


class FallbackWorld(Protocol):
    """A fallback, the ledger beside it, and the buckets of one owner."""

    @property
    def fallback(self) -> WholeFallback: ...

    @property
    def ledger(self) -> Ledger: ...

    def set_bucket(self, name: str, state: BucketState, generation: int = 1) -> BucketRecord: ...

    def bucket_state(self, name: str) -> str: ...

    def let_pass(self, seconds: float) -> None: ...

    def used_bytes(self) -> int: ...

    def row(self, name: str) -> Row: ...

    def message(self) -> Row: ...

    def note_path(self) -> str: ...


def record(name: str, state: BucketState, generation: int = 1) -> BucketRecord:
    return BucketRecord(owner_id=OWNER, generation=generation, name=name, state=state)


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeFallbackWorld(FallbackWorld):
    """The dicts and their clock."""

    clock: FakeClock
    fake_ledger: FakeLedger
    fake: FakeFallback

    @property
    @override
    def fallback(self) -> WholeFallback:
        return self.fake

    @property
    @override
    def ledger(self) -> Ledger:
        return self.fake_ledger

    @override
    def set_bucket(self, name: str, state: BucketState, generation: int = 1) -> BucketRecord:
        made = record(name, state, generation)
        self.fake_ledger.tables.buckets[OWNER, generation] = made
        return made

    @override
    def bucket_state(self, name: str) -> str:
        buckets = self.fake_ledger.tables.buckets.values()
        return next(b.state.value for b in buckets if b.name == name)

    @override
    def let_pass(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @override
    def used_bytes(self) -> int:
        return self.fake.used_bytes

    @override
    def row(self, name: str) -> Row:
        (row,) = (row for (_, key), row in self.fake.rows.items() if key == name)
        return {
            "bucket_name": row.kept.bucket,
            "mode": row.kept.mode.value,
            "attempts": row.kept.attempts,
            "last_error": row.last_error,
        }

    @override
    def message(self) -> Row:
        (row,) = self.fake_ledger.tables.messages.values()
        return {"bucket_name": row.bucket_name, "bucket_generation": row.bucket_generation}

    @override
    def note_path(self) -> str:
        (note,) = self.fake_ledger.tables.notes.rows.values()
        return note.gcs_storage_path or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresFallbackWorld(FallbackWorld):
    """Logs in as the pipeline's member; looks and moves time as the superuser."""

    database: Database
    pool: ConnectionPool
    max_bytes: int = MAX_BYTES

    @property
    @override
    def fallback(self) -> PostgresFallback:
        return PostgresFallback(
            self.pool, max_bytes=self.max_bytes, new_token=lambda: f"token-{next(_TOKENS)}"
        )

    @property
    @override
    def ledger(self) -> Ledger:
        return PostgresLedger(self.pool, owner_key_canary="c" * 64)

    @override
    def set_bucket(self, name: str, state: BucketState, generation: int = 1) -> BucketRecord:
        made = record(name, state, generation)
        self.database.run(
            "insert into whatsapp.buckets (owner_id, generation, bucket_name, state)"
            " values (%(owner)s, %(generation)s, %(name)s, %(state)s)"
            " on conflict (owner_id, generation) do update set state = excluded.state",
            owner=OWNER,
            generation=generation,
            name=name,
            state=state.value,
        )
        return made

    @override
    def bucket_state(self, name: str) -> str:
        statement = "select state from whatsapp.buckets where bucket_name = %(name)s"
        return str(self.database.run(statement, name=name)[0][0])

    @override
    def let_pass(self, seconds: float) -> None:
        self.database.run(
            "update whatsapp.fallback_objects set"
            " next_attempt_at = next_attempt_at - %(by)s::interval,"
            " moving_until = moving_until - %(by)s::interval;"
            " update whatsapp.fallback_chunks set created_at = created_at - %(by)s::interval",
            by=timedelta(seconds=seconds),
        )

    @override
    def used_bytes(self) -> int:
        (row,) = self.database.run(
            "select u.byte_count,"
            " (select coalesce(sum(octet_length(data)), 0) from whatsapp.fallback_chunks)"
            " from whatsapp.fallback_usage as u"
        )
        # The sum that is kept is the sum that is there, whenever a test looks.
        assert row[0] == row[1]
        return int(row[0])

    @override
    def row(self, name: str) -> Row:
        (found,) = self.database.run(
            "select to_jsonb(o) from whatsapp.fallback_objects as o where object_name = %(name)s",
            name=name,
        )
        row: Row = found[0]
        return row

    @override
    def message(self) -> Row:
        (found,) = self.database.run("select to_jsonb(m) from whatsapp.messages as m")
        row: Row = found[0]
        return row

    @override
    def note_path(self) -> str:
        (found,) = self.database.run("select gcs_storage_path from public.meeting_notes")
        return str(found[0])

    def chunks(self) -> int:
        return int(self.database.run("select count(*) from whatsapp.fallback_chunks")[0][0])

    def clear(self) -> None:
        self.database.run(
            "truncate whatsapp.fallback_objects, whatsapp.fallback_chunks, whatsapp.buckets,"
            " whatsapp.messages, whatsapp.attachments, whatsapp.contacts, public.meeting_notes;"
            " update whatsapp.fallback_usage set byte_count = 0"
        )


@contextmanager
def fallback_world(kind: str, request: pytest.FixtureRequest) -> Iterator[FallbackWorld]:
    """Open a world with a ready bucket: `fake`, `direct` or `pgbouncer`."""
    if kind == "fake":
        clock = FakeClock()
        ledger = FakeLedger(clock)
        fake = FakeFallback(clock, ledger.tables, max_bytes=MAX_BYTES)
        made = FakeFallbackWorld(clock=clock, fake_ledger=ledger, fake=fake)
        made.set_bucket(BUCKET, BucketState.READY)
        yield made
        return
    database: Database = request.getfixturevalue("module_database")
    url = database.worker_url
    if kind == "pgbouncer":
        databases: Databases = request.getfixturevalue("databases")
        pooler: PgBouncer = request.getfixturevalue("pgbouncer")
        url = url.replace(f":{databases.server.port}/", f":{pooler.port}/")
    with closing(ConnectionPool(url, size=4)) as pool:
        real = PostgresFallbackWorld(database=database, pool=pool)
        real.clear()
        real.set_bucket(BUCKET, BucketState.READY)
        yield real


def foreign(bucket: BucketRecord) -> BucketRecord:
    return replace(bucket, state=BucketState.FOREIGN)


_TOKENS = itertools.count(1)
