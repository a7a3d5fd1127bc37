"""The rows of conversations and orders that the in-memory ledger keeps."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from handlers.domain.dialogue.values import (
    OpenQuestion,
    OrderContent,
    OrderState,
    Preferences,
    WaitReason,
)
from handlers.domain.json_values import JsonObject
from handlers.domain.messages import MessageId
from handlers.domain.outgoing import Outgoing


@dataclass(slots=True, kw_only=True)
class ConversationRow:
    question: OpenQuestion | None = None
    version: int = 0
    moved_by: MessageId | None = None
    last_incoming_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class OrderRow:
    conversation_id: str
    contact_id: str | None
    source_id: str | None
    shows_options: bool
    created_at: datetime | None
    decided_at: datetime
    state: OrderState = OrderState.ASKING
    wait_reason: WaitReason | None = None
    reason: str | None = None
    content: OrderContent | None = None
    words: str | None = None
    user_id: str | None = None
    failure_notice: Outgoing | None = None
    order_id: str | None = None
    job_id: str | None = None
    note_id: UUID | None = None
    ready_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class AppRow:
    """Of content_order or agent_job."""

    row_id: str
    user_id: str
    parameters: JsonObject
    user_message: str | None = None
    status: str = "pending"


@dataclass(slots=True, kw_only=True)
class DraftRow:
    """Of saved_drafts."""

    order_id: str
    is_told_of: bool = False


@dataclass(slots=True, kw_only=True)
class DialogueTables:
    """Keys are installation and account with a conversation's or a message's id, or a user's id."""

    conversations: dict[tuple[str, str, str], ConversationRow] = field(default_factory=dict)
    orders: dict[tuple[str, str, str], OrderRow] = field(default_factory=dict)
    content_orders: list[AppRow] = field(default_factory=list)
    agent_jobs: list[AppRow] = field(default_factory=list)
    preferences: dict[str, Preferences] = field(default_factory=dict)
    wants_notices: dict[str, bool] = field(default_factory=dict)
    drafts: dict[str, DraftRow] | None = None
    """None: the app has no such table."""
    refusal: str | None = None
    """The SQLSTATE with which the app's tables refuse every order, if they do."""


def cancel_job(tables: DialogueTables, order: OrderRow) -> bool:
    """Take back an order's job; False where somebody has begun it."""
    for job in tables.agent_jobs:
        if (job.row_id, job.status) == (order.job_id, "pending"):
            job.status, job.user_message = "cancelled", None
            return True
    return False
