"""The calls of OpenAI's API that this server answers, and its own control calls."""

import hashlib
import hmac
import math
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from local.http_messages import Handler, Request, Response, Route, json_response
from local.speech import openai_errors, responses
from local.speech.audio_upload import MODELS, AudioUpload, read_upload
from local.speech.responses import ResponsesApi
from local.speech.transcriber import Transcriber, Transcript, UnreadableAudioError, measure

_MIN_SECONDS = 0.1
_MAX_SECONDS = 1500
_CREATED = 1_700_000_000
_ALL_MODELS = (*MODELS, *responses.MODELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechApi:
    """Transcribes, answers, lists models, remembers what was asked."""

    transcriber: Transcriber
    responses: ResponsesApi
    api_key: str | None
    remember: bool
    _asked: list[dict[str, Any]] = field(default_factory=list)
    _known: dict[tuple[str, str | None], Transcript] = field(default_factory=dict)
    _shutdowns: dict[str, str | None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def routes(self) -> list[Route]:
        """Return all routes."""
        return [
            Route("POST", "/v1/audio/transcriptions", self._authorised(self._transcribe)),
            Route("POST", "/v1/responses", self._authorised(self.responses.create)),
            Route("GET", "/v1/models", self._authorised(self._list_models)),
            Route("GET", "/v1/models/{model}", self._authorised(self._show_model)),
            Route("PUT", "/_control/models/{model}", self._announce_shutdown),
            Route("POST", "/_control/answers", self._tell_answer),
            Route("DELETE", "/_control/answers", self._forget_answers),
            Route("GET", "/_control/requests", self._list_requests),
            Route("DELETE", "/_control/requests", self._forget_requests),
        ]

    def _transcribe(self, request: Request) -> Response:
        upload = read_upload(request)
        digest = hashlib.sha256(upload.audio).hexdigest()
        with self._lock:
            self._asked.append(
                {
                    "sha256": digest,
                    "bytes": len(upload.audio),
                    "filename": upload.filename,
                    "model": upload.model,
                    "language": upload.language,
                    "prompt": upload.prompt,
                }
            )
        transcript = self._known.get((digest, upload.prompt))
        if transcript is None:
            transcript = self._listen(upload)
            if self.remember:
                self._known[digest, upload.prompt] = transcript
        return _answer(transcript, upload)

    def _listen(self, upload: AudioUpload) -> Transcript:
        try:
            stated = measure(upload.audio)
            # Whisper cuts long audio up, the others refuse it.
            if upload.model != "whisper-1" and stated > _MAX_SECONDS:
                raise openai_errors.too_long(stated, _MAX_SECONDS)
            transcript = self.transcriber.transcribe(upload.audio, prompt=upload.prompt)
        except UnreadableAudioError as error:
            raise openai_errors.unreadable() from error
        if transcript.seconds < _MIN_SECONDS:
            raise openai_errors.too_short()
        return transcript

    def _list_models(self, _: Request) -> Response:
        return json_response(
            {"object": "list", "data": [self._model(each) for each in _ALL_MODELS]}
        )

    def _show_model(self, request: Request) -> Response:
        model = request.params["model"]
        if model not in _ALL_MODELS:
            raise openai_errors.unknown_model(model)
        return json_response(self._model(model))

    def _announce_shutdown(self, request: Request) -> Response:
        model = request.params["model"]
        if model not in _ALL_MODELS:
            raise openai_errors.unknown_model(model)
        self._shutdowns[model] = request.json().get("shutdown_date")
        return json_response(self._model(model))

    def _model(self, model: str) -> dict[str, Any]:
        return {
            "id": model,
            "object": "model",
            "created": _CREATED,
            "owned_by": "system",
            "shutdown_date": self._shutdowns.get(model),
        }

    def _list_requests(self, _: Request) -> Response:
        with self._lock:
            transcriptions = list(self._asked)
        return json_response(
            {
                "count": len(transcriptions),
                "transcriptions": transcriptions,
                "responses": self.responses.asked(),
            }
        )

    def _forget_requests(self, _: Request) -> Response:
        with self._lock:
            self._asked.clear()
        self.responses.forget()
        return json_response({"count": 0, "transcriptions": [], "responses": []})

    def _tell_answer(self, request: Request) -> Response:
        try:
            self.responses.answers.tell(request.json())
        except ValueError as error:
            return json_response({"error": str(error)}, 400)
        return json_response({})

    def _forget_answers(self, _: Request) -> Response:
        self.responses.answers.clear()
        return json_response({})

    def _authorised(self, handler: Handler) -> Handler:
        def check(request: Request) -> Response:
            scheme, _, key = request.headers.get("Authorization", "").partition(" ")
            expected = key if self.api_key is None else self.api_key
            same = hmac.compare_digest(key.encode(), expected.encode())
            if scheme != "Bearer" or not key or not same:
                raise openai_errors.wrong_key()
            return handler(request)

        return check


def _answer(transcript: Transcript, upload: AudioUpload) -> Response:
    if upload.response_format == "text":
        body = f"{transcript.text}\n".encode()
        return Response(body=body, content_type="text/plain; charset=utf-8")
    usage = {"type": "duration", "seconds": math.ceil(transcript.seconds)}
    answer: dict[str, Any] = {"text": transcript.text}
    if upload.response_format == "verbose_json":
        answer = {
            "task": "transcribe",
            "language": "english",
            "duration": round(transcript.seconds, 2),
            "text": transcript.text,
            "segments": [asdict(segment) for segment in transcript.segments],
        }
    elif upload.model == "gpt-transcribe":
        answer["languages"] = [{"code": "en"}] if transcript.text else []
    return json_response({**answer, "usage": usage})
