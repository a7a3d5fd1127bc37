"""Bodies and values that strangers wrote."""

import json
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.errors import InvalidPayloadError, InvalidReason
from handlers.domain.json_values import (
    child,
    decode_object,
    filled_text,
    flag,
    identifier,
    number,
    text,
)

BOM: Final = b"\xef\xbb\xbf"


def complaint(body: bytes) -> InvalidReason:
    with pytest.raises(InvalidPayloadError) as caught:
        decode_object(body)
    return caught.value.reason


@pytest.mark.parametrize("body", [b"", b" \r\n\t"], ids=["nothing", "blanks"])
def test_an_empty_body_is_called_empty(body: bytes) -> None:
    assert complaint(body) is InvalidReason.BODY_EMPTY


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 1} {"b": 2}',
        b"a=1&b=2",
        b"<html></html>",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\xff\xfe"}',
        b'{"a": "\x00"}',
        b"\x00",
        b"\xff",
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    ],
    ids=[
        "cut",
        "python",
        "trailing-comma",
        "two-values",
        "form",
        "html",
        "nan",
        "infinity",
        "minus-infinity",
        "float-overflow",
        "integer-of-thousands-of-digits",
        "latin-1",
        "control-character",
        "nul",
        "one-byte",
        "deep-and-open",
        "deep-and-closed",
    ],
)
def test_what_is_no_json_is_called_so(body: bytes) -> None:
    assert complaint(body) is InvalidReason.NOT_JSON


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null", b"true", b"[{}]"])
def test_what_is_no_object_is_called_so(body: bytes) -> None:
    assert complaint(body) is InvalidReason.NOT_AN_OBJECT


@pytest.mark.parametrize(
    "body",
    [
        '{"a": "ol\u00e1"}'.encode(),
        BOM + '{"a": "ol\u00e1"}'.encode(),
        '{"a": "ol\u00e1"}'.encode("utf-16"),
        '{"a": "ol\u00e1"}'.encode("utf-16-le"),
        '{"a": "ol\u00e1"}'.encode("utf-32"),
        b'  {"a": "ol\\u00e1"}\r\n',
    ],
    ids=["utf-8", "byte-order-mark", "utf-16", "utf-16-le", "utf-32", "escaped"],
)
def test_every_encoding_of_json_is_read(body: bytes) -> None:
    assert decode_object(body) == {"a": "ol\u00e1"}


def test_of_a_key_that_is_there_twice_the_last_counts() -> None:
    assert decode_object(b'{"id": 1, "id": 2}') == {"id": 2}


def test_a_cut_emoji_survives() -> None:
    assert decode_object(b'{"a": "\\ud83d"}') == {"a": "\ud83d"}


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_an_object_or_a_complaint(body: bytes) -> None:
    try:
        decoded = decode_object(body)
    except InvalidPayloadError:
        return
    assert isinstance(decoded, dict)


@pytest.mark.parametrize("found", [None, [], "text", 1, True], ids=repr)
def test_a_child_that_is_no_object_is_empty(found: object) -> None:
    assert child({"key": found}, "key") == {}
    assert child({}, "key") == {}


@pytest.mark.parametrize(
    ("found", "expected"),
    [("words", "words"), ("", ""), (None, None), (5, None), ([], None)],
    ids=repr,
)
def test_text_is_a_string_or_absent(found: object, expected: str | None) -> None:
    assert text({"key": found}, "key") == expected


@pytest.mark.parametrize(
    ("found", "expected"), [(" a ", " a "), ("", None), (" \u00a0\n", None), (0, None)], ids=repr
)
def test_filled_text_is_not_blank(found: object, expected: str | None) -> None:
    assert filled_text({"key": found}, "key") == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (True, True),
        ("true", True),
        (" TRUE ", True),
        ("1", True),
        (False, False),
        (None, False),
        ("false", False),
        ("", False),
        ([1], False),
        ({}, False),
    ],
    ids=repr,
)
def test_a_flag_is_up_only_when_it_says_so(found: object, expected: bool) -> None:
    assert flag({"key": found}, "key") is expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (1, 1.0),
        (-23.5505, -23.5505),
        ("-46.6333", -46.6333),
        (" 5 ", 5.0),
        (True, None),
        (None, None),
        ("", None),
        ("north", None),
        ("nan", None),
        ("inf", None),
        (10**400, None),
        ([], None),
    ],
    ids=lambda value: repr(value)[:12],
)
def test_a_number_is_finite_or_absent(found: object, expected: float | None) -> None:
    assert number({"key": found}, "key") == expected


@pytest.mark.parametrize("found", [-7, "-7"], ids=repr)
def test_an_id_below_zero_is_text_as_well(found: object) -> None:
    assert identifier({"key": found}, "key") == "-7"


@given(st.text(st.characters(exclude_categories=()), max_size=150))
def test_an_id_holds_nothing_that_cannot_be_written(found: str) -> None:
    taken = identifier({"key": found}, "key")

    if taken is not None:
        assert 1 <= len(taken) <= 128
        assert taken == found.strip()
        assert taken.encode("utf-8")
        assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in taken)


@given(st.integers(min_value=-(10**127), max_value=10**127))
def test_a_number_and_its_digits_are_one_id(found: int) -> None:
    decoded = decode_object(json.dumps({"number": found, "digits": str(found)}).encode())

    assert identifier(decoded, "number") == identifier(decoded, "digits") == str(found)
