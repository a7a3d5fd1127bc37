"""What the dialogue's tests decide, with the parts that do not matter filled in."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from handlers.domain.dialogue.values import (
    AskedField,
    Decision,
    DialogueFacts,
    OpenQuestion,
    OrderChange,
    OrderContent,
    OrderState,
    Role,
    WaitReason,
)
from handlers.domain.messages import Message, MessageId
from handlers.domain.orders.values import Language, Length, OrderParameters, Platform, Tone
from handlers.domain.outgoing import Outgoing, OutgoingKind, OutgoingPurpose

PARTLY: Final = OrderContent(
    parameters=OrderParameters(length=Length.SHORT, tone=Tone.CASUAL, word_count=120),
    subject="our caf\u00e9",
    language=Language.ENGLISH,
    person_language=Language.PORTUGUESE,
)
WHOLE: Final = replace(PARTLY, parameters=replace(PARTLY.parameters, platform=Platform.LINKEDIN))
WORDS: Final = "a short casual post about our caf\u00e9"
NOTE: Final = Decision(role=Role.NOTE, decided_by="rules", based_on=0)


def question_row(order_message_id: str, field: AskedField = AskedField.PLATFORM) -> Outgoing:
    return Outgoing(
        cause=f"question:{order_message_id}:{field}",
        kind=OutgoingKind.MESSAGE,
        document={"content": "Which platform?"},
        purpose=OutgoingPurpose.QUESTION,
        order_message_id=MessageId(order_message_id),
    )


def failure_notice(order_message_id: str) -> Outgoing:
    return Outgoing(
        cause=f"failure:{order_message_id}",
        kind=OutgoingKind.MESSAGE,
        document={"content": "That did not work"},
        purpose=OutgoingPurpose.FAILURE,
        order_message_id=MessageId(order_message_id),
    )


def ready_notice(order_message_id: str) -> Outgoing:
    return Outgoing(
        cause=f"ready:{order_message_id}",
        kind=OutgoingKind.MESSAGE,
        document={"content": "It is there"},
        purpose=OutgoingPurpose.READY,
        order_message_id=MessageId(order_message_id),
    )


def open_question(
    order: Message,
    now: datetime,
    *,
    field: AskedField = AskedField.PLATFORM,
    asked_by: str | None = None,
    content: OrderContent = PARTLY,
) -> OpenQuestion:
    return OpenQuestion(
        order_message_id=order.message_id,
        field=field,
        asked_by=MessageId(asked_by or order.message_id),
        asked_at=now,
        sender_id=order.contact.contact_id if order.contact else None,
        content=content,
    )


def change(
    order_message_id: str,
    state: OrderState,
    *,
    content: OrderContent | None = None,
    words: str | None = None,
    wait_reason: WaitReason | None = None,
) -> OrderChange:
    is_open = state in {OrderState.ASKING, OrderState.PLACED, OrderState.WAITING}
    return OrderChange(
        order_message_id=MessageId(order_message_id),
        state=state,
        wait_reason=wait_reason,
        content=content,
        words=words,
        failure_notice=failure_notice(order_message_id) if is_open else None,
    )


def asking(facts: DialogueFacts, order: Message, now: datetime) -> Decision:
    """Decide an incomplete order: its platform is asked for."""
    replaced: tuple[OrderChange, ...] = ()
    if facts.question is not None:
        replaced = (change(facts.question.order_message_id, OrderState.REPLACED),)
    return Decision(
        role=Role.ORDER,
        decided_by="rules",
        based_on=facts.version,
        moves_dialogue=True,
        question=open_question(order, now),
        orders=(
            *replaced,
            change(order.message_id, OrderState.ASKING, content=PARTLY, words=WORDS),
        ),
        outbox=(question_row(order.message_id),),
    )


def placed(facts: DialogueFacts, order: Message) -> Decision:
    """Decide an order that says all in one sentence."""
    return Decision(
        role=Role.ORDER,
        decided_by="rules",
        based_on=facts.version,
        moves_dialogue=True,
        question=facts.question,
        orders=(change(order.message_id, OrderState.PLACED, content=WHOLE, words=WORDS),),
    )


def waiting(facts: DialogueFacts, order: Message, reason: WaitReason) -> Decision:
    """Decide an order of which nothing is asked."""
    waits = change(
        order.message_id, OrderState.WAITING, content=WHOLE, words=WORDS, wait_reason=reason
    )
    return Decision(role=Role.ORDER, decided_by="rules", based_on=facts.version, orders=(waits,))


def answered(facts: DialogueFacts) -> Decision:
    """Decide that a message answers the open question, so that its order is whole."""
    assert facts.question is not None
    order = facts.question.order_message_id
    return Decision(
        role=Role.ANSWER,
        decided_by="dialogue",
        based_on=facts.version,
        moves_dialogue=True,
        orders=(change(order, OrderState.PLACED, content=WHOLE),),
    )


def cancelled(facts: DialogueFacts) -> Decision:
    """Decide that a message cancels the order whose question is open."""
    assert facts.question is not None
    return Decision(
        role=Role.CANCEL,
        decided_by="dialogue",
        based_on=facts.version,
        moves_dialogue=True,
        orders=(change(facts.question.order_message_id, OrderState.CANCELLED),),
    )
