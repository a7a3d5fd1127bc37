"""Decides whether a recording is to be transcribed, and gets its words from where they are."""

from dataclasses import dataclass, field
from typing import BinaryIO, Final

from handlers.domain.errors import (
    MediaReason,
    MediaRefusedError,
    RetryableError,
    RetryReason,
)
from handlers.domain.filing import TranscriptLookup, TranscriptSource
from handlers.domain.media_types import SNIFF_BYTES, MediaType
from handlers.domain.ogg import ogg_seconds
from handlers.ports.clock import Clock
from handlers.ports.media import Transcriber, Transcript

TRANSCRIPTION_SECONDS: Final = 240.0
_MAX_BYTES: Final = 25 * 1024 * 1024  # OpenAI's limit for one file
# An OGG page is at most 65,307 bytes long, so the last one begins within these.
_TAIL_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What came of a recording: words, or the reason why there are none."""

    text: str | None = field(default=None, repr=False)
    language: str | None = None
    seconds: float | None = None
    reason: MediaReason | None = None
    was_known: bool = False


class Recordings:
    """Everything about audio beyond its bytes."""

    def __init__(self, *, transcriber: Transcriber, clock: Clock, max_seconds: int) -> None:
        self._transcriber = transcriber
        self._clock = clock
        self._max_seconds = max_seconds

    @property
    def model(self) -> str:
        """Name the model that would be asked."""
        return self._transcriber.model

    def problem(self, file: BinaryIO, media_type: MediaType, byte_count: int) -> MediaReason | None:
        """Return why a recording need not be sent at all, or None."""
        if not media_type.is_transcribable:
            return MediaReason.AUDIO_FORMAT_UNSUPPORTED
        if byte_count > _MAX_BYTES:
            return MediaReason.AUDIO_TOO_LARGE
        seconds = _seconds(file, byte_count) if media_type.extension == "ogg" else None
        if seconds is not None and seconds > self._max_seconds:
            return MediaReason.AUDIO_TOO_LONG
        return None

    def words(
        self,
        file: BinaryIO,
        media_type: MediaType,
        byte_count: int,
        lookup: TranscriptLookup,
        *,
        deadline: float,
    ) -> Words:
        """Return the recording's words, asking the speech service only where nobody has.

        Raises:
            RetryableError: not now; the recording itself is kept.
        """
        if lookup.source is TranscriptSource.RUNNING:
            raise RetryableError(RetryReason.TRANSCRIPTION_RUNNING)
        if lookup.source is TranscriptSource.KNOWN:
            found = Transcript(
                text=lookup.text or "", language=lookup.language, seconds=lookup.seconds
            )
        else:
            remaining = deadline - self._clock.monotonic()
            if remaining <= 0:
                raise RetryableError(RetryReason.OUT_OF_TIME)
            try:
                found = self._transcriber.transcribe(
                    file,
                    extension=media_type.extension,
                    media_type=media_type.name,
                    budget_seconds=min(TRANSCRIPTION_SECONDS, remaining),
                )
            except MediaRefusedError as error:
                return Words(reason=error.reason)
        own_seconds = _seconds(file, byte_count) if media_type.extension == "ogg" else None
        return Words(
            text=found.text,
            language=found.language,
            seconds=own_seconds if found.seconds is None else found.seconds,
            reason=None if found.text else MediaReason.AUDIO_SILENT,
            was_known=lookup.source is TranscriptSource.KNOWN,
        )


def _seconds(file: BinaryIO, byte_count: int) -> float | None:
    file.seek(0)
    head = file.read(SNIFF_BYTES)
    file.seek(max(byte_count - _TAIL_BYTES, 0))
    return ogg_seconds(head, file.read(_TAIL_BYTES))
