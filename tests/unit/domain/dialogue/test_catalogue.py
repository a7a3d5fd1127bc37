"""Every text that people are sent, in each of the languages."""

import pytest

from handlers.domain.dialogue.catalogue import TEXTS, TITLES, TextKey
from handlers.domain.dialogue.notices import (
    Failure,
    failure_notice,
    ready_text,
    unfulfilled_text,
)
from handlers.domain.dialogue.options import OPTIONS, Option
from handlers.domain.dialogue.values import AskedField
from handlers.domain.messages import MessageId
from handlers.domain.orders.values import Language
from handlers.domain.outgoing import OutgoingKind, OutgoingPurpose
from tests.unit.domain.test_chatwoot_text import shown

ORDER_ID = "3f2a8c1e-52f6-4b5f-9b3f-0e2a8f1d7c11"
ALL_OPTIONS: set[Option] = {option for options in OPTIONS.values() for option in options}

languages = pytest.mark.parametrize("language", Language)


@languages
def test_every_text_is_there(language: Language) -> None:
    assert set(TEXTS[language]) == set(TextKey)
    assert set(TITLES[language]) == ALL_OPTIONS


@languages
@pytest.mark.parametrize("key", TextKey)
def test_a_text_passes_chatwoot_unchanged_and_is_brief(language: Language, key: TextKey) -> None:
    text = TEXTS[language][key]

    assert shown(text) == text
    assert "{" not in text
    assert len(text) <= 160


@pytest.mark.parametrize("key", [k for k in TextKey if k is not TextKey.ORDER_NUMBER])
def test_no_language_repeats_the_words_of_another(key: TextKey) -> None:
    assert len({TEXTS[language][key] for language in Language}) == len(Language)


@languages
@pytest.mark.parametrize("field", AskedField)
def test_whatsapp_can_show_the_options(language: Language, field: AskedField) -> None:
    titles = [TITLES[language][option] for option in OPTIONS[field]]

    assert 2 <= len(titles) <= 10
    assert len({title.casefold() for title in titles}) == len(titles)
    assert all(0 < len(title) <= 20 for title in titles)
    assert all(shown(title) == title for title in titles)


@languages
def test_the_options_are_those_of_the_guide_in_its_order(language: Language) -> None:
    assert [TITLES[language][option] for option in OPTIONS[AskedField.PLATFORM]] == [
        "LinkedIn",
        "Instagram",
        "Twitter",
        "Blog",
    ]


def test_the_first_question_is_worded_as_in_the_guide() -> None:
    asked = TEXTS[Language.ENGLISH][TextKey.ASK_PLATFORM]

    assert asked == "📱 Which platform would you like content for?"


@languages
@pytest.mark.parametrize("failure", Failure)
def test_whatever_fails_a_message_leads_to_one_notice(language: Language, failure: Failure) -> None:
    notice = failure_notice(MessageId("50001"), language, failure)

    assert notice.cause == "failure:50001"
    assert notice.kind is OutgoingKind.MESSAGE
    assert notice.purpose is OutgoingPurpose.FAILURE
    assert notice.order_message_id == "50001"
    assert notice.document == {"content": TEXTS[language][TextKey(failure.value)]}


@languages
def test_notices_about_the_content_name_the_order(language: Language) -> None:
    ready, unfulfilled = ready_text(ORDER_ID, language), unfulfilled_text(ORDER_ID, language)

    assert ready.startswith(TEXTS[language][TextKey.CONTENT_READY])
    assert unfulfilled.startswith(TEXTS[language][TextKey.CONTENT_UNFULFILLED])
    assert ready.endswith(f" {ORDER_ID}")
    assert unfulfilled.endswith(f" {ORDER_ID}")
    assert shown(ready) == ready


def test_an_order_id_is_no_place_for_marks() -> None:
    assert "{{" not in ready_text("{{contact.name}}", Language.ENGLISH)
