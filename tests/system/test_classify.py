"""`classify` as it is typed: a process of its own, pipes, and a model over real HTTP."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import requests

from handlers.domain.orders.understanding import understand
from handlers.domain.orders.values import Confidence
from local import processes
from local.functions import REPOSITORY

pytestmark = pytest.mark.system

_LABELLED: Final = REPOSITORY / "bench" / "intents" / "tuning.jsonl"
_COMMAND: Final = [sys.executable, "-m", "handlers.cli", "classify"]
_ORDER: Final = "Write a short, friendly LinkedIn post about the spring fair in Lisbon"
_NOTE: Final = "Hello!"
_NULLS: Final = {
    "intent": None,
    "platform": None,
    "length": None,
    "tone": None,
    "topic": None,
    "subject": None,
    "language": None,
    "decided_by": None,
}


def _classify(
    *options: str, typed: bytes, environ: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [*_COMMAND, *options],
        cwd=REPOSITORY,
        env=dict(environ or {}),
        input=typed,
        capture_output=True,
        timeout=120,
        check=False,
    )


def _typed(*texts: str) -> bytes:
    return b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts)


def _lines(out: bytes) -> list[Any]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    command = [sys.executable, "-m", "local.speech", "--host", "127.0.0.1", "--port", "0"]
    log: Path = tmp_path_factory.mktemp("openai") / "speech.log"
    with processes.start([*command, "--api-key", "sk-k"], log=log, ready_timeout=20) as child:
        yield f"http://127.0.0.1:{child.port}"


@pytest.fixture
def environ(service: str) -> Iterator[dict[str, str]]:
    yield {"OPENAI_API_KEY": "sk-k", "OPENAI_BASE_URL": f"{service}/v1"}
    for what in ("faults", "answers", "requests"):
        requests.delete(f"{service}/_control/{what}", timeout=5)


def _asked(service: str) -> int:
    found = requests.get(f"{service}/_control/requests", timeout=5).json()["responses"]
    return len(found)


def test_by_rules_alone_it_needs_nothing_in_the_environment() -> None:
    done = _classify("--rules-only", typed=_typed(_ORDER, _NOTE) + b"?\n" + _typed(_ORDER))

    order, note, nulls, again = _lines(done.stdout)
    assert order == {
        "intent": "ORDER",
        "platform": "linkedin",
        "length": "short",
        "tone": "friendly",
        "topic": None,
        "subject": "the spring fair in Lisbon",
        "language": "en",
        "decided_by": "rules",
    }
    assert list(order) == list(_NULLS)
    assert note == {**_NULLS, "intent": "NOTE", "decided_by": "rules"}
    assert (nulls, again) == (_NULLS, order)
    assert (done.returncode, done.stderr) == (1, b"line 3: not_json\n")


def test_without_a_key_it_says_so_and_goes_by_the_rules() -> None:
    done = _classify(typed=_typed(_ORDER, _NOTE))

    assert [line["intent"] for line in _lines(done.stdout)] == ["ORDER", "NOTE"]
    assert done.returncode == 0
    assert done.stderr.count(b"\n") == 1
    assert b"OPENAI_API_KEY" in done.stderr


def test_switched_off_the_model_is_not_asked(service: str, environ: dict[str, str]) -> None:
    off = {**environ, "OPENAI_INTENT_MODEL": "off"}

    done = _classify(typed=_typed(_ORDER), environ=off)

    assert (done.returncode, done.stderr.count(b"\n"), _asked(service)) == (0, 1, 0)


def _in_doubt() -> str:
    """Return a message that the rules leave in doubt."""
    lines = _LABELLED.read_text("utf-8").splitlines()
    texts: Iterator[str] = (json.loads(line)["text"] for line in lines)
    return next(text for text in texts if understand(text).confidence is Confidence.DOUBTFUL)


def test_what_the_rules_leave_in_doubt_is_as_the_model_says(
    service: str, environ: dict[str, str]
) -> None:
    answer = dict.fromkeys(("platform", "length", "word_count", "tone", "topic", "language"))
    told = {"json": {**answer, "intent": "ORDER", "confidence": 0.9, "subject": "the fair"}}
    requests.post(f"{service}/_control/answers", json=told, timeout=5).raise_for_status()

    done = _classify(typed=_typed(_in_doubt(), _NOTE), environ=environ)

    first, second = _lines(done.stdout)
    assert (first["intent"], first["decided_by"]) == ("ORDER", "model")
    assert (second["intent"], second["decided_by"]) == ("NOTE", "rules")
    assert (done.returncode, _asked(service)) == (0, 1)


def test_a_model_that_fails_leaves_a_note_and_a_line_without_content(
    service: str, environ: dict[str, str]
) -> None:
    fault = {"match": "POST /v1/responses", "status": 500, "times": -1}
    requests.post(f"{service}/_control/faults", json=fault, timeout=5).raise_for_status()

    text = _in_doubt()

    done = _classify(typed=_typed(text), environ=environ)

    (line,) = _lines(done.stdout)
    assert (line["intent"], line["decided_by"], done.returncode) == ("NOTE", "rules", 0)
    (logged,) = _lines(done.stderr)
    assert (logged["event"], logged["reason"]) == ("intent.model_failed", "intent_unavailable")
    assert text not in done.stderr.decode()


def test_whoever_stops_reading_ends_it_without_a_word() -> None:
    with subprocess.Popen(
        [*_COMMAND, "--rules-only"],
        cwd=REPOSITORY,
        env={},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(_typed(_NOTE))
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["intent"] == "NOTE", "before the input ends"
        running.stdout.close()
        running.stdin.write(_typed(_NOTE))
        running.stdin.flush()

        assert running.wait(timeout=60) == 1
        assert running.stderr.read() == b""
        running.stdin.close()
