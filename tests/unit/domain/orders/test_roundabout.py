"""Orders and notes as people really tell them: rambling, pointing, roundabout, misspelt."""

import pytest

from handlers.domain.orders.understanding import understand
from handlers.domain.orders.values import Intent


def is_order(text: str) -> bool:
    return understand(text).intent is Intent.ORDER


@pytest.mark.parametrize(
    "text",
    [
        (
            "ok so today was mad we had three deliveries and the van broke down but people were "
            "kind so could you write something for instagram about how kind people were"
        ),
        "We lost the pitch. Again. But the feedback was gold. Draft me a post about listening.",
        "a reunião atrasou, o café tava frio, mas fechamos. aí pensei, faz um post sobre paciência",
        (
            "hoy vino un señor de ochenta años, o sea, ochenta, y pensé, porfa escríbeme algo para "
            "instagram sobre el señor de la bici"
        ),
        "my boss told me that sales doubled so please write a post about sales",
        "the fair was long the hotel was loud write a post about it please, casual",
        "you sent the notes and write a post about the fair",
        "we won the tender today write a post about it for linkedin please",
    ],
)
def test_one_clause_that_asks_is_enough_whatever_the_others_tell(text: str) -> None:
    assert is_order(text)


@pytest.mark.parametrize(
    "text",
    [
        "There is a good blog post in that story. Can you write it up?",
        "dava um bom post isso. faz aí pra mim",
        "Eso merece un hilo sobre el corte. Hazlo",
        "The draft about bees is late, so you write it",
        "Comecei o artigo sobre queijo e travei; assume você e escreve inteiro",
        "our Instagram tips are stale, give me a fresh one: tips for old kettles",
        "A text about the market works is missing. Get on it",
        "Write it up for LinkedIn, would you, getting fired",
        "do another one, this time for X, about the strike",
        "No te pedí la foto, te pedí el pie de foto: dámelo para Instagram, el mural",
    ],
)
def test_an_order_may_point_to_content_that_was_named(text: str) -> None:
    assert is_order(text)


@pytest.mark.parametrize(
    "text",
    [
        "Can you write me a, what do you call it, a thread about napkins",
        "I need a, um, a short post about bees",
        "quero um, como fala, um texto curto sobre abelhas",
    ],
)
def test_content_may_come_after_an_aside(text: str) -> None:
    assert is_order(text)


@pytest.mark.parametrize(
    "text",
    [
        "rustle me up a post about bees",
        "fire off a tweet about the road",
        "squash my three notes into one article",
        "sírveme un hilo sobre el café",
        "me descola uma legenda sobre a festa",
        "use my notes to write a carousel about feedback",
        "usa isso pra fazer um post sobre abelhas",
        "hazme para el blog un repaso de la temporada",
        "¿te encargarías de contar en LinkedIn lo del olivar?",
    ],
)
def test_any_imperative_asks_where_its_surroundings_tell(text: str) -> None:
    assert is_order(text)


@pytest.mark.parametrize(
    "text",
    [
        "a blog post on dahlias would go down a treat",
        "what I would really want now is a tweet about the outage",
        "se agradece un pie de foto informal para Instagram",
        "O ideal era sair daqui com um roteiro sobre o parto",
        "agora falta a legenda: Instagram, o primeiro pão",
        "contaba contigo para el copy de Instagram de la feria",
        "In Spanish, as newsletter copy: the volunteers' day. Would that be doable?",
        "leva pro LinkedIn, em forma de artigo, as notícias do setor, se puder",
        "Thread on X about five mistakes",
        "Bolar um carrossel pro IG: quatro mitos",
        "Hola, bueno, un post de LinkedIn sobre la feria",
        "Not a thread, just a LinkedIn post about bees",
    ],
)
def test_a_roundabout_order_must_say_more_of_the_content(text: str) -> None:
    assert is_order(text)


@pytest.mark.parametrize(
    "text",
    [
        "a post would be great",
        "I'd like to read a good article about bees",
        "the client would like a warm post for the anniversary",
        "would a short post on Instagram even help?",
        "a post about bees could work, idk",
        "preciso escrever um texto sobre isso",
        "una nota from the agency would be nice",
        "LinkedIn post about bees by Ana, loved it",
        "blog post about taps https://example.com/tap please",
        "worth a look: article on bees for the blog",
        "puede que haga un hilo sobre esto",
        "I need to sit down and write a post",
        "can you ask Ana to write a post about bees",
        "Dani reads and writes a post about bees",
        "gave me a post about bees",
        "me disse um texto sobre abelhas",
        "ele me disse uma coisa e escreve um post",
        "write the cheque for the script",
        "meeting went well, need to follow up",
        "escreve esse post, foi o que minha mulher falou",
        "faz um mês que publicamos o post",
        "Ana talked to Bia and they write posts",
        "the Ana team and write a post",
        "once the permit lands I need a post about it",
        "I need some tips on hiring",
        "some tips on hiring would be great",
        "please don't write about bees",
        "write about bees later",
        "There is a good post in that story. Write it later",
        "There is a good post in that story. Please don't write it",
        "I don't need a, um, a short post about bees",
        "no me escribas, este, un post sobre abejas",
        "next week I need a post about bees",
        "I am told, and nobody who was there that evening would disagree, a post about bees",
        "make me, and this is what Ana would have said about all of it, a coffee",
        "write Ana the post",
        "a gente me fala um texto",
        "we saw it and write a post about bees",
    ],
)
def test_content_that_is_told_of_is_not_asked_for(text: str) -> None:
    assert not is_order(text)


@pytest.mark.parametrize(
    ("text", "platform", "subject"),
    [
        ("cn u wrte smth abt the river", None, "the river"),
        ("qro uma legenda pro ig sobre a festa", "instagram", "a festa"),
        ("kiero un carrusel sobre la feria", None, "la feria"),
        ("insta captoin about the puppy pleaaase", "instagram", "the puppy"),
        ("hey gimme a articel about gran", None, "gran"),
    ],
)
def test_shorthand_and_slips_are_read_as_what_was_meant(
    text: str, platform: str | None, subject: str
) -> None:
    found = understand(text)

    assert found.intent is Intent.ORDER
    assert (found.parameters.platform, found.subject) == (platform, subject)


@pytest.mark.parametrize(
    ("text", "platform", "length", "tone", "topic"),
    [
        (
            "There is not a single blog post about wool. Fix that, write one",
            "blog",
            None,
            None,
            None,
        ),
        ("I saw it on LinkedIn. Write a post about wool", None, None, None, None),
        ("Our Instagram is dead. Write a post about wool", "instagram", None, None, None),
        ("Long and formal: write the article about wool", None, "long", "professional", None),
        ("What a long day it has been here. Write a post about wool", None, None, None, None),
        ("Write a post about wool. It was such a long and warm summer here", *[None] * 4),
        ("Write a post about wool. Short. Formal.", None, "short", "professional", None),
        ("consejos viejos sobran, escribe un post sobre lana", None, None, None, "tips"),
        ("The news of the port are out, so put it all in a post", None, None, None, "news"),
        ("un carrusel sobre lana, cortito no, por favor", None, None, None, None),
        (
            "Legenda sobre lã, não, amigável mesmo, pro Instagram",
            "instagram",
            None,
            "friendly",
            None,
        ),
        ("hundred words about bees, write a post", None, "short", None, None),
    ],
)
def test_parameters_come_from_what_is_said_of_the_content(
    text: str, platform: str | None, length: str | None, tone: str | None, topic: str | None
) -> None:
    found = understand(text).parameters

    assert (found.platform, found.length, found.tone, found.topic) == (
        *(platform, length),
        *(tone, topic),
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("In Spanish please: a post about our fair for the blog", "es"),
        ("El fondo es de Toronto, así que va en inglés: un post de LinkedIn sobre la planta", "en"),
        ("un texto para clientes, portugués, escríbeme un post sobre eso", "pt"),
    ],
)
def test_another_language_may_be_asked_for_anywhere(text: str, language: str) -> None:
    assert understand(text).language == language
