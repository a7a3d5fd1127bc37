"""Understands a message by rules: what doubt is left means a note."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from handlers.domain.orders.clauses import Clause, Opener, split_clauses
from handlers.domain.orders.intent import Order, decide
from handlers.domain.orders.languages import likeliest_language
from handlers.domain.orders.lexicon.style_words import (
    CONTENT_NOUNS,
    COUNTED,
    LANGUAGE_WORDS,
    SEEN,
    STYLE_COMMANDS,
    STYLE_NOUNS,
    TOPIC_WORDS,
)
from handlers.domain.orders.parameters import (
    find_platform,
    find_requested_language,
    parameters_of,
)
from handlers.domain.orders.spelling import respelled
from handlers.domain.orders.subject import find_subject
from handlers.domain.orders.values import (
    Intent,
    Language,
    OrderParameters,
    Topic,
    Understanding,
)
from handlers.domain.orders.verbs import VERBS, VerbKind
from handlers.domain.orders.words import Token, tokenize

# Bounds keep the work in proportion to the text, whatever it holds.
_LOOK_AROUND: Final = 12
_NEAR: Final = 3
_LONGEST_ASIDE: Final = 4
_LONGEST_AFTERTHOUGHT: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bounds:
    """Places in the tokens of the whole text."""

    begin: int
    """The first word of what speaks of the content."""
    after: int
    """The first word behind the content."""
    end: int
    """Where the search for the subject ends."""
    is_turned: bool


def understand(text: str) -> Understanding:
    """Return what a message is and, for an order, what it asks for; takes any text."""
    tokens = tokenize(text)
    language = likeliest_language(tokens, text)
    tokens = respelled(tokens, language)
    clauses = split_clauses(tokens, text)
    decision = decide(clauses, language)
    if decision.order is None:
        return Understanding(intent=Intent.NOTE, confidence=decision.confidence)
    order = decision.order
    places = {token.start: at for at, token in enumerate(tokens)}
    bounds = _bounds(clauses, order, places, len(tokens))
    span = find_subject(
        tokens[: bounds.end],
        begin=bounds.begin,
        after=bounds.after,
        is_turned=bounds.is_turned,
    )
    left_out = _afterthoughts_left_out(clauses, order)
    zone = [
        token
        for at, token in enumerate(tokens)
        if at >= bounds.begin
        and not (span and span.start <= at < span.end)
        and token.start not in left_out
        # 'in-depth' is looked up as the two words it is.
        and not (token.norm == "-" and token.is_compound)
    ]
    about = tokens[span.start : span.end] if span and not span.is_payload else ()
    parameters = parameters_of(zone, about, language)
    return Understanding(
        intent=Intent.ORDER,
        confidence=decision.confidence,
        parameters=_completed(parameters, clauses, order, language),
        subject=text[tokens[span.start].start : tokens[span.end - 1].end] if span else None,
        language=_requested(zone, clauses, order) or language,
    )


def _bounds(
    clauses: Sequence[Clause], order: Order, places: Mapping[int, int], size: int
) -> _Bounds:
    clause, ask = clauses[order.clause], order.ask
    begin = places[clause.tokens[ask.start].start]
    if order.named is not None and order.named < order.clause:
        named = places[clauses[order.named].tokens[0].start]
        return _Bounds(begin=named, after=named, end=begin, is_turned=False)
    last = clauses[order.clause + ask.clauses_on].tokens[ask.after - 1]
    verb = clause.words[ask.verb] if ask.verb is not None else ""
    is_turned = any(kind is VerbKind.TURN for kind, _ in VERBS.get(verb, ()))
    return _Bounds(begin=begin, after=places[last.start] + 1, end=size, is_turned=is_turned)


def _afterthoughts_left_out(clauses: Sequence[Clause], order: Order) -> frozenset[int]:
    """Return where the words start that tell a story after the order's sentence."""
    at = order.clause + 1
    while at < len(clauses) and clauses[at].opener is not Opener.SENTENCE:
        at += 1
    return frozenset(
        token.start
        for clause in clauses[at:]
        if len(clause.words) > _LONGEST_AFTERTHOUGHT and not _speaks_of_style(clause)
        for token in clause.tokens
    )


def _speaks_of_style(clause: Clause) -> bool:
    return any(
        phrases.first_in(clause.words) is not None
        for phrases in (STYLE_NOUNS, STYLE_COMMANDS, CONTENT_NOUNS, COUNTED)
    )


def _completed(
    parameters: OrderParameters, clauses: Sequence[Clause], order: Order, language: Language
) -> OrderParameters:
    """Return parameters with what was said before the order, where it does not say itself."""
    first = order.clause
    while first > 0 and clauses[first].opener is not Opener.SENTENCE:
        first -= 1
    sentence = [*clauses[first : order.clause]]
    opening = clauses[order.clause].words[: order.ask.start]
    asides = [
        token
        for clause in sentence[-_LOOK_AROUND:]
        if len(clause.words) <= _LONGEST_ASIDE or STYLE_NOUNS.first_in(clause.words) is not None
        for token in clause.tokens
    ]
    said = parameters_of(asides, (), language)
    before = tuple(word for clause in sentence for word in clause.words) + opening
    platform = parameters.platform or find_platform(before, language)
    for clause in reversed(clauses[max(0, first - _LOOK_AROUND) : first]):
        if platform is None and SEEN.first_in(clause.words) is None:
            platform = find_platform(clause.words, language)
    topic = parameters.topic
    for clause in sentence:
        at = TOPIC_WORDS.first_in(clause.words)
        found = TOPIC_WORDS.at(clause.words, at) if at is not None else None
        is_head = at is not None and at <= 1
        if found is not None and (order.ask.verb is not None or found[1] is Topic.TIPS or is_head):
            topic = topic or found[1]
    return replace(
        parameters,
        platform=platform,
        length=parameters.length or said.length,
        word_count=parameters.word_count or said.word_count,
        tone=parameters.tone or said.tone,
        topic=topic,
    )


def _requested(zone: Sequence[Token], clauses: Sequence[Clause], order: Order) -> Language | None:
    """Return the language that is asked for, in the order or wherever content is spoken of."""
    found = find_requested_language(tuple(token.norm for token in zone))
    near = range(order.clause - _NEAR, order.clause + _NEAR + 1)
    for at, clause in enumerate(clauses):
        if found is not None:
            break
        if at in near and len(clause.words) <= _LONGEST_ASIDE:
            named = LANGUAGE_WORDS.at(clause.words, clause.words[0] in ("in", "en", "em"))
            found = named[1] if named else None
        elif at in near or CONTENT_NOUNS.first_in(clause.words) is not None:
            found = find_requested_language(clause.words)
    return found
