"""What people are told of an order without being asked anything."""

from enum import StrEnum

from handlers.domain.chatwoot_text import escape_for_chatwoot
from handlers.domain.dialogue.catalogue import TEXTS, TextKey
from handlers.domain.messages import MessageId
from handlers.domain.orders.values import Language
from handlers.domain.outgoing import Outgoing, OutgoingKind, OutgoingPurpose


class Failure(StrEnum):
    """What could not be done."""

    ORDER = TextKey.ORDER_FAILED.value
    JOB = TextKey.JOB_FAILED.value
    BUCKET = TextKey.BUCKET_FAILED.value


def failure_notice(order_message_id: MessageId, language: Language, failure: Failure) -> Outgoing:
    """Return the one failure notice that a message can lead to, whatever failed."""
    return Outgoing(
        cause=f"failure:{order_message_id}",
        kind=OutgoingKind.MESSAGE,
        document={"content": TEXTS[language][TextKey(failure.value)]},
        purpose=OutgoingPurpose.FAILURE,
        order_message_id=order_message_id,
    )


def ready_text(order_id: str, language: Language) -> str:
    """Return what is said of content that is there."""
    return _about_order(TextKey.CONTENT_READY, order_id, language)


def unfulfilled_text(order_id: str, language: Language) -> str:
    """Return what is said of content that will not come."""
    return _about_order(TextKey.CONTENT_UNFULFILLED, order_id, language)


def _about_order(key: TextKey, order_id: str, language: Language) -> str:
    texts = TEXTS[language]
    return f"{texts[key]}\n{texts[TextKey.ORDER_NUMBER]} {escape_for_chatwoot(order_id)}"
