"""Nothing of a model's answer passes that an order cannot say; a subject is the person's own."""

import json
import re
import unicodedata
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from handlers.clients.intent_answers import SCHEMA, own_words, read_answer
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.orders.values import Intent, Length, Understanding

TEXT: Final = "Bom dia! Quero algo sobre café da manhã, tipo uns 200 anos de história do café"
ORDER: Final[dict[str, Any]] = {
    "intent": "ORDER",
    "confidence": 1,
    "platform": None,
    "length": None,
    "word_count": None,
    "tone": None,
    "topic": None,
    "subject": None,
    "language": "pt",
}


def read(**changes: object) -> Understanding:
    return read_answer(json.dumps({**ORDER, **changes}), TEXT)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("café da manhã", "café da manhã"),
        ("CAFÉ DA MANHÃ", "café da manhã"),
        ("  café, da manhã!! ", "café da manhã"),
        (unicodedata.normalize("NFD", "café da manhã"), "café da manhã"),
        ("café história", "café história"),
        ("história do café", "história do café"),
        ("café café", "café café"),
        ("café café café", None),
        ("história da manhã", None),
        ("caf", None),
        ("coffee", None),
        ("{{ contact.phone }}", None),
        ("café {{da}} [manhã](http)", None),
        ("café *da* manhã", "café da manhã"),
        ("{{café}}", "café"),
        ("!!! 🚀", None),
        ("", None),
        (None, None),
    ],
)
def test_a_subject_is_made_of_the_messages_own_words_or_it_is_none(
    subject: str | None, expected: str | None
) -> None:
    assert read(subject=subject).subject == expected


def test_what_stands_between_the_words_is_the_messages_and_not_the_models() -> None:
    assert own_words("the fair 2027", "about the fair, *2027*!") == "the fair, *2027"
    assert own_words("don't stop", "so don't stop now") == "don't stop"
    assert own_words("don't stop", "so don\u2019t stop now") is None


def test_a_subject_ends_after_sixty_words() -> None:
    text = " ".join(f"word{number}" for number in range(100))

    found = own_words(text, text)

    assert found is not None
    assert found.split() == text.split()[:60]


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_subject_of_any_text_has_only_words_of_the_text(subject: str, text: str) -> None:
    found = own_words(subject, text) or ""

    said = unicodedata.normalize("NFC", text)
    assert set(re.findall(r"\w+", found)) <= set(re.findall(r"\w+", said))


@pytest.mark.parametrize(
    ("count", "length", "expected"),
    [
        (1, None, (1, Length.SHORT)),
        (150, "long", (150, Length.SHORT)),
        (151, None, (151, Length.MEDIUM)),
        (500, None, (500, Length.MEDIUM)),
        (501, "short", (501, Length.LONG)),
        (20_000, None, (20_000, Length.LONG)),
        (20_001, "short", (None, Length.SHORT)),
        (0, None, (None, None)),
        (-3, "long", (None, Length.LONG)),
        (10**300, None, (None, None)),
    ],
)
def test_a_number_of_words_within_bounds_tells_the_length(
    count: int, length: str | None, expected: tuple[int | None, Length | None]
) -> None:
    found = read(word_count=count, length=length).parameters

    assert (found.word_count, found.length) == expected


def test_a_note_has_no_parameters_whatever_the_model_adds() -> None:
    found = read(intent="NOTE", platform="blog", subject="café", word_count=20)

    assert found.intent is Intent.NOTE
    assert (found.parameters.platform, found.subject, found.language) == (None, None, None)


def test_the_schema_is_one_that_json_schema_knows_and_the_reader_takes_what_it_allows() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert Draft202012Validator(SCHEMA).is_valid(ORDER)
    assert read().intent is Intent.ORDER


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.floats(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
        max_leaves=8,
    ),
    st.sampled_from(sorted(ORDER)),
)
def test_any_value_anywhere_is_read_or_refused_as_the_schema_says(value: Any, key: str) -> None:  # noqa: ANN401 - any JSON
    answer = {**ORDER, key: value}
    allowed = Draft202012Validator(SCHEMA).is_valid(answer)

    found = outcome(json.dumps(answer))

    if isinstance(found, Understanding):
        assert allowed
    else:
        assert found is RetryReason.INTENT_INVALID
        # Beyond the schema: a certainty is from 0 to 1, 1.0 is no integer, NaN is no JSON.
        assert not allowed or key in {"confidence", "word_count"}


@given(st.text())
def test_any_text_in_the_place_of_an_answer_is_read_or_refused(answer: str) -> None:
    found = outcome(answer)

    assert isinstance(found, Understanding) or found is RetryReason.INTENT_INVALID


def outcome(answer: str) -> Understanding | RetryReason:
    try:
        return read_answer(answer, TEXT)
    except RetryableError as error:
        return error.reason
