"""Asks one question: what is then open, and what goes out."""

from datetime import datetime, timedelta
from typing import Final

from handlers.domain.dialogue.questions import question_document
from handlers.domain.dialogue.values import OpenQuestion
from handlers.domain.messages import MessageId
from handlers.domain.outgoing import Outgoing, OutgoingKind, OutgoingPurpose

PATIENCE: Final = timedelta(hours=24)
"""For so long a question waits, and for so long after a message may people be written to."""


def outgoing_question(question: OpenQuestion, *, shows_options: bool) -> Outgoing:
    """Return the message that asks; an order asks for each field once at most."""
    return Outgoing(
        cause=f"question:{question.order_message_id}:{question.field.value}",
        kind=OutgoingKind.MESSAGE,
        document=question_document(
            question.field, question.content.told_in, shows_options=shows_options
        ),
        expires_at=question.asked_at + PATIENCE,
        purpose=OutgoingPurpose.QUESTION,
        order_message_id=question.order_message_id,
    )


def is_lapsed(question: OpenQuestion, at: datetime) -> bool:
    """Return whether what was written at a time came too late for a question."""
    return at > question.asked_at + PATIENCE


def is_newer(one: MessageId, other: MessageId | None) -> bool:
    """Return whether a message came after another; only numbers can tell."""
    if other is None:
        return True
    return _is_number(one) and _is_number(other) and int(one) > int(other)


def _is_number(message_id: MessageId) -> bool:
    return message_id.isascii() and message_id.isdigit()
