"""How well the rules tell orders from notes, on messages labelled by hand."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.report import Section, Table, Verdict
from handlers.domain.orders.understanding import understand
from handlers.domain.orders.values import Intent, Understanding
from handlers.domain.orders.words import fold, tokenize
from local.functions import REPOSITORY

_DIRECTORY = REPOSITORY / "bench" / "intents"
_JUDGED = "heldout"
_PARAMETERS = ("platform", "length", "tone", "topic")
_LEAST_ACCURACY = 0.95
_LEAST_PRECISION = 0.97
_LEAST_F1 = 0.93
_METHOD = (
    "Every message of `bench/intents/*.jsonl` goes through the rules alone, without a model and "
    "without a network. `tuning` is what the rules were made with and says only that they do what "
    "they were made for; the verdicts are on `heldout`, which was written by somebody who had "
    "not seen them. F1 is over single parameters: one that is named wrongly counts as a false and "
    "as a missed one, and a message that was taken for the wrong intent counts with all its "
    "parameters."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labelled:
    """A message and what a person says it is."""

    text: str
    lang: str
    intent: Intent
    values: dict[str, str | None]
    """Parameters, subject and language."""

    @classmethod
    def of(cls, line: str) -> Self:
        """Read a line of a labelled file."""
        row = json.loads(line)
        return cls(
            text=row["text"],
            lang=row["lang"],
            intent=Intent(row["intent"]),
            values={name: row[name] for name in (*_PARAMETERS, "subject", "language")},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """A label beside what the rules made of the message."""

    label: _Labelled
    found: Understanding

    def value(self, name: str) -> str | None:
        """Return a parameter as the labels write it."""
        found: str | None = getattr(self.found.parameters, name)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """Values that were found and right, found and wrong, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Return how many of the found values are right."""
        return _ratio(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Return how many of the labelled values were found."""
        return _ratio(self.right, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall; 1 where there was nothing to find."""
        whole = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / whole if whole else 1.0


def measure(*, is_quick: bool) -> Section:
    """Judge every labelled file; nothing is random, so a quick run is the same."""
    del is_quick
    files = {path.stem: _pairs(path) for path in sorted(_DIRECTORY.glob("*.jsonl"))}
    return Section(
        name="intent_rules",
        title="Orders and notes, by rules alone",
        method=_METHOD,
        verdicts=_verdicts(files.get(_JUDGED)),
        tables=[table for name, pairs in files.items() for table in _tables(name, pairs)],
    )


def _pairs(path: Path) -> list[_Pair]:
    lines = path.read_text(encoding="utf-8").splitlines()
    labels = [_Labelled.of(line) for line in lines if line.strip()]
    return [_Pair(label=label, found=understand(label.text)) for label in labels]


def _verdicts(pairs: Sequence[_Pair] | None) -> list[Verdict]:
    found = None if pairs is None else (_accuracy(pairs), _precision(pairs), _micro(pairs).f1)
    budgets = (
        ("intent told right", _LEAST_ACCURACY),
        ("precision of ORDER", _LEAST_PRECISION),
        ("F1 over platform, length, tone and topic", _LEAST_F1),
    )
    return [
        Verdict(
            what=what,
            measured="no held-out messages here" if found is None else f"{found[at]:.3f}",
            budget=f"≥ {least:g}",
            is_met=None if found is None else found[at] >= least,
        )
        for at, (what, least) in enumerate(budgets)
    ]


def _tables(name: str, pairs: Sequence[_Pair]) -> list[Table]:
    confusion = Counter((pair.label.intent, pair.found.intent) for pair in pairs)
    languages = sorted({pair.label.lang for pair in pairs})
    return [
        Table(
            title=f"{name}: {len(pairs)} messages, labelled (down) and found (across)",
            columns=("", *Intent),
            rows=[(label, *(str(confusion[label, found]) for found in Intent)) for label in Intent],
        ),
        Table(
            title=f"{name}: intent, and F1 over the four parameters, by language",
            columns=("", "messages", "intent right", "precision", "recall", "F1"),
            rows=[
                _language_row(lang, [pair for pair in pairs if pair.label.lang == lang])
                for lang in languages
            ]
            + [_language_row("all", pairs)],
        ),
        Table(
            title=f"{name}: each parameter",
            columns=("", "right", "wrong", "missed", "precision", "recall", "F1"),
            rows=[_counts_row(each, _counts(pairs, (each,))) for each in _PARAMETERS]
            + [_counts_row("all four", _micro(pairs))],
        ),
        _apart(name, pairs),
    ]


def _apart(name: str, pairs: Sequence[_Pair]) -> Table:
    """Return subject and language, over orders that were told as such."""
    orders = [p for p in pairs if p.label.intent is Intent.ORDER is p.found.intent]
    same = sum(_plain(p.found.subject) == _plain(p.label.values["subject"]) for p in orders)
    overlap = sum(_overlap(p.found.subject, p.label.values["subject"]) for p in orders)
    language = sum(p.found.language == p.label.values["language"] for p in orders)
    return Table(
        title=f"{name}: subject and language of the {len(orders)} orders that were found",
        columns=("", "share"),
        rows=[
            ("subject word for word the same", _share(same, len(orders))),
            ("words of the subject in common (F1, mean)", _share(overlap, len(orders))),
            ("language the same", _share(language, len(orders))),
        ],
    )


def _language_row(name: str, pairs: Sequence[_Pair]) -> tuple[str, ...]:
    figures = (_accuracy(pairs), _precision(pairs), _recall(pairs), _micro(pairs).f1)
    return (name, str(len(pairs)), *(f"{figure:.3f}" for figure in figures))


def _counts_row(name: str, counts: _Counts) -> tuple[str, ...]:
    numbers = (counts.right, counts.wrong, counts.missed)
    shares = (counts.precision, counts.recall, counts.f1)
    return (name, *(str(number) for number in numbers), *(f"{share:.3f}" for share in shares))


def _accuracy(pairs: Sequence[_Pair]) -> float:
    return _ratio(sum(p.label.intent is p.found.intent for p in pairs), len(pairs))


def _precision(pairs: Sequence[_Pair]) -> float:
    return _hits(pairs, [pair for pair in pairs if pair.found.intent is Intent.ORDER])


def _recall(pairs: Sequence[_Pair]) -> float:
    return _hits(pairs, [pair for pair in pairs if pair.label.intent is Intent.ORDER])


def _hits(pairs: Sequence[_Pair], whole: Sequence[_Pair]) -> float:
    right = sum(p.label.intent is Intent.ORDER is p.found.intent for p in pairs)
    return _ratio(right, len(whole))


def _micro(pairs: Sequence[_Pair]) -> _Counts:
    return _counts(pairs, _PARAMETERS)


def _counts(pairs: Sequence[_Pair], names: Iterable[str]) -> _Counts:
    values = [(pair.label.values[name], pair.value(name)) for name in names for pair in pairs]
    return _Counts(
        right=sum(label is not None and label == found for label, found in values),
        wrong=sum(found is not None and label != found for label, found in values),
        missed=sum(label is not None and label != found for label, found in values),
    )


def _overlap(found: str | None, label: str | None) -> float:
    ours, theirs = Counter(_plain(found)), Counter(_plain(label))
    if not ours and not theirs:
        return 1.0
    return 2 * (ours & theirs).total() / (ours.total() + theirs.total())


def _plain(text: str | None) -> tuple[str, ...]:
    return tuple(token.norm for token in tokenize(fold(text or "")) if token.norm.isalnum())


def _share(part: float, whole: int) -> str:
    return f"{_ratio(part, whole):.3f}"


def _ratio(part: float, whole: int) -> float:
    return part / whole if whole else 1.0
