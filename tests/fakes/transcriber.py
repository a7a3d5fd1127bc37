"""Speech recognition that says what the test wrote down for each recording."""

from dataclasses import dataclass
from typing import BinaryIO

from handlers.domain.errors import MediaRefusedError
from handlers.ports.media import Transcript
from tests.fakes.failing import FailingPort

SILENCE = Transcript(text="", language=None, seconds=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request as the service saw it."""

    byte_count: int
    extension: str
    media_type: str
    budget_seconds: float


class FakeTranscriber(FailingPort):
    """Hears silence in recordings that the test said nothing about."""

    def __init__(self, model: str = "gpt-transcribe") -> None:
        super().__init__()
        self._model = model
        self.transcripts: dict[bytes, Transcript | MediaRefusedError] = {}
        self.heard: list[Heard] = []

    @property
    def model(self) -> str:
        return self._model

    def transcribe(
        self, audio: BinaryIO, *, extension: str, media_type: str, budget_seconds: float
    ) -> Transcript:
        with self._call("transcribe"):
            audio.seek(0)
            data = audio.read()
            self.heard.append(
                Heard(
                    byte_count=len(data),
                    extension=extension,
                    media_type=media_type,
                    budget_seconds=budget_seconds,
                )
            )
            found = self.transcripts.get(data, SILENCE)
            if isinstance(found, MediaRefusedError):
                raise found
            return found
