"""What calls an order off; and that any text can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.dialogue.answers import Cancellation
from handlers.domain.dialogue.values import AskedField
from handlers.domain.orders.values import (
    Language,
    OrderParameters,
)
from tests.unit.domain.dialogue.answer_cases import (
    PLATFORM,
    PT,
    languages,
    read,
)


@pytest.mark.parametrize(
    "words",
    [
        "cancel",
        "Cancel.",
        "CANCEL!!!",
        "please cancel it",
        "Cancel my order, thanks",
        "no, cancel",
        "never mind",
        "Nevermind 🙏",
        "forget it",
        "stop",
        "Stop, please",
        "cancela",
        "Cancela isso, por favor",
        "pode cancelar",
        "esquece",
        "Esqueça.",
        "deixa pra lá",
        "Deixa para lá, obrigada",
        "não quero mais",
        "parar",
        "sair",
        "para",
        "cancelar",
        "olvídalo",
        "Olvídalo, gracias",
        "déjalo",
        "ya no",
        "mejor no",
        "salir",
        "❌",
        "❌❌",
        "❌ cancela",
        "🚫",
        "✖️",
    ],
)
@languages
def test_who_calls_it_off_is_understood(words: str, language: Language) -> None:
    for field in AskedField:
        assert read(words, field, language) == Cancellation()


@pytest.mark.parametrize(
    "words",
    [
        "don't cancel",
        "não cancela",
        "no canceles",
        "cancel the meeting with Ana",
        "cancela a reunião de amanhã",
        "cancel linkedin",
        "vou sair agora",
        "I had to stop the car",
        "stop by the office",
        "para mim",
        "para hoy",
        "nunca pare",
        "no",
        "não",
        "nada",
    ],
)
def test_what_only_sounds_like_calling_off_is_none(words: str) -> None:
    for language in Language:
        assert read(words, PLATFORM, language) is None


texts = st.text(st.sampled_from("12x,.!? \n❌📸\ufe0f\u20e3\u200dlinkednsacurto") | st.characters())


@given(texts, st.sampled_from(AskedField), st.sampled_from(Language), st.none() | texts)
def test_any_text_can_be_read(
    words: str, field: AskedField, language: Language, quick_reply: str | None
) -> None:
    found = read(words, field, language, quick_reply)

    assert found != OrderParameters()


@given(st.text(st.characters(categories=["L"]), min_size=1, max_size=8))
def test_an_option_inside_of_a_word_is_none(letters: str) -> None:
    for word in ("linkedin", "blog", "curto"):
        assert read(f"{word}zq{letters}", PLATFORM, PT) is None
        assert read(f"{letters}zq{word}", PLATFORM, PT) is None
