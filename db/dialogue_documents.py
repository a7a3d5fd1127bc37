"""The JSON in which the dialogue and its decisions are kept, to and from types."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from db.ledger_documents import iso
from handlers.domain.dialogue.values import (
    AskedField,
    Decision,
    DialogueFacts,
    OpenQuestion,
    OrderChange,
    OrderContent,
    OrderState,
    Preferences,
    Role,
)
from handlers.domain.messages import AccountId, ContactId, Message, MessageId
from handlers.domain.orders.values import Language, Length, OrderParameters, Platform, Tone, Topic
from handlers.domain.outgoing import Outgoing, OutgoingKind, correlation_id

_Enum = TypeVar("_Enum", bound=StrEnum)


def decision_document(
    decision: Decision, *, installation: str, account_id: AccountId, message: Message | None
) -> dict[str, object]:
    """Return a decision as the statements that apply it take it; a sweep's is of no message."""
    names = (installation, account_id)
    return {
        "role": decision.role.value,
        "decided_by": decision.decided_by,
        "based_on": decision.based_on,
        "moves_dialogue": decision.moves_dialogue,
        "context": _context(decision.question, account_id),
        "source_id": message.source_id if message else None,
        "shows_options": message.shows_options if message else False,
        "orders": [_change_document(change, *names) for change in decision.orders],
        "outbox": [outgoing_document(each, *names) for each in decision.outbox],
    }


def outgoing_document(
    outgoing: Outgoing, installation: str, account_id: AccountId
) -> dict[str, object]:
    """Return something to send as the outbox keeps it."""
    return {
        "cause": outgoing.cause,
        "kind": outgoing.kind.value,
        "document": outgoing.document,
        "correlation_id": correlation_id(installation, account_id, outgoing.cause),
        "expires_at": iso(outgoing.expires_at),
        "purpose": outgoing.purpose.value if outgoing.purpose else None,
        "order_message_id": outgoing.order_message_id,
        "template": outgoing.template,
    }


def _change_document(
    change: OrderChange, installation: str, account_id: AccountId
) -> dict[str, object]:
    notice, job_notice = change.failure_notice, change.job_failure_notice
    job_cause = f"job:{change.order_message_id}"
    return {
        "order_message_id": change.order_message_id,
        "state": change.state.value,
        "wait_reason": change.wait_reason.value if change.wait_reason else None,
        "content": _content_document(change.content) if change.content else None,
        "words": change.words,
        "failure_notice": outgoing_document(notice, installation, account_id) if notice else None,
        # Its ids are made where its rows are; the rest of its document too.
        "job": {
            "cause": job_cause,
            "kind": OutgoingKind.JOB.value,
            "correlation_id": correlation_id(installation, account_id, job_cause),
            "failure_notice": outgoing_document(job_notice, installation, account_id)
            if job_notice
            else None,
        }
        if change.state is OrderState.PLACED
        else None,
    }


def _content_document(content: OrderContent) -> dict[str, object]:
    parameters = content.parameters
    return {
        "platform": parameters.platform,
        "length": parameters.length,
        "tone": parameters.tone,
        "topic": parameters.topic,
        "word_count": parameters.word_count,
        "subject": content.subject,
        "language": content.language,
        "person_language": content.person_language,
    }


def _context(question: OpenQuestion | None, account_id: AccountId) -> dict[str, object] | None:
    if question is None:
        return None
    content = question.content
    parameters = content.parameters
    return {
        "clarifyingField": question.field.value,
        "orderParams": {
            "platform": parameters.platform,
            "length": parameters.length,
            "tone": parameters.tone,
            "topic": parameters.topic,
        },
        "senderId": question.sender_id,
        "accountId": account_id,
        "createdAt": iso(question.asked_at),
        "orderMessageId": question.order_message_id,
        "askedBy": question.asked_by,
        "subject": content.subject,
        "wordCount": parameters.word_count,
        "language": content.language,
        "personLanguage": content.person_language,
    }


def read_facts(found: Mapping[str, Any]) -> DialogueFacts:
    """Read what a claim, a stale finish or a waiting order says of its conversation."""
    role = found.get("role")
    context = found["context"]
    return DialogueFacts(
        version=found["version"],
        moved_by=_message_id(found["moved_by"]),
        question=None if context is None else _read_question(context),
        user_id=found["user_id"],
        preferences=_read_preferences(found["preferences"] or {}),
        role=None if role is None else Role(role),
        order_message_id=_message_id(found.get("order_message_id")),
    )


def read_content(row: Mapping[str, Any]) -> OrderContent:
    """Read what a row of whatsapp.orders says of its content."""
    return OrderContent(
        parameters=_read_parameters(row, row["word_count"]),
        subject=row["subject"],
        language=Language(row["language"]),
        person_language=_known(Language, row["person_language"]),
    )


def _read_question(context: Mapping[str, Any]) -> OpenQuestion:
    sender_id = context["senderId"]
    return OpenQuestion(
        order_message_id=MessageId(context["orderMessageId"]),
        field=AskedField(context["clarifyingField"]),
        asked_by=MessageId(context["askedBy"]),
        asked_at=datetime.fromisoformat(context["createdAt"]),
        sender_id=None if sender_id is None else ContactId(sender_id),
        content=OrderContent(
            parameters=_read_parameters(context["orderParams"], context["wordCount"]),
            subject=context["subject"],
            language=Language(context["language"]),
            person_language=_known(Language, context["personLanguage"]),
        ),
    )


def _read_preferences(found: Mapping[str, Any]) -> Preferences:
    return Preferences(
        platform=_known(Platform, found.get("platform")),
        length=_known(Length, found.get("length")),
        tone=_known(Tone, found.get("tone")),
        topic=_known(Topic, found.get("topic")),
        language=_known(Language, found.get("language")),
    )


def _read_parameters(found: Mapping[str, Any], word_count: int | None) -> OrderParameters:
    return OrderParameters(
        platform=_known(Platform, found["platform"]),
        length=_known(Length, found["length"]),
        tone=_known(Tone, found["tone"]),
        topic=_known(Topic, found["topic"]),
        word_count=word_count,
    )


def _known(kind: type[_Enum], value: str | None) -> _Enum | None:
    return None if value is None else kind(value)


def _message_id(value: str | None) -> MessageId | None:
    return None if value is None else MessageId(value)
