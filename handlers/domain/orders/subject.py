"""What an order's content is to be about, in the person's own words."""

from collections.abc import Sequence
from typing import Final

from handlers.domain.orders.content import skip_place
from handlers.domain.orders.lexicon.requests import LEADS, POLITE
from handlers.domain.orders.lexicon.style_words import TOPIC_WORDS
from handlers.domain.orders.phrases import phrase_set, word_set
from handlers.domain.orders.subject_end import (
    POINTERS,
    Span,
    is_style_start,
    is_style_tail,
    starts_something_else,
    trimmed,
)
from handlers.domain.orders.words import Kind, Token

_ABOUT: Final = phrase_set(
    (
        "about|abt|abuot|bout|regarding|concerning|covering|on the topic of|on the subject of"
        "|on|re|explaining|announcing|celebrating|talking about|that talks about|on how"
        "|saying|saying that|telling the story of|announcing that|discussing|telling"
    ),
    (
        "sobre|acerca de|a respeito de|a respeito da|a respeito do|falando de|falando do"
        "|falando da|falando sobre|que fale de|que fale do|que fale da|que fale sobre|contando"
        "|explicando|anunciando|anunciando que|comemorando|celebrando|com o tema|dizendo que"
        "|mostrando|em torno de|tema|pedindo|divulgando|agradecendo|falando|que fala sobre"
        "|que conte|contando (da|do|de|que|como|a historia de)|apresentando|para avisar|tema"
    ),
    (
        "sobre|acerca de|acerca del|respecto a|hablando de|hablando sobre|que hable de"
        "|que hable del|que hable sobre|con el tema|diciendo que|mostrando|contando"
        "|explicando|tema|que trate de|que trate sobre|en torno a|referente a|con tema"
        "|contando (la historia de|que)|que cuente|anunciando que|que explique|anunciando"
    ),
)
_WEAK: Final = word_set("for to of de do da dos das del para pra pro por com con with")
_TOPIC_LINKS: Final = word_set(
    "for on in of about to de do da dos das del para pra pro sobre en em no na from"
)
_BETWEEN: Final = word_set("please so and e y me por favor can you could")
_INTO: Final = frozenset({"into", "as", "in", "to", "em", "num", "numa", "en", "como", "para"})
_LEAST_TOLD: Final = 3
_MOST_TRIED: Final = 6
_NEAR: Final = 30
_COMMAS: Final = frozenset(",\u2013\u2014")


def find_subject(
    tokens: Sequence[Token], *, begin: int, after: int, is_turned: bool
) -> Span | None:
    """Return where the subject stands.

    `begin` is the order's first word, `after` the first behind its content.
    """
    words = tuple(token.norm if token.kind is not Kind.LINK else "" for token in tokens)
    sentence_end = _sentence_end(tokens, after)
    found = None
    if is_turned:
        found = _led(tokens, words, begin, after, limit=_last_into(words, begin, after))
        found = found or _payload(tokens, after, sentence_end)
    found = (
        found
        or _topical(tokens, words, after, sentence_end)
        or _led(tokens, words, after, sentence_end, limit=sentence_end)
        or _payload(tokens, after, sentence_end)
        or (None if is_turned else _beside(tokens, words, after, sentence_end))
        or (None if is_turned else _weakly_led(tokens, words, after, sentence_end))
        or _led(tokens, words, _sentence_start(tokens, begin), begin, limit=begin)
    )
    if found is None or _is_pointer(words, found):
        return _payload(tokens, found.end if found else after, sentence_end) or _text_before(
            tokens, words, begin
        )
    return found


def _last_into(words: tuple[str, ...], begin: int, after: int) -> int:
    """Return where what something is turned into begins."""
    return next((at for at in range(after - 1, begin, -1) if words[at] in _INTO), begin)


def _sentence_end(tokens: Sequence[Token], start: int) -> int:
    for at in range(start, len(tokens)):
        if tokens[at].kind is Kind.MARK and tokens[at].norm in ".!?…\n¿;":
            is_decimal = (
                tokens[at].norm == "."
                and at + 1 < len(tokens)
                and tokens[at + 1].start == tokens[at].end
                and tokens[at + 1].kind is Kind.NUMBER
            )
            if not is_decimal:
                return at
    return len(tokens)


def _sentence_start(tokens: Sequence[Token], begin: int) -> int:
    for at in range(begin - 1, -1, -1):
        if tokens[at].kind is Kind.MARK and tokens[at].norm in ".!?…\n¿;":
            return at + 1
    return 0


def _topical(tokens: Sequence[Token], words: tuple[str, ...], start: int, end: int) -> Span | None:
    reach = end
    for at in range(start, end):
        if at >= reach:
            return None
        topic_end = TOPIC_WORDS.end_at(words, at)
        if topic_end is not None and topic_end < end and words[topic_end] in _TOPIC_LINKS:
            if skip_place(words, topic_end) is None:
                return trimmed(tokens, words, topic_end + 1, end)
        elif topic_end is None and _ABOUT.end_at(words, at) and skip_place(words, at) is None:
            # A kind of topic may follow at the head of the subject, not deep inside it.
            reach = min(reach, at + 5)
    return None


def _led(
    tokens: Sequence[Token], words: tuple[str, ...], start: int, end: int, *, limit: int
) -> Span | None:
    tried = 0
    for at in range(start, end):
        lead_end = _ABOUT.end_at(words, at)
        if lead_end is not None and lead_end < limit and skip_place(words, at) is None:
            span = trimmed(tokens, words, lead_end, limit)
            tried += 1
            if span is not None or tried == _MOST_TRIED:
                return span
    return None


def _weakly_led(
    tokens: Sequence[Token], words: tuple[str, ...], start: int, end: int
) -> Span | None:
    at, tried = start, 0
    while at < end:
        step = skip_place(words, at)
        if step is not None:
            at = step
            continue
        if (
            words[at] in _WEAK
            and not is_style_start(words, at)
            and not POLITE.at(words, at)
            and not TOPIC_WORDS.at(words, at + 1)
        ):
            span = trimmed(tokens, words, at + 1, end)
            tried += 1
            if span is not None or tried == _MOST_TRIED:
                return span
        at += 1
    return None


def _beside(tokens: Sequence[Token], words: tuple[str, ...], start: int, end: int) -> Span | None:
    """Return what stands between commas and says nothing else: 'insta post, my dog, short'."""
    for at in range(start, min(end, start + _NEAR)):
        is_comma = tokens[at].kind is Kind.MARK and tokens[at].norm in _COMMAS
        if is_comma and not starts_something_else(tokens, words, at + 1, end):
            return trimmed(tokens, words, at + 1, end)
    return None


def _payload(tokens: Sequence[Token], start: int, end: int) -> Span | None:
    """Return the text after a colon: what the content is to be made from."""
    for at in range(start, end + 1):
        if at < len(tokens) and tokens[at].kind is Kind.MARK and tokens[at].norm in ":\n":
            rest = at + 1
            while rest < len(tokens) and tokens[rest].kind is Kind.MARK:
                rest += 1
            last = len(tokens)
            while last > rest and tokens[last - 1].kind is Kind.MARK and rest > at + 1:
                last -= 1
            rest = _behind_place(tokens, rest, last)
            last = _before_style(tokens, rest, last)
            if rest < last:
                return Span(start=rest, end=last, is_payload=True)
    return None


def _before_style(tokens: Sequence[Token], start: int, end: int) -> int:
    """Return where text ends before ', LinkedIn, medium'."""
    words = tuple(token.norm for token in tokens[:end])
    for at in range(end - 1, max(start, end - _NEAR), -1):
        is_comma = tokens[at].kind is Kind.MARK and tokens[at].norm in _COMMAS
        if is_comma and not is_style_tail(words, at + 1, end):
            break
        end = at if is_comma else end
    return end


def _behind_place(tokens: Sequence[Token], start: int, end: int) -> int:
    """Return where text begins behind 'Instagram,'."""
    words = tuple(token.norm for token in tokens[start : min(end, start + _NEAR)])
    place = skip_place(words, 0)
    if place is None or start + place >= end or tokens[start + place].norm not in _COMMAS:
        return start
    return start + place + 1


def _text_before(tokens: Sequence[Token], words: tuple[str, ...], begin: int) -> Span | None:
    end = begin
    start = 0
    at = 0
    while (step := LEADS.end_at(words, at)) is not None and step < end:
        at = step
        while at < end and tokens[at].kind is Kind.MARK:
            at += 1
            # A greeting ends at its mark; without one the word belongs to what is told.
            start = at
    while end > start and (tokens[end - 1].kind is Kind.MARK or words[end - 1] in _BETWEEN):
        end -= 1
    if sum(tokens[at].kind is Kind.WORD for at in range(start, end)) < _LEAST_TOLD:
        return None
    return Span(start=start, end=end, is_payload=True)


def _is_pointer(words: tuple[str, ...], span: Span) -> bool:
    return span.end - span.start == 1 and words[span.start] in POINTERS
