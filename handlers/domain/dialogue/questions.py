"""A question as Chatwoot takes it, and as a channel shows it."""

from collections.abc import Mapping, Sequence
from typing import Final

from handlers.domain.dialogue.catalogue import TEXTS, TITLES, TextKey
from handlers.domain.dialogue.options import OPTIONS
from handlers.domain.dialogue.values import AskedField
from handlers.domain.json_values import JsonObject
from handlers.domain.orders.values import Language

_ASKS: Final[Mapping[AskedField, TextKey]] = {
    AskedField.PLATFORM: TextKey.ASK_PLATFORM,
    AskedField.LENGTH: TextKey.ASK_LENGTH,
    AskedField.TONE: TextKey.ASK_TONE,
    AskedField.TOPIC: TextKey.ASK_TOPIC,
}
# `1.` would begin a list for Markdown, and Chatwoot writes those as bullets without numbers.
_KEYCAP: Final = "\ufe0f\u20e3"


def question_document(field: AskedField, language: Language, *, shows_options: bool) -> JsonObject:
    """Return the body of Chatwoot's call; a channel without options gets them numbered as text."""
    titles = TITLES[language]
    content = TEXTS[language][_ASKS[field]]
    if not shows_options:
        content = _numbered(content, [titles[option] for option in OPTIONS[field]], language)
    return {
        "content": content,
        "content_type": "input_select",
        "content_attributes": {
            # What WhatsApp shows, as buttons or as a list; another key in an item is refused.
            "items": _choices(field, language),
            "quick_reply": {"type": "quick_reply", "values": _choices(field, language)},
        },
    }


def _choices(field: AskedField, language: Language) -> list[JsonObject]:
    titles = TITLES[language]
    return [{"title": titles[option], "value": option.value} for option in OPTIONS[field]]


def _numbered(content: str, titles: Sequence[str], language: Language) -> str:
    lines = [f"{number}{_KEYCAP} {title}" for number, title in enumerate(titles, start=1)]
    return "\n\n".join([content, "\n".join(lines), TEXTS[language][TextKey.HOW_TO_ANSWER]])
