"""Reads what a message answers to the question that is open."""

import re
from dataclasses import dataclass, field
from typing import Final

from handlers.domain.dialogue.answer_reading import AnswerReading, is_made_of
from handlers.domain.dialogue.answer_tokens import PAUSE, fold, is_emoji, tokenize
from handlers.domain.dialogue.answer_vocabulary import (
    CANCEL_PHRASES,
    EMOJI_OPTIONS,
    FIRST_PHRASES,
    TAPPED,
)
from handlers.domain.dialogue.options import OPTIONS, with_option
from handlers.domain.dialogue.polite_words import CANCEL_EMOJI
from handlers.domain.dialogue.values import AskedField
from handlers.domain.orders.values import Language, OrderParameters

# What is longer is a message of its own, whatever it mentions.
_MOST_CHARACTERS: Final = 240
_MOST_TOKENS: Final = 32
# Of folded words.
_MAKING: Final = re.compile(
    r"\b(?:make (?:a|me)|write|create|draft|want|need|(?:faz|faca) uma?|me faz|escrev[ea]|cri[ae]"
    r"|quero|preciso|haz una?|hazme|escribe|escribeme|crea|quiero|necesito)\b"
)
_CONTENT: Final = re.compile(
    r"\b(?:posts?|articles?|text|thread|tweet|caption|artigos?|textos?|legenda|tuite|articulos?"
    r"|hilo)\b"
)
_ABOUT: Final = re.compile(
    r"(?:about|regarding|sobre|a respeito d[eoa]|acerca del?|respecto a)\s+(\S.*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a message says of the order: what was asked, or what was not."""

    parameters: OrderParameters
    subject: str | None = field(default=None, repr=False)
    """What it is to be about, where that answers the question for its topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """The message calls the order off."""


def read_answer(
    words: str | None, asked: AskedField, language: Language, quick_reply: str | None
) -> Answer | Cancellation | None:
    """Return what a message says while `asked` is asked in `language`; None if it is no answer."""
    tapped = TAPPED.get(fold(quick_reply).strip()) if quick_reply is not None else None
    if tapped is not None:
        return Answer(parameters=with_option(OrderParameters(), tapped))
    text = (words or "").strip()
    tokens = tokenize(text) if len(text) <= _MOST_CHARACTERS else []
    if len(tokens) > _MOST_TOKENS:
        return None
    if _cancels(tokens):
        return Cancellation()
    said = " ".join(tokens)
    if _MAKING.search(said) and _CONTENT.search(said):
        # A new order, in words that could also answer.
        return None
    found = _from_emoji(tokens, asked) or _from_words(tokens, asked, language)
    if found is not None:
        return Answer(parameters=found)
    about = _ABOUT.fullmatch(text) if asked is AskedField.TOPIC and tokens else None
    return Answer(parameters=OrderParameters(), subject=about[1]) if about else None


def _cancels(tokens: list[str]) -> bool:
    said = [token for token in tokens if token in CANCEL_EMOJI or not is_emoji(token)]
    return any(is_made_of(said, phrases) for phrases in CANCEL_PHRASES)


def _from_emoji(tokens: list[str], asked: AskedField) -> OrderParameters | None:
    if not all(token == PAUSE or is_emoji(token) for token in tokens):
        return None
    options = {EMOJI_OPTIONS[asked].get(token) for token in tokens if token != PAUSE}
    (option,) = options if len(options) == 1 else (None,)
    return None if option is None else with_option(OrderParameters(), option)


def _from_words(tokens: list[str], asked: AskedField, language: Language) -> OrderParameters | None:
    # Beside words an emoji is decoration.
    said = [token for token in tokens if not is_emoji(token)]
    if is_made_of(said, FIRST_PHRASES[language]):
        return with_option(OrderParameters(), OPTIONS[asked][0])
    return AnswerReading(asked, language).read(said)
