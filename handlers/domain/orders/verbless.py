"""Asking without a verb that is known: wishes, bare content, any imperative at all."""

from collections.abc import Iterator
from typing import Final

from handlers.domain.orders.commands import is_others
from handlers.domain.orders.content import Content, find_content
from handlers.domain.orders.lexicon.existing import PRAISE, THANKS
from handlers.domain.orders.lexicon.requests import LEADS, LINKS
from handlers.domain.orders.lexicon.wishes import (
    WISHES,
)
from handlers.domain.orders.objects import (
    became,
    has_pronoun,
    is_left_open,
    is_placed,
    is_told,
    later_ask,
)
from handlers.domain.orders.phrases import word_set
from handlers.domain.orders.speaker import (
    before_leads,
    runs_on_to,
)
from handlers.domain.orders.values import Language
from handlers.domain.orders.verbs import PARTICLES, VERBS
from handlers.domain.orders.ways import Ask, Way

_SOMETHING: Final = word_set("something algo sth smth")
_AS: Final = frozenset({"as", "tipo", "like", "forma", "formato"})
_ANY: Final = word_set("a an um uma un una some another algo something outro outra otro otra")
# Bounds keep the work in proportion to the text, whatever it holds.
_MOST_LEADS: Final = 16
_MOST_UNKNOWN: Final = 3
_LISTENER: Final = word_set("contigo voce vc vos usted falta faltam missing lacking")
_LONGEST_INTO: Final = 20
_TO_ME: Final = frozenset({"me", "us"})
# Not imperatives, though 'me' follows: 'gave me a post'.
_NOT_GIVING: Final = word_set(
    "for to with of from about on in at than like told gave sent asked made got said let lets "
    "tell ask remind between by is was by and or that let want need wants needs owes wrote i we "
    "you he she they it there this that what how who when my our the a an got went ran came ill "
    "id im ive youll well theyll dont never wont cant didnt doesnt isnt if as so just not no "
    "looked broke turned put 's bumped reminds gives sends promised showed taught brought found "
    "left paid cost costs saved"
)
_NOT_SAID_TO_ME: Final = word_set(
    "disse pede deve lembra lembre fala conta avisa cobra parece falta serve chama interessa "
    "recuerdame acuerdame acordame avisame dime cuentame contame explicame ensename muestrame "
    "recordame informe firme conforme mostra explica ensina esquece deixa incomoda importa "
    "le lembrou sobra resta custa preocupa quede dice pide gusta"
)
_CLITIC_ENDINGS: Final = ("ame", "eme", "ime", "nme", "zme", "anos", "enos", "ate")
_IS: Final = frozenset({"is", "be", "es", "e", "seria", "era"})
_WHAT: Final = frozenset({"what", "que"})
_WISHING: Final = word_set(
    "after looking want need like love would id quero preciso queria gostaria quiero necesito "
    "quisiera gustaria vendria ayudaria ajudaria serviria"
)
# What is missing or deserved is wished for only if more is said of it.
_WEAK_WISHES: Final = word_set(
    "falta faltam missing lacking merece pede pedia deserves calls call va toca how ready time now "
    "agora so ainda just only all ahora solo"
)
_WHAT_REACH: Final = 9


def by_unknown_verb(words: tuple[str, ...], at: int, language: Language) -> Iterator[Ask]:
    """Yield content that any verb at all asks for: 'rustle me up a post', 'sírveme un hilo'."""
    word = words[at]
    start = None if word in VERBS or word in _NOT_SAID_TO_ME else _behind_verb(words, at, language)
    content = None if start is None else find_content(words, start, language)
    if content is not None and content.is_new and not content.has_stranger:
        yield Ask(way=Way.COMMAND, start=at, verb=at, after=content.end, content=content)


def _behind_verb(words: tuple[str, ...], at: int, language: Language) -> int | None:
    """Return where the object of an imperative begins that only its surroundings tell."""
    word, after = words[at], words[at + 1 : at + 2]
    if language is Language.SPANISH and word.endswith(_CLITIC_ENDINGS):
        return at + 1 if runs_on_to(words, at) else None
    if before_leads(words, at) != 0:
        return None
    if language is Language.PORTUGUESE and words[max(0, at - 1) : at] == ("me",):
        return at + 1 if word.endswith(("a", "e")) else None
    if word in _NOT_GIVING or word.endswith(("ed", "s", "ing")) or LEADS.at(words, at):
        return None
    is_english = language is Language.ENGLISH
    if after and (after[0] in _TO_ME or (is_english and after[0] in PARTICLES)):
        return at + 2
    is_into = is_english and "into" in words[at : at + _LONGEST_INTO]
    return words.index("into", at) + 1 if is_into else None


def by_wish(
    words: tuple[str, ...], at: int, language: Language, later: tuple[int, Content] | None
) -> Iterator[Ask]:
    """Yield content that is wished for: 'I need a post'."""
    end = WISHES.end_at(words, at)
    if end is None and _is_what_is_wished(words, at):
        end = at + 1
    elif end is None or is_others(words, at):
        return
    if later is not None and is_left_open(words, end):
        yield later_ask(Way.WISH, at, None, later)
        return
    content = find_content(words, end, language)
    is_counted_on = not _LISTENER.isdisjoint(words[at:end])
    if (
        content is None
        or (content.is_definite and not is_counted_on)
        or content.is_bare_plural
        or content.has_stranger
    ):
        content = became(words, end, language) if has_pronoun(words, end) else None
    if content is None or (content.is_vague and not is_told(words, content.end)):
        return
    if content.is_kind and not is_placed(words, content.end):
        return
    way = Way.MENTION if words[at] in _WEAK_WISHES else Way.WISH
    yield Ask(way=way, start=at, verb=None, after=content.end, content=content)


def _is_what_is_wished(words: tuple[str, ...], at: int) -> bool:
    """Tell whether 'what I'd really want now is' ends here."""
    reach = words[max(0, at - _WHAT_REACH) : at]
    return (
        words[at] in _IS
        and not _WHAT.isdisjoint(reach)
        and not _WISHING.isdisjoint(reach)
        and "not" not in reach
    )


def by_fragment(words: tuple[str, ...], language: Language) -> Iterator[Ask]:
    """Yield content that opens a clause without any verb: 'short insta caption about …'."""
    for at in range(len(words)):
        if at == 0 or words[at - 1] in LINKS:
            begin = _behind_leads(words, at)
            content = None
            if THANKS.first_in(words, at, begin) is None:
                content = find_content(words, begin, language, most_unknown=0)
            if (
                content is not None
                and not content.is_definite
                and PRAISE.isdisjoint(words[at : content.start])
            ):
                yield Ask(
                    way=Way.FRAGMENT, start=begin, verb=None, after=content.end, content=content
                )
                return


def _behind_leads(words: tuple[str, ...], start: int) -> int:
    for _ in range(_MOST_LEADS):
        step = LEADS.end_at(words, start)
        if step is None:
            break
        start = step
    return start


def by_mention(words: tuple[str, ...], language: Language) -> Iterator[Ask]:
    """Yield the first new content that a clause names at all."""
    for at in range(len(words)):
        begin = at + 1 if words[at] in _AS else at
        begin += begin > at and words[begin : begin + 1] == ("de",)
        if begin == at and words[at] not in _ANY:
            continue
        content = find_content(words, begin, language, most_unknown=_MOST_UNKNOWN)
        is_clear = content is not None and (
            is_placed(words, content.end)
            if content.is_kind
            else words[content.start] not in _SOMETHING or is_told(words, content.end)
        )
        if content is not None and is_clear and content.is_new and not content.has_stranger:
            yield Ask(way=Way.MENTION, start=at, verb=None, after=content.end, content=content)
            return
