"""OpenAI's Responses call for structured output: what it refuses, and how its answers look."""

import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.http_messages import Request, Response, json_response
from local.speech import openai_errors
from local.speech.scripted_answers import Answer, ScriptedAnswers
from local.speech.strict_schema import schema_problem

MODELS = ("gpt-6-luna", "gpt-5.6-luna", "gpt-5.4-mini")
_EFFORTS = ("none", "low", "medium", "high", "xhigh", "max")
_CREATED = 1_700_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsesApi:
    """Answers as it was told to, else by a few rules; keeps every request."""

    answers: ScriptedAnswers
    _asked: list[dict[str, Any]] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def create(self, request: Request) -> Response:
        """Answer a request for one response."""
        try:
            wanted = request.json()
        except ValueError as error:
            message = "We could not parse the JSON body of your request."
            raise openai_errors.refusal(400, message) from error
        _check(wanted)
        with self._lock:
            self._asked.append(wanted)
        text = _last_words(wanted["input"])
        answer = self.answers.take(text, wanted["text"]["format"]["schema"])
        return json_response(self._document(wanted["model"], answer))

    def asked(self) -> list[dict[str, Any]]:
        """Return the requests so far, as they came."""
        with self._lock:
            return list(self._asked)

    def forget(self) -> None:
        """Forget the requests."""
        with self._lock:
            self._asked.clear()

    def _document(self, model: str, answer: Answer) -> dict[str, Any]:
        number = next(self._numbers)
        content: dict[str, Any] = {"type": "output_text", "text": answer.text, "annotations": []}
        if answer.refusal is not None:
            content = {"type": "refusal", "refusal": answer.refusal}
        message = {
            "id": f"msg_{number:08x}",
            "type": "message",
            "status": "completed" if answer.incomplete is None else "incomplete",
            "role": "assistant",
            "content": [content],
        }
        status, error = "completed", None
        if answer.incomplete is not None:
            status = "incomplete"
        if answer.failure is not None:
            status = "failed"
            error = {"code": answer.failure, "message": "The model failed."}
        reasoning = {"id": f"rs_{number:08x}", "type": "reasoning", "summary": []}
        return {
            "id": f"resp_{number:08x}",
            "object": "response",
            "created_at": _CREATED,
            "status": status,
            "error": error,
            "incomplete_details": answer.incomplete and {"reason": answer.incomplete},
            "model": model,
            "output": [reasoning] if answer.failure is not None else [reasoning, message],
            "store": False,
        }


def _check(wanted: Mapping[str, Any]) -> None:
    for name in ("model", "input"):
        if not wanted.get(name):
            raise openai_errors.missing(name)
    given = wanted["input"]
    if not isinstance(given, str) and not (
        isinstance(given, list) and all(isinstance(item, dict) for item in given)
    ):
        message = "Invalid type for 'input': expected a string or an array of input items."
        raise openai_errors.refusal(400, message, param="input", code="invalid_type")
    if wanted["model"] not in MODELS:
        raise openai_errors.unknown_model(wanted["model"])
    effort = (wanted.get("reasoning") or {}).get("effort")
    if effort is not None and effort not in _EFFORTS:
        raise openai_errors.refusal(
            400,
            f"Unsupported value: '{effort}' is not supported with this model.",
            param="reasoning.effort",
            code="unsupported_value",
        )
    wanted_format = (wanted.get("text") or {}).get("format") or {}
    if wanted_format.get("type") != "json_schema" or not wanted_format.get("strict"):
        message = "This local server answers requests for a strict JSON schema only."
        raise openai_errors.refusal(400, message, param="text.format")
    problem = schema_problem(wanted_format.get("schema"))
    if problem is not None:
        message = f"Invalid schema for response_format '{wanted_format.get('name')}': {problem}"
        code = "invalid_json_schema"
        raise openai_errors.refusal(400, message, param="text.format.schema", code=code)


def _last_words(given: str | list[dict[str, Any]]) -> str:
    """Return what the user said last."""
    if isinstance(given, str):
        return given
    said = [item["content"] for item in given if item.get("role") == "user"]
    if not said:
        return ""
    content = said[-1]
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content if part.get("type") == "input_text")
