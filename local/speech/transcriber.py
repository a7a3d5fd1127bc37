"""Turns audio into words with faster-whisper; the model is loaded when it is first needed."""

import threading
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

_SAMPLING_RATE = 16_000


class UnreadableAudioError(Exception):
    """No decoder could make sense of the bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of speech, with the model's own measures."""

    id: int
    seek: int
    start: float
    end: float
    text: str
    tokens: list[int]
    temperature: float
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """The words of one recording; no segments for silence."""

    seconds: float
    segments: list[Segment]

    @property
    def text(self) -> str:
        """All words."""
        return "".join(segment.text for segment in self.segments).strip()


def measure(audio: bytes) -> float:
    """Return the length in seconds that the file itself states; 0 if it states none."""
    import av  # noqa: PLC0415 - half a second that the start must not cost

    try:
        with av.open(BytesIO(audio), "r") as container:
            if not container.streams.audio:
                raise UnreadableAudioError("no audio stream")
            length: float = float(container.duration or 0) / av.time_base
            return length
    except av.FFmpegError as error:
        raise UnreadableAudioError(str(error)) from error


class Transcriber:
    """One English model; one recording at a time, on `threads` cores."""

    def __init__(self, model_directory: Path, threads: int) -> None:
        self._model_directory = model_directory
        self._threads = threads
        self._model: Any = None
        self._lock = threading.Lock()

    def load(self) -> None:
        """Load the model now."""
        with self._lock:
            self._loaded()

    def transcribe(self, audio: bytes, *, prompt: str | None) -> Transcript:
        """Decode and transcribe; raise UnreadableAudioError."""
        import av  # noqa: PLC0415 - as above
        from faster_whisper.audio import decode_audio  # noqa: PLC0415 - as above

        with self._lock:
            model = self._loaded()
            try:
                samples = decode_audio(BytesIO(audio), sampling_rate=_SAMPLING_RATE)
            except (av.FFmpegError, IndexError) as error:
                raise UnreadableAudioError(str(error)) from error
            # Without voice detection the model hears words in silence.
            segments, _ = model.transcribe(
                samples, language="en", initial_prompt=prompt, vad_filter=True
            )
            return Transcript(
                seconds=len(samples) / _SAMPLING_RATE,
                segments=[
                    Segment(
                        id=number,
                        seek=each.seek,
                        start=each.start,
                        end=each.end,
                        text=each.text,
                        tokens=each.tokens,
                        temperature=each.temperature,
                        avg_logprob=each.avg_logprob,
                        compression_ratio=each.compression_ratio,
                        no_speech_prob=each.no_speech_prob,
                    )
                    for number, each in enumerate(segments)
                ],
            )

    def _loaded(self) -> Any:  # noqa: ANN401 - faster_whisper has no types
        if self._model is None:
            from faster_whisper import WhisperModel  # noqa: PLC0415 - as above

            self._model = WhisperModel(
                str(self._model_directory),
                device="cpu",
                compute_type="int8",
                cpu_threads=self._threads,
                local_files_only=True,
            )
        return self._model
