"""What a verb or a wish asks for: content that it names, or that is named before or behind."""

from collections.abc import Sequence
from typing import Final

from handlers.domain.orders.clauses import Clause, Opener
from handlers.domain.orders.conjugation import Form
from handlers.domain.orders.content import Content, find_content, is_about, skip_place
from handlers.domain.orders.lexicon.content_words import COMPOUND_HEADS
from handlers.domain.orders.lexicon.style_words import LENGTH_WORDS, TONE_WORDS, TOPIC_WORDS
from handlers.domain.orders.phrases import word_set
from handlers.domain.orders.values import Language
from handlers.domain.orders.verbs import PARTICLES, VerbKind
from handlers.domain.orders.ways import Ask, Way

_SOMETHING: Final = word_set("something algo sth smth")
_ARTICLES: Final = frozenset({"a", "un", "um", "uma", "de"})
_POINTED: Final = word_set("this that it isso isto esto eso disso")
_POINTERS: Final = word_set(
    "it that this one something me us up pra para por algo uno una um uma isso isto esto eso "
    "please pls another lo la ele ela porfa ai aqui esse este for out them tu vos usted would will "
    "agora now ahora"
)
_OPEN_ENDS: Final = word_set(
    "a an the um uma un una o el la me us mim pra para mi gente like tipo uh um er eh just some "
    "of de por please favor porfa assim kind sort asi this up together out ai aqui you know como "
    "bem muy really very quick nice"
)
_LONGEST_OPEN: Final = 5
_WITH: Final = frozenset({"with", "com", "con", "of", "de"})
_OUTLETS: Final = word_set("newsletter website site web boletin feed stories reel reels")
_OUTLET_REACH: Final = 5
_ONES: Final = frozenset({"one", "uno", "outro", "outra", "otro", "otra"})
_ONES_REACH: Final = 5
_TELLING: Final = word_set("contar anunciar comunicar explicar cuentes anuncies announce explain")
_TOLD_AT: Final = word_set("conta cuenta conte cuente anuncia explica announce explain share tell")
_OBJECTS: Final = word_set(
    "o a os as que el la lo los las the that how como sobre our nosso nossa nuestro nuestra"
)
_MOST_CLAUSES_ON: Final = 5
_LONGEST_ASIDE: Final = 7
_LONGEST_TURNED: Final = 60
_LONGEST_QUALIFIED: Final = 6
_LONGEST_POINTED: Final = 8
_SHORTEST_POINTED: Final = 2
_INTO: Final = word_set("into as in to em num numa en a para pra como un uma um no de with con com")


def later_content(
    clauses: Sequence[Clause], place: int, language: Language
) -> tuple[int, Content] | None:
    """Return content that opens one of the next short clauses, and how many further on it is."""
    for on, clause in enumerate(clauses[place + 1 : place + 1 + _MOST_CLAUSES_ON], 1):
        if clause.opener is Opener.SENTENCE:
            return None
        content = find_content(clause.words, 0, language, most_unknown=2)
        if content is not None and not content.is_definite:
            return on, content
        if len(clause.words) > _LONGEST_ASIDE:
            return None
    return None


def is_for_place(words: tuple[str, ...], verb: int, kind: VerbKind, way: Way) -> bool:
    """Tell whether whatever is made is content: 'hazme para el blog un repaso'."""
    is_made = kind is VerbKind.WRITE or (kind is VerbKind.MAKE and words[verb] != "do")
    is_for_listener = way in (Way.REQUEST, Way.COMMAND_FOR_ME)
    is_content = is_made and (is_for_listener or kind is VerbKind.WRITE)
    placed = skip_place(words, verb + 1)
    if placed is not None and kind is VerbKind.TURN and words[verb] in _TOLD_AT:
        return bool(set(words[placed : placed + 1]) & _OBJECTS)
    is_telling = way is Way.REQUEST and words[verb] in _TELLING
    return (
        (is_content or is_telling)
        and is_placed(words, verb)
        and COMPOUND_HEADS.isdisjoint(words[verb + 1 : verb + 1 + _LONGEST_POINTED])
    )


def is_left_open(words: tuple[str, ...], start: int) -> bool:
    """Tell whether a clause ends before it names an object: 'write me a', 'quero um'."""
    rest = words[start:]
    return len(rest) <= _LONGEST_OPEN and all(
        word in _OPEN_ENDS or TONE_WORDS.at((word,), 0) or LENGTH_WORDS.at((word,), 0)
        for word in rest
    )


def is_placed(words: tuple[str, ...], verb: int) -> bool:
    """Tell whether a platform is named soon after a verb."""
    reach = range(verb + 1, min(len(words), verb + _LONGEST_POINTED))
    return any(skip_place(words, at) is not None for at in reach)


def object_of(
    words: tuple[str, ...], verb: int, kind: VerbKind, language: Language
) -> Content | None:
    """Return the content that a verb asks for, if it does."""
    content = None if kind is VerbKind.TURN else find_content(words, verb + 1, language)
    if content is None:
        makes = kind in (VerbKind.MAKE, VerbKind.WRITE) and has_pronoun(words, verb + 1)
        is_turned = kind is VerbKind.TURN or makes
        return became(words, verb + 1, language) if is_turned else None
    return content if _is_enough(words, verb, kind, content) else None


def _is_enough(words: tuple[str, ...], verb: int, kind: VerbKind, content: Content) -> bool:
    """Tell whether a verb of this kind asks for content that is named in this way."""
    is_clear = not content.is_vague or is_told(words, content.end)
    match kind:
        case VerbKind.GIVE:
            is_new = not content.is_definite and not content.is_bare_plural
            return is_clear and is_new and not content.has_stranger
        case VerbKind.PARTICLE:
            return content.has_particle or not PARTICLES.isdisjoint(
                words[content.end : content.end + 1]
            )
        case _ if content.has_stranger and content.is_definite:
            return False
        case VerbKind.MAKE:
            return is_clear or (words[verb] != "do" and words[content.start] not in _SOMETHING)
        case _:
            return True


def is_told(words: tuple[str, ...], end: int) -> bool:
    """Tell whether more is said of content that is named vaguely."""
    return (
        is_about(words, end)
        or skip_place(words, end) is not None
        or (TOPIC_WORDS.at(words, end + 1) is not None and words[end] in _WITH)
        or not _OUTLETS.isdisjoint(words[end : end + _OUTLET_REACH])
    )


def has_pronoun(words: tuple[str, ...], start: int) -> bool:
    """Tell whether 'this' or the like stands at a place."""
    return not _POINTED.isdisjoint(words[start : start + 3])


def is_pointing(words: tuple[str, ...], verb: int, kind: VerbKind, form: Form) -> bool:
    """Tell whether a verb's object was named before: 'write it', 'faz pra mim', 'me lo haces'."""
    is_given = kind is VerbKind.GIVE and (
        is_placed(words, verb) or not _ONES.isdisjoint(words[verb + 1 : verb + _ONES_REACH])
    )
    if not is_given and kind not in (VerbKind.WRITE, VerbKind.MAKE):
        return False
    if form is Form.ENCLITIC and words[verb].endswith(("lo", "la")):
        return True
    after = words[verb + 1 : verb + 2]
    rest = len(words) - verb
    if words[verb] == "do" and not (after and after[0] in _POINTERS):
        # 'Do you, um, do you …' makes nothing.
        return False
    return rest <= _SHORTEST_POINTED or (rest <= _LONGEST_POINTED and after[0] in _POINTERS)


def became(words: tuple[str, ...], start: int, language: Language) -> Content | None:
    """Return what something is to be turned into: 'this as a post'."""
    for at in range(start, min(len(words), start + _LONGEST_TURNED)):
        if words[at] in _INTO and (at > start or words[at] not in _ARTICLES):
            content = find_content(words, at + 1, language)
            is_near = content is not None and content.start - at <= _LONGEST_QUALIFIED
            if content is not None and is_near and not content.is_definite:
                return content
    return None


def later_ask(way: Way, start: int, verb: int | None, later: tuple[int, Content]) -> Ask:
    """Return a way of asking whose content stands in a later clause."""
    on, content = later
    return Ask(way=way, start=start, verb=verb, after=content.end, content=content, clauses_on=on)
