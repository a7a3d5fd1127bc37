"""The verbs that ask for content, in the forms in which people ask."""

from collections.abc import Iterable
from enum import Enum, auto
from itertools import chain
from typing import Final

from handlers.domain.orders.conjugation import Form, Forms, english, irregular, portuguese, spanish


class VerbKind(Enum):
    """What a verb needs beside it to ask for content."""

    WRITE = auto()
    """Content, or only what it is about: 'write about bees'."""
    MAKE = auto()
    """Content: 'make a post'."""
    PARTICLE = auto()
    """Content and a particle: 'put a post together'."""
    GIVE = auto()
    """Content that is not there yet: 'give me a post', but not 'give me the post'."""
    TURN = auto()
    """What it is to become: 'turn this into a post'."""
    TAKE = auto()
    """Nothing by itself; another verb follows: 'take this and write …'."""


def _english(verbs: str) -> Iterable[Forms]:
    return (english(verb) for verb in verbs.split())


def _portuguese(verbs: str) -> Iterable[Forms]:
    return (portuguese(verb) for verb in verbs.split())


def _spanish(verbs: str) -> Iterable[Forms]:
    return (spanish(*verb.split("/")) for verb in verbs.split())


# Spelling mistakes that many make stand among the verbs.
_FORMS: Final[dict[VerbKind, tuple[Iterable[Forms], ...]]] = {
    VerbKind.WRITE: (
        _english("write wirte wrte rite draft compose pen author tweet"),
        _portuguese("escrever escrver rascunhar tuitar twittar"),
        (irregular("redigir", plain="redige redija", after_that="redija redigisse"),),
        _spanish("escribir escrivir redactar tuitear twittear bocetar"),
    ),
    VerbKind.MAKE: (
        _english("make mak create creat generate do prepare produce craft build develop design"),
        _english("outline"),
        (
            irregular(
                "fazer",
                plain="faz faca faze fz",
                after_that="faca facam fizesse",
                asked="fazes faria",
                gerund="fazendo",
            ),
            irregular("produzir", plain="produz produza", after_that="produza"),
            irregular("compor", plain="compoe componha", after_that="componha"),
        ),
        _portuguese("criar montar gerar preparar elaborar desenvolver bolar inventar construir"),
        _portuguese("formular soltar estruturar caprichar esbocar"),
        (
            irregular(
                "hacer",
                plain="haz haga hace hagan hagamos",
                after_that="hagas haga hagan hicieras hiciera hicieses",
                asked="haces harias hicieras",
                gerund="haciendo",
                takes_clitics=True,
            ),
            irregular("componer", plain="compon componga", takes_clitics=True),
        ),
        _spanish("crear generar preparar armar elaborar desarrollar montar producir confeccionar"),
        _spanish("disenar inventar tirar echar aventar/avient marcar currar estructurar"),
    ),
    VerbKind.PARTICLE: (
        _english(
            "sort bash rattle dash hammer punch put whip throw cook knock bang crank spin come "
            "work type mock pull drum write"
        ),
    ),
    VerbKind.GIVE: (
        _english("give gimme send get show hand shoot suggest drop post publish"),
        _portuguese("publicar postar lancar jogar sugerir mandar passar arrumar enviar"),
        (
            irregular("dar", plain="da de", after_that="de desse des", asked="daria das darias"),
            irregular("dar", plain="da de", takes_clitics=True),
            irregular("trazer", plain="traz traga", after_that="traga"),
            irregular("ver", plain="ve"),
            irregular("conseguir", plain="consigue consiga consegui", takes_clitics=True),
        ),
        _spanish("publicar lanzar postear subir mandar pasar enviar regalar sacar"),
    ),
    VerbKind.TURN: (
        _english(
            "pull boil distil distill combine mash edit whip work turn transform convert "
            "rewrite rework repurpose adapt expand change put spin"
        ),
        _english("answer reply respond fill explain say announce share describe sum wrap present"),
        _english("celebrate promote cover compile gather collect"),
        _portuguese("responder explicar contar anunciar compartilhar apresentar celebrar juntar"),
        _portuguese("agradecer divulgar promover dizer reunir"),
        _spanish("contestar responder explicar contar/cuent anunciar compartir presentar celebrar"),
        _spanish("agradecer divulgar promocionar juntar reunir decir"),
        _english("format shape summarize summarise condense polish rephrase"),
        _portuguese(
            "pensar caprichar transformar virar adaptar passar botar colocar reescrever "
            "resumir condensar"
        ),
        (
            irregular("converter", plain="converte converta"),
            irregular("por", plain="poe ponha", after_that="ponha"),
            irregular("poner", plain="pon ponga pone", after_that="pongas", takes_clitics=True),
        ),
        _spanish("transformar trasformar convertir/conviert pasar adaptar reescribir volver/vuelv"),
        _spanish("resumir"),
    ),
    VerbKind.TAKE: (
        _english("take use grab read listen"),
        _portuguese("pegar usar ler aproveitar ouvir"),
        _spanish("agarrar tomar usar coger/coj aprovechar escuchar leer"),
    ),
}


# 'Create' is English before it is 'créate'.
_COINCIDENCES: Final = frozenset({("create", Form.ENCLITIC)})


def _by_word() -> dict[str, list[tuple[VerbKind, Form]]]:
    found: dict[str, dict[tuple[VerbKind, Form], None]] = {}
    for kind, verbs in _FORMS.items():
        for word, form in chain.from_iterable(chain.from_iterable(verbs)):
            if (word, form) not in _COINCIDENCES:
                found.setdefault(word, {})[kind, form] = None
    return {word: list(uses) for word, uses in found.items()}


VERBS: Final = _by_word()
PARTICLES: Final = frozenset({"up", "together", "out", "with", "off"})
