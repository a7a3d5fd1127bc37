"""What the local model answers: what it was told for a message, else what a few rules find."""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

_UNTIL_CLEARED = -1
_REQUEST = re.compile(
    r"\b(write|draft|create|make|need|want|escreve|escreva|faz|faça|preciso|quero|cria"
    r"|escribe|escribime|hazme|haz|necesito|quiero)\b",
    re.IGNORECASE,
)
_CONTENT = re.compile(
    r"\b(posts?|threads?|articles?|captions?|texts?|textos?|artigos?|artículos?|hilos?|legendas?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: a text, a refusal, one that was cut off, or a failure of the model."""

    text: str = ""
    refusal: str | None = None
    incomplete: str | None = None
    """The reason, e.g. max_output_tokens; the text is what there was until then."""
    failure: str | None = None
    """An error's code, e.g. server_error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    match: str
    answer: Answer
    times: int


class ScriptedAnswers:
    """The oldest that matches wins; without one it goes by a few words."""

    def __init__(self) -> None:
        self._told: list[_Told] = []
        self._lock = threading.Lock()

    def tell(self, wanted: Mapping[str, Any]) -> None:
        """Take an order; raise ValueError for fields there are not.

        `match` is a part of the message, `times` counts down (-1 lasts until cleared), `json` is
        an object to answer with, and the other fields are those of `Answer`.
        """
        fields = dict(wanted)
        match, times = fields.pop("match", ""), fields.pop("times", 1)
        if "json" in fields:
            fields["text"] = json.dumps(fields.pop("json"), ensure_ascii=False)
        try:
            told = _Told(match=match, times=times, answer=Answer(**fields))
        except TypeError as error:
            raise ValueError(str(error)) from error
        with self._lock:
            self._told.append(told)

    def clear(self) -> None:
        """Forget what was told."""
        with self._lock:
            self._told.clear()

    def take(self, message: str, schema: Mapping[str, Any]) -> Answer:
        """Return the answer to a message."""
        with self._lock:
            for place, told in enumerate(self._told):
                if told.match in message:
                    if told.times == 1:
                        del self._told[place]
                    elif told.times != _UNTIL_CLEARED:
                        self._told[place] = replace(told, times=told.times - 1)
                    return told.answer
        return Answer(text=json.dumps(_found(message, schema), ensure_ascii=False))


def _found(message: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object of the schema: of each choice the one whose word stands in the message."""
    words = set(re.findall(r"\w+", message.lower()))
    found: dict[str, Any] = {}
    for name, each in schema["properties"].items():
        choices = [choice for choice in each.get("enum", ()) if isinstance(choice, str)]
        found[name] = next((choice for choice in choices if choice in words), None)
    is_order = bool(_REQUEST.search(message) and _CONTENT.search(message))
    found["intent"] = "ORDER" if is_order else "NOTE"
    found["confidence"] = 0.9
    return found
