"""Which of the three languages a text is in, by its commonest words."""

from collections.abc import Sequence
from typing import Final

from handlers.domain.orders.lexicon.content_words import CONTENT
from handlers.domain.orders.lexicon.language_words import FUNCTION_WORDS
from handlers.domain.orders.lexicon.styles import LENGTHS, TONES, TOPICS, Texts
from handlers.domain.orders.phrases import split
from handlers.domain.orders.values import Language
from handlers.domain.orders.words import Token, tokenize

_ORDER: Final = (Language.ENGLISH, Language.PORTUGUESE, Language.SPANISH)
_FUNCTION_WEIGHT: Final = 2
_ONLY_PORTUGUESE: Final = frozenset("ãõçêôâàÃÕÇÊÔÂÀ")
_ONLY_SPANISH: Final = frozenset("ñ¿¡Ñ")
_ENDINGS: Final = {
    Language.ENGLISH: ("ing", "tion", "tions", "ly", "ness", "ght"),
    Language.PORTUGUESE: (
        *("cao", "coes", "eiro", "eira", "agem"),
        *("dade", "inho", "inha", "lh", "ndo"),
    ),
    Language.SPANISH: ("cion", "ciones", "dad", "miento", "ito", "ita", "ndo"),
}


def _weights() -> dict[Language, dict[str, int]]:
    found: dict[Language, dict[str, int]] = {language: {} for language in _ORDER}
    texts: list[Texts] = [CONTENT, *LENGTHS.values(), *TONES.values(), *TOPICS.values()]
    for each in texts:
        for language, text in zip(_ORDER, each, strict=True):
            found[language].update((word, 1) for phrase in split(text) for word in phrase.split())
    for language, text in FUNCTION_WORDS.items():
        found[language].update((word, _FUNCTION_WEIGHT) for word in text.split())
    return found


_WEIGHTS: Final = _weights()


def likeliest_language(tokens: Sequence[Token], text: str) -> Language:
    """Return the likeliest language; English where nothing tells."""
    scores = _scores(tokens, text)
    return max(_ORDER, key=lambda language: scores[language])


def detect_language(text: str) -> Language | None:
    """Return a text's language, or None where no language stands out."""
    scores = _scores(tokenize(text), text)
    best = max(scores.values())
    found = [language for language in _ORDER if scores[language] == best]
    return found[0] if len(found) == 1 else None


def _scores(tokens: Sequence[Token], text: str) -> dict[Language, int]:
    scores = {
        language: sum(weights.get(token.norm, 0) for token in tokens)
        for language, weights in _WEIGHTS.items()
    }
    for language, endings in _ENDINGS.items():
        scores[language] += sum(token.norm.endswith(endings) for token in tokens)
    scores[Language.PORTUGUESE] += 2 * sum(character in _ONLY_PORTUGUESE for character in text)
    scores[Language.SPANISH] += 2 * sum(character in _ONLY_SPANISH for character in text)
    return scores
