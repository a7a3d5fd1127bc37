"""What is known of an order, and what of it is missing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from handlers.domain.dialogue.answer_tokens import tokenize
from handlers.domain.dialogue.values import AskedField, OrderContent, Preferences
from handlers.domain.dialogue.word_counts import length_of
from handlers.domain.orders.values import Language, OrderParameters, Understanding

_NAMES: Final[Mapping[Language, frozenset[str]]] = {
    Language.ENGLISH: frozenset({"english", "ingles", "inglesa"}),
    Language.PORTUGUESE: frozenset({"portuguese", "portugues", "portuguesa"}),
    Language.SPANISH: frozenset({"spanish", "espanol", "espanola", "espanhol", "castellano"}),
}


def ordered_content(
    understood: Understanding, words: str, spoken: Language | None, preferences: Preferences
) -> OrderContent:
    """Return what an order says; `spoken` is the language of its words, where it can be told."""
    person = spoken or preferences.language or understood.language or Language.ENGLISH
    wanted = understood.language
    # Mostly that is just the language it is said in, and then a preference counts for more.
    is_asked_for = wanted is not None and (
        (spoken is not None and wanted is not spoken)
        or not _NAMES[wanted].isdisjoint(tokenize(words))
    )
    language = wanted if is_asked_for else preferences.language
    content = OrderContent(
        parameters=understood.parameters,
        subject=understood.subject or None,
        language=language or wanted or person,
        person_language=person,
    )
    return with_preferences(content, preferences)


def with_preferences(content: OrderContent, preferences: Preferences) -> OrderContent:
    """Return an order with what it does not say as its user prefers it."""
    said = content.parameters
    length = said.length
    if length is None and said.word_count is not None:
        length = length_of(said.word_count)
    is_about_something = content.subject is not None
    return replace(
        content,
        parameters=replace(
            said,
            platform=said.platform or preferences.platform,
            length=length or preferences.length,
            tone=said.tone or preferences.tone,
            topic=said.topic or (None if is_about_something else preferences.topic),
        ),
    )


def with_answer(
    content: OrderContent, answer: OrderParameters, subject: str | None = None
) -> OrderContent:
    """Return an order with what an answer fills in or corrects."""
    said = content.parameters
    count = answer.word_count
    if count is None and answer.length in {None, said.length}:
        count = said.word_count
    return replace(
        content,
        subject=subject or content.subject,
        parameters=OrderParameters(
            platform=answer.platform or said.platform,
            length=answer.length or said.length,
            tone=answer.tone or said.tone,
            topic=answer.topic or said.topic,
            word_count=count,
        ),
    )


def first_missing(content: OrderContent) -> AskedField | None:
    """Return what is to be asked next; a topic only where there is no subject either."""
    said = content.parameters
    if said.platform is None:
        return AskedField.PLATFORM
    if said.length is None:
        return AskedField.LENGTH
    if said.tone is None:
        return AskedField.TONE
    if said.topic is None and content.subject is None:
        return AskedField.TOPIC
    return None
