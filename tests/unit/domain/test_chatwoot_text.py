"""What people wrote passes Chatwoot's Liquid and Markdown as it was written."""

import re
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from handlers.domain.chatwoot_text import escape_for_chatwoot

_WORD_JOINER: Final = "\u2060"
_MARKS: Final = "\\`*_{}[]()#+-.!<>&~=%|:;\"'/@ \t\n"
# Without line ends but `\n` and NUL, which Markdown changes before it reads anything.
hostile = st.text(
    st.sampled_from(_MARKS + "ab1é2") | st.characters(codec="utf-8"), max_size=60
).map(lambda text: text.replace("\x00", "").replace("\r", "\n"))


def shown(text: str) -> str:
    """Return what Chatwoot makes of a text: paragraphs of plain text and line ends, or it fails."""
    lines: list[str] = []
    for token in MarkdownIt("commonmark").parse(text):
        assert token.type in {"paragraph_open", "inline", "paragraph_close"}, token.type
        if token.type != "inline":
            continue
        assert token.children is not None
        kinds = {child.type for child in token.children}
        assert kinds <= {"text", "softbreak", "hardbreak"}, kinds
        lines += "".join(child.content or "\n" for child in token.children).split("\n")
    return "\n".join(lines)


def plain(text: str) -> str:
    """Return a text without what Markdown has no room for: blank lines and blanks at the edges."""
    lines = text.replace(_WORD_JOINER, "").replace("\u00a0", " ").replace("\t", "    ").split("\n")
    return "\n".join(kept for line in lines if (kept := line.strip()))


@given(hostile)
@example("    indented code")
@example("1. one\n2) two\n- three\n+ four\n# five\n> six")
@example("under\n===\nover\n---\n***\n___")
@example("<b>x</b> <https://example.com> &amp; &#65; \\* [a](b) ![c](d)\n\n[a]: b")
@example("```\ncode\n```\n~~~\nx\n~~~")
@example("snake_case __dunder__ _x_ a_ _b")
def test_every_text_arrives_as_it_was_written(text: str) -> None:
    assert plain(shown(escape_for_chatwoot(text))) == plain(text)


@given(hostile, st.sampled_from(["Order: ", "✅ Pedido ", ""]))
def test_a_text_arrives_as_it_was_written_behind_words_of_ours(text: str, before: str) -> None:
    assert plain(shown(before + escape_for_chatwoot(text))) == plain(before + text)


@given(hostile)
def test_no_text_opens_a_tag_of_liquid(text: str) -> None:
    escaped = escape_for_chatwoot(text)

    assert "{{" not in escaped
    assert "{%" not in escaped
    # Nor after Markdown: Chatwoot looks for placeholders of its own once more.
    assert "{{" not in shown(escaped)


def test_a_tag_still_reads_as_it_was_written() -> None:
    escaped = escape_for_chatwoot("{{contact.name}} {% if x %}")

    assert escaped.replace(_WORD_JOINER, "") == "{{contact.name}} {% if x %}"


@pytest.mark.parametrize(
    "plain_text",
    [
        "3f2a8c1e-52f6-4b5f-9b3f-0e2a8f1d7c11",
        "order_12",
        "Why not? Yes!",
        "R$ 2.500 + 10%",
        "a > b",
    ],
)
def test_what_marks_nothing_is_left_alone(plain_text: str) -> None:
    # Channels that Chatwoot sends to as they are would show the escapes.
    assert escape_for_chatwoot(plain_text) == plain_text


def test_spaces_at_the_start_of_a_line_are_kept_and_make_no_code() -> None:
    assert shown("x\n\n" + escape_for_chatwoot("    y\n\tz")).count("x") == 1
    assert re.fullmatch("\u00a0{4}y\n\u00a0{4}z", escape_for_chatwoot("    y\n\tz"))
