"""What the writer says of an order, and what its person is told of it."""

import re
from dataclasses import dataclass
from typing import Final

from handlers.domain.dialogue.notices import ready_text, unfulfilled_text
from handlers.domain.dialogue.waiting import OrderId, OrderOutcome, PlacedOrder
from handlers.domain.errors import InvalidPayloadError, InvalidReason
from handlers.domain.json_values import JsonObject, decode_object, text
from handlers.domain.notice_templates import NoticeTemplate, NoticeTemplates, in_language
from handlers.domain.outgoing import Outgoing, OutgoingKind, OutgoingPurpose

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReport:
    """What the writer says."""

    order_id: OrderId
    outcome: OrderOutcome


def read_outcome(data: bytes) -> OutcomeReport:
    """Read a message of the content-ready topic; fields that we do not know are passed over.

    Raises:
        InvalidPayloadError: it cannot be read, or names no order or no end that we know.
    """
    payload = decode_object(data)
    order_id = (text(payload, "order_id") or "").strip().lower()
    if not _UUID.fullmatch(order_id):
        raise InvalidPayloadError(InvalidReason.ORDER_ID_INVALID)
    try:
        outcome = OrderOutcome(text(payload, "status") or "")
    except ValueError as error:
        raise InvalidPayloadError(InvalidReason.ORDER_STATUS_UNKNOWN) from error
    return OutcomeReport(order_id=OrderId(order_id), outcome=outcome)


def outcome_notice(
    order: PlacedOrder, outcome: OrderOutcome, templates: NoticeTemplates
) -> Outgoing:
    """Return what its person is told; one for each order and end."""
    is_ready = outcome is OrderOutcome.READY
    # A failure of the same order that was told before has the same cause.
    name = "ready" if is_ready else "failure"
    say = ready_text if is_ready else unfulfilled_text
    content = say(order.order_id, order.language)
    found = in_language(templates.ready if is_ready else templates.failed, order.language)
    return Outgoing(
        cause=f"{name}:{order.order_message_id}",
        kind=OutgoingKind.MESSAGE,
        document={"content": content},
        purpose=OutgoingPurpose.READY if is_ready else OutgoingPurpose.FAILURE,
        order_message_id=order.order_message_id,
        template=None if found is None else _template_document(found, order.order_id, content),
    )


def _template_document(template: NoticeTemplate, order_id: OrderId, content: str) -> JsonObject:
    # Chatwoot shows the content to agents; WhatsApp gets the template.
    return {
        "content": content,
        "template_params": {
            "name": template.name,
            "category": template.category,
            "language": template.language,
            "processed_params": {"1": order_id},
        },
    }
