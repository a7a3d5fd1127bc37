"""Orders in single words or left to the assistant, and content that stands already."""

import pytest

from handlers.domain.orders.reading import find_parameters
from handlers.domain.orders.understanding import understand
from handlers.domain.orders.values import Intent, Language, Length, Platform, Tone


@pytest.mark.parametrize(
    "text",
    [
        "Post. LinkedIn. Formal. Go.",
        "Instagram. Caption. Goat cheese fair. Short.",
        "LinkedIn. Formal. Sobre el convenio nuevo. Dale.",
        "Newsletter, warm tone, on what we learned from our first refund",
        "Post não, artigo. Do blog. Sobre perder a licitação por um carimbo.",
        "Do your thing: LinkedIn, our new van fleet, friendly",
        "blog / honey harvest / friendly / 300 words",
        "this week's should be about lambing, go",
        "Let's have Monday's post be about roof leaks, short",
        "el post del lunes que hable de soldadura, tono serio",
        "o de hoje pode ser sobre canil, insta, curtinho",
        "The next LinkedIn one should be about apprenticeships, keep it short",
        "Make today's about knee injuries, for the blog",
        "Anything you can put together about our new kiln, for Instagram?",
        "Whatever you can come up with on hedge trimming for the blog, please",
        "Lo que se te ocurra, para insta",
        "Igual ao da semana passada, só que sobre o forno novo",
        "Otro igual pero con la cerveza negra",
        "Bota no papel pra mim o que é due diligence. É pro blog.",
        "Conta no insta o dia em que o açaí acabou",
        "tuita aí q a barraca ta sem maquininha",
        "legenda em espanhol pra chegada do grupo na pousada",
        "post en portugués pa los clientes de Oporto sobre el horario de agosto",
        "Tuit avisando que la guardia hoy atiende en calle Mitre",
        "Doutora pediu e eu concordo: texto com autoridade explicando implante, pode tocar",
        "Don't just note this one, write it: a post on the day the till stayed open",
        "one tweet will do, the ferry strike and our deliveries, short",
        "Can I have three lines for Insta re: the late opening",
    ],
)
def test_terse_and_roundabout_orders_are_orders(text: str) -> None:
    assert understand(text).intent is Intent.ORDER


@pytest.mark.parametrize(
    "text",
    [
        "could you send me a post you like?",
        "Article in the Guardian about bees, short but good",
        "I was hoping for a better headline from the agency",
        "Texto del folleto: falta revisar",
        "Thread by that vet about colic, really good",
        "I wanted a longer caption but Instagram cut it",
        "Blog: traffic down 12% in March",
        "short posts on LinkedIn do better than long ones",
        "A cliente pediu: post na segunda, texto de blog na quarta, tuíte na sexta",
        "Qual o tamanho ideal de um texto pra LinkedIn, curto ou longo?",
        "¿Me harías un post si te lo pidiera a las tres? Curiosidad nada más",
        "We will be needing one blog post on the new route, not before May",
        "Minha sobrinha que entende de internet vai montar o post da quermesse",
        "Dá uma olhada na legenda que o Gui fez",
        "Dev call: Sanjay will write the changelog and a short blog post on the migration",
        "artigo 47 do estatuto, formal",
        "Quiero un post-it, no un post",
        "LinkedIn. Formal people everywhere today and nobody to talk to about anything at all.",
        "Instagram, again. Weird. And the rest of the day went by slowly for everyone here",
        "same again please, two pints",
        "Same thing on LinkedIn, everyone is hiring",
        "Monday's post is about boilers, already scheduled",
        "the new blog is about to launch",
        "tomorrow's talk should be about pricing, short",
        "Anything you can do about the smell on the third floor?",
        "Lo que puedas hacer sobre la humedad, gracias",
        "put it in writing, the LinkedIn guy said",
        "this week's supplier visit went well",
        "the next",
        "conta no insta hackeada",
        "tuita na sexta",
        "Nothing to say: Instagram, short",
    ],
)
def test_content_that_stands_already_is_a_note(text: str) -> None:
    assert understand(text).intent is Intent.NOTE


def test_single_words_are_read_as_parameters() -> None:
    found = understand("Insta. Bolo de pote. Descontraído. Curto.").parameters

    assert (found.platform, found.tone, found.length) == (
        Platform.INSTAGRAM,
        Tone.CASUAL,
        Length.SHORT,
    )


def test_style_behind_the_text_of_an_order_is_no_part_of_it() -> None:
    found = understand("Write a post from this: the hours that nobody bills, LinkedIn, formal")

    assert found.subject == "the hours that nobody bills"
    assert (found.parameters.platform, found.parameters.tone) == (
        Platform.LINKEDIN,
        Tone.PROFESSIONAL,
    )


def test_a_length_that_is_denied_is_not_asked_for() -> None:
    assert find_parameters("not long, LinkedIn", Language.ENGLISH).length is None
