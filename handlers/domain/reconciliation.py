"""What is compared between Chatwoot and the ledger, and how far a conversation is settled."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from handlers.domain.envelope import Source
from handlers.domain.json_values import JsonObject
from handlers.domain.messages import ConversationId

# Until then its webhook may still be under way, and an id below it not committed yet.
YOUNG: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRef:
    """A conversation with what its messages do not say themselves; unknown parts are None."""

    conversation_id: ConversationId
    channel: str | None
    inbox_id: str | None
    contact_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedConversation:
    """A conversation as Chatwoot's lists show it."""

    ref: ConversationRef
    created_at: datetime | None
    updated_at: datetime
    last_activity_at: datetime
    newest_message_id: int | None
    """Of any kind; None where the list shows none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownConversation:
    """How far a conversation has been compared."""

    ref: ConversationRef
    since: datetime | None
    """From when on its messages count; None for the account's start."""
    settled_id: int | None
    """None until it has been read to where its messages begin to count."""
    reread_from: int | None
    """After which id it is to be looked through for deletions; None where there is nothing to."""
    is_reread_due: bool

    def has_news(self, listed: ListedConversation) -> bool:
        """Say whether a visit could find anything."""
        if self.settled_id is None or self.reread_from is not None:
            return True
        return listed.newest_message_id is None or listed.newest_message_id > self.settled_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTurn:
    """One run's turn with an account."""

    account_id: str
    token: str
    started_at: datetime
    """What is older was there before us."""
    mark: datetime
    """Every conversation updated before was visited since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """Messages of one conversation as REST shows them, oldest first."""

    messages: tuple[JsonObject, ...] = field(repr=False)
    contact: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMessage:
    """A message's id at Chatwoot and what the comparison must know of it."""

    message_id: int
    created_at: datetime
    ignore_reason: str | None
    is_deleted: bool
    source: Source


class Verdict(StrEnum):
    """What the ledger says of an id."""

    HISTORY = "history"
    """Older than what counts; never touched."""
    ENDED = "ended"
    IN_WORK = "in_work"
    """Claimed, or fed within the hour."""
    YOUNG = "young"
    """Not here yet, and it may still come by itself."""
    FEED = "feed"
    """Missing."""
    DELETE = "delete"
    """Stored here, and deleted at Chatwoot since."""
    IGNORED = "ignored"
    """Does not concern us, as has been recorded now."""


_END_STATES: Final = frozenset({Verdict.HISTORY, Verdict.ENDED, Verdict.IGNORED, Verdict.DELETE})


class Settling:
    """Moves a settled id along ids in ascending order, up to the first that is not settled."""

    def __init__(self, settled_id: int) -> None:
        self.settled_id = settled_id
        self.is_blocked = False

    def take(self, compared: Iterable[tuple[SeenMessage, Verdict]], *, now: datetime) -> "Settling":
        """Go on with another page; what lies at or below the settled id changes nothing."""
        for message, verdict in sorted(compared, key=lambda pair: pair[0].message_id):
            if self.is_blocked or message.message_id <= self.settled_id:
                continue
            if verdict in _END_STATES and message.created_at <= now - YOUNG:
                self.settled_id = message.message_id
            else:
                self.is_blocked = True
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a visit of a conversation found out about it."""

    ref: ConversationRef
    from_settled_id: int | None
    """Where it began; the settled id moves only from there."""
    settled_id: int | None
    is_unsettled: bool
    last_message_at: datetime | None
    visited_at: datetime
    is_reread: bool
    """Whether everything that can have been deleted was looked through."""
