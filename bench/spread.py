"""Figures of several rounds, told as their median and what lay around it."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Least, middle and greatest of several rounds."""

    least: float
    median: float
    greatest: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Take the rounds' figures."""
        kept = list(values)
        return cls(least=min(kept), median=statistics.median(kept), greatest=max(kept))

    def text(self, *, digits: int = 2, unit: str = "", scale: float = 1) -> str:
        """Return median and range, as the tables show them."""
        median, least, greatest = (
            f"{value * scale:,.{digits}f}" for value in (self.median, self.least, self.greatest)
        )
        return f"{median}{unit} ({least} to {greatest})"


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that `percent` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]
