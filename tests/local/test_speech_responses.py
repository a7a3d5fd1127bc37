"""The official client gets strict answers, and every way to get none, from the local server."""

import json
import sys
from collections.abc import Iterator
from typing import Any, Final

import openai
import pytest
import requests
from openai.types.responses import Response

from local import processes

_KEY: Final = "sk-local"
_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "intent": {"type": "string", "enum": ["NOTE", "ORDER"]},
        "confidence": {"type": "number"},
        "platform": {"type": ["string", "null"], "enum": ["blog", "twitter", None]},
        "subject": {"type": ["string", "null"]},
    },
    "required": ["intent", "confidence", "platform", "subject"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    command = [sys.executable, "-m", "local.speech", "--host", "127.0.0.1", "--port", "0"]
    log = tmp_path_factory.mktemp("speech") / "speech.log"
    with processes.start([*command, "--api-key", _KEY], log=log, ready_timeout=10) as child:
        yield f"http://127.0.0.1:{child.port}"
        assert child.stop(grace_seconds=1) == 0
        assert log.read_text() == ""


@pytest.fixture
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key=_KEY, base_url=f"{url}/v1", max_retries=0) as running:
        yield running
    for what in ("faults", "answers", "requests"):
        requests.delete(f"{url}/_control/{what}", timeout=5)


def _ask(client: openai.OpenAI, said: str = "hello", **changes: Any) -> Response:  # noqa: ANN401 - any of the call's
    wanted: dict[str, Any] = {
        "model": "gpt-6-luna",
        "input": said,
        "text": {"format": {"type": "json_schema", "name": "x", "strict": True, "schema": _SCHEMA}},
        **changes,
    }
    answer: Response = client.responses.create(**wanted)
    return answer


def _tell(url: str, **answer: object) -> None:
    assert requests.post(f"{url}/_control/answers", json=answer, timeout=5).status_code == 200


@pytest.mark.parametrize(
    ("text", "intent", "platform"),
    [
        ("please write a post for twitter", "ORDER", "twitter"),
        ("Quero um texto pro blog", "ORDER", "blog"),
        ("the blog is down", "NOTE", "blog"),
        ("belongs to twitters", "NOTE", None),
    ],
)
def test_untold_it_goes_by_whole_words(
    client: openai.OpenAI, text: str, intent: str, platform: str | None
) -> None:
    answer = _ask(client, text, input=[{"role": "user", "content": text}])

    assert answer.status == "completed"
    assert [item.type for item in answer.output] == ["reasoning", "message"]
    assert json.loads(answer.output_text) == {
        "intent": intent,
        "confidence": 0.9,
        "platform": platform,
        "subject": None,
    }


def test_it_answers_as_it_was_told_the_oldest_that_matches_first(
    url: str, client: openai.OpenAI
) -> None:
    _tell(url, match="one", text="1", times=2)
    _tell(url, text="all", times=-1)

    said = [_ask(client, text).output_text for text in ("two", "one", "one", "one", "two")]

    assert said == ["all", "1", "1", "all", "all"]
    requests.delete(f"{url}/_control/answers", timeout=5)
    assert json.loads(_ask(client).output_text)["intent"] == "NOTE"


def test_a_refusal_an_answer_cut_off_and_a_failure_have_openais_shapes(
    url: str, client: openai.OpenAI
) -> None:
    _tell(url, refusal="No.")
    _tell(url, text='{"inte', incomplete="max_output_tokens")
    _tell(url, failure="server_error")

    refused, cut, failed = (_ask(client) for _ in range(3))

    assert refused.output[1].model_dump()["content"] == [{"type": "refusal", "refusal": "No."}]
    assert refused.status == "completed"
    assert cut.status == "incomplete"
    assert cut.incomplete_details is not None
    assert cut.incomplete_details.reason == "max_output_tokens"
    assert cut.output_text == '{"inte'
    assert failed.status == "failed"
    assert failed.error is not None
    assert failed.error.code == "server_error"


def _without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in _SCHEMA.items() if name not in names}


def _format(schema: Any, **changes: object) -> dict[str, Any]:  # noqa: ANN401 - also what is none
    form = {"type": "json_schema", "name": "x", "strict": True, "schema": schema}
    return {"text": {"format": {**form, **changes}}}


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"model": "gpt-transcribe"}, 404, "model_not_found"),
        ({"model": ""}, 400, "missing_required_parameter"),
        ({"input": ""}, 400, "missing_required_parameter"),
        ({"input": {"role": "user"}}, 400, "invalid_type"),
        ({"input": ["hello"]}, 400, "invalid_type"),
        ({"reasoning": {"effort": "minimal"}}, 400, "unsupported_value"),
        (_format(_SCHEMA, strict=False), 400, None),
        (_format(_SCHEMA, type="json_object"), 400, None),
        (_format(_without("additionalProperties")), 400, "invalid_json_schema"),
        (_format({**_SCHEMA, "required": ["intent"]}), 400, "invalid_json_schema"),
        (_format({**_SCHEMA, "allOf": []}), 400, "invalid_json_schema"),
        (_format({"type": "array"}), 400, "invalid_json_schema"),
        (_format(None), 400, "invalid_json_schema"),
        (
            _format(
                {
                    "type": "object",
                    "properties": {"a": {"type": "string", "default": ""}},
                    "required": ["a"],
                    "additionalProperties": False,
                }
            ),
            400,
            "invalid_json_schema",
        ),
    ],
    ids=[
        *(
            "a model for speech",
            "no model",
            "no input",
            "an object",
            "no items",
            "effort",
            "not strict",
            "json_object",
        ),
        *("additional", "not required", "allOf", "array", "no schema", "default"),
    ],
)
def test_what_openai_refuses_is_refused(
    client: openai.OpenAI, wish: dict[str, Any], status: int, code: str | None
) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        _ask(client, **wish)

    assert (caught.value.status_code, caught.value.code) == (status, code)


def test_a_body_that_is_no_json_and_an_order_that_is_none_are_refused(url: str) -> None:
    head = {"Authorization": f"Bearer {_KEY}"}

    broken = requests.post(f"{url}/v1/responses", data="{", headers=head, timeout=5)
    unknown = requests.post(f"{url}/_control/answers", json={"says": "x"}, timeout=5)

    assert (broken.status_code, unknown.status_code) == (400, 400)
    assert "parse" in broken.json()["error"]["message"]


def test_a_wrong_key_is_401(url: str) -> None:
    with (
        openai.OpenAI(api_key="sk-other", base_url=f"{url}/v1", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        _ask(client)


def test_its_models_are_listed_and_take_no_audio(client: openai.OpenAI) -> None:
    assert {"gpt-6-luna", "gpt-transcribe"} <= {model.id for model in client.models.list()}
    assert client.models.retrieve("gpt-6-luna").shutdown_date is None
    with pytest.raises(openai.NotFoundError):
        client.audio.transcriptions.create(file=("a.ogg", b"OggS"), model="gpt-6-luna")


def test_a_fault_reaches_the_caller_and_requests_are_kept_as_they_came(
    url: str, client: openai.OpenAI
) -> None:
    fault = {"match": "POST /v1/responses", "status": 429, "retry_after": 7}
    requests.post(f"{url}/_control/faults", json=fault, timeout=5)
    with pytest.raises(openai.RateLimitError) as caught:
        _ask(client)
    assert caught.value.response.headers["Retry-After"] == "7"

    _ask(client, "once more", store=False)

    kept = requests.get(f"{url}/_control/requests", timeout=5).json()
    assert [(each["input"], each["store"]) for each in kept["responses"]] == [("once more", False)]
    assert kept["count"] == 0
