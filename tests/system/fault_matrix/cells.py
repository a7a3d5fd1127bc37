"""The cells of the matrix: which neighbour fails how, and how that is ordered."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tests.system.fault_matrix.faulty_proxy import ProxyFault
from tests.system.fault_matrix.postgres_faults import refusal


class Neighbour(StrEnum):
    """Who fails, in the order in which they are made to.

    The broker comes last: its clients take seconds to come back, and what is spooled meanwhile
    would not meet the next fault.
    """

    GCS = "gcs"
    CHATWOOT = "chatwoot"
    SPEECH = "speech"
    POSTGRES = "postgres"
    PUBSUB = "pubsub"


class FaultKind(StrEnum):
    """How they fail."""

    REFUSED = "refused"
    SLOW = "slow"
    THROTTLED = "429"
    UNAVAILABLE = "503"
    ANSWER_LOST = "answer_lost"
    CUT = "cut_mid_body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One neighbour's fault: ordered at a proxy before it, or at the neighbour itself."""

    neighbour: Neighbour
    kind: FaultKind
    proxy: ProxyFault | None = None
    order: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        return f"{self.neighbour}-{self.kind}"

    @property
    def is_alone(self) -> bool:
        """Whether its messages come to rest before the next fault, so that they can be counted."""
        # The broker's outages end together: its clients come back when they will.
        return self.neighbour is not Neighbour.PUBSUB

    @property
    def most_transcriptions(self) -> int:
        """One, and one more for each answer that was lost before it was written down."""
        is_lost = self.kind in {FaultKind.ANSWER_LOST, FaultKind.CUT}
        if self.neighbour is Neighbour.SPEECH and is_lost:
            return 1 + _LOST
        if self.neighbour is Neighbour.POSTGRES and self.kind is not FaultKind.SLOW:
            # Chatwoot announces a recording twice, and each may find that it cannot be written.
            return 3
        return 1


_SLOW_SECONDS: Final = 2.5
# An answer that is lost for good is a neighbour that is down; that is another cell.
_LOST: Final = 2
_FOREVER: Final = 1_000_000
_MATCH: Final = {
    Neighbour.GCS: "POST /upload",
    Neighbour.SPEECH: "POST /v1/audio",
    Neighbour.CHATWOOT: "GET /rails",
}
_HTTP: Final[dict[FaultKind, dict[str, Any]]] = {
    FaultKind.REFUSED: {"reset_connection": True, "times": _FOREVER},
    FaultKind.SLOW: {"delay_seconds": _SLOW_SECONDS, "times": _FOREVER},
    FaultKind.THROTTLED: {"status": 429, "times": _FOREVER},
    FaultKind.UNAVAILABLE: {"status": 503, "times": _FOREVER},
    FaultKind.ANSWER_LOST: {"reset_connection": True, "after": True, "times": _LOST},
    FaultKind.CUT: {"cut_after_bytes": 10, "times": _LOST},
}
_PUBSUB: Final[dict[FaultKind, dict[str, Any]]] = {
    FaultKind.SLOW: {"delay_seconds": _SLOW_SECONDS, "times": -1},
    # What gRPC has for these two.
    FaultKind.THROTTLED: {"code": "RESOURCE_EXHAUSTED", "times": -1},
    FaultKind.UNAVAILABLE: {"code": "UNAVAILABLE", "times": -1},
    FaultKind.ANSWER_LOST: {"code": "UNAVAILABLE", "after": True, "times": -1},
}
_POSTGRES: Final = {
    FaultKind.REFUSED: ProxyFault(refuses=True),
    FaultKind.SLOW: ProxyFault(delay_seconds=0.5),
    # What Postgres has for these two.
    FaultKind.THROTTLED: ProxyFault(greeting=refusal("53300", "sorry, too many clients already")),
    FaultKind.UNAVAILABLE: ProxyFault(greeting=refusal("57P03", "the system is starting up")),
    FaultKind.ANSWER_LOST: ProxyFault(answer_bytes=0, times=_LOST),
    FaultKind.CUT: ProxyFault(answer_bytes=7, times=_LOST),
}


def _http(neighbour: Neighbour, kind: FaultKind) -> Cell:
    # Chatwoot's links lead to itself, past any proxy: there a reset stands for a refusal.
    if kind is FaultKind.REFUSED and neighbour is not Neighbour.CHATWOOT:
        return Cell(neighbour=neighbour, kind=kind, proxy=ProxyFault(refuses=True))
    order = {"match": _MATCH[neighbour], **_HTTP[kind]}
    return Cell(neighbour=neighbour, kind=kind, order=order)


def _pubsub(neighbour: Neighbour, kind: FaultKind) -> Cell:
    if kind is FaultKind.REFUSED:
        return Cell(neighbour=neighbour, kind=kind, proxy=ProxyFault(refuses=True))
    if kind is FaultKind.CUT:
        return Cell(neighbour=neighbour, kind=kind, proxy=ProxyFault(answer_bytes=3))
    return Cell(neighbour=neighbour, kind=kind, order={"method": "Publish", **_PUBSUB[kind]})


def _postgres(neighbour: Neighbour, kind: FaultKind) -> Cell:
    return Cell(neighbour=neighbour, kind=kind, proxy=_POSTGRES[kind])


_MAKERS: Final[dict[Neighbour, Callable[[Neighbour, FaultKind], Cell]]] = {
    Neighbour.PUBSUB: _pubsub,
    Neighbour.POSTGRES: _postgres,
}
CELLS: Final = tuple(
    _MAKERS.get(neighbour, _http)(neighbour, kind) for neighbour in Neighbour for kind in FaultKind
)
