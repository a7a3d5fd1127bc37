"""Reads the parameters of content from an answer or any other short text."""

from dataclasses import replace
from typing import Final

from handlers.domain.orders.lexicon.style_words import TONE_WORDS
from handlers.domain.orders.parameters import parameters_of
from handlers.domain.orders.spelling import respelled
from handlers.domain.orders.values import Language, OrderParameters, Platform, Tone
from handlers.domain.orders.words import Kind, tokenize

# In so few words 'serious' is a tone, and 'X' the network.
_FEW: Final = 6
_DENIALS: Final = frozenset({"not", "no", "nao", "nem", "ni", "sem", "sin", "less", "menos"})


def find_parameters(text: str, language: Language) -> OrderParameters:
    """Return what a text says of content: 'linkedin, bem curto'; numbers alone say nothing."""
    tokens = respelled(tokenize(text), language)
    found = parameters_of(tokens, (), language)
    words = tuple(token.norm for token in tokens if token.kind is Kind.WORD)
    if len(words) > _FEW:
        return found
    is_x = found.platform is None and "x" in words
    return replace(
        found,
        platform=Platform.TWITTER if is_x else found.platform,
        tone=found.tone or _bare_tone(words),
    )


def _bare_tone(words: tuple[str, ...]) -> Tone | None:
    tones = [TONE_WORDS.at(words, at) for at in range(len(words))]
    # A denied tone was left out of what was found: 'not too serious'.
    is_denied = not _DENIALS.isdisjoint(words)
    return next((tone[1] for tone in tones if tone and not is_denied), None)
