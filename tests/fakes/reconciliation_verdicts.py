"""What reconcile's fake says of an id, in the order of the SQL."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from handlers.domain.reconciliation import SeenMessage, Verdict
from tests.fakes.ledger_rows import MessageRow

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_END_STATES: Final = {"stored", "ignored", "dead", "erased", "legacy"}


@dataclass(slots=True, kw_only=True)
class Sighting:
    seen_at: datetime | None = None
    fed_at: datetime | None = None
    fed_by: str | None = None


def was_closed(row: MessageRow) -> bool:
    return row.state == "ignored" and row.last_error == "conversation_gone"


def verdict(  # noqa: PLR0911, PLR0913 - one for each verdict, in the order of the SQL
    message: SeenMessage,
    row: MessageRow | None,
    sighting: Sighting,
    *,
    since: datetime,
    now: datetime,
    token: str,
) -> Verdict:
    fed_at, is_ours = sighting.fed_at, sighting.fed_by == token
    is_just_fed = fed_at is not None and fed_at > now - timedelta(hours=1)
    if message.created_at < since:
        return Verdict.HISTORY
    if row is None:
        return Verdict.ENDED
    if row.state == "stored" and message.is_deleted and not row.is_deleted:
        return Verdict.DELETE if is_ours or not is_just_fed else Verdict.ENDED
    if row.state in _END_STATES and not was_closed(row):
        return Verdict.ENDED
    if row.state == "processing":
        last = max(t for t in (LONG_AGO, row.lease_until, row.published_at, fed_at) if t)
        is_stuck = last <= now - timedelta(hours=24)
        return Verdict.FEED if is_ours or is_stuck else Verdict.IN_WORK
    if message.ignore_reason is not None:
        return Verdict.IGNORED
    if is_ours or (fed_at is not None and not is_just_fed):
        return Verdict.FEED
    if is_just_fed:
        return Verdict.IN_WORK
    is_young = message.created_at > now - timedelta(minutes=10)
    return Verdict.YOUNG if is_young else Verdict.FEED
