"""The labelled messages keep to their guide, so that what is measured with them means something."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

FOLDER: Final = Path(__file__).resolve().parents[2] / "bench" / "intents"
ALLOWED: Final[dict[str, set[str | None]]] = {
    "intent": {"NOTE", "ORDER"},
    "lang": {"en", "pt", "es"},
    "language": {None, "en", "pt", "es"},
    "platform": {None, "linkedin", "instagram", "twitter", "blog"},
    "length": {None, "short", "medium", "long"},
    "tone": {None, "professional", "casual", "friendly", "authoritative"},
    "topic": {None, "trends", "news", "tips", "product"},
}


def read(name: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("name", ["tuning", "heldout"])
def test_every_label_is_one_of_the_guide(name: str) -> None:
    for message in read(name):
        assert message["text"].strip()
        for field, allowed in ALLOWED.items():
            assert message[field] in allowed, message["text"]


@pytest.mark.parametrize("name", ["tuning", "heldout"])
def test_a_note_has_no_parameters(name: str) -> None:
    for message in read(name):
        if message["intent"] == "NOTE":
            named = ("platform", "length", "tone", "topic", "subject", "language")
            assert {message[field] for field in named} == {None}, message["text"]


def test_no_message_is_in_both_halves() -> None:
    tuning = {message["text"] for message in read("tuning")}

    assert not tuning & {message["text"] for message in read("heldout")}


def test_the_held_out_half_has_as_many_of_each_language_and_intent() -> None:
    counts = Counter((message["lang"], message["intent"]) for message in read("heldout"))

    assert set(counts.values()) == {40}
