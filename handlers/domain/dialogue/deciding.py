"""Decides what a message is, and what follows from it: for its order, its dialogue and its sender.

Facts in, decision out. A decision holds while the conversation's version is the one that it was
based on; otherwise it is made again, on the new facts.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from handlers.domain.dialogue.answers import Answer, Cancellation, read_answer
from handlers.domain.dialogue.asking import PATIENCE, is_lapsed, is_newer, outgoing_question
from handlers.domain.dialogue.order_content import (
    first_missing,
    ordered_content,
    with_answer,
    with_preferences,
)
from handlers.domain.dialogue.order_steps import (
    asking,
    cancelled,
    closed_at,
    overtaken,
    placed,
    waiting,
)
from handlers.domain.dialogue.values import (
    Decision,
    DialogueFacts,
    OpenQuestion,
    OrderChange,
    OrderContent,
    Role,
    WaitReason,
)
from handlers.domain.dialogue.waiting import WaitingOrder
from handlers.domain.messages import AttachmentKind, Message
from handlers.domain.orders.values import Decider, Intent, Language, Understanding


class DecidedBy(StrEnum):
    """Who decided where nobody had to understand the message."""

    DIALOGUE = "dialogue"
    COPY = "copy"


def decide(  # noqa: PLR0913 - everything that a decision depends on
    facts: DialogueFacts,
    message: Message,
    words: str | None,
    understanding: Callable[[], Understanding],
    *,
    detect_language: Callable[[str], Language | None],
    now: datetime,
) -> Decision:
    """Decide a message that was not decided yet.

    `words` are all that it says, transcripts included. `understanding` is called for what nothing
    else settles, once at most: it may cost a model's call. `detect_language` tells the language
    that the words are in, or that it cannot be told.
    """
    settled = _settled_unread(facts, message)
    settled = settled or _settled_by_question(facts, message, words, now)
    if settled is not None:
        return settled
    said = words or ""
    if not said.strip():
        return _decision(facts, Role.NOTE, Decider.RULES)
    understood = understanding()
    if understood.intent is Intent.NOTE:
        return _decision(facts, Role.NOTE, understood.decided_by)
    content = ordered_content(understood, said, detect_language(said), facts.preferences)
    decision = _ordered(facts, message, content, said, now)
    return replace(decision, decided_by=understood.decided_by.value)


def decide_waiting(order: WaitingOrder, now: datetime) -> Decision:
    """Decide how an order goes on whose person has become a user."""
    facts, name = order.facts, order.order_message_id
    content = with_preferences(order.content, facts.preferences)
    missing = first_missing(content)
    if missing is None:
        return _decision(facts, Role.ORDER, DecidedBy.DIALOGUE, placed(name, content))
    heard_at, open_question = order.last_incoming_at, facts.question
    is_too_late = heard_at is None or now - heard_at > PATIENCE
    if is_too_late or (open_question is not None and not is_lapsed(open_question, now)):
        change = waiting(name, WaitReason.LATE, content)
        return _decision(facts, Role.ORDER, DecidedBy.DIALOGUE, change)
    moved_by = facts.moved_by
    question = OpenQuestion(
        order_message_id=name,
        field=missing,
        # Nothing that was written before counts, however late it comes.
        asked_by=name if moved_by is None or is_newer(name, moved_by) else moved_by,
        asked_at=now,
        sender_id=order.sender_id,
        content=content,
    )
    changes = (*closed_at(open_question, now), asking(question))
    return _asking(_moving(facts, Role.ORDER, *changes), question, order.shows_options)


def _settled_unread(facts: DialogueFacts, message: Message) -> Decision | None:
    if message.is_deleted:
        return _decision(facts, Role.NOTE, DecidedBy.DIALOGUE)
    if facts.order_message_id not in {None, message.message_id}:
        return _decision(facts, Role.NOTE, DecidedBy.COPY)
    return None


def _settled_by_question(
    facts: DialogueFacts, message: Message, words: str | None, now: datetime
) -> Decision | None:
    question = _question_to(message, facts, now)
    if question is None:
        return None
    asked, language = question.field, question.content.told_in
    answer = read_answer(words, asked, language, message.quick_reply)
    if isinstance(answer, Cancellation):
        return _moving(facts, Role.CANCEL, cancelled(question.order_message_id))
    if isinstance(answer, Answer):
        content = with_answer(question.content, answer.parameters, answer.subject)
        return _answered(facts, message, question, content, now)
    return None


def _question_to(message: Message, facts: DialogueFacts, now: datetime) -> OpenQuestion | None:
    """Return the open question if this message can answer it."""
    question, contact = facts.question, message.contact
    if question is None or contact is None or contact.contact_id != question.sender_id:
        return None
    if any(attachment.kind is not AttachmentKind.AUDIO for attachment in message.attachments):
        # A picture is worth keeping as a note, whatever it is called.
        return None
    if not (
        is_newer(message.message_id, question.asked_by)
        and is_newer(message.message_id, facts.moved_by)
    ):
        return None
    return None if is_lapsed(question, message.created_at or now) else question


def _answered(
    facts: DialogueFacts,
    message: Message,
    question: OpenQuestion,
    content: OrderContent,
    now: datetime,
) -> Decision:
    if content == question.content:
        return _decision(facts, Role.ANSWER, DecidedBy.DIALOGUE)
    name, missing = question.order_message_id, first_missing(content)
    reason = _why_wait(facts, message, now)
    if reason is not None:
        return _moving(facts, Role.ANSWER, waiting(name, reason, content))
    if missing is None:
        return _moving(facts, Role.ANSWER, placed(name, content))
    if missing is question.field:
        still_open = replace(question, content=content)
        return replace(_moving(facts, Role.ANSWER, asking(still_open)), question=still_open)
    following = replace(
        question, field=missing, asked_by=message.message_id, asked_at=now, content=content
    )
    decision = _moving(facts, Role.ANSWER, asking(following))
    return _asking(decision, following, message.shows_options)


def _ordered(
    facts: DialogueFacts, message: Message, content: OrderContent, words: str, now: datetime
) -> Decision:
    name, missing = message.message_id, first_missing(content)
    reason = _why_wait(facts, message, now)
    if reason is not None:
        # Nobody hears of this one, so whoever is asked something goes on being asked.
        change = waiting(name, reason, content, words)
        return _decision(facts, Role.ORDER, DecidedBy.DIALOGUE, change)
    is_newest = is_newer(name, facts.moved_by)
    if not is_newest:
        change = overtaken(name, content, words) if missing else placed(name, content, words)
        return _decision(facts, Role.ORDER, DecidedBy.DIALOGUE, change)
    closed = closed_at(facts.question, message.created_at or now)
    if missing is None:
        return _moving(facts, Role.ORDER, *closed, placed(name, content, words))
    question = OpenQuestion(
        order_message_id=name,
        field=missing,
        asked_by=name,
        asked_at=now,
        sender_id=message.contact.contact_id if message.contact else None,
        content=content,
    )
    decision = _moving(facts, Role.ORDER, *closed, asking(question, words))
    return _asking(decision, question, message.shows_options)


def _why_wait(facts: DialogueFacts, message: Message, now: datetime) -> WaitReason | None:
    if message.created_at is not None and now - message.created_at > PATIENCE:
        return WaitReason.LATE
    return WaitReason.UNMAPPED if facts.user_id is None else None


def _decision(
    facts: DialogueFacts, role: Role, decided_by: StrEnum, *changes: OrderChange
) -> Decision:
    return Decision(role=role, decided_by=decided_by.value, based_on=facts.version, orders=changes)


def _moving(facts: DialogueFacts, role: Role, *changes: OrderChange) -> Decision:
    """Return a decision that leaves no question open."""
    decision = _decision(facts, role, DecidedBy.DIALOGUE, *changes)
    return replace(decision, moves_dialogue=True)


def _asking(decision: Decision, question: OpenQuestion, shows_options: bool) -> Decision:
    outgoing = outgoing_question(question, shows_options=shows_options)
    return replace(decision, question=question, outbox=(outgoing,))
