"""An option is chosen by its title, value, number, synonym or emoji."""

import pytest

from handlers.domain.dialogue.catalogue import TITLES
from handlers.domain.dialogue.options import OPTIONS, Option
from handlers.domain.dialogue.values import AskedField
from handlers.domain.orders.values import (
    Language,
    Length,
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
    TOPIC,
    chosen,
    languages,
    read,
)

every_option = pytest.mark.parametrize(
    ("field", "option"), [(field, option) for field in OPTIONS for option in OPTIONS[field]]
)


@languages
@every_option
def test_a_tap_comes_back_as_its_title_in_any_language(
    language: Language, field: AskedField, option: Option
) -> None:
    for titles in TITLES.values():
        for title in (titles[option], titles[option].upper(), f" {titles[option]}.\n"):
            assert read(title, field, language) == chosen(option)


@languages
@every_option
def test_a_tap_may_also_come_as_its_value(
    language: Language, field: AskedField, option: Option
) -> None:
    assert read(option.value, field, language) == chosen(option)
    assert read(None, field, language, option.value) == chosen(option)
    # Where a channel tells the value, the words beside it do not matter.
    assert read("whatever " * 200, field, language, f" {option.value} ") == chosen(option)


@languages
@every_option
def test_every_form_of_a_number_chooses(
    language: Language, field: AskedField, option: Option
) -> None:
    number = OPTIONS[field].index(option) + 1
    forms = ["{}", "{}.", "{})", "({})", "{}\ufe0f\u20e3", "#{}", "option {}", "opção {}", "la {}"]
    forms += ["la opción {}", "number {} please", "número {}, por favor", "n° {}", "0{}"]

    for form in forms:
        assert read(form.format(number), field, language) == chosen(option), form


@pytest.mark.parametrize(
    ("words", "language", "option"),
    [
        ("one", EN, Platform.LINKEDIN),
        ("number one please", EN, Platform.LINKEDIN),
        ("the first one", EN, Platform.LINKEDIN),
        ("two", EN, Platform.INSTAGRAM),
        ("Option two.", EN, Platform.INSTAGRAM),
        ("the second one", EN, Platform.INSTAGRAM),
        ("3rd", EN, Platform.TWITTER),
        ("the last one", EN, Platform.BLOG),
        ("um", PT, Platform.LINKEDIN),
        ("Um.", PT, Platform.LINKEDIN),
        ("opção um, por favor", PT, Platform.LINKEDIN),
        ("a primeira", PT, Platform.LINKEDIN),
        ("dois", PT, Platform.INSTAGRAM),
        ("o segundo", PT, Platform.INSTAGRAM),
        ("a 2ª opção", PT, Platform.INSTAGRAM),
        ("quatro", PT, Platform.BLOG),
        ("o último", PT, Platform.BLOG),
        ("uno", ES, Platform.LINKEDIN),
        ("el primero", ES, Platform.LINKEDIN),
        ("dos", ES, Platform.INSTAGRAM),
        ("la segunda", ES, Platform.INSTAGRAM),
        ("el 3.º", ES, Platform.TWITTER),
        ("la última, porfa", ES, Platform.BLOG),
        ("④", ES, Platform.BLOG),
    ],
)
def test_a_number_may_be_a_word(words: str, language: Language, option: Option) -> None:
    assert read(words, PLATFORM, language) == chosen(option)


@pytest.mark.parametrize(
    ("words", "field", "option"),
    [
        ("insta", PLATFORM, Platform.INSTAGRAM),
        ("IG!", PLATFORM, Platform.INSTAGRAM),
        ("reels", PLATFORM, Platform.INSTAGRAM),
        ("x", PLATFORM, Platform.TWITTER),
        ("X (Twitter)", PLATFORM, Platform.TWITTER),
        ("\U0001d54f", PLATFORM, Platform.TWITTER),
        ("tuíte", PLATFORM, Platform.TWITTER),
        ("hilo", PLATFORM, Platform.TWITTER),
        ("Linked In", PLATFORM, Platform.LINKEDIN),
        ("linkdin", PLATFORM, Platform.LINKEDIN),
        ("*LinkedIn*", PLATFORM, Platform.LINKEDIN),
        ("blog post", PLATFORM, Platform.BLOG),
        ("meu site", PLATFORM, Platform.BLOG),
        ("breve", LENGTH, Length.SHORT),
        ("bem curtinho", LENGTH, Length.SHORT),
        ("médio", LENGTH, Length.MEDIUM),
        ("normal", LENGTH, Length.MEDIUM),
        ("nem curto nem longo", LENGTH, Length.MEDIUM),
        ("in-depth", LENGTH, Length.LONG),
        ("larguito", LENGTH, None),
        ("largo", LENGTH, Length.LONG),
        ("informal", TONE, Tone.CASUAL),
        ("formal", TONE, Tone.PROFESSIONAL),
        ("normal", TONE, Tone.CASUAL),
        ("descontraído", TONE, Tone.CASUAL),
        ("laid-back", TONE, Tone.CASUAL),
        ("cálido", TONE, Tone.FRIENDLY),
        ("de autoridade", TONE, Tone.AUTHORITATIVE),
        ("novidades", TOPIC, Topic.NEWS),
        ("how-to", TOPIC, Topic.TIPS),
        ("em alta", TOPIC, Topic.TRENDS),
        ("our product", TOPIC, Topic.PRODUCT),
    ],
)
def test_people_have_words_of_their_own(
    words: str, field: AskedField, option: Option | None
) -> None:
    for language in Language:
        expected = None if option is None else chosen(option)
        assert read(words, field, language) == expected


@pytest.mark.parametrize(
    ("emoji", "field", "option"),
    [
        ("📸", PLATFORM, Platform.INSTAGRAM),
        ("💼", PLATFORM, Platform.LINKEDIN),
        ("🐦", PLATFORM, Platform.TWITTER),
        ("✍️", PLATFORM, Platform.BLOG),
        ("✍🏽", PLATFORM, Platform.BLOG),
        ("📸📸!", PLATFORM, Platform.INSTAGRAM),
        ("🤏", LENGTH, Length.SHORT),
        ("💼", TONE, Tone.PROFESSIONAL),
        ("😎", TONE, Tone.CASUAL),
        ("📰", TOPIC, Topic.NEWS),
        ("📈", TOPIC, Topic.TRENDS),
        ("📸💼", PLATFORM, None),
        ("😎", PLATFORM, None),
        ("👍", PLATFORM, None),
        ("🙏", TONE, None),
        ("ok 😊", TONE, None),
        ("thanks 💼", PLATFORM, None),
    ],
)
def test_a_lone_emoji_answers_what_is_asked(
    emoji: str, field: AskedField, option: Option | None
) -> None:
    assert read(emoji, field) == (None if option is None else chosen(option))
