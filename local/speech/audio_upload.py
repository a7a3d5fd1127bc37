"""The multipart form of a transcription request, checked before any audio is decoded."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath

from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from local.http_messages import Request
from local.speech import openai_errors

MODELS = (
    *("gpt-transcribe", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"),
    *("gpt-4o-mini-transcribe-2025-12-15", "whisper-1"),
)
_ISO_639_1_LENGTH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioUpload:
    """What the caller wants transcribed, and how to answer."""

    audio: bytes
    filename: str
    model: str
    response_format: str
    language: str | None
    prompt: str | None


def read_upload(request: Request) -> AudioUpload:
    """Parse and check a request; raise RefusedError in OpenAI's words."""
    mimetype, options = parse_options_header(request.headers.get("Content-Type"))
    parser = FormDataParser(silent=False)
    try:
        _, form, files = parser.parse(
            BytesIO(request.body), mimetype, len(request.body), dict(options)
        )
    except (ValueError, HTTPException) as error:
        raise openai_errors.refusal(400, f"Could not parse multipart form: {error}") from error
    if "model" not in form:
        raise openai_errors.missing("model")
    if "file" not in files:
        raise openai_errors.missing("file")
    audio = files["file"].stream.read()
    files["file"].close()
    upload = AudioUpload(
        audio=audio,
        filename=files["file"].filename or "",
        model=form["model"],
        response_format=form.get("response_format", "json"),
        language=form.get("language"),
        prompt=form.get("prompt"),
    )
    _check(upload)
    return upload


def _check(upload: AudioUpload) -> None:
    if upload.model not in MODELS:
        raise openai_errors.unknown_model(upload.model)
    if len(upload.audio) > openai_errors.MAX_BYTES:
        raise openai_errors.too_large(len(upload.audio))
    formats = {"json", "text", "verbose_json"} if upload.model == "whisper-1" else {"json", "text"}
    if upload.response_format not in formats:
        raise openai_errors.incompatible_format(upload.response_format, upload.model)
    extension = PurePath(upload.filename).suffix.removeprefix(".").lower()
    if extension not in openai_errors.SUPPORTED_FORMATS:
        raise openai_errors.unsupported_format()
    language = upload.language
    if language and not (len(language) == _ISO_639_1_LENGTH and language.isalpha()):
        message = f"Invalid language '{language}'. Language parameter must be in ISO-639-1 format."
        raise openai_errors.refusal(400, message, param="language", code="invalid_language_format")
