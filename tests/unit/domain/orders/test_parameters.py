"""Platform, length, tone, topic and word count, with the words people use."""

import pytest

from handlers.domain.orders.understanding import understand
from handlers.domain.orders.values import OrderParameters


def parameters(text: str) -> OrderParameters:
    return understand(text).parameters


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("write a post about bees", None),
        ("write an insta post about bees", "instagram"),
        ("write a post about bees for IG", "instagram"),
        ("write a post about bees for X", "twitter"),
        ("write an X thread about bees", "twitter"),
        ("write 3 x 4 posts about bees", None),
        ("escreve um tuíte sobre abelhas", "twitter"),
        ("hazme un hilo sobre abejas", "twitter"),
        ("write a thread about bees for LinkedIn", "linkedin"),
        ("escreve um artigo de blog sobre abelhas", "blog"),
        ("me ajuda a escrever um post no linkedin sobre abelhas", "linkedin"),
        ("write a post about netflix.com", None),
        ("write a post about linkedinesque people", None),
        ("write a post about Instagram's new rules", None),
        ("no linkedin please, write a post about bees", None),
        ("quiero publicar en linkedin, escríbeme un post sobre abejas", "linkedin"),
        ("write an Instagram post, no sorry, a LinkedIn post about bees", "linkedin"),
        ("write a post on bees for our company blog", "blog"),
    ],
)
def test_platform(text: str, platform: str | None) -> None:
    assert parameters(text).platform == platform


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("write a short post about bees", "short"),
        ("escreve um texto bem curtinho sobre abelhas", "short"),
        ("haz un texto cortito sobre abejas", "short"),
        ("write a paragraph about bees", "short"),
        ("write a medium length post about bees", "medium"),
        ("write an in-depth article about bees", "long"),
        ("escribe un texto largo sobre abejas", "long"),
        ("write a post about how we belong", None),
        ("write a post about long covid", None),
        ("write a post, long term thinking is the subject", None),
        ("write a social media post about bees", None),
        ("write a short-sighted post about bees", None),
        ("write a post about bees, not too long", None),
        ("write a thread about bees", None),
    ],
)
def test_length(text: str, length: str | None) -> None:
    assert parameters(text).length == length


@pytest.mark.parametrize(
    ("text", "count", "length"),
    [
        ("write a post about bees, 150 words", 150, "short"),
        ("write a 151-word post about bees", 151, "medium"),
        ("escreve um texto de 500 palavras sobre abelhas", 500, "medium"),
        ("escribe un texto de 501 palabras sobre abejas", 501, "long"),
        ("write a post about bees in 150-200 words", 200, "medium"),
        ("write 1,200 words about bees", 1200, "long"),
        ("write a post of 1.200 words about bees", 1200, "long"),
        ("write a post of 2k words about bees", 2000, "long"),
        ("write a post about bees, two hundred words", 200, "medium"),
        ("escreve um texto de mil palavras sobre abelhas", 1000, "long"),
        ("write a long post about bees, 400 words", 400, "long"),
        ("write a post about bees, 0 words", None, None),
        ("write a post about bees, 99999999999999999999 words", None, None),
        ("write a post about bees, ٣٠٠ words", 300, "medium"),
        ("write a post about bees in your own words", None, None),
        ("hundred words about bees, write a post", 100, "short"),
        ("write words hundred post about bees", None, None),
    ],
)
def test_word_count(text: str, count: int | None, length: str | None) -> None:
    found = parameters(text)

    assert (found.word_count, found.length) == (count, length)


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("write a formal post about bees", "professional"),
        ("write an informal post about bees", "casual"),
        ("escreve um post descontraído sobre abelhas", "casual"),
        ("escreve um texto num tom sério sobre abelhas", "professional"),
        ("haz un post cercano sobre abejas", "friendly"),
        ("write a warm post about bees", "friendly"),
        ("write a post about bees, make it serious", "professional"),
        ("write a post about bees, i am serious", None),
        ("write an authoritative article about bees", "authoritative"),
        ("escribe un texto sobre abejas, que suene a experto", "authoritative"),
        ("write a user-friendly post about bees", None),
        ("write a friendly reminder post about bees", None),
        ("write a post about bees, not too formal", None),
        ("write a post about our formal dinner", None),
    ],
)
def test_tone(text: str, tone: str | None) -> None:
    assert parameters(text).tone == tone


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("write a post about bees", None),
        ("write a post with tips on bees", "tips"),
        ("write a post about productivity tips", "tips"),
        ("escreve um post com as notícias do setor", "news"),
        ("haz un post con tendencias de moda", "trends"),
        ("write a product post about our honey", "product"),
        ("write a post about our new product", "product"),
        ("write a post about how product teams fail", None),
        ("write a post about how to keep bees", None),
        ("write a post about the deep and sudden news", None),
    ],
)
def test_topic(text: str, topic: str | None) -> None:
    assert parameters(text).topic == topic


def test_text_to_be_turned_says_nothing_of_the_content() -> None:
    found = parameters("turn this into a post: short formal tips for LinkedIn, 20 words")

    assert found == OrderParameters()
