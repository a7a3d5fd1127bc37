"""The bytes of objects, in rows small enough that nobody holds a big object in memory."""

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from local.gcs.checksums import Digests, RunningDigests
from local.gcs.database import Database

# Also the unit in which Google keeps an interrupted upload.
CHUNK_BYTES = 256 * 1024


class ContentWriter:
    """Collects one content; leaving the block without `keep` removes every byte.

    A content of one chunk is written by `keep` alone, in the transaction of its object.
    """

    def __init__(self, database: Database, content_id: int) -> None:
        self.content_id = content_id
        self.size = 0
        self._database = database
        self._digests = RunningDigests()
        self._pending = bytearray()
        self._stored = 0
        self._kept = False

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what no object refers to."""
        if not self._kept and self._stored:
            with self._database.transaction() as connection:
                delete_content(connection, self.content_id)
                _unstage(connection, self.content_id)

    def write(self, piece: bytes) -> None:
        """Add the next bytes."""
        self._digests.update(piece)
        self.size += len(piece)
        self._pending += piece
        while len(self._pending) > CHUNK_BYTES:
            with self._database.transaction() as connection:
                if not self._stored:
                    connection.execute("INSERT INTO staged_contents VALUES (?)", [self.content_id])
                self._store(connection, bytes(self._pending[:CHUNK_BYTES]))
            del self._pending[:CHUNK_BYTES]

    def digests(self) -> Digests:
        """Return the digests of everything written."""
        return self._digests.finish()

    def keep(self, connection: sqlite3.Connection) -> None:
        """Make the content permanent together with the transaction it is given."""
        if self._stored:
            _unstage(connection, self.content_id)
        if self._pending:
            self._store(connection, bytes(self._pending))
        self._kept = True

    def _store(self, connection: sqlite3.Connection, chunk: bytes) -> None:
        append_chunk(connection, self.content_id, self._stored, chunk)
        self._stored += len(chunk)


def append_chunk(connection: sqlite3.Connection, content_id: int, start: int, chunk: bytes) -> None:
    """Store bytes of a content from the offset on."""
    connection.execute("INSERT INTO chunks VALUES (?, ?, ?)", [content_id, start, chunk])


def delete_content(connection: sqlite3.Connection, content_id: int) -> None:
    """Remove all bytes of a content."""
    connection.execute("DELETE FROM chunks WHERE content_id = ?", [content_id])


def copy_content(
    connection: sqlite3.Connection, source_id: int, target_id: int, *, offset: int = 0
) -> None:
    """Append a content to another without bringing it into this process's memory."""
    connection.execute(
        "INSERT INTO chunks SELECT ?, start + ?, bytes FROM chunks"
        " WHERE content_id = ? ORDER BY start",
        [target_id, offset, source_id],
    )


def digests_of(connection: sqlite3.Connection, content_id: int) -> Digests:
    """Compute the digests of a stored content."""
    running = RunningDigests()
    for row in connection.execute(
        "SELECT bytes FROM chunks WHERE content_id = ? ORDER BY start", [content_id]
    ):
        running.update(row[0])
    return running.finish()


def read_content(database: Database, content_id: int, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes from start up to, not including, end.

    Ends early if the content is deleted meanwhile: the reader then lacks bytes it was promised.
    """
    while start < end:
        with database.reading() as connection:
            row = connection.execute(
                "SELECT start, bytes FROM chunks WHERE content_id = ? AND start <= ?"
                " ORDER BY start DESC LIMIT 1",
                [content_id, start],
            ).fetchone()
        if row is None:
            return
        piece = row["bytes"][start - row["start"] : end - row["start"]]
        if not piece:
            return
        yield piece
        start += len(piece)


def _unstage(connection: sqlite3.Connection, content_id: int) -> None:
    connection.execute("DELETE FROM staged_contents WHERE content_id = ?", [content_id])
