"""What stands around an answer, what else it says, and what is none."""

import pytest

from handlers.domain.dialogue.options import Option
from handlers.domain.dialogue.values import AskedField
from handlers.domain.orders.values import (
    Language,
    Length,
    OrderParameters,
    Platform,
    Tone,
    Topic,
)
from tests.unit.domain.dialogue.answer_cases import (
    EN,
    ES,
    LENGTH,
    PLATFORM,
    PT,
    TONE,
    chosen,
    read,
)


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("LinkedIn.", EN),
        ("linkedin pls 🙏", EN),
        ("LinkedIn 💼📸", EN),
        ("Let's go with LinkedIn, thanks!", EN),
        ("I'd prefer LinkedIn", EN),
        ("um, LinkedIn I think", EN),
        ("for linkedin", EN),
        ("no, linkedin", EN),
        ("linkedin?", EN),
        ("LinkedIn post", EN),
        ("make it a linkedin post", EN),
        ("pode ser no linkedin mesmo, obrigado!", PT),
        ("no linkedin", PT),
        ("acho que linkedin 😊", PT),
        ("Quero no LinkedIn, por favor", PT),
        ("um post no linkedin", PT),
        ("não, linkedin", PT),
        ("Para LinkedIn, por favor", ES),
        ("que sea linkedin porfa", ES),
        ("mejor linkedin", ES),
        ("linkedin 🩷🫨", ES),
    ],
)
def test_politeness_around_an_answer_is_passed_over(words: str, language: Language) -> None:
    assert read(words, PLATFORM, language) == chosen(Platform.LINKEDIN)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("linkedin, curto", chosen(Platform.LINKEDIN, Length.SHORT)),
        (
            "short, casual and for LinkedIn",
            chosen(Platform.LINKEDIN, Length.SHORT, Tone.CASUAL),
        ),
        ("2, longo", chosen(Platform.INSTAGRAM, Length.LONG)),
        (
            "insta/dicas/informal/breve",
            chosen(Platform.INSTAGRAM, Length.SHORT, Tone.CASUAL, Topic.TIPS),
        ),
        (
            "linkedin, 300 palavras",
            chosen(Platform.LINKEDIN, Length.MEDIUM, word_count=300),
        ),
        ("linkedin, curto ou longo", chosen(Platform.LINKEDIN)),
        ("curto", chosen(Length.SHORT)),
        ("formal, please", chosen(Tone.PROFESSIONAL)),
        ("news", chosen(Topic.NEWS)),
    ],
)
def test_an_answer_may_say_more_or_other_things_than_was_asked(
    words: str, expected: OrderParameters
) -> None:
    for language in Language:
        assert read(words, PLATFORM, language) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("100 words", chosen(Length.SHORT, word_count=100)),
        ("umas 300 palavras", chosen(Length.MEDIUM, word_count=300)),
        ("about 1,000 words", chosen(Length.LONG, word_count=1000)),
        ("unas 1.200 palabras", chosen(Length.LONG, word_count=1200)),
        ("3 words", None),
        ("100000 words", None),
        ("300", None),
        ("words", None),
    ],
)
def test_a_length_may_be_a_number_of_words(words: str, expected: OrderParameters | None) -> None:
    for language in Language:
        assert read(words, LENGTH, language) == expected


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("instagram, quer dizer, linkedin", Platform.LINKEDIN),
        ("Instagram. I mean LinkedIn.", Platform.LINKEDIN),
        ("twitter, no, insta", Platform.INSTAGRAM),
        ("2, no wait, 3", Platform.TWITTER),
        ("blog mejor dicho linkedin", Platform.LINKEDIN),
        ("linkedin, sorry", Platform.LINKEDIN),
    ],
)
def test_who_corrects_a_word_is_taken_at_the_last_one(words: str, option: Option) -> None:
    assert read(words) == chosen(option)


@pytest.mark.parametrize(
    "words",
    [
        "linkedin ou instagram?",
        "linkedin or instagram",
        "2 ou 3",
        "2/3",
        "2 linkedin",
        "linkedin e blog",
    ],
)
def test_two_values_of_what_is_asked_are_no_answer(words: str) -> None:
    for language in Language:
        assert read(words, PLATFORM, language) is None


@pytest.mark.parametrize(
    "words",
    [
        None,
        "",
        "  \n",
        "?",
        ",,,",
        "please",
        "ok",
        "obrigado!",
        "sim",
        "yes",
        "5",
        "0",
        "-",
        "99999999999999999999999999",
        "2%",
        "+1",
        "R$ 2",
        "12:30",
        "2.5",
        "segunda-feira",
        "zap no",
        "whatsapp",
        "not linkedin",
        "no linkedin",
        "não linkedin",
        "anything but instagram",
        "netflix.com",
        "https://www.linkedin.com/in/ana",
        "linkedin.com/in/ana",
        "@instagram",
        "ana@blog.com",
        "x-ray",
        "belong",
        "along",
        "shorts",
        "Instagram is down",
        "LinkedIn sucks",
        "Call Ana on Tuesday",
        "Instagram is killing our reach, talked to Ana about it",
        "Ana posted on LinkedIn",
        "Preciso falar com o João sobre o blog amanhã",
        "a post",
        "um post",
        "2 posts",
        "x" * 10_000,
        "linkedin " * 40,
        ("linkedin, " * 20),
    ],
)
def test_anything_else_is_no_answer(words: str | None) -> None:
    assert read(words, PLATFORM, EN) is None


@pytest.mark.parametrize(
    ("words", "field"),
    [("x", LENGTH), ("normal", PLATFORM), ("site", TONE), ("um post no linkedin", LENGTH)],
)
def test_a_word_of_many_meanings_answers_only_its_own_question(
    words: str, field: AskedField
) -> None:
    assert read(words, field, PT) is None


def test_one_thing_of_two_is_a_count_and_no_choice() -> None:
    assert read("2 post linkedin") == chosen(Platform.LINKEDIN)


def test_a_sigh_is_no_number() -> None:
    assert read("um", PLATFORM, EN) is None


def test_an_unknown_value_beside_the_words_leaves_the_words() -> None:
    assert read("insta", PLATFORM, EN, "myspace") == chosen(Platform.INSTAGRAM)
    assert read(None, PLATFORM, EN, "myspace") is None
