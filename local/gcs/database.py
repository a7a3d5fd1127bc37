"""One SQLite database holds every bucket, object and byte: what was answered survives a kill."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS buckets (
  name TEXT PRIMARY KEY,
  project_number TEXT NOT NULL,
  access TEXT NOT NULL,
  generation INTEGER NOT NULL,
  metageneration INTEGER NOT NULL,
  time_created TEXT NOT NULL,
  updated TEXT NOT NULL,
  settings TEXT NOT NULL,
  policy TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS objects (
  bucket TEXT NOT NULL,
  name TEXT NOT NULL,
  generation INTEGER NOT NULL,
  metageneration INTEGER NOT NULL,
  state TEXT NOT NULL,
  content_id INTEGER NOT NULL,
  size INTEGER NOT NULL,
  crc32c TEXT NOT NULL,
  md5_hash TEXT,
  component_count INTEGER,
  time_created TEXT NOT NULL,
  updated TEXT NOT NULL,
  time_deleted TEXT,
  soft_delete_time TEXT,
  hard_delete_time TEXT,
  settings TEXT NOT NULL,
  PRIMARY KEY (bucket, name, generation)
);
CREATE UNIQUE INDEX IF NOT EXISTS objects_live ON objects (bucket, name) WHERE state = 'live';
CREATE INDEX IF NOT EXISTS objects_generation ON objects (generation);
CREATE INDEX IF NOT EXISTS objects_doomed ON objects (hard_delete_time)
  WHERE hard_delete_time IS NOT NULL;
CREATE TABLE IF NOT EXISTS chunks (
  content_id INTEGER NOT NULL,
  start INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (content_id, start)
);
CREATE TABLE IF NOT EXISTS staged_contents (content_id INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS uploads (
  upload_id TEXT PRIMARY KEY,
  bucket TEXT NOT NULL,
  content_id INTEGER NOT NULL,
  received INTEGER NOT NULL,
  request TEXT NOT NULL,
  finished TEXT
);
"""


class DataInUseError(RuntimeError):
    """Another process has the data directory open."""


class Database:
    """A single connection, used by one thread at a time.

    Without a directory SQLite keeps a nameless file that the system removes with the process.
    """

    def __init__(self, directory: Path | None) -> None:
        path = ""
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            path = str(directory / "gcs.sqlite3")
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path, timeout=0.2, isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        try:
            self._connection.executescript(
                # EXCLUSIVE needs no shared-memory file and keeps a second server out.
                "PRAGMA locking_mode = EXCLUSIVE;"
                "PRAGMA journal_mode = WAL;"
                # A killed process loses nothing; a power cut may lose the last transactions.
                "PRAGMA synchronous = NORMAL;"
                "PRAGMA journal_size_limit = 8388608;"
                "PRAGMA cache_size = -8192;" + _SCHEMA
            )
        except sqlite3.OperationalError as error:
            raise DataInUseError(f"{path}: {error}") from error
        self._discard_unfinished()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run the block alone and keep either all of its changes or none."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Run the block while nobody writes."""
        with self._lock:
            yield self._connection

    def last_number(self) -> int:
        """Return the highest number the clock gave out before the last stop."""
        row = self._connection.execute(
            "SELECT max(coalesce((SELECT max(generation) FROM buckets), 0),"
            " coalesce((SELECT max(generation) FROM objects), 0),"
            " coalesce((SELECT max(content_id) FROM chunks), 0),"
            " coalesce((SELECT max(content_id) FROM uploads), 0))"
        ).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Write everything out; the lock stays taken, so that late requests change nothing."""
        self._lock.acquire()
        self._connection.close()

    def _discard_unfinished(self) -> None:
        """Drop the bytes of direct uploads that a kill interrupted."""
        with self.transaction() as connection:
            connection.execute(
                "DELETE FROM chunks WHERE content_id IN (SELECT content_id FROM staged_contents)"
            )
            connection.execute("DELETE FROM staged_contents")
