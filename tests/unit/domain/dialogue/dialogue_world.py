"""One conversation as the database keeps it: decisions go in, and facts come out."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from handlers.domain.dialogue.asking import PATIENCE
from handlers.domain.dialogue.deciding import decide, decide_waiting
from handlers.domain.dialogue.order_content import first_missing
from handlers.domain.dialogue.values import (
    Decision,
    DialogueFacts,
    OpenQuestion,
    OrderChange,
    OrderContent,
    OrderState,
    Role,
    WaitReason,
)
from handlers.domain.dialogue.waiting import WaitingOrder
from handlers.domain.messages import (
    AccountId,
    Contact,
    ContactId,
    ConversationId,
    Message,
    MessageId,
)
from handlers.domain.orders.values import Language, OrderParameters, Platform, Understanding
from tests.unit.domain.dialogue.deciding_cases import (
    COMPLETE,
    NOTE,
    NOW,
    SENDER,
    message_of,
    ordered,
)

ORDERS = {
    "escreve um post sobre onboarding": ordered(),
    "um post no insta sobre vendas": ordered(OrderParameters(platform=Platform.INSTAGRAM)),
    "um post": ordered(subject=None),
    "um post curto e casual no linkedin sobre IA": ordered(COMPLETE),
}
OPEN = {OrderState.ASKING, OrderState.WAITING}


@dataclass(slots=True)
class OrderRow:
    """A row of `whatsapp.orders`."""

    sender_id: ContactId | None
    state: OrderState
    content: OrderContent
    wait_reason: WaitReason | None = None
    states: list[OrderState] = field(default_factory=list)


@dataclass(slots=True)
class DialogueWorld:
    """Every check that a decision has to pass is made as it is applied."""

    now: datetime = NOW
    version: int = 0
    moved_by: MessageId | None = None
    question: OpenQuestion | None = None
    last_incoming_at: datetime | None = None
    users: set[ContactId] = field(default_factory=lambda: {SENDER})
    words: dict[MessageId, str] = field(default_factory=dict)
    messages: dict[MessageId, Message] = field(default_factory=dict)
    roles: dict[MessageId, Role] = field(default_factory=dict)
    orders: dict[MessageId, OrderRow] = field(default_factory=dict)
    causes: list[str] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)

    def write(self, words: str, sender: ContactId = SENDER) -> MessageId:
        """Let a person write a message; nothing is delivered yet."""
        message = message_of(50001 + len(self.messages), at=self.now)
        name = message.message_id
        self.messages[name] = replace(message, contact=Contact(contact_id=sender))
        self.words[name] = words
        return name

    def facts(self, name: MessageId) -> DialogueFacts:
        contact = self.messages[name].contact
        assert contact is not None
        return self._facts(contact.contact_id, self.roles.get(name))

    def decide(self, name: MessageId) -> Decision:
        """Decide on the facts as they are now; writes nothing."""
        return decide(
            self.facts(name),
            self.messages[name],
            self.words[name],
            lambda: self._understand(name),
            detect_language=lambda _: Language.PORTUGUESE,
            now=self.now,
        )

    def finish(self, name: MessageId, decision: Decision) -> None:
        """Write a decision, or make it again where the dialogue has moved on."""
        if not self._is_written(name, decision):
            assert self._is_written(name, self.decide(name))

    def deliver(self, name: MessageId) -> None:
        if name not in self.roles:
            self.finish(name, self.decide(name))

    def backfill(self, name: MessageId) -> None:
        """Deliver a message that is heard of for the first time from Chatwoot's history."""
        self.roles.setdefault(name, Role.NOTE)

    def delete(self, name: MessageId) -> None:
        """Deleting is no decision: the finish takes the change as it is, decided before or not."""
        self.messages[name] = replace(self.messages[name], is_deleted=True)
        decision = self.decide(name)
        assert decision.outbox == ()
        if decision.moves_dialogue:
            self._move(name, decision)
        for change in decision.orders:
            if self.orders[name].state in OPEN:
                self._change(name, change)
        self.roles.setdefault(name, decision.role)

    def lapse(self) -> None:
        """Close a question that has been open for a day."""
        if self.question is not None and self._is_lapsed(self.question):
            self.orders[self.question.order_message_id].state = OrderState.LAPSED
            self.question = None
            self.version += 1

    def sweep(self) -> None:
        """Take up what waited for people who are users now, oldest first."""
        for name in sorted(self.orders):
            row = self.orders[name]
            if row.wait_reason is WaitReason.UNMAPPED and row.sender_id in self.users:
                decision = decide_waiting(self._waiting(name, row), self.now)
                if decision.question is not None:
                    assert self.question is None or self._is_lapsed(self.question)
                    assert int(decision.question.asked_by) >= int(self.moved_by or 0)
                self._write(name, decision)

    def wait(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    def _is_lapsed(self, question: OpenQuestion) -> bool:
        return self.now > question.asked_at + PATIENCE

    def _facts(self, sender: ContactId | None, role: Role | None = None) -> DialogueFacts:
        return DialogueFacts(
            version=self.version,
            moved_by=self.moved_by,
            question=self.question,
            user_id=f"user of {sender}" if sender in self.users else None,
            role=role,
        )

    def _understand(self, name: MessageId) -> Understanding:
        self.understood.append(name)
        return ORDERS.get(self.words[name], NOTE)

    def _waiting(self, name: MessageId, row: OrderRow) -> WaitingOrder:
        written_at = self.messages[name].created_at
        assert written_at is not None
        return WaitingOrder(
            account_id=AccountId("7"),
            conversation_id=ConversationId("118"),
            order_message_id=name,
            sender_id=row.sender_id,
            content=row.content,
            words=self.words[name],
            written_at=written_at,
            shows_options=True,
            last_incoming_at=self.last_incoming_at,
            facts=self._facts(row.sender_id),
        )

    def _is_written(self, name: MessageId, decision: Decision) -> bool:
        if name in self.roles:
            # Decided by another attempt: this one changes nothing.
            return True
        if decision.based_on != self.version:
            return False
        self._check(name, decision)
        self.roles[name] = decision.role
        at = self.messages[name].created_at
        assert at is not None
        self.last_incoming_at = max(at, self.last_incoming_at or at)
        self._write(name, decision)
        return True

    def _check(self, name: MessageId, decision: Decision) -> None:
        if decision.role is Role.NOTE:
            assert (decision.orders, decision.outbox) == ((), ())
            assert not decision.moves_dialogue
        if decision.role in {Role.ANSWER, Role.CANCEL}:
            assert self.question is not None
            sender = self.messages[name].contact
            assert sender is not None
            assert sender.contact_id == self.question.sender_id
            assert int(name) > int(self.question.asked_by)
            assert int(name) > int(self.moved_by or 0)
        if decision.role is Role.ORDER:
            assert [each.order_message_id for each in decision.orders].count(name) == 1
        if decision.moves_dialogue:
            assert int(name) > int(self.moved_by or 0), "what is late moves nothing"

    def _write(self, name: MessageId, decision: Decision) -> None:
        assert len(decision.outbox) <= 1
        for outgoing in decision.outbox:
            assert decision.question is not None
            assert decision.question.sender_id in self.users, "only users are asked"
            assert outgoing.cause not in self.causes, "a cause is used once"
            self.causes.append(outgoing.cause)
        for change in decision.orders:
            self._change(name, change)
        if decision.moves_dialogue:
            self._move(name, decision)

    def _move(self, name: MessageId, decision: Decision) -> None:
        self.version += 1
        self.question = decision.question
        self.moved_by = MessageId(str(max(int(name), int(self.moved_by or 0))))

    def _change(self, name: MessageId, change: OrderChange) -> None:
        row = self.orders.get(change.order_message_id)
        if row is None:
            assert change.order_message_id == name
            assert change.content is not None
            assert change.words == self.words[name]
            contact = self.messages[name].contact
            sender = contact.contact_id if contact else None
            row = OrderRow(sender_id=sender, state=change.state, content=change.content)
            self.orders[name] = row
        else:
            assert row.state in OPEN, "what has ended stays as it is"
        row.state, row.wait_reason = change.state, change.wait_reason
        row.content = change.content or row.content
        row.states.append(change.state)
        if change.state is OrderState.PLACED:
            assert first_missing(row.content) is None
            assert row.sender_id in self.users
            assert change.failure_notice is not None
            assert change.failure_notice.cause == f"failure:{change.order_message_id}"
