"""Where a subject ends: what comes after it speaks of the content, not of what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handlers.domain.orders.content import skip_place
from handlers.domain.orders.lexicon.content_words import WORD_UNITS
from handlers.domain.orders.lexicon.objections import NEGATIONS
from handlers.domain.orders.lexicon.requests import LEADS, POLITE
from handlers.domain.orders.lexicon.style_words import (
    CONTENT_NOUNS,
    LANGUAGE_WORDS,
    LENGTH_WORDS,
    TONE_WORDS,
)
from handlers.domain.orders.lexicon.wishes import WISHES
from handlers.domain.orders.phrases import phrase_set, word_set
from handlers.domain.orders.verbs import VERBS
from handlers.domain.orders.word_counts import is_count
from handlers.domain.orders.words import Kind, Token

POINTERS: Final = word_set(
    "this that it these isso isto esto eso disso disto essa esta ello aquilo all"
)
_LANGUAGE_LINKS: Final = frozenset(["in", "en", "em", "into", "para", "to"])
_STYLE_STARTS: Final = phrase_set(
    (
        "make it|keep it|it should|should be|needs to be|in a|with a|with an|in an|and make"
        "|and keep|use|using a|max|maximum|around 1|of around|no more than|under|up to"
        "|it needs|ok|right|yeah|would be|nothing|let it be|in under|so that it|thank you"
        "|be sure"
    ),
    (
        "que seja|que fique|num tom|com tom|com um tom|em tom|com linguagem|numa pegada|tom"
        "|e deixa|e deixe|deixa|deixe|no maximo|ate 1|umas|uns|ta|ne|ok|pode ser"
        "|com uma linguagem|com uma pegada|de ate|quero que|nada de|pode|obrigado"
        "|com no maximo|em ate"
    ),
    (
        "que sea|que suene|en un tono|en tono|con tono|con un tono|tono|y que|que quede"
        "|maximo|no mas de|unas|si|vale|ok|algo|nada de|de unas|con lenguaje|en plan"
        "|que no sea|gracias|que tenga|de maximo|de no mas"
    ),
)
_CLOSING: Final = frozenset('%)"”»')
_OPENING: Final = frozenset('"“«(#$£€')
_LONGEST: Final = 200
_DEADLINES: Final = phrase_set(
    "by end of|by eod|by the end|by tomorrow|by monday|by tuesday|by wednesday|by thursday"
    "|by friday|by tonight|for tomorrow|before friday|before monday|right now|asap|this afternoon",
    "ate amanha|ate o fim|ate o final|ate segunda|ate terca|ate quarta|ate quinta|ate sexta"
    "|pra hoje|pra amanha|para amanha|ainda hoje|pra ontem|faz pra mim|ate hoje|agora mesmo"
    "|pra agora",
    "para manana|para hoy|antes de que|para el lunes|para el martes|para el miercoles"
    "|para el jueves|para el viernes|ahora mismo|hoy mismo|cuanto antes|para ya|lo antes posible",
)
_PARTING: Final = frozenset(",-(\u2013\u2014")
_TRAILING: Final = word_set(
    "for on in to and with of a an the no na pra pro para em e com um uma de en y con un una "
    "por al kkk kkkk kkkkk haha hahaha xx xxx bjs beijos besos abs lol jaja jajaja rs rsrs so "
    "but mas pero around about approx umas uns unas unos max super muy very ai tipo like algo "
    "aproximadamente ta ok quick just asap maximo como"
)
_FORMS: Final = frozenset({"as", "num", "numa", "como", "into", "em", "en", "in"})
_FORM_REACH: Final = 2
_NEW_STARTS: Final = word_set(
    "keep nothing sem sin without nada use i eu yo its but because cause cuz porque pq bem algo "
    "something com con antes that que so uns umas unas unos coisa plain pra para o pero mas since "
    "pode puede puedes podes mention fala menciona gracias"
)
_FILL: Final = word_set(
    "kkk kkkk haha hahaha lol jaja jajaja rs rsrs and e y n but mas pero ou o or a an um uma "
    "un una very bem muy bien super mais more algo something tipo like nice please in with em "
    "com en con num tom tono tone voice de do length for it kind of que make keep post style "
    "too also the thing linguagem lenguaje language formato format face on plan tamanho sort bit "
    "little pouco poco quite texto"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Tokens of a text, the last one not included."""

    start: int
    end: int
    is_payload: bool = False
    """Text that the content is made from, not what the order says of it."""


def trimmed(tokens: Sequence[Token], words: tuple[str, ...], start: int, limit: int) -> Span | None:
    """Return the subject that begins at a place, without what is said of tone, place and size."""
    limit = min(limit, start + _LONGEST)
    end = start
    while end < limit and not (end > start and _is_cut(tokens, words, end, limit)):
        end += 1
    while end > start and (tokens[end - 1].kind is Kind.MARK or words[end - 1] in _TRAILING):
        if tokens[end - 1].norm in _CLOSING:
            break
        end -= 1
    while start < end and tokens[start].kind is Kind.MARK and tokens[start].norm not in _OPENING:
        start += 1
    return Span(start=start, end=end) if end > start else None


def _is_cut(tokens: Sequence[Token], words: tuple[str, ...], at: int, limit: int) -> bool:
    if tokens[at].kind is Kind.MARK:
        if tokens[at].norm == ":":
            return True
        if tokens[at].norm in _PARTING:
            return starts_something_else(tokens, words, at + 1, limit)
        return not tokens[at].norm.isascii() and at + 1 == limit
    place = skip_place(words, at)
    return (
        (place is not None and place - at > 1)
        or POLITE.at(words, at) is not None
        or (words[at] in _LANGUAGE_LINKS and LANGUAGE_WORDS.at(words, at + 1) is not None)
        or (
            words[at] in _FORMS
            and CONTENT_NOUNS.first_in(words, at + 1, at + 1 + _FORM_REACH) is not None
        )
        or is_style_start(words, at)
        or _DEADLINES.at(words, at) is not None
        or is_count(words, at)
        or _trails_off(words, at, _clause_end(tokens, at, limit))
        or (
            words[at] in ("and", "e", "y")
            and at + 2 < len(words)
            and words[at + 1] in VERBS
            and words[at + 2] in POINTERS
        )
    )


def _clause_end(tokens: Sequence[Token], at: int, limit: int) -> int:
    end = at
    while end < min(limit, at + 12) and tokens[end].kind is not Kind.MARK:
        end += 1
    return end


def is_style_start(words: tuple[str, ...], at: int) -> bool:
    """Tell whether words of style begin: 'in a casual tone', 'que sea corto'."""
    end = _STYLE_STARTS.end_at(words, at)
    if end is None:
        return False
    return any(
        TONE_WORDS.at(words, near)
        or LENGTH_WORDS.at(words, near)
        or (near < len(words) and words[near] in WORD_UNITS)
        for near in range(at, end + 5)
    )


def _trails_off(words: tuple[str, ...], start: int, end: int) -> bool:
    """Tell whether only style follows; one adjective alone belongs to the noun before it."""
    return end - start > 1 and _is_style_to_the_end(words, start, end)


def _is_style_to_the_end(words: tuple[str, ...], start: int, end: int) -> bool:
    at, has_style = start, False
    while at < end:
        step = TONE_WORDS.end_at(words, at) or LENGTH_WORDS.end_at(words, at)
        has_style = has_style or step is not None
        step = step or POLITE.end_at(words, at)
        if step is None and words[at] not in _FILL:
            return False
        at = step or at + 1
    return has_style


def is_style_tail(words: tuple[str, ...], start: int, end: int) -> bool:
    """Tell whether only style or a platform is named up to an end."""
    place = skip_place(words, start)
    return place == end or _is_style_to_the_end(words, start, end)


def starts_something_else(
    tokens: Sequence[Token], words: tuple[str, ...], start: int, limit: int
) -> bool:
    """Tell whether what follows a comma no longer belongs to the subject."""
    at = start
    while (step := LEADS.end_at(words, at)) is not None and step <= limit:
        at = step
    if at >= limit:
        return True
    return (
        words[at] in VERBS
        or WISHES.at(words, at) is not None
        or words[at] in _NEW_STARTS
        or NEGATIONS.at(words, at) is not None
        or POLITE.at(words, at) is not None
        or is_style_start(words, at)
        or skip_place(words, at) is not None
        or (words[at] in _LANGUAGE_LINKS and LANGUAGE_WORDS.at(words, at + 1) is not None)
        or is_count(words, at)
        or (
            words[at] in _FORMS
            and CONTENT_NOUNS.first_in(words, at + 1, min(limit, at + 2 + _FORM_REACH)) is not None
        )
        or _is_style_to_the_end(words, at, _clause_end(tokens, at, limit))
    )
