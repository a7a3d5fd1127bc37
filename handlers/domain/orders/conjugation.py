"""Forms of Portuguese and Spanish verbs in which people ask for something, without accents."""

from collections.abc import Iterator
from enum import Enum, auto
from typing import Final


class Form(Enum):
    """How a verb is used."""

    PLAIN = auto()
    """Imperative, which is also the third person of the present: 'escreve', 'write'."""
    ENCLITIC = auto()
    """Imperative with its pronoun, which is nothing else: 'hazme'."""
    INFINITIVE = auto()
    SUBJUNCTIVE = auto()
    """After 'que': 'quiero que escribas'."""
    SECOND_PERSON = auto()
    """Asked of the listener: '¿me haces…?'"""
    GERUND = auto()
    """After 'would you mind' and 'vai', 'andá'."""


Forms = Iterator[tuple[str, Form]]

_CLITICS: Final = (
    "me",
    "nos",
    "te",
    "lo",
    "la",
    "los",
    "las",
    "melo",
    "mela",
    "noslo",
    "nosla",
    "le",
    "les",
)
_SOFTENED: Final = {"c": "qu", "g": "gu", "z": "c"}
_DOUBLED: Final = frozenset({"put", "whip", "spin", "get", "drop", "pen"})


def spanish(infinitive: str, stressed: str | None = None) -> Forms:
    """Yield a regular verb's forms; `stressed` is the stem under stress, if it changes."""
    stem, ending = infinitive[:-2], infinitive[-2:]
    strong = stressed or stem
    is_first = ending == "ar"
    vowel, other = ("a", "e") if is_first else ("e", "a")
    polite = (_before_e(strong) if is_first else strong) + other
    voseo = stem + ending[0]
    past = stem + ("a" if is_first else "ie")
    return irregular(
        infinitive,
        plain=f"{strong}{vowel} {polite} {voseo} {_unstressed(stem, polite)}mos",
        after_that=f"{polite} {polite}s {polite}n {past}ra {past}ras {past}ses",
        asked=f"{strong}{vowel}s {voseo}s {infinitive}ias",
        gerund=stem + ("ando" if is_first else "iendo"),
        takes_clitics=True,
    )


def portuguese(infinitive: str) -> Forms:
    """Yield a regular verb's forms."""
    stem, ending = infinitive[:-2], infinitive[-2:]
    is_first = ending == "ar"
    informal = stem + ("a" if is_first else "e")
    polite = _before_e(stem) + "e" if is_first else stem + "a"
    theme = stem + ending[0]
    return irregular(
        infinitive,
        plain=f"{informal} {polite}",
        after_that=f"{polite} {polite}m {theme}sse",
        asked=f"{informal}s {infinitive}ia",
        gerund=f"{theme}ndo",
    )


def english(base: str) -> Forms:
    """Yield the base, which is imperative and infinitive, and the -ing form."""
    gerund = base + base[-1] if base in _DOUBLED else base.removesuffix("e")
    return irregular(base, plain=base, after_that=base, gerund=f"{gerund}ing")


def irregular(  # noqa: PLR0913 - one parameter for each form
    infinitive: str,
    *,
    plain: str,
    after_that: str = "",
    asked: str = "",
    gerund: str = "",
    takes_clitics: bool = False,
) -> Forms:
    """Yield forms as they are given; several of one kind are parted by blanks."""
    yield infinitive, Form.INFINITIVE
    for form, words in (
        (Form.PLAIN, plain),
        (Form.SUBJUNCTIVE, after_that),
        (Form.SECOND_PERSON, asked),
        (Form.GERUND, gerund),
    ):
        yield from ((word, form) for word in words.split())
    if takes_clitics:
        for clitic in _CLITICS:
            yield infinitive + clitic, Form.INFINITIVE
            yield from ((word + clitic, Form.ENCLITIC) for word in plain.split())
            yield from ((word + clitic, Form.GERUND) for word in gerund.split())


def _before_e(stem: str) -> str:
    return stem[:-1] + _SOFTENED[stem[-1]] if stem[-1] in _SOFTENED else stem


def _unstressed(stem: str, polite: str) -> str:
    """Return the polite form as it is without stress: 'convertamos' has no 'conviertamos'."""
    return (_before_e(stem) if polite[-1] == "e" else stem) + polite[-1]
