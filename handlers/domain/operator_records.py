"""What an operator selects and sees of the records: dead letters, without what is in them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from handlers.domain.envelope import VERSION, Source, decode_attributes
from handlers.domain.errors import InvalidPayloadError

OPEN: Final = "open"
CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSelection:
    """Which dead letters are meant; None selects nothing away."""

    state: str | None = OPEN
    key: str | None = None
    reason: str | None = None
    account_id: str | None = None
    message_id: str | None = None
    older_than_seconds: float | None = None
    newer_than_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSummary:
    """One dead letter."""

    key: str
    reason: str
    state: str
    account_id: str | None
    message_id: str | None
    source: str | None
    byte_count: int
    delivery_attempt: int | None
    replays: int
    times_seen: int
    first_seen_at: datetime
    last_seen_at: datetime
    next_replay_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterCount:
    """How many selected letters have one reason and state."""

    reason: str
    state: str
    letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterList:
    """The selected letters that came last, and the counts of all selected ones."""

    counts: tuple[LetterCount, ...]
    letters: tuple[LetterSummary, ...]

    @property
    def total(self) -> int:
        """How many are selected, shown or not."""
        return sum(count.letters for count in self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLetter:
    """A dead letter with what is in it."""

    summary: LetterSummary
    payload: bytes = field(repr=False)
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPosition:
    """The last letter that a replay by hand has taken."""

    first_seen_at: datetime
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDelivery:
    """A dead letter taken for a replay by hand."""

    position: ReplayPosition
    payload: bytes = field(repr=False)
    attributes: dict[str, str]


def replay_attributes(kept: dict[str, str]) -> dict[str, str]:
    """Return the attributes with which a dead letter goes through the queue again."""
    try:
        decode_attributes(kept)
    except InvalidPayloadError:
        # As they are the worker could not even read the envelope around the delivery.
        return {"v": VERSION, "source": Source.REPLAY.value}
    return {**kept, "source": Source.REPLAY.value}
