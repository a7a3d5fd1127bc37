"""What content is to be about, in the person's own words, and in which language."""

import pytest

from handlers.domain.orders.understanding import understand


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("write a post about Bees & Honey for LinkedIn", "Bees & Honey"),
        ("Write a post about our move, keep it short", "our move"),
        ("write a post about pricing, churn and hiring", "pricing, churn and hiring"),
        ("write a post for LinkedIn", None),
        ("write a post on LinkedIn about bees please", "bees"),
        ("write a post about LinkedIn", "LinkedIn"),
        ("write a post on LinkedIn", None),
        ("write a caption for our new coffee", "our new coffee"),
        ("write a post with 5 tips on bees for X", "bees"),
        ("write a post with tips on LinkedIn", None),
        ("write a post about bees (casual tone)", "bees"),
        ("write a post about bees 🐝", "bees"),
        ('write a post about "quiet quitting", short', '"quiet quitting"'),
        ("write a post about why 3.5 is enough. Thanks", "why 3.5 is enough"),
        ("write a post about bees: short", "bees"),
        ("write a post about our meetup and write it in Portuguese", "our meetup"),
        ("write a post about the raffle by tomorrow", "the raffle"),
        ("write a post about bees in 200 words", "bees"),
        ("write a post about the fair, I loved it", "the fair"),
        ("about bees, write a post", "bees"),
        ("insta post, friday vibes at the studio, short", "friday vibes at the studio"),
        ("turn this into a post: we lost a client", "we lost a client"),
        ("turn this into a post: “we lost a client”", "we lost a client"),
        ("turn this note about bees into a post", "bees"),
        ("make a post\nwe lost a client", "we lost a client"),
        ("write a post about this:\nwe lost a client", "we lost a client"),
        ("Hi! We lost a client today. Write a post about this", "We lost a client today"),
        ("Hi! Write a post about this", None),
        ("write a post:", None),
        ("write a post about", None),
        ("write a post: ?", None),
        ("escreve um texto sobre o que aprendi vendendo bolo", "o que aprendi vendendo bolo"),
        ("faz um post amigável para agradecer os clientes", "agradecer os clientes"),
        ("haz un post acerca de la feria, tono casual", "la feria"),
        ("write a post, ok", None),
        ("write a post about bees, ok", "bees"),
        ("write a post about bees - yes", "bees"),
        ("write a post about 100%", "100%"),
        ("write a post about the", None),
        ("write a post of the", None),
        ("write a post about: bees", "bees"),
    ],
)
def test_subject(text: str, subject: str | None) -> None:
    assert understand(text).subject == subject


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("write a post about bees", "en"),
        ("escreve um post sobre abelhas", "pt"),
        ("escribe un post sobre las abejas", "es"),
        ("monta uma thread no X sobre os erros que cometi", "pt"),
        ("write a post about bees in Portuguese", "pt"),
        ("escreve em inglês um texto sobre abelhas", "en"),
        ("haz un post en portugués sobre las abejas", "pt"),
        ("write a Spanish post about bees", "es"),
        ("write a post about English bees", "en"),
        ("write a post about bees, my English is bad", "en"),
        ("write a thread", "en"),
        ("write a post about bees. My Spanish is bad", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert understand(text).language == language
