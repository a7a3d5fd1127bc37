"""Templates for people who have not written for a day: how they are written, and whose is whose."""

import pytest

from handlers.domain.notice_templates import NoticeTemplate, in_language, read_template
from handlers.domain.orders.values import Language

ENGLISH = NoticeTemplate(name="content_ready", language="en_US")
BRAZILIAN = NoticeTemplate(name="conteudo_pronto", language="pt_BR")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("content_ready:en", NoticeTemplate(name="content_ready", language="en")),
        ("content_ready:en_US", ENGLISH),
        ("content_ready:en_US:UTILITY", ENGLISH),
        (
            "promo_1:es:MARKETING",
            NoticeTemplate(name="promo_1", language="es", category="MARKETING"),
        ),
    ],
)
def test_a_template_is_a_name_a_language_and_perhaps_a_category(
    written: str, expected: NoticeTemplate
) -> None:
    assert read_template(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        *("", "content_ready", "content_ready:", ":en", "Content Ready:en", "content_ready:en-US"),
        *("content_ready:EN", "content_ready:en_US:utility", "content_ready:en_US:UTILITY:more"),
        *("content_ready:en:AUTHENTICATION", "content_ready:en\n", "cont\u00e9udo:pt"),
    ],
)
def test_anything_else_is_none(written: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        read_template(written)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (Language.ENGLISH, ENGLISH),
        (Language.PORTUGUESE, BRAZILIAN),
        # Better in another language than not at all.
        (Language.SPANISH, ENGLISH),
    ],
)
def test_people_get_the_one_in_their_language_and_else_the_first(
    language: Language, expected: NoticeTemplate
) -> None:
    assert in_language((ENGLISH, BRAZILIAN), language) == expected


def test_where_there_are_none_nobody_gets_one() -> None:
    assert in_language((), Language.ENGLISH) is None
