"""Whom a verb is said to: the assistant, the speaker or somebody else."""

from typing import Final

from handlers.domain.orders.conjugation import Form
from handlers.domain.orders.lexicon.requests import FILLERS, LEADS, LINKS, OF_ANYBODY, REQUESTS
from handlers.domain.orders.phrases import word_set
from handlers.domain.orders.verbs import VERBS

# Bounds keep the work in proportion to the text, whatever it holds.
_MOST_LEADING: Final = 16
_MOST_REQUESTING: Final = 14
_IMPERATIVES: Final = (Form.PLAIN, Form.ENCLITIC)
_MOST_BETWEEN: Final = 10
_SUBJECT_REACH: Final = 3
_LONGEST_SUBJECT: Final = 40
_JOINED_REACH: Final = 14
_JOINS: Final = frozenset({"and", "e", "y", "or", "ou", "o"})
_GAP_ENDS: Final = word_set("and to then e y de para pra que a n ai or into for")
# With these between a request and a verb, the verb is somebody else's: 'can you ask Ana to write'.
_GAP_BLOCKS: Final = word_set(
    "if whether how when why who what tell ask remind check let know i he she they we see get have "
    "his her decir decirle pedir pedirle preguntar preguntarle avisar avisarle recordar "
    "perguntar lembrar falar dizer cobrar confirmar ver ela ele eles elas eu ella ellos yo saber "
    "explain explicar mostrar ensinar teach show make wait stop recordarle recordarme lembrar-me "
    "contar contarle esperar confirm review revisar publicar postar agendar schedule"
)
_QUESTIONS: Final = word_set(
    "how what when why where who which como quando cuando onde donde quem quien quanto cuanto qual "
    "cual whether si se if"
)
# 'puede que haga' is 'he may do', not 'may he'.
_MAY: Final = frozenset({"puede", "pode"})
_WHO: Final = frozenset({"que", "quien", "who", "q"})
_MAYBE_OTHERS: Final = frozenset({"vai", "va", "pode", "puede", "consegue", "podria", "poderia"})
_THAT: Final = (("que",), ("ser",))
_OPENING: Final = word_set("nao no so e and y could would do voce vc tu ce vos usted you u")
_OTHERS: Final = word_set(
    "he she they it we i ele ela eles elas eu el ella ellos ellas yo quien quem who that which "
    "que gente nosotros alguem alguien everyone everybody people somebody someone nobody "
    "ninguem nadie todos todo"
)
_ADVERBS: Final = word_set(
    "nao no tambem tambien ja ya sempre siempre so solo always also will nunca never ainda nem "
    "me nos te se lhe le lo la really just only still often usually vai va vao van already "
    "mesmo ate muito realmente hoje hoy amanha agora ahora"
)
_DETERMINERS: Final = word_set(
    "o a os as meu minha meus minhas nosso nossa seu sua um uma esse essa este esta aquele aquela "
    "the my our his her their your this that these those a an "
    "el la los las mi mis nuestro nuestra su sus tu un una ese esa esta este aquel do da del dos"
)
# What never stands before an English imperative, were the words ever so many.
_NOT_BEFORE_BASE: Final = word_set(
    "to i we you u they he she it who that which will would can could should must may might "
    "shall do does did dont didnt doesnt wont cant couldnt wouldnt shouldnt not never let lets "
    "help helps make makes made the a an my our your his her their this these those gonna wanna "
    "gotta ill well id wed theyll hell shell youll people everyone always often usually "
    "sometimes rarely of for in on with by at from no any some each every how what when why "
    "where than as more less eu ele ela eles elas nos gente yo el ella ellos nosotros quem quien "
    "que nao no nem nunca ni sem sin o os as la las los um uma un una meu minha mi su seu sua do "
    "da de del em en na no com con por pra para pro se lhe le ao al siempre sempre tambem "
    "tambien ja ya quando cuando como onde donde si"
)
# Their form is a noun's as well, so only a place for an imperative makes them one.
_NOUN_LIKE: Final = word_set(
    "draft tweet post design work type show drop sort author pen craft outline script cook spin "
    "put punch change bash dash get come hand send bang pull mock drum shape format polish adapt "
    "cria monta lanca posta publica passa da de manda joga arma crea prepara tira echa marca "
    "pasa saca sube envia regala adapta resume resuma pone ve nota publique poste build do make "
    "turn expand prepare produce throw knock crank come twitter produza gera genera tuita tuitea "
    "joga solta suelta sugere sugiere bola vira volta torna"
)
_ENGLISH_BASES: Final = word_set("write create compose generate wirte rite")
_DUTIES: Final = word_set(
    "need have going gonna want must should will ill gotta plan tenho preciso vou devo quero "
    "tengo necesito voy debo quiero trying try sit ia iba wanted had usually always i eu yo he "
    "she they"
)
_SECOND_PERSON: Final = word_set("you u voce vc tu vos usted te ce")


def before_leads(words: tuple[str, ...], verb: int) -> int:
    """Return how far back only words stand that lead up to an imperative; 0 is the beginning."""
    for begin in range(max(0, verb - _MOST_LEADING), verb):
        if _is_leading(words, begin, verb):
            return begin
    return verb


def _is_leading(words: tuple[str, ...], begin: int, end: int) -> bool:
    at = begin
    while at < end:
        step = LEADS.end_at(words, at)
        if step is None or step > end:
            return False
        at = step
    return True


def is_open(words: tuple[str, ...], verb: int, *, since: int) -> bool:
    """Tell whether nothing of weight stands between a request or a wish and its verb."""
    at = since
    while at < verb:
        step = LEADS.end_at(words, at)
        if step is None or step > verb:
            if words[at] not in FILLERS:
                return False
            step = at + 1
        at = step
    return True


def requested_from(words: tuple[str, ...], verb: int) -> int | None:
    """Return where a request to the listener begins that a verb belongs to, if one does."""
    for begin in range(max(0, verb - _MOST_REQUESTING), verb):
        end = REQUESTS.end_at(words, begin)
        if end is None or end > verb:
            continue
        if _leads_on(words, end, verb) and _is_asked_of_listener(words, begin, end):
            return begin
    return None


def _leads_on(words: tuple[str, ...], start: int, verb: int) -> bool:
    if is_open(words, verb, since=start):
        return True
    between = words[start:verb]
    return (
        len(between) <= _MOST_BETWEEN
        and between[-1] in _GAP_ENDS
        and _GAP_BLOCKS.isdisjoint(between)
    )


def _is_asked_of_listener(words: tuple[str, ...], begin: int, end: int) -> bool:
    """Tell whether nobody else and no question word stands before a request."""
    before = words[begin - 1] if begin else ""
    if before in _QUESTIONS or (words[begin] in _MAY and words[end : end + 1] in _THAT):
        return False
    is_told_of = words[0] in _DETERMINERS and not _WHO.isdisjoint(
        words[1 : min(begin, _LONGEST_SUBJECT)]
    )
    if (
        words[begin] in _MAYBE_OTHERS
        and is_told_of
        and LINKS.isdisjoint(words[max(0, begin - _LONGEST_SUBJECT) : begin])
    ):
        return False
    if words[begin] not in OF_ANYBODY or not _SECOND_PERSON.isdisjoint(words[begin:end]):
        return True
    return (
        before_leads(words, begin) == 0 or before in _OPENING or not has_other_subject(words, begin)
    )


def has_other_subject(words: tuple[str, ...], verb: int) -> bool:
    """Tell whether somebody else stands before a verb whose form does not tell whose it is."""
    at = verb - 1
    while at >= 0 and words[at] in _ADVERBS:
        at -= 1
    if at < 0 or words[at] in LINKS or words[at] in _SECOND_PERSON:
        return False
    if words[at] in _OTHERS:
        return True
    if not LEADS.at(words, at) and before_leads(words, at) == 0:
        # One word opens the clause: a name.
        return True
    reach = words[max(0, at - _SUBJECT_REACH) : at]
    return not _DETERMINERS.isdisjoint(reach) and LINKS.isdisjoint(reach)


def runs_on_to(words: tuple[str, ...], verb: int) -> bool | None:
    """Tell whether a verb stands where an imperative does; None where it cannot be one.

    False means that it might be one: the words before do not end as a sentence does.
    """
    begin = before_leads(words, verb)
    if begin == 0:
        return True
    led = words[begin:verb]
    if not LINKS.isdisjoint(led) or not _SECOND_PERSON.isdisjoint(led):
        return True
    if not _JOINS.isdisjoint(led):
        return _joined(words, begin)
    at = begin - 1
    while at > 0 and ((words[at] in _ADVERBS and words[at] != "will") or words[at].endswith("ly")):
        at -= 1
    before = words[at]
    if words[verb] in _NOUN_LIKE or before in _NOT_BEFORE_BASE:
        return None
    if words[verb] in _ENGLISH_BASES:
        # A singular noun before it cannot be its subject.
        return None if before.endswith("s") else False
    return None if has_other_subject(words, verb) else False


def _joined(words: tuple[str, ...], begin: int) -> bool | None:
    """Tell what 'and' joins a verb to: an imperative, a duty of one's own, or nothing known."""
    reach = range(begin - 1, max(-1, begin - _JOINED_REACH), -1)
    for at in reach:
        is_form = any(form in _IMPERATIVES for _, form in VERBS.get(words[at], ()))
        if is_form and before_leads(words, at) == 0:
            return True
    for at in reach:
        if words[at] in _SECOND_PERSON:
            return True
        if words[at] in _DUTIES or words[at] in _OTHERS:
            return None
    return False
