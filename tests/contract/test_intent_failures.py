"""Every way in which OpenAI gives no answer, or one that is none, has a reason of its own."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from handlers.clients.openai_intents import OpenAIIntents
from handlers.domain.errors import RetryableError
from handlers.wiring.instance import SystemClock
from local import processes
from tests.contract.openai_service import OpenAIService, openai_service

_TEXT: Final = "It'd be lovely to have 90 words on the Lisbon fair up on linkedin, nice and warm"
_ANSWER: Final[dict[str, Any]] = {
    "intent": "ORDER",
    "confidence": 0.93,
    "platform": "linkedin",
    "length": None,
    "word_count": 90,
    "tone": "friendly",
    "topic": None,
    "subject": "the Lisbon fair",
    "language": "en",
}
_NOTHING: Final = dict.fromkeys(
    ("platform", "length", "word_count", "tone", "topic", "subject", "language")
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenAIService]:
    with openai_service(tmp_path_factory.mktemp("openai") / "speech.log") as running:
        yield running


@pytest.fixture
def intents(service: OpenAIService) -> Iterator[OpenAIIntents]:
    with service.intents() as client:
        yield client


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "{"},
        {"text": ""},
        {"text": "[]"},
        {"text": '"ORDER"'},
        {"text": json.dumps({**_ANSWER, "confidence": float("nan")})},
        {"json": {"intent": "ORDER"}},
        {"json": {**_ANSWER, "admin": True}},
        {"json": {**_ANSWER, "intent": "ADMIN"}},
        {"json": {**_ANSWER, "intent": None}},
        {"json": {**_ANSWER, "intent": ["ORDER"]}},
        {"json": {**_ANSWER, "platform": "evil"}},
        {"json": {**_ANSWER, "platform": "LinkedIn"}},
        {"json": {**_ANSWER, "tone": {"casual": 1}}},
        {"json": {**_ANSWER, "language": "fr"}},
        {"json": {**_ANSWER, "word_count": "900"}},
        {"json": {**_ANSWER, "word_count": True}},
        {"json": {**_ANSWER, "subject": 7}},
        {"json": {**_ANSWER, "confidence": 1.01}},
        {"json": {**_ANSWER, "confidence": -0.01}},
        {"json": {**_ANSWER, "confidence": "high"}},
        {"json": {**_ANSWER, "confidence": True}},
        {"json": {**_NOTHING, "intent": "NOTE", "confidence": 1, "tone": "evil"}},
        {"refusal": "I cannot help with that."},
        {"incomplete": "max_output_tokens", "text": json.dumps(_ANSWER)},
        {"incomplete": "content_filter", "text": json.dumps(_ANSWER)},
        {"failure": "invalid_prompt"},
    ],
    ids=str,
)
def test_an_answer_that_is_not_of_the_form_is_none(
    service: OpenAIService, intents: OpenAIIntents, answer: dict[str, object]
) -> None:
    service.tell(**answer)

    with pytest.raises(RetryableError, match=r"^intent_invalid$"):
        intents.understand(_TEXT, budget_seconds=10)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"status": 429}, "intent_throttled"),
        ({"status": 401}, "intent_refused"),
        ({"status": 403}, "intent_refused"),
        ({"status": 404}, "intent_refused"),
        ({"status": 400}, "intent_refused"),
        ({"status": 400, "body": '{"error": {"code": "invalid_prompt"}}'}, "intent_invalid"),
        ({"status": 400, "body": '{"error": {"code": "content_filter"}}'}, "intent_invalid"),
        ({"status": 408}, "intent_unavailable"),
        ({"status": 409}, "intent_unavailable"),
        ({"status": 500}, "intent_unavailable"),
        ({"status": 503, "body": "<html>"}, "intent_unavailable"),
        ({"reset_connection": True}, "intent_unavailable"),
        ({"cut_after_bytes": 3}, "intent_unavailable"),
        ({"status": 200, "body": "<html>not json"}, "intent_unavailable"),
        ({"status": 200, "body": "[]"}, "intent_unavailable"),
        ({"status": 200, "body": "{}"}, "intent_invalid"),
        ({"status": 200, "body": '{"status": "completed"}'}, "intent_invalid"),
        ({"status": 200, "body": '{"status": "completed", "output": [7]}'}, "intent_invalid"),
    ],
    ids=str,
)
def test_a_service_that_fails_is_asked_once(
    service: OpenAIService, intents: OpenAIIntents, fault: dict[str, object], reason: str
) -> None:
    service.fail(**fault)

    with pytest.raises(RetryableError, match=f"^{reason}$"):
        intents.understand(_TEXT, budget_seconds=10)

    assert service.faults_left() == []
    assert len(service.asked()) <= 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [("rate_limit_exceeded", "intent_throttled"), ("server_error", "intent_unavailable")],
)
def test_a_model_that_failed_at_it_is_told_from_one_that_would_not(
    service: OpenAIService, intents: OpenAIIntents, code: str, reason: str
) -> None:
    service.tell(failure=code)

    with pytest.raises(RetryableError, match=f"^{reason}$"):
        intents.understand(_TEXT, budget_seconds=10)


@pytest.mark.parametrize(
    ("status", "written", "expected"),
    [(429, "7", 7.0), (503, "3", 3.0), (429, "soon", None)],
)
def test_what_the_service_asks_to_wait_is_passed_on(
    service: OpenAIService,
    intents: OpenAIIntents,
    status: int,
    written: str,
    expected: float | None,
) -> None:
    service.fail(status=status, retry_after=written)

    with pytest.raises(RetryableError) as caught:
        intents.understand(_TEXT, budget_seconds=10)

    assert caught.value.retry_after == expected


@pytest.mark.parametrize("options", [{"key": "sk-wrong"}, {"key": "sk-ключ"}, {"model": "gpt-9"}])
def test_a_key_or_a_model_that_is_wrong_is_a_failure_like_others(
    service: OpenAIService, options: dict[str, str]
) -> None:
    with (
        service.intents(**options) as model,
        pytest.raises(RetryableError, match=r"intent_(refused|unavailable)"),
    ):
        model.understand(_TEXT, budget_seconds=10)


def test_without_anybody_there_it_is_unavailable() -> None:
    model = OpenAIIntents(
        api_key="sk-local",
        base_url=f"http://127.0.0.1:{processes.free_port()}/v1",
        model="gpt-6-luna",
        clock=SystemClock(),
    )

    with pytest.raises(RetryableError, match="intent_unavailable"):
        model.understand(_TEXT, budget_seconds=10)
    model._client.close()


def test_neither_key_nor_message_stands_in_an_error(service: OpenAIService) -> None:
    with service.intents(key="sk-PLANTED") as model, pytest.raises(RetryableError) as caught:
        model.understand("PLANTED", budget_seconds=10)

    assert "PLANTED" not in str(caught.value) + repr(caught.value)
