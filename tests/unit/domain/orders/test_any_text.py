"""What holds for any text at all."""

import ast
import unicodedata
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.orders import lexicon
from handlers.domain.orders.lexicon.content_words import CONTENT
from handlers.domain.orders.lexicon.styles import (
    LENGTHS,
    PLATFORM_KINDS,
    PLATFORMS,
    TONES,
    TOPICS,
)
from handlers.domain.orders.phrases import Phrases, split
from handlers.domain.orders.understanding import understand
from handlers.domain.orders.values import Intent
from handlers.domain.orders.words import fold, tokenize

WORDS = sorted(
    {
        word
        for texts in (
            CONTENT,
            *PLATFORMS.values(),
            *PLATFORM_KINDS.values(),
            *LENGTHS.values(),
            *TONES.values(),
            *TOPICS.values(),
        )
        for text in texts
        for phrase in split(text)
        for word in phrase.split()
    }
)
LEXICON = Path(lexicon.__file__).parent
PIECES = st.sampled_from(
    [
        *WORDS,
        *("write", "escreve", "hazme", "post", "sobre", "about", "don't", "não", "said", "#", "🐝"),
        *(":", ",", ".", "?", "!", '"', "“", "”", "-", "—", "1.", "https://x.com", "@a"),
        "\n",
        "can you",
        "i need",
        "para",
        "2,000",
        "words",
        "never mind",
    ]
)
MESSAGES = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=30).map(" ".join),
    st.lists(PIECES, max_size=30).map("".join),
)
ORDERS = [
    "Write a SHORT post about bees for LinkedIn",
    "Escreva um post profissional sobre produção pro Instagram",
    "Escríbeme un artículo amable sobre tendencias en educación",
    "¿Podrías redactar una publicación de LinkedIn con consejos?",
]


@pytest.mark.parametrize("path", sorted(LEXICON.glob("*.py")), ids=lambda path: path.stem)
def test_choices_do_not_nest(path: Path) -> None:
    strings = [
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "|" in node.value
    ]

    for text in strings:
        depths = list(accumulate((mark == "(") - (mark == ")") for mark in text))
        assert max(depths) - min(depths) <= 1, text


@given(text=MESSAGES)
def test_any_text_is_understood_as_something(text: str) -> None:
    found = understand(text)

    assert found.intent in Intent
    if found.subject is not None:
        assert found.subject in text
        assert found.subject.strip() == found.subject != ""
    if found.intent is Intent.ORDER:
        assert found.language is not None


@given(text=MESSAGES)
def test_tokens_lie_in_order_and_leave_out_only_blanks(text: str) -> None:
    at = 0
    for token in tokenize(text):
        assert token.start < token.end
        assert not text[at : token.start].strip()
        at = token.end
    assert not text[at:].strip()


@given(word=st.sampled_from(WORDS), letters=st.text("bkxw", min_size=1, max_size=3))
def test_letters_glued_to_a_word_make_another_word(word: str, letters: str) -> None:
    for glued in (word + letters, letters + word):
        if glued not in WORDS:
            found = understand(f"write a qqq for zzz, {glued}")
            assert found.intent is Intent.NOTE
            ordered = understand(f"write a post about bees, {glued}").parameters
            assert ordered == understand("write a post about bees, qqq").parameters


@pytest.mark.parametrize("text", ORDERS)
def test_case_and_accents_change_nothing(text: str) -> None:
    expected = understand(text)
    decomposed = unicodedata.normalize("NFD", text)
    variants = [text.upper(), text.lower(), text.title(), fold(text), decomposed]

    for variant in variants:
        found = understand(variant)
        assert (found.intent, found.parameters) == (expected.intent, expected.parameters)


@given(text=MESSAGES)
def test_case_never_decides_what_an_ascii_message_is(text: str) -> None:
    ascii_text = text.encode("ascii", "ignore").decode()

    assert understand(ascii_text.upper()).intent is understand(ascii_text.lower()).intent


@pytest.mark.parametrize(
    "text",
    [
        "اكتب منشورا عن النحل",
        "כתוב פוסט על דבורים",
        "\u202ewrite\u202c",
        "写一篇关于蜜蜂的文章",
        "\ud800",
        "\x00",
        "e" + "\u0301" * 50,
    ],
    ids=ascii,
)
def test_other_scripts_and_odd_characters_are_notes(text: str) -> None:
    assert understand(text).intent is Intent.NOTE


def test_an_order_beside_right_to_left_text_is_one() -> None:
    found = understand("write a post about שלום עולם for LinkedIn")

    assert found.intent is Intent.ORDER
    assert found.subject == "שלום עולם"


HOSTILE = [
    "a",
    "write ",
    "write a post ",
    "write a post about ",
    "don't write a post. ",
    "maybe can you write a post ",
    "post, ",
    "post. ",
    "about ",
    "i need ",
    "please ",
    "turn a ",
    "turn this into ",
    '"',
    "- \n",
    "the ",
    "short ",
    "words ",
    "1,",
    "n't",
    "'",
    "e\u0301\u0323",
    "\u0301",
    "www.",
    "@",
    "ok ",
    "for me ",
    "ok, ",
    "ok, a post, ",
    "a post would be nice ",
    "use this to write ",
    "said write it ",
    "need to ",
]


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_the_work_grows_with_the_text_and_no_faster(
    piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookups = 0
    look_up = Phrases.at

    def counted(self: Phrases[object], words: Sequence[str], start: int) -> object:
        nonlocal lookups
        lookups += 1
        return look_up(self, words, start)

    monkeypatch.setattr(Phrases, "at", counted)

    def work(length: int) -> int:
        nonlocal lookups
        lookups = 0
        understand((piece * length)[:length])
        return lookups

    small, large = work(2000), work(8000)

    assert large <= 4.8 * small + 500


@pytest.mark.parametrize("opening", ["", "write a post about "])
def test_ten_thousand_characters_are_understood(opening: str) -> None:
    found = understand(opening + "long words belong here, netflix.com too. " * 250)

    assert (found.intent is Intent.ORDER) == bool(opening)
