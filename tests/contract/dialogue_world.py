"""Ledger, outbox and orders of one database, as the dialogue needs them."""

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from handlers.domain.dialogue.values import Decision, DialogueFacts, Preferences
from handlers.domain.filing import Claimed, Stale
from handlers.domain.message_state import join
from handlers.domain.messages import Message, MessageId
from handlers.domain.outgoing import OutgoingId
from handlers.ports.orders import Orders
from tests.contract.ledger_requests import claim_request, claimed, finish_request
from tests.contract.ledger_world import LedgerWorld
from tests.contract.outbox_world import (
    OutboxWorld,
)
from tests.factories import MessageFields, make_message

USER: Final = UUID("a3bb189e-8bf9-3888-9912-ace4e6543002")


Row = dict[str, Any]


Result = tuple[OutgoingId, ...] | Stale


class DialogueWorld(Protocol):
    """Rows are of installation `main`, account 7 and conversation 118."""

    @property
    def outboxes(self) -> OutboxWorld: ...

    @property
    def ledgers(self) -> LedgerWorld: ...

    @property
    def orders(self) -> Orders: ...

    def now(self) -> datetime: ...

    def conversation(self) -> Row: ...

    def order(self, message_id: str = "50001") -> Row | None: ...

    def content_orders(self) -> list[Row]: ...

    def agent_jobs(self) -> list[Row]: ...

    def begin_jobs(self) -> None: ...

    def prefer(self, preferences: Preferences) -> None: ...

    def want_notices(self) -> None: ...

    def refusing(self, sqlstate: str) -> AbstractContextManager[None]: ...

    def drafts(self) -> AbstractContextManager[None]: ...

    def add_draft(self, order_id: str) -> None: ...

    def let_window_pass(self, seconds: float) -> None: ...


def said(box: DialogueWorld, number: int = 50001, **changes: Any) -> Message:  # noqa: ANN401
    """Return a message of just now; without a provider's id that could be another's."""
    fields: MessageFields = {
        "message_id": MessageId(str(number)),
        "created_at": box.now().replace(microsecond=0),
        "source_id": f"wamid.{number}",
    }
    return dataclasses.replace(make_message(**fields), **changes)


def claim_of(box: DialogueWorld, message: Message, *, source: str = "webhook") -> Claimed:
    return claimed(box.ledgers.ledger, claim_request(message, source=source))


def finish(box: DialogueWorld, claim: Claimed, message: Message, decision: Decision) -> Result:
    request = finish_request(message, join(claim.state, message))
    request = dataclasses.replace(request, decision=decision)
    return box.ledgers.ledger.finish(claim.lease, request)


def decide(
    box: DialogueWorld, message: Message, how: Callable[[DialogueFacts], Decision]
) -> tuple[OutgoingId, ...]:
    """Claim a message and finish it with what is decided of the claim's facts."""
    claim = claim_of(box, message)
    result = finish(box, claim, message, how(claim.dialogue))
    assert not isinstance(result, Stale), result
    return result
