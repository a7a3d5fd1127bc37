"""Content as the object of a verb: 'a short LinkedIn post', 'um texto pro insta'."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handlers.domain.orders.lexicon.content_words import (
    COMPOUND_HEADS,
    CONTENT,
    HOMONYMS,
    VAGUE_CONTENT,
    WORD_UNITS,
)
from handlers.domain.orders.lexicon.style_words import (
    LANGUAGE_WORDS,
    LENGTH_WORDS,
    TONE_WORDS,
    TOPIC_WORDS,
)
from handlers.domain.orders.lexicon.styles import PLATFORMS
from handlers.domain.orders.phrases import phrase_set, word_set
from handlers.domain.orders.values import Language, Topic
from handlers.domain.orders.verbs import PARTICLES

_NOUNS: Final = phrase_set(*CONTENT)
_PLATFORMS: Final = phrase_set(*(text for texts in PLATFORMS.values() for text in texts), "x")
_ABOUT: Final = word_set("about sobre acerca regarding on re covering")
_TELLING: Final = word_set(
    "avisando explicando anunciando contando convidando invitando diciendo dizendo announcing "
    "explaining saying telling inviting thanking comparing celebrating agradecendo agradeciendo "
    "lembrando recordando celebrando comparando divulgando promoting promoviendo warning pidiendo"
)
_THAT: Final = frozenset({"que", "that", "which"})
_TELLS: Final = word_set(
    "diga explique cuente fale conte avise anuncie trate hable says explains tells announces "
    "describes mostre muestre invite convide"
)
_PLACES: Final = word_set(
    "website company personal own page pagina perfil profile conta cuenta account empresa site web "
    "for on in to no na pro pra para pal pa en em al do da de del o el la the our my nosso "
    "meu minha nuestro mi seu your"
)
# Words between a verb and its object that need no understanding.
_SKIPPED: Final = word_set(
    "two three four five six seven eight ten dois duas tres quatro cinco seis dez cuatro diez me "
    "us myself mim nos a an the um uma uns umas o os as un una unos unas el la los las lo some "
    "any another one outro outra otro otra other more mais mas new novo nova nuevo nueva this "
    "that these those it esse essa este esta isso isto esto eso ese esa esos estos estas essas "
    "esses aquele aquela aquel aquella disso disto my our your meu minha nosso nossa mi nuestro "
    "nuestra seu sua tu su up together out ai aqui ahi quick really very super bem muy muito "
    "bien tipo like kind sort of algum alguma algun alguna algunas varios varias couple few "
    "several please now agora ahora todo toda pls por favor pf pfv rapidinho rapido also tambem "
    "tambien just with num numa something little nice bonito bonita legal simples simple bom boa "
    "buen buena lindo linda great good catchy assim pequeno pequena full complete completo big "
    "cool nuevos nuevas novos novas fresh tu vos usted voce vc you pronto pronta ready listo hoy "
    "mismo hoje mesmo today ahorita manana amanha tomorrow urgentemente urgently inmediatamente "
    "imediatamente"
)
_FOR_ME: Final = phrase_set(
    (
        "(the |) (form|shape|format) of|(the |) (drafting|writing|creation|production) of"
        "|one of (your|those|these|the|our|my)|thank you|for me|for us"
    ),
    (
        "(a |) forma de|(a |) (elaboracao|redacao|criacao|producao|escrita) (de|do|da)|(um"
        "|uma) (daqueles|daquelas|desses|dessas|dos seus|das suas)|pra mim|para mim|pra gente"
        "|pra nos|para nos"
    ),
    (
        "lo del|lo de la|(la |) (forma|formato) de|(la |) (elaboracion|redaccion|creacion"
        "|produccion) (de|del)"
        "|(uno|una) (de esos|de esas|de tus|de los|de las)|para mi|para nosotros|pa mi|de una"
        "|de unas|de unos|of around|of about|de uns|de umas"
    ),
)
_STOPPERS: Final = word_set(
    "of for to de do da dos das del para pra pro por com con with that que how como what and e y "
    "or ou o/ but if when where who quem quien cuando quando is are was sure from about sobre in "
    "on em en at não nao no not you he she they ele ela ellos eles yo eu i we since because "
    "porque down list lista note nota sense sentido comment comments link links copia reply "
    "folder calendar reservation ano anos mes meses semana semanas dia dias rato pelo pela pelos "
    "olhada olhadinha lida conferida vistazo ojeada look peek glance "
    "pelas falta tiempo tempo sentido cheque year years month months week weeks day days"
)
_INDEFINITE: Final = word_set(
    "two three four five six seven eight ten dois duas tres quatro cinco seis dez cuatro diez "
    "a an um uma un una uns umas unos unas some another outro outra otro otra other one any "
    "algum alguma algun alguna more mais mas couple few"
)
_DEFINITE: Final[dict[Language, frozenset[str]]] = {
    Language.ENGLISH: word_set("the that those these his her their its your this my our"),
    Language.PORTUGUESE: word_set(
        "o a os as do da ao esse essa esses essas aquele aquela seu sua meu minha nosso "
        "nossa este esta"
    ),
    Language.SPANISH: word_set(
        "el la los las al del ese esa esos esas aquel aquella su tu mi nuestro nuestra este esta lo"
    ),
}
_SIZE_WORDS: Final = word_set(
    "and e y n of around roughly approx approximately de com con max maximo umas unas uns em en in "
    "tom tono tone a with"
)
_NUMBERED: Final = frozenset({"article", "artigo", "articulo"})
_ONES: Final = word_set("one uno")
_OF_KIND: Final = word_set("on about for de para pra sobre pa")
_MOST_UNKNOWN: Final = 4
_MOST_SKIPPED: Final = 24
_DETERMINERS: Final = {language: words | _INDEFINITE for language, words in _DEFINITE.items()}
_MOST_BEFORE_SUBJECT: Final = 14
_MOST_PLACING: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A content noun and what stands around it."""

    start: int
    end: int
    is_definite: bool
    """Names content that is there already: 'the post'."""
    is_bare_plural: bool
    """Content in general: 'posts'."""
    is_vague: bool
    """Content only if more is said of it: 'something'."""
    has_particle: bool
    is_bare: bool
    """Without any determiner, as in a list of things to do."""
    has_stranger: bool
    """An unknown word stands before its determiner: 'read an article'."""
    is_kind: bool
    """A kind of topic that stands for content: 'tips on hiring'."""

    @property
    def is_new(self) -> bool:
        """Tell whether it is one piece that is not there yet: 'a post'."""
        return not (self.is_definite or self.is_bare_plural)


def find_content(
    words: Sequence[str], start: int, language: Language, *, most_unknown: int = _MOST_UNKNOWN
) -> Content | None:
    """Return the content that the words from `start` name as an object, if they do."""
    at, unknown = start, 0
    has_determiner = is_definite = has_particle = has_stranger = is_placed = False
    while at < min(len(words), start + _MOST_SKIPPED):
        noun_end = _NOUNS.end_at(words, at)
        is_count = noun_end is None and at > start and words[at] in WORD_UNITS
        if is_count and (is_about(words, at + 1) or skip_place(words, at + 1) is not None):
            noun_end = at + 1
        kind_end = None if noun_end else _kind_end(words, at)
        noun_end = noun_end or kind_end
        if noun_end is not None and not _is_modifier(words, noun_end):
            if _is_compound(words, noun_end):
                return None
            noun = " ".join(words[at:noun_end])
            return Content(
                start=at,
                end=noun_end,
                is_definite=is_definite,
                is_bare_plural=noun.endswith("s") and not (has_determiner or kind_end),
                is_vague=noun in VAGUE_CONTENT and not is_placed,
                has_particle=has_particle,
                is_bare=not (has_determiner or is_definite or noun in VAGUE_CONTENT),
                has_stranger=has_stranger,
                is_kind=kind_end is not None,
            )
        word = words[at]
        step = _skip_qualifier(words, at)
        is_placed = is_placed or (step is not None and _PLATFORMS.at(words, step - 1) is not None)
        if step is None and word not in _SKIPPED:
            if word in _STOPPERS or unknown >= most_unknown + word.isdigit():
                return None
            unknown += not word.isdigit()
        has_stranger = has_stranger or (unknown > 0 and word in _DETERMINERS[language])
        has_determiner = has_determiner or word in _INDEFINITE or word.isdigit()
        is_definite = (word in _DEFINITE[language] and step is None) or (
            is_definite and word not in _INDEFINITE
        )
        has_particle = has_particle or word in PARTICLES
        at = step or at + 1
    return None


def _kind_end(words: Sequence[str], at: int) -> int | None:
    """Return where a kind of topic ends that stands for content: '3 tips on … as a post'."""
    found = TOPIC_WORDS.at(words, at)
    if found is None or found[1] is Topic.PRODUCT or _NOUNS.at(words, found[0]):
        return None
    if found[1] is Topic.TIPS and not _OF_KIND.isdisjoint(words[found[0] : found[0] + 2]):
        return found[0]
    reach = min(len(words), found[0] + _MOST_SKIPPED)
    is_content = _NOUNS.first_in(words, found[0], reach) is not None
    is_placed = any(skip_place(words, place) for place in range(found[0], reach))
    return found[0] if is_content or is_placed else None


def is_about(words: Sequence[str], start: int) -> bool:
    """Tell whether what follows is a subject: 'about bees', 'pro insta sobre abelhas'."""
    at = start
    for _ in range(_MOST_BEFORE_SUBJECT):
        if at >= len(words):
            return False
        if words[at] in _ABOUT and skip_place(words, at) is None:
            return at + 1 < len(words)
        if words[at] in _TELLING or (
            words[at] in _THAT and not _TELLS.isdisjoint(words[at + 1 : at + 2])
        ):
            return at + 1 < len(words)
        step = skip_place(words, at) or _skip_qualifier(words, at)
        if step is None and not _is_beside_subject(words[at]):
            return False
        at = step or at + 1
    return False


def _is_beside_subject(word: str) -> bool:
    return (
        word in _SKIPPED
        or word in _ONES
        or word in WORD_UNITS
        or word in _SIZE_WORDS
        or word.isdigit()
    )


def skip_place(words: Sequence[str], start: int) -> int | None:
    """Return where 'for LinkedIn', 'pro meu insta' or 'LinkedIn' ends, if it begins here."""
    at = start
    while at < len(words) and words[at] in _PLACES and at - start < _MOST_PLACING:
        at += 1
    end = _PLATFORMS.end_at(words, at)
    if end is None or (words[at] == "x" and at == start):
        return None
    return end


def _skip_qualifier(words: Sequence[str], at: int) -> int | None:
    """Return where a tone, a length, a platform or 'for me' ends, if it begins here."""
    if words[at] in ("in", "em", "en") and LANGUAGE_WORDS.at(words, at + 1):
        return at + 2
    if words[at] in _PLACES:
        place = skip_place(words, at)
        # A tweet is content as well as a place.
        if place is not None and _NOUNS.at(words, place - 1) is None:
            return place
    elif _PLATFORMS.at(words, at):
        return at + 1
    for phrases in (_FOR_ME, LENGTH_WORDS, TONE_WORDS):
        end = phrases.end_at(words, at)
        if end is not None:
            # 'three lines' is a length, and its noun is content.
            is_content = end - at > 1 and _NOUNS.end_at(words, end - 1) == end
            return end - 1 if is_content else end
    return at + 1 if TOPIC_WORDS.at(words, at) else None


def _is_modifier(words: Sequence[str], end: int) -> bool:
    """Tell whether the noun only qualifies another: 'blog article', 'thread post'."""
    return _NOUNS.end_at(words, end) is not None and words[end] not in ("draft", "algo", "copy")


def _is_compound(words: Sequence[str], end: int) -> bool:
    if end >= len(words):
        return False
    is_numbered = words[end - 1] in _NUMBERED and words[end].isdigit()
    return words[end] in COMPOUND_HEADS or is_numbered or HOMONYMS.at(words, end - 1) is not None
