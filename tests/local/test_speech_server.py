"""The official OpenAI client gets real transcripts, and real refusals, from the local server."""

import hashlib
import io
import re
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
import requests

import local.voice
from local import processes

_VOICE = Path(local.voice.__file__).parent
_KEY = "sk-local"
_MODEL = "gpt-transcribe"
_OGG = ("note.ogg", (_VOICE / "silence.ogg").read_bytes())
_NOTE = (
    "quick note from the meeting with maria we agreed to move the launch to the second week of "
    "march and she will send us the updated prices by friday"
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("speech") / "speech.log"
    command = [sys.executable, "-m", "local.speech", "--host", "127.0.0.1", "--port", "0"]
    began = time.monotonic()
    with processes.start([*command, "--api-key", _KEY], log=log, ready_timeout=10) as child:
        assert time.monotonic() - began < 8, "the model was to be loaded later"
        yield f"http://127.0.0.1:{child.port}"
        assert child.stop(grace_seconds=1) == 0
        assert log.read_text() == ""


@pytest.fixture
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key=_KEY, base_url=f"{url}/v1", max_retries=0) as running:
        yield running
    requests.delete(f"{url}/_control/faults", timeout=5)


def _order(url: str, **fault: object) -> None:
    fault = {"match": "POST /v1/audio", **fault}
    assert requests.post(f"{url}/_control/faults", json=fault, timeout=5).status_code == 200


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def _share_heard(said: list[str], heard: list[str]) -> float:
    """One minus the word error rate, by edit distance."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return 1 - row[-1] / len(said)


def _wav(seconds: float) -> tuple[str, bytes]:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(2 * int(16_000 * seconds)))
    return "sound.wav", stream.getvalue()


def test_nine_of_ten_words_of_the_note_are_heard(client: openai.OpenAI) -> None:
    with (_VOICE / "note.ogg").open("rb") as note:
        answer = client.audio.transcriptions.create(
            file=note, model="gpt-transcribe", language="en"
        )
    assert _share_heard(_words(_NOTE), _words(answer.text)) >= 0.9
    assert answer.usage is not None
    assert answer.usage.type == "duration"
    assert 7 <= answer.usage.seconds <= 10
    assert [each.code for each in answer.languages or []] == ["en"]


def test_the_order_keeps_its_platform_and_subject(client: openai.OpenAI) -> None:
    with (_VOICE / "order.ogg").open("rb") as order:
        text = client.audio.transcriptions.create(
            file=order, model="gpt-4o-transcribe", response_format="text"
        )
    assert {"linkedin", "short", "friendly", "lisbon"} <= set(_words(str(text)))


def test_silence_has_no_words(client: openai.OpenAI) -> None:
    with (_VOICE / "silence.ogg").open("rb") as silence:
        answer = client.audio.transcriptions.create(file=silence, model="gpt-transcribe")
    assert (answer.text, answer.languages) == ("", [])


def test_whisper_tells_segments(client: openai.OpenAI) -> None:
    with (_VOICE / "note.ogg").open("rb") as note:
        answer = client.audio.transcriptions.create(
            file=note, model="whisper-1", response_format="verbose_json", prompt="Maria, launch"
        )
    assert answer.segments
    assert _words(answer.segments[0].text)[0] == "quick"
    assert 7 < answer.duration < 10


@pytest.mark.parametrize(
    ("wish", "status", "code", "message"),
    [
        ({"model": "gpt-5-ears"}, 404, "model_not_found", "does not exist"),
        ({"response_format": "verbose_json"}, 400, "unsupported_value", "not compatible"),
        ({"file": ("note.oga", _OGG[1])}, 400, "unsupported_value", "Unsupported file format"),
        ({"file": ("note.opus", _OGG[1])}, 400, "unsupported_value", "Unsupported file format"),
        ({"file": ("note.ogg", b"no sound" * 99)}, 400, "invalid_value", "corrupted"),
        ({"file": ("photo.ogg", b"")}, 400, "invalid_value", "corrupted"),
        ({"file": _wav(0.05)}, 400, "audio_too_short", "too short"),
        ({"language": "english"}, 400, "invalid_language_format", "ISO-639-1"),
    ],
)
def test_a_refusal_has_openais_shape(
    wish: dict[str, Any], status: int, code: str, message: str, client: openai.OpenAI
) -> None:
    wanted = {"file": _OGG, "model": "gpt-transcribe", **wish}
    with pytest.raises(openai.APIStatusError) as caught:
        client.audio.transcriptions.create(**wanted)
    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert caught.value.type == "invalid_request_error"
    assert message in caught.value.message


def test_audio_over_25_minutes_is_refused(client: openai.OpenAI) -> None:
    # 8 kHz, one byte: long but not large.
    stream = io.BytesIO()
    with wave.open(stream, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes(8000 * 1501))
    with pytest.raises(openai.BadRequestError, match="longer than 1500 seconds"):
        client.audio.transcriptions.create(file=("long.wav", stream.getvalue()), model=_MODEL)


def test_26_megabytes_are_too_many(client: openai.OpenAI) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        client.audio.transcriptions.create(file=("big.ogg", bytes(26_300_000)), model=_MODEL)
    assert caught.value.status_code == 413


def test_a_wrong_key_is_401(url: str) -> None:
    with (
        openai.OpenAI(api_key="sk-other", base_url=f"{url}/v1") as client,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        client.models.list()
    assert caught.value.code == "invalid_api_key"


def test_models_are_listed_and_shown(client: openai.OpenAI) -> None:
    assert {"gpt-transcribe", "whisper-1"} <= {model.id for model in client.models.list()}
    assert client.models.retrieve("whisper-1").id == "whisper-1"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-5-ears")


def test_the_clients_own_retry_waits_as_long_as_it_is_told(url: str) -> None:
    _order(url, status=429, times=2, retry_after=0.2)
    with openai.OpenAI(api_key=_KEY, base_url=f"{url}/v1", max_retries=2) as client:
        began = time.monotonic()
        client.audio.transcriptions.create(file=_OGG, model=_MODEL)
    assert time.monotonic() - began >= 0.4


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 429, "retry_after": 7}, openai.RateLimitError),
        ({"status": 500}, openai.InternalServerError),
        ({"status": 503, "times": -1}, openai.InternalServerError),
        ({"status": 500, "after": True}, openai.InternalServerError),
        ({"reset_connection": True}, openai.APIConnectionError),
        ({"cut_after_bytes": 3}, openai.APIConnectionError),
    ],
)
def test_a_fault_reaches_the_caller(
    fault: dict[str, Any], error: type[openai.APIError], url: str, client: openai.OpenAI
) -> None:
    requests.delete(f"{url}/_control/requests", timeout=5)
    _order(url, **fault)
    with pytest.raises(error) as caught:
        client.audio.transcriptions.create(file=_OGG, model=_MODEL)
    if isinstance(caught.value, openai.RateLimitError):
        assert caught.value.response.headers["Retry-After"] == "7"
    counted = requests.get(f"{url}/_control/requests", timeout=5).json()
    took_effect = fault.get("after") or "cut_after_bytes" in fault
    assert counted["count"] == (1 if took_effect else 0)


def test_each_transcription_is_counted_with_the_hash_of_its_audio(
    url: str, client: openai.OpenAI
) -> None:
    requests.delete(f"{url}/_control/requests", timeout=5)
    client.audio.transcriptions.create(file=_OGG, model=_MODEL)
    counted = requests.get(f"{url}/_control/requests", timeout=5).json()
    assert counted["count"] == 1
    assert counted["transcriptions"][0]["sha256"] == hashlib.sha256(_OGG[1]).hexdigest()


def test_without_the_model_it_says_what_to_do_and_exits_with_3() -> None:
    code = (
        "import sys, importlib.util as u, runpy; real = u.find_spec\n"
        "u.find_spec = lambda n, *a: None if n == 'faster_whisper' else real(n, *a)\n"
        "sys.argv = ['speech']; runpy.run_module('local.speech', run_name='__main__')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=20
    )
    assert ended.returncode == 3
    assert re.search(r"faster_whisper is not installed(.|\n)*Why(.|\n)*Do: run", ended.stderr)
    assert ended.stdout == ""


def test_a_signal_ends_it_at_once_in_the_middle_of_a_transcription(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local.speech", "--preload"]
    long = io.BytesIO()
    with wave.open(long, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(2 * 16_000 * 600))
    with processes.start(command, log=tmp_path / "log", ready_timeout=20) as child:
        url = f"http://127.0.0.1:{child.port}/v1/audio/transcriptions"
        head = {"Authorization": "Bearer any"}
        files = {"file": ("long.wav", long.getvalue())}
        with pytest.raises(requests.ReadTimeout):
            requests.post(url, headers=head, files=files, data={"model": _MODEL}, timeout=0.5)
        began = time.monotonic()
        assert child.stop(grace_seconds=3) == 0
        assert time.monotonic() - began < 5
    assert (tmp_path / "log").read_text() == ""


def test_a_models_end_is_shown_once_it_is_announced(url: str, client: openai.OpenAI) -> None:
    assert client.models.retrieve(_MODEL).shutdown_date is None
    place = f"{url}/_control/models/{_MODEL}"

    requests.put(place, json={"shutdown_date": "2027-02-26"}, timeout=5).raise_for_status()

    assert client.models.retrieve(_MODEL).shutdown_date == "2027-02-26"
    listed = {model.id: model.shutdown_date for model in client.models.list()}
    assert (listed[_MODEL], listed["whisper-1"]) == ("2027-02-26", None)
    requests.put(place, json={"shutdown_date": None}, timeout=5).raise_for_status()
    unknown = requests.put(f"{url}/_control/models/none", json={}, timeout=5)
    assert unknown.status_code == 404
