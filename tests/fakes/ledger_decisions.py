"""What the in-memory ledger does with decisions: the same rules as the SQL functions."""

import re
from dataclasses import replace
from uuid import UUID, uuid4

from handlers.domain.dialogue.values import (
    Decision,
    DialogueFacts,
    OrderChange,
    OrderContent,
    OrderState,
    Preferences,
    Role,
)
from handlers.domain.filing import FinishRequest, Stale
from handlers.domain.json_values import JsonObject
from handlers.domain.messages import MessageId
from handlers.domain.outgoing import Outgoing, OutgoingId, OutgoingKind
from tests.fakes.dialogue_rows import AppRow, ConversationRow, OrderRow, cancel_job
from tests.fakes.ledger_rows import MessageKey, MessageRow
from tests.fakes.ledger_tables import LedgerTables
from tests.fakes.storable_text import stored

_ONE_MESSAGE = re.compile(r"wamid\.|SM|MM")
_NUMBER = re.compile(r"[0-9]{1,18}")
_OPEN = {OrderState.ASKING, OrderState.WAITING}
_NEEDS_USER = {OrderState.ASKING, OrderState.PLACED}


class LedgerDecisions:
    """Reads and moves the dialogues of one in-memory ledger."""

    def __init__(self, tables: LedgerTables) -> None:
        self._tables = tables
        self._rows = tables.dialogue

    def conversation(self, key: MessageKey) -> ConversationRow:
        """Return the row of a message's conversation, made where it is not there."""
        found = self._tables.messages[key].conversation_id or ""
        return self._rows.conversations.setdefault((*key[:2], found), ConversationRow())

    def facts(
        self, key: MessageKey, row: MessageRow, source_id: str | None, *, is_stored: bool
    ) -> DialogueFacts:
        """Return what a message's decision depends on."""
        role = None if row.decision is None else Role(row.decision)
        if role is None and (
            row.source == "backfill" or (is_stored and row.content_hash is not None)
        ):
            role = Role.NOTE
        user_id = self._tables.user_of(key, row)
        return replace(
            self.conversation_facts(key, str(user_id) if user_id else None),
            role=role,
            order_message_id=self._original(key, source_id),
        )

    def conversation_facts(self, key: MessageKey, user_id: str | None) -> DialogueFacts:
        """Return where the dialogue stands around a message."""
        conversation = self.conversation(key)
        return DialogueFacts(
            version=conversation.version,
            moved_by=conversation.moved_by,
            question=conversation.question,
            user_id=user_id,
            preferences=self._rows.preferences.get(user_id or "", Preferences()),
        )

    def hear(self, key: MessageKey, row: MessageRow) -> None:
        """Keep when the conversation's newest message came in."""
        conversation = self.conversation(key)
        if row.created_at is not None:
            at = min(row.created_at, self._tables.now())
            conversation.last_incoming_at = max(conversation.last_incoming_at or at, at)

    def decide(self, key: MessageKey, row: MessageRow, request: FinishRequest) -> Stale | None:
        """Keep what a message was decided to be, unless that was on facts of before."""
        decision, message = request.decision, request.message
        assert decision is not None
        is_copy = self._original(key, message.source_id) is not None
        begins_order = any(each.order_message_id == key[2] for each in decision.orders)
        if (
            self.conversation(key).version != decision.based_on
            or lacks_user(decision, self._tables.user_of(key, row))
            or (begins_order and is_copy)
        ):
            is_stored = row.state == "stored"
            return Stale(facts=self.facts(key, row, message.source_id, is_stored=is_stored))
        row.decision, row.decided_by = decision.role.value, decision.decided_by
        if decision.decided_by == "copy":
            row.duplicate_of = self._original(key, message.source_id)
        if begins_order:
            self._rows.orders[key] = OrderRow(
                conversation_id=row.conversation_id or "",
                contact_id=row.contact_id,
                source_id=_provider_id(message.source_id),
                shows_options=message.shows_options,
                created_at=row.created_at,
                decided_at=self._tables.now(),
            )
        return None

    def apply(self, key: MessageKey, user_id: str | None, decision: Decision) -> None:
        """Write what follows from a decision."""
        conversation = self.conversation(key)
        for change in decision.orders:
            order_key = (*key[:2], change.order_message_id)
            order = self._rows.orders.get(order_key)
            if order is not None and order.state in _OPEN:
                self._change(order_key, order, change, user_id)
        if decision.moves_dialogue:
            conversation.question = decision.question
            conversation.moved_by = _newer(conversation.moved_by, key[2])
            conversation.version += 1
        for outgoing in decision.outbox:
            self._tables.queue(key, outgoing)

    def forget(self, key: MessageKey) -> None:
        """Take what was said out of a deleted message's order, and cancel it while it is open."""
        order = self._rows.orders.get(key)
        if order is None:
            return
        order.words = order.failure_notice = order.wait_reason = None
        if order.content is not None:
            order.content = replace(order.content, subject=None)
        if order.state in _OPEN or (
            order.state is OrderState.PLACED and cancel_job(self._rows, order)
        ):
            order.state, order.reason = OrderState.CANCELLED, "message_deleted"
        conversation = self.conversation(key)
        if conversation.question and conversation.question.order_message_id == key[2]:
            conversation.question = None
            conversation.version += 1

    def to_send(
        self, key: MessageKey, decision: Decision | None, *causes: str
    ) -> tuple[OutgoingId, ...]:
        """Return what a decision wants sent and nobody has tried to send yet."""
        wanted = set(causes)
        if decision is not None:
            wanted |= {each.cause for each in decision.outbox}
            for change in decision.orders:
                if change.state is OrderState.PLACED:
                    wanted.add(f"job:{change.order_message_id}")
                if change.failure_notice is not None:
                    wanted.add(change.failure_notice.cause)
        return tuple(
            OutgoingId(row.id)
            for row in self._tables.outbox
            if (row.installation, row.account_id) == key[:2]
            and row.cause in wanted
            and row.state == "waiting"
            and not row.attempts
        )

    def _change(
        self, key: MessageKey, order: OrderRow, change: OrderChange, user_id: str | None
    ) -> None:
        order.state, order.wait_reason = change.state, change.wait_reason
        if change.state in _NEEDS_USER:
            order.user_id = user_id
        if change.content is not None:
            order.content = replace(change.content, subject=stored(change.content.subject))
        order.words = order.words if change.words is None else stored(change.words)
        order.failure_notice = change.failure_notice or order.failure_notice
        order.note_id = order.note_id or self._tables.messages[key].note_id
        if order.state is OrderState.PLACED:
            self._place(key, order)
        if order.state is OrderState.PLACED:
            order.failure_notice = change.job_failure_notice or order.failure_notice

    def _place(self, key: MessageKey, order: OrderRow) -> None:
        content = order.content
        if self._rows.refusal is not None or content is None or order.user_id is None:
            order.state = OrderState.FAILED
            order.reason = f"order_refused:{self._rows.refusal}"
            if order.failure_notice is not None:
                self._tables.queue(key, order.failure_notice)
            return
        order.order_id, order.job_id = str(uuid4()), str(uuid4())
        parameters = _parameters(content)
        self._rows.content_orders.append(
            AppRow(row_id=order.order_id, user_id=order.user_id, parameters=parameters)
        )
        self._rows.agent_jobs.append(
            AppRow(
                row_id=order.job_id,
                user_id=order.user_id,
                parameters=parameters | {"order_id": order.order_id},
                user_message=order.words,
            )
        )
        origin = self._tables.messages[key]
        document: JsonObject = {
            "order_id": order.order_id,
            "job_id": order.job_id,
            "user_id": order.user_id,
            "parameters": {k: v for k, v in parameters.items() if k != "subject"},
            "subject": content.subject,
            "note_id": None if order.note_id is None else str(order.note_id),
            "object_path": origin.bucket_name and f"gs://{origin.bucket_name}/{origin.object_name}",
            "account_id": key[1],
            "conversation_id": order.conversation_id,
            "message_id": key[2],
        }
        self._tables.queue(
            key,
            Outgoing(
                cause=f"job:{key[2]}",
                kind=OutgoingKind.JOB,
                document=document,
                order_message_id=MessageId(key[2]),
            ),
        )

    def _original(self, key: MessageKey, source_id: str | None) -> MessageId | None:
        wanted = _provider_id(source_id)
        return next(
            (
                MessageId(other[2])
                for other, order in self._rows.orders.items()
                if wanted is not None
                and other[:2] == key[:2]
                and other != key
                and order.source_id == wanted
            ),
            None,
        )


def lacks_user(decision: Decision, user_id: UUID | None) -> bool:
    """Return whether a decision needs a user that is not there."""
    return user_id is None and any(each.state in _NEEDS_USER for each in decision.orders)


def _provider_id(source_id: str | None) -> str | None:
    return source_id if source_id and _ONE_MESSAGE.match(source_id) else None


def _newer(known: MessageId | None, other: str) -> MessageId:
    if known and _NUMBER.fullmatch(known) and _NUMBER.fullmatch(other) and int(known) > int(other):
        return known
    return MessageId(other)


def _parameters(content: OrderContent) -> JsonObject:
    return {
        "platform": content.parameters.platform,
        "length": content.parameters.length,
        "tone": content.parameters.tone,
        "topic": content.parameters.topic,
        "subject": content.subject,
        "wordCount": content.parameters.word_count,
        "language": content.language,
    }
