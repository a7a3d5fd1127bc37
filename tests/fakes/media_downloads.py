"""Chatwoot's media as a dict from URL to bytes."""

import hashlib
from typing import BinaryIO

from handlers.domain.errors import MediaReason, MediaRefusedError, RetryableError, RetryReason
from handlers.ports.media import DownloadedFile
from tests.fakes.failing import FailingPort


class FakeMediaDownloads(FailingPort):
    """A URL that nobody put a file under is not there yet."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.refusals: dict[str, MediaReason] = {}
        self.budgets: list[float] = []

    def fetch(self, url: str, into: BinaryIO, *, budget_seconds: float) -> DownloadedFile:
        with self._call("fetch"):
            self.budgets.append(budget_seconds)
            if url in self.refusals:
                raise MediaRefusedError(self.refusals[url])
            if url not in self.files:
                raise RetryableError(RetryReason.MEDIA_NOT_READY)
            data = self.files[url]
            into.seek(0)
            into.truncate()
            into.write(data)
            return DownloadedFile(byte_count=len(data), sha256=hashlib.sha256(data).hexdigest())
