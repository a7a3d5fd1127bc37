"""A question as Chatwoot takes it."""

import json

import pytest

from handlers.domain.dialogue.catalogue import TITLES
from handlers.domain.dialogue.options import OPTIONS
from handlers.domain.dialogue.questions import question_document
from handlers.domain.dialogue.values import AskedField
from handlers.domain.json_values import child
from handlers.domain.orders.values import Language
from tests.unit.domain.test_chatwoot_text import shown

fields = pytest.mark.parametrize("field", AskedField)
languages = pytest.mark.parametrize("language", Language)
channels = pytest.mark.parametrize("shows_options", [True, False])


def test_the_first_question_looks_as_the_guide_says() -> None:
    values = [
        {"title": "LinkedIn", "value": "linkedin"},
        {"title": "Instagram", "value": "instagram"},
        {"title": "Twitter", "value": "twitter"},
        {"title": "Blog", "value": "blog"},
    ]

    document = question_document(AskedField.PLATFORM, Language.ENGLISH, shows_options=True)

    assert document == {
        "content": "📱 Which platform would you like content for?",
        "content_type": "input_select",
        "content_attributes": {
            "items": values,
            "quick_reply": {"type": "quick_reply", "values": values},
        },
    }


@fields
@languages
@channels
def test_chatwoot_takes_every_question(
    field: AskedField, language: Language, *, shows_options: bool
) -> None:
    document = question_document(field, language, shows_options=shows_options)
    items = child(document, "content_attributes")["items"]

    assert isinstance(items, list)
    assert len(items) >= 1
    assert all(set(item) == {"title", "value"} for item in items)
    assert [item["value"] for item in items] == [option.value for option in OPTIONS[field]]
    # Meta's limit of a body, and JSON that any client can write.
    assert len(str(document["content"])) <= 1024
    assert json.loads(json.dumps(document)) == document


@fields
@languages
def test_a_channel_of_text_gets_the_options_numbered(field: AskedField, language: Language) -> None:
    content = question_document(field, language, shows_options=False)["content"]
    with_options = question_document(field, language, shows_options=True)["content"]

    assert isinstance(content, str)
    first, *lines = [line for line in content.split("\n") if line]
    assert first == with_options
    assert lines[:-1] == [
        f"{number}\ufe0f\u20e3 {TITLES[language][option]}"
        for number, option in enumerate(OPTIONS[field], start=1)
    ]


@fields
@languages
def test_markdown_makes_no_list_of_the_numbers(field: AskedField, language: Language) -> None:
    content = str(question_document(field, language, shows_options=False)["content"])

    # A paragraph's end is one line end here and two on the phone.
    assert shown(content) == content.replace("\n\n", "\n")
