"""`classify`: one line out for each line in, in order, whatever the lines are."""

import io
import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from handlers.cli.classify import _LONGEST_LINE
from handlers.cli.exit_codes import ExitCode
from handlers.domain.errors import RetryReason
from handlers.domain.orders.values import (
    Confidence,
    Decider,
    Intent,
    Language,
    Length,
    OrderParameters,
    Platform,
    Tone,
    Topic,
    Understanding,
)
from tests.fakes.intents import FakeIntentModel, FakeRules
from tests.unit.cli.command_world import Ended, FakeTools, run

ORDER: Final = Understanding(
    intent=Intent.ORDER,
    confidence=Confidence.CERTAIN,
    parameters=OrderParameters(
        platform=Platform.LINKEDIN,
        length=Length.SHORT,
        tone=Tone.FRIENDLY,
        topic=Topic.TIPS,
        word_count=90,
    ),
    subject="a feira de \u00e9vora",
    language=Language.PORTUGUESE,
)
ORDER_LINE: Final = {
    "intent": "ORDER",
    "platform": "linkedin",
    "length": "short",
    "tone": "friendly",
    "topic": "tips",
    "subject": "a feira de \u00e9vora",
    "language": "pt",
    "decided_by": "rules",
}
NOTHING: Final = dict.fromkeys(ORDER_LINE)
NOTE_LINE: Final = {**NOTHING, "intent": "NOTE", "decided_by": "rules"}
RULES: Final = FakeRules({"order": ORDER})


def classify(typed: bytes, *options: str, model: FakeIntentModel | None = None) -> Ended:
    tools = FakeTools(rules=RULES, model=model, typed=io.BytesIO(typed))
    return run(tools, "classify", *options)


def lines(ended: Ended) -> list[Any]:
    return [json.loads(line) for line in ended.out.splitlines()]


def test_each_line_has_exactly_the_eight_keys_in_their_order() -> None:
    ended = classify(b'{"text": "order"}\n{"text": "a note"}\n', "--rules-only")

    assert lines(ended) == [ORDER_LINE, NOTE_LINE]
    assert [list(line) for line in lines(ended)] == [list(ORDER_LINE)] * 2
    assert (ended.code, ended.err) == (ExitCode.DONE, "")
    assert ended.out.isascii(), "a terminal in any encoding takes it"


def test_other_keys_are_ignored_and_the_last_line_needs_no_end() -> None:
    ended = classify(b'{"id": 1, "lang": "pt", "text": "order", "a": {}}\r\n{"text": "order"}')

    assert lines(ended) == [ORDER_LINE] * 2
    assert ended.code is ExitCode.DONE


def test_nothing_in_is_nothing_out() -> None:
    ended = classify(b"", "--rules-only")

    assert (ended.out, ended.err, ended.code) == ("", "", ExitCode.DONE)


def test_the_option_for_one_json_object_changes_nothing() -> None:
    assert lines(classify(b'{"text": "order"}\n', "--rules-only", "--json")) == [ORDER_LINE]


def test_an_empty_text_is_a_text() -> None:
    assert lines(classify(b'{"text": ""}\n', "--rules-only")) == [NOTE_LINE]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"order", "not_json"),
        (b'{"text": "order"', "not_json"),
        (b'{"text": "ord\xff"}', "not_json"),
        (b'{"text": "order", "n": NaN}', "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'"order"', "not_an_object"),
        (b'["order"]', "not_an_object"),
        (b'{"text": "order", "deep": ' + b"[" * 90 + b"]" * 90 + b"}", "nested_too_deep"),
        (b"", "body_empty"),
        (b"  \t ", "body_empty"),
        (b'{"Text": "order"}', "text_missing"),
        (b'{"text": null}', "text_invalid"),
        (b'{"text": 7}', "text_invalid"),
        (b'{"text": ["order"]}', "text_invalid"),
        (b'{"text": "' + b"a" * _LONGEST_LINE + b'"}', "line_too_long"),
        (b"a" * 3 * _LONGEST_LINE, "line_too_long"),
    ],
    ids=lambda value: str(value)[:30],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_line_that_says_no_text_gets_a_line_of_nulls_and_a_reason(
    line: bytes, reason: str, end: bytes
) -> None:
    typed = b'{"text": "order"}\n' + line + end + b'{"text": "order"}\n'

    ended = classify(typed, "--rules-only")

    assert lines(ended) == [ORDER_LINE, NOTHING, ORDER_LINE]
    assert ended.err == f"line 2: {reason}\n"
    assert ended.code is ExitCode.WRONG


@pytest.mark.parametrize("beyond", [-1, 0, 1])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_the_longest_line_is_read_and_one_more_byte_is_not(beyond: int, end: bytes) -> None:
    frame = b'{"text": "order", "pad": ""}'
    line = frame[:-2] + b"a" * (_LONGEST_LINE - len(frame) + beyond) + frame[-2:]

    ended = classify(line + end + end, "--rules-only")

    assert lines(ended)[0] == (ORDER_LINE if beyond <= 0 else NOTHING)
    assert len(lines(ended)) == 1 + len(end)


def test_half_a_surrogate_pair_comes_through() -> None:
    assert lines(classify(rb'{"text": "\ud83d"}', "--rules-only")) == [NOTE_LINE]


@given(st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b" "))))
def test_there_is_always_one_line_for_each_line(written: list[bytes]) -> None:
    ended = classify(b"".join(line + b"\n" for line in written), "--rules-only")

    assert len(lines(ended)) == len(written)
    assert ended.err.count("\n") == len(written)


def test_without_a_key_the_rules_decide_alone_and_it_is_said_once() -> None:
    ended = classify(b'{"text": "a"}\n{"text": "order"}\n{"text": "b"}\n')

    assert lines(ended) == [NOTE_LINE, ORDER_LINE, NOTE_LINE]
    assert ended.err.startswith("no model is asked (OPENAI_API_KEY is not set")
    assert ended.err.count("\n") == 1
    assert ended.code is ExitCode.DONE


def test_the_model_is_asked_for_what_is_in_doubt_unless_it_is_forbidden() -> None:
    model = FakeIntentModel()
    model.opinions["b"] = RetryReason.INTENT_UNAVAILABLE
    typed = b'{"text": "a"}\n{"text": "order"}\n{"text": "b"}\n'

    ended = classify(typed, model=model)

    decided = [(line["intent"], line["decided_by"]) for line in lines(ended)]
    assert decided == [("NOTE", "model"), ("ORDER", "rules"), ("NOTE", "rules")]
    assert (ended.code, ended.err) == (ExitCode.DONE, "")
    assert model.asked == ["a", "b"]
    classify(typed, "--rules-only", model=model)
    assert model.asked == ["a", "b"]


def test_an_order_of_the_model_says_so() -> None:
    model = FakeIntentModel()
    model.opinions["a"] = Understanding(
        intent=Intent.ORDER, decided_by=Decider.MODEL, confidence=Confidence.CERTAIN
    )

    (line,) = lines(classify(b'{"text": "a"}\n', model=model))

    assert line == {**NOTHING, "intent": "ORDER", "decided_by": "model"}


class _Conversation(io.BytesIO):
    """Hands out a line only once everything before it was answered."""

    def __init__(self, count: int, answered: Callable[[], int]) -> None:
        super().__init__(b'{"text": "order"}\n' * count)
        self._answered = answered
        self._read = 0

    @override
    def readline(self, size: int | None = -1, /) -> bytes:
        assert self._answered() == self._read
        line = super().readline(size)
        self._read += bool(line)
        return line


def test_each_line_is_answered_before_the_next_is_read() -> None:
    out = io.StringIO()
    tools = FakeTools(rules=RULES)
    tools.typed = _Conversation(3, lambda: out.getvalue().count("\n"))

    assert run(tools, "classify", "--rules-only", out=out).code is ExitCode.DONE
    assert out.getvalue().count("\n") == 3
