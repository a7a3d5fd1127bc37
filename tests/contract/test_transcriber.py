"""What the worker relies on in a transcriber, and every answer the real endpoint may give."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import requests

import local.voice
from handlers.clients.openai_transcriber import OpenAITranscriber
from handlers.domain.errors import MediaReason, MediaRefusedError, RetryableError
from handlers.ports.media import Transcriber, Transcript
from local import processes
from tests.fakes.transcriber import FakeTranscriber

_FILES: Final = Path(local.voice.__file__).parent
_NOTE: Final = (_FILES / "note.ogg").read_bytes()
_SILENCE: Final = (_FILES / "silence.ogg").read_bytes()
_BROKEN: Final = b"OggS" + b"no recording at all" * 20
_KEY: Final = "sk-local"


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    command = [sys.executable, "-m", "local.speech", "--host", "127.0.0.1", "--port", "0"]
    command += ["--api-key", _KEY, "--remember"]
    log = tmp_path_factory.mktemp("speech") / "speech.log"
    with processes.start(command, log=log, ready_timeout=20) as child:
        yield f"http://127.0.0.1:{child.port}"


def _real(url: str, *, key: str = _KEY, language: str | None = None) -> OpenAITranscriber:
    return OpenAITranscriber(
        api_key=key, base_url=f"{url}/v1", model="gpt-transcribe", language=language
    )


@pytest.fixture
def openai_transcriber(speech: str) -> Iterator[OpenAITranscriber]:
    transcriber = _real(speech)
    yield transcriber
    transcriber._client.close()
    requests.delete(f"{speech}/_control/faults", timeout=5)


@pytest.fixture(params=["fake", "openai"])
def transcriber(request: pytest.FixtureRequest) -> Transcriber:
    if request.param == "openai":
        real: Transcriber = request.getfixturevalue("openai_transcriber")
        return real
    fake = FakeTranscriber()
    fake.transcripts[_NOTE] = Transcript(text="from Maria", language="en", seconds=8)
    fake.transcripts[_BROKEN] = MediaRefusedError(MediaReason.AUDIO_UNREADABLE)
    return fake


def _transcribe(transcriber: Transcriber, audio: bytes, budget_seconds: float = 60) -> Transcript:
    file = io.BytesIO(audio)
    file.seek(5)
    return transcriber.transcribe(
        file, extension="ogg", media_type="audio/ogg", budget_seconds=budget_seconds
    )


def test_what_is_said_comes_back_with_language_and_length(transcriber: Transcriber) -> None:
    transcript = _transcribe(transcriber, _NOTE)

    assert "maria" in transcript.text.lower()
    assert transcript.text == transcript.text.strip()
    assert transcript.language == "en"
    assert transcript.seconds is not None
    assert 7 <= transcript.seconds <= 9


def test_silence_is_an_empty_text(transcriber: Transcriber) -> None:
    assert _transcribe(transcriber, _SILENCE).text == ""


def test_a_broken_recording_is_refused(transcriber: Transcriber) -> None:
    with pytest.raises(MediaRefusedError, match="audio_unreadable"):
        _transcribe(transcriber, _BROKEN)


def test_the_model_has_a_name(transcriber: Transcriber) -> None:
    assert transcriber.model == "gpt-transcribe"


def _fail(speech: str, **fault: object) -> None:
    order = {"match": "POST /v1/audio", **fault}
    requests.post(f"{speech}/_control/faults", json=order, timeout=5).raise_for_status()


def _error(message: str, *, param: str | None = None) -> str:
    written = f'"{param}"' if param else "null"
    return (
        f'{{"error": {{"message": "{message}", "type": "invalid_request_error",'
        f' "param": {written}, "code": null}}}}'
    )


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, _error("audio duration 1600 s is longer than 1500 seconds"), "audio_too_long"),
        (400, _error("Unsupported file format amr"), "audio_format_unsupported"),
        (400, _error("Audio file might be corrupted or unsupported"), "audio_unreadable"),
        (400, _error("something about it", param="file"), "audio_unreadable"),
        (413, _error("Maximum content size limit exceeded"), "audio_too_large"),
    ],
    ids=["too_long", "format", "corrupt", "file", "too_large"],
)
def test_a_refusal_of_this_recording_is_final(
    speech: str, openai_transcriber: OpenAITranscriber, status: int, body: str, reason: str
) -> None:
    _fail(speech, status=status, body=body)

    with pytest.raises(MediaRefusedError, match=f"^{reason}$"):
        _transcribe(openai_transcriber, _NOTE)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"status": 429}, "transcription_throttled"),
        ({"status": 401}, "transcription_refused"),
        ({"status": 403}, "transcription_refused"),
        ({"status": 404}, "transcription_refused"),
        ({"status": 400, "body": _error("Unknown language", param="language")}, "refused"),
        ({"status": 500}, "transcription_unavailable"),
        ({"status": 503}, "transcription_unavailable"),
        ({"reset_connection": True}, "transcription_unavailable"),
        ({"cut_after_bytes": 3}, "transcription_unavailable"),
        ({"status": 200, "body": "<html>not json"}, "transcription_unavailable"),
        ({"status": 200, "body": "{}"}, "transcription_unavailable"),
    ],
    ids=[
        *("429", "401", "403", "404", "400", "500", "503"),
        *("reset", "cut", "no_json", "no_text"),
    ],
)
def test_everything_else_may_be_tried_again_after_one_attempt(
    speech: str, openai_transcriber: OpenAITranscriber, fault: dict[str, object], reason: str
) -> None:
    _fail(speech, **fault)

    with pytest.raises(RetryableError, match=reason):
        _transcribe(openai_transcriber, _NOTE)

    assert requests.get(f"{speech}/_control/faults", timeout=5).json() == {"faults": []}


def test_a_wrong_key_is_retryable_because_somebody_can_mend_it(speech: str) -> None:
    transcriber = _real(speech, key="sk-wrong")

    with pytest.raises(RetryableError, match="transcription_refused"):
        _transcribe(transcriber, _NOTE)
    transcriber._client.close()


def test_the_budget_is_kept(speech: str, openai_transcriber: OpenAITranscriber) -> None:
    _fail(speech, delay_seconds=1.5)

    with pytest.raises(RetryableError, match="transcription_unavailable"):
        _transcribe(openai_transcriber, _NOTE, budget_seconds=0.2)


def test_a_configured_language_is_passed_on_under_a_canonical_file_name(speech: str) -> None:
    transcriber = _real(speech, language="en")
    requests.delete(f"{speech}/_control/requests", timeout=5)

    _transcribe(transcriber, _NOTE)

    asked = requests.get(f"{speech}/_control/requests", timeout=5).json()["transcriptions"]
    assert [(each["language"], each["filename"]) for each in asked] == [("en", "audio.ogg")]
    transcriber._client.close()
