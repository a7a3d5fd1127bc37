"""Messages that WhatsApp approved, for people who have not written for a day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handlers.domain.orders.values import Language

_WRITTEN: Final = re.compile(
    r"([a-z0-9_]{1,512}):([a-z]{2,3}(?:_[A-Z]{2})?)(?::(UTILITY|MARKETING))?", re.ASCII
)
_CATEGORY: Final = "UTILITY"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTemplate:
    """One that was approved; its one parameter is the order's id."""

    name: str
    language: str
    """As WhatsApp calls it: en_US, pt_BR."""
    category: str = _CATEGORY

    def speaks(self, language: Language) -> bool:
        """Return whether it is in a person's language, whatever the country."""
        return self.language.partition("_")[0] == language.value


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTemplates:
    """Those of each notice; where there are none, nothing is sent to who has not written."""

    ready: tuple[NoticeTemplate, ...] = ()
    failed: tuple[NoticeTemplate, ...] = ()


def read_template(written: str) -> NoticeTemplate:
    """Read name:language or name:language:category.

    Raises:
        ValueError: it is neither.
    """
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise ValueError(written)
    name, language, category = found.groups()
    return NoticeTemplate(name=name, language=language, category=category or _CATEGORY)


def in_language(templates: Sequence[NoticeTemplate], language: Language) -> NoticeTemplate | None:
    """Return the one in a person's language, else the first: better than none."""
    spoken = (template for template in templates if template.speaks(language))
    return next(spoken, templates[0] if templates else None)
