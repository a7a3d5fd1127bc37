"""What is understood of a message: note or order, and what the order says."""

from dataclasses import dataclass, field
from enum import StrEnum


class Intent(StrEnum):
    """What a message is to its sender."""

    NOTE = "NOTE"
    ORDER = "ORDER"


class Platform(StrEnum):
    """Where the content is to appear."""

    LINKEDIN = "linkedin"
    INSTAGRAM = "instagram"
    TWITTER = "twitter"
    BLOG = "blog"


class Length(StrEnum):
    """How long the content is to be; a stated number of words is kept beside it."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class Tone(StrEnum):
    """How the content is to sound."""

    PROFESSIONAL = "professional"
    CASUAL = "casual"
    FRIENDLY = "friendly"
    AUTHORITATIVE = "authoritative"


class Topic(StrEnum):
    """Which kind of topic is asked for, beside a free subject."""

    TRENDS = "trends"
    NEWS = "news"
    TIPS = "tips"
    PRODUCT = "product"


class Language(StrEnum):
    """The languages that are understood."""

    ENGLISH = "en"
    PORTUGUESE = "pt"
    SPANISH = "es"


class Decider(StrEnum):
    """Who decided."""

    RULES = "rules"
    MODEL = "model"


class Confidence(StrEnum):
    """Whether another look could come to another end."""

    CERTAIN = "certain"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderParameters:
    """What an order says of the content; None where it does not say."""

    platform: Platform | None = None
    length: Length | None = None
    tone: Tone | None = None
    topic: Topic | None = None
    word_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What a message was taken for; a note has no parameters, subject or language."""

    intent: Intent
    decided_by: Decider = Decider.RULES
    confidence: Confidence
    parameters: OrderParameters = OrderParameters()
    subject: str | None = field(default=None, repr=False)
    """In the person's own words."""
    language: Language | None = None
    """The language that the content is wanted in."""
