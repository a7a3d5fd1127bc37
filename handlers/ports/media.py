"""Attachments: where they come from, and what recordings say."""

from dataclasses import dataclass
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadedFile:
    """What a download brought: the size in bytes and the digest of the file's content."""

    byte_count: int
    sha256: str


class MediaDownloads(Protocol):
    """Fetches attachments from Chatwoot."""

    def fetch(self, url: str, into: BinaryIO, *, budget_seconds: float) -> DownloadedFile:
        """Stream a file, with every hop checked; waits for one that is not there yet.

        Raises:
            MediaRefusedError: it may not or cannot be had.
            RetryableError: it may be had later.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What a recording says."""

    text: str
    """Empty where nobody speaks."""
    language: str | None
    seconds: float | None


class Transcriber(Protocol):
    """Turns a recording into text."""

    @property
    def model(self) -> str:
        """Name the model, which is part of what makes two transcripts the same."""

    def transcribe(
        self, audio: BinaryIO, *, extension: str, media_type: str, budget_seconds: float
    ) -> Transcript:
        """Return what is said.

        Raises:
            MediaRefusedError: the recording cannot be understood.
            RetryableError: the service may take it later.
        """
