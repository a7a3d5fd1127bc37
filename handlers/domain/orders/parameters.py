"""What an order says of platform, length, tone and kind of topic: whole words only."""

from collections.abc import Sequence
from typing import Final

from handlers.domain.orders.lexicon.content_words import CONTENT
from handlers.domain.orders.lexicon.style_words import (
    LANGUAGE_WORDS,
    LENGTH_WORDS,
    NEGATED,
    PLATFORM_KIND_WORDS,
    PLATFORM_WORDS,
    STYLE_NOUNS,
    STYLE_VERBS,
    TONE_WORDS,
    TOPIC_WORDS,
)
from handlers.domain.orders.lexicon.styles import WEAK_TONES
from handlers.domain.orders.phrases import phrase_set, word_set
from handlers.domain.orders.values import Language, Length, OrderParameters, Platform, Tone, Topic
from handlers.domain.orders.word_counts import find_word_count
from handlers.domain.orders.words import Kind, Token

_MOST_SHORT_WORDS: Final = 150
_MOST_MEDIUM_WORDS: Final = 500
_CORRECTION_REACH: Final = 5
_CORRECTIONS: Final = phrase_set(
    "sorry|no sorry|i mean|actually|wait|no wait|make that|or rather|correction",
    "quer dizer|digo|ou melhor|alias|melhor|perdao|na verdade|desculpa|nao pera|pera",
    "mejor dicho|digo|perdon|mejor|quiero decir|en realidad|no espera|no perdon",
)
_CONTENT: Final = phrase_set(*CONTENT)
_X_BEFORE: Final = word_set("on for to in en para pra pro no do del al thread hilo fio post")
_X_AFTER: Final = frozenset(["post", "thread", "posts", "threads", "tweet"])
# With these the word is no length: 'long term', 'short story', 'medio ambiente'.
_NOT_LENGTH_AFTER: Final = word_set(
    "term prazo plazo run time ago weekend covid haul as way distance staffed lived notice "
    "list metraje metragem of ambiente duracion data fuse stay island lets let sale sales "
    "supply cycle alcance"
)
_NOT_LENGTH_BEFORE: Final = word_set(
    "how so as in no any before too not nem ni por en social tan tao muito demasiado half "
    "isnt nada on via"
)
_NEGATED_BEFORE: Final = word_set("not no nao nem ni sin sem")
_NOT_TONE_AFTER: Final = word_set(
    "reminder audience services people development growth photographer photographers "
    "network education wear friday clothes athletes athlete life advice skills career tips "
    "opinion opinions"
)
_OWNERS: Final = word_set("our my new nosso nossa novo meu nuestro nuevo mi nuestros nossos")


def parameters_of(
    zone: Sequence[Token], subject: Sequence[Token], language: Language
) -> OrderParameters:
    """Read the parameters from what an order says beside its subject."""
    words = _plain(zone)
    count = find_word_count(zone)
    length = _length(words, zone)
    if length is None and count is not None:
        length = _length_of(count)
    return OrderParameters(
        platform=find_platform(words, language),
        length=length,
        tone=_tone(words, zone, language),
        topic=_topic(words) or _topic_of_subject(_plain(subject)),
        word_count=count,
    )


def find_platform(words: tuple[str, ...], language: Language) -> Platform | None:
    """Return the platform named first, else the one whose kind of content is named."""
    kind = None
    for at in range(_after_correction(words), len(words)):
        found = PLATFORM_WORDS.at(words, at)
        if found is not None and not _is_negated(words, at, language):
            return found[1]
        if words[at] == "x" and _is_network(words, at):
            return Platform.TWITTER
        found = PLATFORM_KIND_WORDS.at(words, at)
        if found is not None and kind is None:
            kind = found[1]
    return kind


def _after_correction(words: tuple[str, ...]) -> int:
    """Return where a platform stands that replaces one: 'an Insta post, no sorry, LinkedIn'."""
    corrected = 0
    for at in range(len(words)):
        end = _CORRECTIONS.end_at(words, at)
        if end is not None and PLATFORM_WORDS.first_in(words, end, end + _CORRECTION_REACH):
            corrected = end
    return corrected


def find_requested_language(words: tuple[str, ...]) -> Language | None:
    """Return the language that content is asked for in."""
    for at in range(len(words)):
        found = LANGUAGE_WORDS.at(words, at)
        if found is None:
            continue
        before = words[at - 1] if at else ""
        if before in ("in", "en", "em", "into", "para", "pro", "to") or _CONTENT.at(
            words, found[0]
        ):
            return found[1]
    return None


def _length_of(count: int) -> Length:
    if count <= _MOST_SHORT_WORDS:
        return Length.SHORT
    return Length.MEDIUM if count <= _MOST_MEDIUM_WORDS else Length.LONG


def _length(words: tuple[str, ...], zone: Sequence[Token]) -> Length | None:
    said: list[Length] = []
    denied: set[Length] = set()
    for at in range(len(words)):
        found = LENGTH_WORDS.at(words, at)
        if found is None or (zone[at].is_compound and found[0] == at + 1):
            continue
        end, length = found
        after = words[end] if end < len(words) else ""
        before = words[at - 1] if at else ""
        if end - at == 1 and (_is_denied(words, end) or before in _NEGATED_BEFORE):
            denied.add(length)
        elif end - at > 1 or not (after in _NOT_LENGTH_AFTER or before in _NOT_LENGTH_BEFORE):
            said.append(length)
    return next((length for length in said if length not in denied), None)


def _tone(words: tuple[str, ...], zone: Sequence[Token], language: Language) -> Tone | None:
    said: list[Tone] = []
    denied: set[Tone] = set()
    for at in range(len(words)):
        found = TONE_WORDS.at(words, at)
        if found is None or (zone[at].is_compound and found[0] == at + 1):
            continue
        end, tone = found
        after = words[end] if end < len(words) else ""
        if _is_negated(words, at, language) or _is_denied(words, end):
            denied.add(tone)
        elif after not in _NOT_TONE_AFTER and (
            words[at] not in WEAK_TONES or end - at > 1 or _is_styled(words, at, end)
        ):
            said.append(tone)
    return next((tone for tone in said if tone not in denied), None)


def _is_denied(words: tuple[str, ...], end: int) -> bool:
    """Tell whether 'no' stands behind and a mark after it: 'cortito no, que se entienda'."""
    return words[end : end + 1] in (("no",), ("nao",)) and words[end + 1 : end + 2] in (
        (),
        (",",),
        (".",),
    )


def _is_styled(words: tuple[str, ...], start: int, end: int) -> bool:
    """Tell whether a word is said of content: 'serious tone', 'post serio', 'make it warm'."""
    near = range(max(0, start - 4), min(len(words), end + 3))
    if any(STYLE_NOUNS.at(words, at) or _CONTENT.at(words, at) for at in near):
        return True
    return any(STYLE_VERBS.at(words, at) for at in range(max(0, start - 3), start))


def _is_negated(words: tuple[str, ...], at: int, language: Language) -> bool:
    # Portuguese 'no' is 'in the'.
    before = words[max(0, at - 2) : at]
    # What was denied before a mark is corrected behind it: 'não, amigável'.
    near = before[-1:] if before and not before[0].isalpha() else before
    near = () if near and not near[-1].isalpha() else near
    not_here = {"no"} if language is Language.PORTUGUESE else set()
    return not (set(near) - not_here).isdisjoint(NEGATED)


def _is_network(words: tuple[str, ...], at: int) -> bool:
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    return before in _X_BEFORE or after in _X_AFTER


def _topic(words: tuple[str, ...]) -> Topic | None:
    for at in range(len(words)):
        found = TOPIC_WORDS.at(words, at)
        if found is not None:
            return found[1]
    return None


def _topic_of_subject(words: tuple[str, ...]) -> Topic | None:
    """Return the kind that a subject's head is of: 'productivity tips', 'our new product'."""
    for at in range(min(len(words), 4)):
        found = TOPIC_WORDS.at(words, at)
        if found is None or " ".join(words[at : found[0]]) == "how to":
            continue
        if found[1] is not Topic.PRODUCT or set(words[:at]) & _OWNERS:
            return found[1]
    return None


def _plain(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(token.norm if token.kind is not Kind.LINK else "" for token in tokens)
