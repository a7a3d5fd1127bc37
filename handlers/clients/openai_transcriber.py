"""Turns recordings into text through OpenAI's speech endpoint."""

import re
from typing import BinaryIO, Final

import openai
from openai import Omit, OpenAI, omit
from openai.types.audio import Transcription

from handlers.clients.openai_errors import retry_after
from handlers.domain.errors import (
    MediaReason,
    MediaRefusedError,
    RetryableError,
    RetryReason,
)
from handlers.ports.media import Transcript

_CONNECT_TIMEOUT_SECONDS: Final = 5.0
# The endpoint's own words; it has one code for every kind of bad value.
_TOO_LONG: Final = re.compile(r"longer than|too long|maximum.{0,20}duration", re.IGNORECASE)
_UNSUPPORTED: Final = re.compile(r"unsupported.{0,10}(file )?format", re.IGNORECASE)
_UNREADABLE: Final = re.compile(
    r"corrupt|could not be decoded|invalid file|decod|too short|audio file", re.IGNORECASE
)


class OpenAITranscriber:
    """One model of one account; the client's own retries are off, the queue repeats."""

    def __init__(
        self, *, api_key: str, base_url: str | None, model: str, language: str | None
    ) -> None:
        self._client = OpenAI(api_key=api_key, base_url=base_url, max_retries=0)
        self._model = model
        self._language = language

    @property
    def model(self) -> str:
        """Name the model, which is part of what makes two transcripts the same."""
        return self._model

    def transcribe(
        self, audio: BinaryIO, *, extension: str, media_type: str, budget_seconds: float
    ) -> Transcript:
        """Return what is said.

        Raises:
            MediaRefusedError: the recording cannot be understood.
            RetryableError: the service may take it later.
        """
        audio.seek(0)
        language: str | Omit = omit if self._language is None else self._language
        try:
            answer = self._client.audio.transcriptions.create(
                # The endpoint goes by the file name, and refuses .oga and .opus for OGG.
                file=(f"audio.{extension}", audio, media_type),
                model=self._model,
                language=language,
                response_format="json",
                timeout=openai.Timeout(budget_seconds, connect=_CONNECT_TIMEOUT_SECONDS),
            )
        except openai.BadRequestError as error:
            raise _refusal(error) from error
        except openai.APIStatusError as error:
            raise _later(error) from error
        except (openai.OpenAIError, ValueError) as error:
            # ValueError: an answer that is no JSON, a proxy's page for one.
            raise RetryableError(RetryReason.TRANSCRIPTION_UNAVAILABLE) from error
        # The client does not check what it parsed.
        text = getattr(answer, "text", None)
        if not isinstance(text, str):
            raise RetryableError(RetryReason.TRANSCRIPTION_UNAVAILABLE)
        return Transcript(text=text.strip(), language=_language(answer), seconds=_seconds(answer))


def _refusal(error: openai.BadRequestError) -> MediaRefusedError | RetryableError:
    text = str(error)
    if _TOO_LONG.search(text):
        return MediaRefusedError(MediaReason.AUDIO_TOO_LONG)
    if _UNSUPPORTED.search(text):
        return MediaRefusedError(MediaReason.AUDIO_FORMAT_UNSUPPORTED)
    if error.param == "file" or _UNREADABLE.search(text):
        return MediaRefusedError(MediaReason.AUDIO_UNREADABLE)
    # Not about this recording, so about how we ask: a setting, which somebody can mend.
    return RetryableError(RetryReason.TRANSCRIPTION_REFUSED)


def _later(error: openai.APIStatusError) -> MediaRefusedError | RetryableError:
    if isinstance(error, openai.RateLimitError):
        return RetryableError(RetryReason.TRANSCRIPTION_THROTTLED, retry_after=retry_after(error))
    if error.status_code == 413:  # noqa: PLR2004 - Content Too Large
        return MediaRefusedError(MediaReason.AUDIO_TOO_LARGE)
    if error.status_code < 500:  # noqa: PLR2004 - a key, a model or a right that is missing
        return RetryableError(RetryReason.TRANSCRIPTION_REFUSED)
    return RetryableError(RetryReason.TRANSCRIPTION_UNAVAILABLE, retry_after=retry_after(error))


def _language(answer: Transcription) -> str | None:
    return answer.languages[0].code if answer.languages else None


def _seconds(answer: Transcription) -> float | None:
    usage = answer.usage
    return usage.seconds if usage is not None and usage.type == "duration" else None
