"""What can become of an order at one step of its dialogue."""

from datetime import datetime

from handlers.domain.dialogue.asking import is_lapsed
from handlers.domain.dialogue.notices import Failure, failure_notice
from handlers.domain.dialogue.values import (
    OpenQuestion,
    OrderChange,
    OrderContent,
    OrderState,
    WaitReason,
)
from handlers.domain.messages import MessageId


def placed(name: MessageId, content: OrderContent, words: str | None = None) -> OrderChange:
    """Return an order that is complete, with what its person is told should that fail."""
    return OrderChange(
        order_message_id=name,
        state=OrderState.PLACED,
        content=content,
        words=words,
        failure_notice=failure_notice(name, content.told_in, Failure.ORDER),
        job_failure_notice=failure_notice(name, content.told_in, Failure.JOB),
    )


def asking(question: OpenQuestion, words: str | None = None) -> OrderChange:
    """Return an order whose question is open."""
    return OrderChange(
        order_message_id=question.order_message_id,
        state=OrderState.ASKING,
        content=question.content,
        words=words,
    )


def waiting(
    name: MessageId, reason: WaitReason, content: OrderContent, words: str | None = None
) -> OrderChange:
    """Return an order of which an operator has to know."""
    return OrderChange(
        order_message_id=name,
        state=OrderState.WAITING,
        wait_reason=reason,
        content=content,
        words=words,
    )


def overtaken(name: MessageId, content: OrderContent, words: str) -> OrderChange:
    """Return an order that lacks something when its person has gone on to other things."""
    return OrderChange(
        order_message_id=name, state=OrderState.REPLACED, content=content, words=words
    )


def cancelled(name: MessageId) -> OrderChange:
    """Return an order that its person called off."""
    return OrderChange(order_message_id=name, state=OrderState.CANCELLED)


def closed_at(question: OpenQuestion | None, at: datetime) -> tuple[OrderChange, ...]:
    """Return the order whose question another one takes the place of at a time, if there is one."""
    if question is None:
        return ()
    state = OrderState.LAPSED if is_lapsed(question, at) else OrderState.REPLACED
    return (OrderChange(order_message_id=question.order_message_id, state=state),)
