"""The body of a request as it comes off the connection, never held as a whole."""

from collections.abc import Iterator
from typing import Protocol

from local.gcs.errors import StorageError, invalid

_PIECE = 64 * 1024


class BrokenBodyError(Exception):
    """The connection ended, or was told to break, before the body did."""


class Stream(Protocol):
    """The reading half of a connection."""

    def read(self, size: int, /) -> bytes:
        """Return exactly size bytes, fewer only at the end."""

    def readline(self, limit: int, /) -> bytes:
        """Return one line."""


class Body:
    """Bytes of known length, or in HTTP chunks when the length is None."""

    def __init__(self, stream: Stream, length: int | None) -> None:
        self.length = length
        self._stream = stream
        self._left = length or 0
        self._chunked = length is None
        self._breaks_after: int | None = None

    def break_after(self, size: int) -> None:
        """Behave as if the connection broke after that many bytes."""
        self._breaks_after = size

    def pieces(self) -> Iterator[bytes]:
        """Yield what is left of the body."""
        while piece := self._next():
            if self._breaks_after is not None:
                if len(piece) > self._breaks_after:
                    yield piece[: self._breaks_after]
                    raise BrokenBodyError("broken on request")
                self._breaks_after -= len(piece)
            yield piece

    def read_all(self, limit: int) -> bytes:
        """Return the whole body, refusing one that is larger than the limit."""
        collected = bytearray()
        for piece in self.pieces():
            collected += piece
            if len(collected) > limit:
                raise StorageError(status=413)
        return bytes(collected)

    def drain(self, limit: int) -> bool:
        """Read away what is left; return whether the connection can carry another request."""
        for piece in self.pieces():
            limit -= len(piece)
            if limit < 0:
                return False
        return True

    def _next(self) -> bytes:
        if self._chunked and not self._left:
            self._left = self._next_chunk_size()
            self._chunked = self._left > 0
        if not self._left:
            return b""
        piece = self._stream.read(min(_PIECE, self._left))
        if not piece:
            raise BrokenBodyError("connection ended inside a body")
        self._left -= len(piece)
        if self._chunked and not self._left:
            self._stream.readline(3)
        return piece

    def _next_chunk_size(self) -> int:
        line = self._stream.readline(1024)
        try:
            size = int(line.split(b";")[0], 16)
        except ValueError as error:
            raise invalid("Malformed chunked body.") from error
        if not size:
            while self._stream.readline(65536).strip():
                pass
        return size
