"""Asks a model of OpenAI what a message is, through the Responses API with a strict schema."""

from http import HTTPStatus
from typing import Final

import openai
from openai import OpenAI

from handlers.clients.call_deadlines import CallDeadlines
from handlers.clients.intent_answers import SCHEMA, read_answer
from handlers.clients.intent_request import INSTRUCTIONS, as_data
from handlers.clients.openai_errors import retry_after
from handlers.domain.errors import InvalidPayloadError, RetryableError, RetryReason
from handlers.domain.json_values import JsonObject, child, decode_object, text
from handlers.domain.orders.values import Understanding
from handlers.ports.clock import Clock

_CONNECT_SECONDS: Final = 5.0
# An answer is a hundred tokens; the rest is room to think, whose end would cut the answer off.
_MOST_TOKENS: Final = 2_000
# The model will not read this message, which says nothing of the next one.
_MESSAGE_REFUSED: Final = frozenset({"invalid_prompt", "content_filter"})
_FAILED: Final = {
    "rate_limit_exceeded": RetryReason.INTENT_THROTTLED,
    "server_error": RetryReason.INTENT_UNAVAILABLE,
}
_LATE: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})


class OpenAIIntents:
    """One model of one account; asks once, keeps nothing there, and names nobody."""

    def __init__(self, *, api_key: str, base_url: str | None, model: str, clock: Clock) -> None:
        self._model = model
        self._deadlines = CallDeadlines(clock)
        self._client = OpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            # Calls are rare. A connection that lies idle in a frozen instance is dead when it is
            # needed, which would cost the answer, since nothing is asked twice.
            default_headers={"Connection": "close"},
            http_client=openai.DefaultHttpxClient(event_hooks={"request": [self._deadlines.watch]}),
        )

    def understand(self, text: str, *, budget_seconds: float) -> Understanding:
        """Return what the model takes a message for.

        Raises:
            RetryableError: it did not answer, or its answer is none.
        """
        try:
            with self._deadlines.within(budget_seconds):
                # The client would make typed objects of the answer without checking any type.
                answer = self._client.responses.with_raw_response.create(
                    model=self._model,
                    instructions=INSTRUCTIONS,
                    input=[
                        {
                            "role": "user",
                            "content": [{"type": "input_text", "text": as_data(text)}],
                        }
                    ],
                    text={
                        "format": {
                            "type": "json_schema",
                            "name": "understanding",
                            "strict": True,
                            "schema": SCHEMA,
                        }
                    },
                    # Every reasoning model knows this effort; `none` only some.
                    reasoning={"effort": "low"},
                    max_output_tokens=_MOST_TOKENS,
                    store=False,
                    timeout=openai.Timeout(budget_seconds, connect=_CONNECT_SECONDS),
                )
            document = decode_object(answer.http_response.content)
        except openai.APIStatusError as error:
            raise _failure(error) from error
        except (openai.OpenAIError, InvalidPayloadError, ValueError) as error:
            # An answer that is no JSON, a proxy's page for one; a key that no header can carry.
            raise RetryableError(RetryReason.INTENT_UNAVAILABLE) from error
        return read_answer(_said(document), text)


def _failure(error: openai.APIStatusError) -> RetryableError:
    if isinstance(error, openai.RateLimitError):
        return RetryableError(RetryReason.INTENT_THROTTLED, retry_after=retry_after(error))
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or error.status_code in _LATE:
        return RetryableError(RetryReason.INTENT_UNAVAILABLE, retry_after=retry_after(error))
    if error.code in _MESSAGE_REFUSED:
        return RetryableError(RetryReason.INTENT_INVALID)
    return RetryableError(RetryReason.INTENT_REFUSED)


def _said(document: JsonObject) -> str:
    """Return the text of a complete answer."""
    match text(document, "status"):
        case "completed":
            pass
        case "failed":
            raise RetryableError(_FAILED.get(_code(document), RetryReason.INTENT_INVALID))
        case _:
            raise RetryableError(RetryReason.INTENT_INVALID)
    # Beside the message stand items of its reasoning.
    messages = [item for item in _objects(document, "output") if text(item, "type") == "message"]
    contents = [content for message in messages for content in _objects(message, "content")]
    pieces = [text(content, "text") for content in contents if _is_text(content)]
    if not pieces or len(pieces) != len(contents):
        # A refusal, alone or beside words.
        raise RetryableError(RetryReason.INTENT_INVALID)
    return "".join(piece or "" for piece in pieces)


def _code(document: JsonObject) -> str:
    return text(child(document, "error"), "code") or ""


def _is_text(content: JsonObject) -> bool:
    return text(content, "type") == "output_text"


def _objects(value: JsonObject, key: str) -> list[JsonObject]:
    found = value.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
