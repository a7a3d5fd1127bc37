"""What the model may answer, and the reading of it: nothing passes that an order cannot say."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, TypeVar

from handlers.domain.errors import InvalidPayloadError, RetryableError, RetryReason
from handlers.domain.json_values import JsonObject, decode_object
from handlers.domain.orders.values import (
    Confidence,
    Decider,
    Intent,
    Language,
    Length,
    OrderParameters,
    Platform,
    Tone,
    Topic,
    Understanding,
)

E = TypeVar("E", bound=StrEnum)

SURE_ENOUGH: Final = 0.7
"""A model that is less sure of the intent has not decided it."""

_MOST_WORDS: Final = 20_000
_SHORT_WORDS: Final = 150
_MEDIUM_WORDS: Final = 500
_LONGEST_SUBJECT: Final = 60
_WORD: Final = re.compile(r"\w+(?:['\u2019-]\w+)*")


def _one_of(choices: type[StrEnum]) -> JsonObject:
    return {"type": ["string", "null"], "enum": [*(each.value for each in choices), None]}


_PROPERTIES: Final[JsonObject] = {
    "intent": {"type": "string", "enum": [each.value for each in Intent]},
    "confidence": {"type": "number"},
    "platform": _one_of(Platform),
    "length": _one_of(Length),
    "word_count": {"type": ["integer", "null"]},
    "tone": _one_of(Tone),
    "topic": _one_of(Topic),
    "subject": {"type": ["string", "null"]},
    "language": _one_of(Language),
}

# Strict mode wants every property required and no other allowed.
SCHEMA: Final[JsonObject] = {
    "type": "object",
    "properties": _PROPERTIES,
    "required": list(_PROPERTIES),
    "additionalProperties": False,
}


def read_answer(answer: str, text: str) -> Understanding:
    """Return what the model takes `text` for.

    Raises:
        RetryableError: the answer is not of the schema (INTENT_INVALID).
    """
    try:
        document = decode_object(answer.encode("utf-8", "replace"))
    except InvalidPayloadError as error:
        raise _invalid() from error
    if document.keys() != _PROPERTIES.keys():
        raise _invalid()
    intent = _choice(Intent, document["intent"])
    if intent is None:
        raise _invalid()
    confidence = _confidence(document["confidence"])
    # Of a note too everything must be of the schema, but nothing of it is kept.
    parameters = _parameters(document)
    subject = _text(document["subject"])
    language = _choice(Language, document["language"])
    if intent is Intent.NOTE:
        return Understanding(intent=intent, decided_by=Decider.MODEL, confidence=confidence)
    return Understanding(
        intent=intent,
        decided_by=Decider.MODEL,
        confidence=confidence,
        parameters=parameters,
        subject=None if subject is None else own_words(subject, text),
        language=language,
    )


def own_words(subject: str, text: str) -> str | None:
    """Return a subject as the message itself has it, or None where it is not the person's own.

    The part of the message that the subject repeats; else its words, where they stand in the
    message in this order; up to 60 words.
    """
    wanted = [word.casefold() for word in _WORD.findall(_composed(subject))][:_LONGEST_SUBJECT]
    own = _composed(text)
    said = list(_WORD.finditer(own))
    folded = [match[0].casefold() for match in said]
    if not wanted:
        return None
    for start in range(len(folded) - len(wanted) + 1):
        if folded[start : start + len(wanted)] == wanted:
            return own[said[start].start() : said[start + len(wanted) - 1].end()]
    places = _places(wanted, folded)
    return None if places is None else " ".join(said[place][0] for place in places)


def _places(wanted: Sequence[str], folded: Sequence[str]) -> list[int] | None:
    places: list[int] = []
    after = 0
    for word in wanted:
        try:
            place = folded.index(word, after)
        except ValueError:
            return None
        places.append(place)
        after = place + 1
    return places


def _composed(text: str) -> str:
    # Phones differ in whether an accent is a character of its own.
    return unicodedata.normalize("NFC", text)


def _parameters(document: JsonObject) -> OrderParameters:
    length = _choice(Length, document["length"])
    count = document["word_count"]
    if count is not None and (not isinstance(count, int) or isinstance(count, bool)):
        raise _invalid()
    if count is not None and not 0 < count <= _MOST_WORDS:
        count = None
    return OrderParameters(
        platform=_choice(Platform, document["platform"]),
        length=length if count is None else _length(count),
        tone=_choice(Tone, document["tone"]),
        topic=_choice(Topic, document["topic"]),
        word_count=count,
    )


def _length(word_count: int) -> Length:
    if word_count <= _SHORT_WORDS:
        return Length.SHORT
    return Length.MEDIUM if word_count <= _MEDIUM_WORDS else Length.LONG


def _choice(choices: type[E], written: object) -> E | None:
    if written is None:
        return None
    for choice in choices:
        if choice.value == written:
            return choice
    raise _invalid()


def _text(written: object) -> str | None:
    if written is None or isinstance(written, str):
        return written
    raise _invalid()


def _confidence(written: object) -> Confidence:
    if not isinstance(written, int | float) or isinstance(written, bool) or not 0 <= written <= 1:
        raise _invalid()
    return Confidence.CERTAIN if written >= SURE_ENOUGH else Confidence.DOUBTFUL


def _invalid() -> RetryableError:
    return RetryableError(RetryReason.INTENT_INVALID)
