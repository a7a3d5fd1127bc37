"""Messages that order content, in the ways people do."""

import pytest

from handlers.domain.orders.understanding import understand
from handlers.domain.orders.values import Confidence, Intent, Understanding


def order(text: str) -> Understanding:
    found = understand(text)
    assert found.intent is Intent.ORDER, text
    return found


@pytest.mark.parametrize(
    "text",
    [
        "write a post about bees",
        "Draft me an article about bees",
        "ok so, please create a caption about bees",
        "put together a post about bees",
        "put a post together about bees",
        "whip me up a tweet about bees",
        "come up with a caption about bees",
        "write about bees",
        "write something for LinkedIn",
        "make something about bees",
        "give me a post about bees",
        "escreve um post sobre abelhas",
        "escreva um texto sobre abelhas",
        "me faz uma legenda sobre abelhas",
        "faça um artigo sobre abelhas",
        "redija um comunicado sobre abelhas",
        "escreve pro insta um texto sobre abelhas",
        "escreve sobre abelhas",
        "me manda um texto sobre abelhas",
        "vai escrevendo um post sobre abelhas",
        "escribe un post sobre abejas",
        "escribí un post sobre abejas",
        "haceme un posteo sobre abejas",
        "hacé un post sobre abejas",
        "hazme un hilo sobre abejas",
        "redácteme un artículo sobre abejas",
        "armate un hilo sobre abejas",
        "hagamos un post sobre abejas",
    ],
)
def test_an_imperative_orders(text: str) -> None:
    assert order(text).confidence is Confidence.CERTAIN


@pytest.mark.parametrize(
    "text",
    [
        "can you write a post about bees?",
        "could you please draft an article about bees",
        "would you mind writing a caption about bees?",
        "why don't you write a post about bees?",
        "let's do a post on bees",
        "I'd like you to write a post about bees",
        "help me write a post about bees",
        "vc faz um post sobre abelhas?",
        "você poderia escrever um texto sobre abelhas?",
        "tem como vc criar um post sobre abelhas?",
        "quero que você faça um post sobre abelhas",
        "me ajuda a escrever um post sobre abelhas",
        "será que pode fazer um post sobre abelhas?",
        "me haces un texto sobre abejas?",
        "¿podrías escribirme un post sobre abejas?",
        "necesito que me escribas un artículo sobre abejas",
        "quisiera que hicieras un post sobre abejas",
        "te pido que redactes un texto sobre abejas",
    ],
)
def test_a_request_orders(text: str) -> None:
    order(text)


@pytest.mark.parametrize(
    "text",
    [
        "I need a post about bees",
        "we need an article about bees",
        "need a tweet about bees asap",
        "I'd love a caption about bees",
        "could I get a post about bees",
        "what I want is a post about bees",
        "I want this as a LinkedIn post",
        "quero um texto sobre abelhas",
        "preciso de um artigo sobre abelhas",
        "tô precisando de um post sobre abelhas",
        "gostaria de um texto amigável sobre abelhas",
        "acho que eu quero um post sobre abelhas",
        "necesito una publicación sobre abejas",
        "quiero un texto sobre abejas",
        "ocupo un post sobre abejas",
        "me hace falta un texto sobre abejas",
    ],
)
def test_a_wish_orders(text: str) -> None:
    order(text)


@pytest.mark.parametrize(
    "text",
    [
        "turn this into a post: small steps win",
        "make this a thread: small steps win",
        "make that into an article, small steps win",
        "rewrite it as a LinkedIn post: small steps win",
        "transforma essa ideia num post: pouco a pouco",
        "pega esse áudio e transforma num post",
        "a partir disso faz um post",
        "com base nisso escreve um texto",
        "convierte esto en un hilo: poco a poco",
        "pasa esto a un post",
        "haz de esto un post",
        "ok " * 12 + "write a post about bees",
    ],
)
def test_turning_something_into_content_orders(text: str) -> None:
    order(text)


@pytest.mark.parametrize(
    "text",
    [
        "short insta caption about bees please",
        "três dicas de abelhas num post curto de linkedin por favor",
        "insta post, bees at the studio, short n casual",
        "LinkedIn post about bees, professional",
        "LinkedIn post about bees, thanks",
        "legenda curta pro insta sobre abelhas",
        "post corto para linkedin sobre abejas, gracias",
        "quero escrever um post sobre abelhas",
        "I'd like to create a post about bees",
        "I need to write a post about bees, casual tone",
        "preciso fazer um post sobre abelhas, me ajuda?",
    ],
)
def test_what_orders_less_plainly_is_left_in_doubt(text: str) -> None:
    assert order(text).confidence is Confidence.DOUBTFUL


def test_a_wish_of_the_speakers_own_after_a_report_orders() -> None:
    order("my coach suggested I share more, so please write a post about bees")
    order("Ana asked for a post on pricing. Can you draft a post about pricing?")


def test_a_negation_elsewhere_leaves_the_order() -> None:
    order("write a post about bees, don't use hashtags")
    found = order("Don't do linkedin this time, do an instagram post about bees")
    assert found.parameters.platform == "instagram"


def test_having_an_idea_does_not_take_back_the_order_after_it() -> None:
    order("I had an idea: write a post about bees")
    order("tive uma ideia: escreve um post sobre abelhas")


def test_one_bullet_is_no_list() -> None:
    order("- write a post about bees")


def test_an_unclosed_or_enclosing_quotation_mark_quotes_nothing() -> None:
    order('"write a post about bees')
    order('"write a post about bees"')


def test_a_comma_between_adjectives_parts_nothing() -> None:
    found = order("I'd like a brief, formal LinkedIn post about bees")

    assert (found.parameters.length, found.parameters.tone) == ("short", "professional")
