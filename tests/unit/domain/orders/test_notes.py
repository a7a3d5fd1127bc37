"""Messages that speak of content, or of anything else, and order nothing."""

import pytest

from handlers.domain.orders.understanding import understand
from handlers.domain.orders.values import Confidence, Decider, Intent, OrderParameters


def is_note(text: str) -> bool:
    return understand(text).intent is Intent.NOTE


def test_a_note_has_no_parameters_subject_or_language() -> None:
    found = understand("Yesterday's short LinkedIn post about hiring did well, very professional")

    assert found.intent is Intent.NOTE
    assert found.decided_by is Decider.RULES
    assert found.parameters == OrderParameters()
    assert found.subject is None
    assert found.language is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "hey",
        "bom dia, tudo bem?",
        "buenas",
        "thanks!!",
        "obrigado pelo post sobre contratação, amei",
        "Thanks for the LinkedIn post about hiring, loved it",
        "🔥🔥🔥",
        "👏🏽",
        "https://x.com/someone/status/1?post=write",
        "olha isso https://www.netflix.com/title/1",
        "write@example.com",
        "@ana escreve um post sobre isso",
        "ok",
    ],
    ids=repr,
)
def test_greetings_thanks_links_and_emoji_are_notes(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "don't write a post about the merger yet",
        "please do not create anything for Twitter about the lawsuit",
        "no need to draft the thread, we cancelled",
        "I don't want a post about this",
        "não precisa escrever nada sobre o evento",
        "nem precisa fazer o post, já resolvi",
        "não quero post sobre isso não",
        "quero post sobre isso não",
        "no escribas nada del despido todavía",
        "no hace falta que hagas el post",
        "por favor no conviertas esto en un post",
    ],
)
def test_what_is_negated_is_not_ordered(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ana said: write a post about the launch",
        'Client email: "please write a short article about our merger". I disagree',
        "my mentor always says write a post before breakfast",
        "the board told me, write an article about it",
        "a Ana falou assim: escreve um post sobre o lançamento",
        "meu chefe mandou escrever um texto sobre compliance",
        "“faz um post por dia” disse o coach",
        "mi jefe dijo: haz un post sobre los resultados",
        'la clienta me escribió "hazme un post bonito" y no ha pagado',
        "Carla me pidió que escribiera un artículo",
    ],
)
def test_what_others_said_is_not_ordered(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "João vai escrever o post do blog",
        "Marcus is going to draft the instagram captions",
        "can Sarah write the blog post?",
        "told Ben to write a thread about the hackathon",
        "the client wants a friendly instagram post about their bakery",
        "they need a post about it",
        "Ana disse que preciso de um post",
        "a equipe de marketing cria os posts do instagram toda segunda",
        "o João pode fazer um post sobre isso",
        "pede pra Lu fazer um post sobre o evento",
        "Jorge redacta los artículos del blog",
        "dile a Raúl que haga un post del evento",
    ],
)
def test_what_others_do_or_want_is_not_ordered(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "remember to post on Instagram tomorrow",
        "reminder: write post about the gala on monday",
        "I need to write that article before friday",
        "I'll write the post about hiring myself",
        "need to book flights, send invoice, write blog post, call mum",
        "write newsletter",
        "need to pay the rent, write blog post about bees",
        "to do\n- call the bank\n- write a newsletter\n- book dentist",
        "hoje:\n1. pagar contador\n2. escreve a legenda\n3. ligar pro Beto",
        "lembrar de escrever o artigo",
        "tenho que fazer um post sobre a vaga nova",
        "preciso escrever um texto sobre isso",
        "mañana: grabar video, escribir caption, responder comentarios",
        "escribir un post sobre el aniversario",
        "I want to write a post about this one day",
        "quero escrever um post sobre isso amanhã",
        "write a post about the trip later",
    ],
)
def test_reminders_and_plans_are_notes(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "wrote a thread on X last night",
        "fiz um post no insta e esqueci de marcar a loja",
        "ayer escribí un post larguísimo",
        "escribí un post sobre eso ayer",
        "Preparé un post para insta sobre la feria",
        "creé un post sobre contratación y nadie lo leyó",
    ],
)
def test_the_past_is_a_note(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "idea for a post: the three mistakes I made",
        "idea: write a thread about pricing",
        "post idea - what nobody tells you about raising prices",
        "ideia de post: bastidores da cozinha",
        "idea para un hilo: el proveedor fantasma",
        "maybe write something about remote onboarding",
        "talvez escreve um post sobre isso",
        "blog ideas: pricing, hiring, burnout",
    ],
)
def test_ideas_are_notes(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "how do you write a good hook for a linkedin post?",
        "how would you write a post about this?",
        "como é que faz um post bom no linkedin?",
        "cómo se escribe un buen post de instagram?",
        "do you write blog posts as well?",
        "can you write articles?",
        "vc também escreve artigos?",
        "también haces artículos largos?",
        "could you send me the link to that article?",
        "me manda o artigo que você falou",
        "short post about our menu?",
    ],
)
def test_questions_are_notes(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "the linkedin post about pricing did really well",
        "great article about pricing, thanks for sharing",
        "o post de ontem no LinkedIn bombou",
        "el texto del cartel quedó muy formal",
        "content is king they say",
        "write a post every day, that is the whole secret",
        "make a note that the linkedin post goes live on friday",
        "make a folder for the blog posts",
        "create a content calendar",
        "write down: the post is on the 15th",
        "get a copy of the contract",
        "give me something",
        "make something",
        "put a post",
        "short linkedin post about hiring got 40 likes",
        "a post about bees",
        "bees and write a post about them",
        "post" + " please" * 20,
        "want the post",
        "i need something",
    ],
)
def test_talk_about_content_is_a_note(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "write a post about the fire drill... actually never mind, forget it",
        "escreve um post sobre a greve... ah não, deixa pra lá",
        "escríbeme un post sobre la huelga... no, mejor olvídalo",
    ],
)
def test_an_order_taken_back_at_once_is_a_note(text: str) -> None:
    assert is_note(text)


def test_only_what_names_content_and_its_making_leaves_doubt() -> None:
    assert understand("budget approved, kickoff on the 14th").confidence is Confidence.CERTAIN
    assert understand("the post did well").confidence is Confidence.CERTAIN
    assert understand("he makes good posts").confidence is Confidence.CERTAIN
    assert understand("should we do a post?").confidence is Confidence.DOUBTFUL
    assert understand("Ana said: write a post").confidence is Confidence.DOUBTFUL
