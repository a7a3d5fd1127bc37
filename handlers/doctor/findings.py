"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a finding is to be taken."""

    OK = "ok"
    WARNING = "warning"
    """It works today."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the doctor's; it never quotes a secret."""

    about: str
    verdict: Verdict
    said: str
    mend: str | None = None
    """What to do about it; None where it is ok."""


def ok(about: str, said: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(about=about, verdict=Verdict.OK, said=said)


def warning(about: str, said: str, mend: str) -> Finding:
    """Return a finding that works today."""
    return Finding(about=about, verdict=Verdict.WARNING, said=said, mend=mend)


def wrong(about: str, said: str, mend: str) -> Finding:
    """Return a finding that has to be mended."""
    return Finding(about=about, verdict=Verdict.WRONG, said=said, mend=mend)
