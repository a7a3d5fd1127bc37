"""Whatever people wrote can be stored."""

import json

from hypothesis import given
from hypothesis import strategies as st

from db.text import storable, to_json

any_text = st.text(st.characters(exclude_categories=()) | st.sampled_from("\x00\ud83d\udc69"))
any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=10,
)


def test_nul_and_lone_surrogates_are_replaced_and_nothing_else() -> None:
    assert storable("a\x00b\ud83dc\udc69d \U0001f469 \u0645 \ufffd\n\t") == (
        "a\ufffdb\ufffdc\ufffdd \U0001f469 \u0645 \ufffd\n\t"
    )


def test_values_inside_are_reached() -> None:
    assert storable({"\x00k": ["\ud83d", {"a": ("\x00",)}], "n": 5, "t": True, "z": None}) == {
        "\ufffdk": ["\ufffd", {"a": ["\ufffd"]}],
        "n": 5,
        "t": True,
        "z": None,
    }


@given(any_json)
def test_what_is_written_is_utf8_without_nul(value: object) -> None:
    written = to_json(value)

    assert written.encode("utf-8")
    assert "\x00" not in written
    assert "\\u0000" not in written.replace("\\\\", "")
    assert json.loads(written) == storable(value)


@given(any_json)
def test_storing_again_changes_nothing(value: object) -> None:
    assert storable(storable(value)) == storable(value)


@given(any_text)
def test_text_keeps_its_length_and_its_other_characters(text: str) -> None:
    kept = storable(text)

    assert isinstance(kept, str)
    assert len(kept) == len(text)
    for before, after in zip(text, kept, strict=True):
        is_storable = before != "\x00" and not "\ud800" <= before <= "\udfff"
        assert after == (before if is_storable else "\ufffd")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00")))
def test_text_that_can_be_stored_is_not_touched(text: str) -> None:
    assert storable(text) == text
