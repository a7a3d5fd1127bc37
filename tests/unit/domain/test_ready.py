"""What the writer says of an order, read strictly, and what its person is told of it."""

import json
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.dialogue.notices import Failure, failure_notice
from handlers.domain.dialogue.waiting import OrderId, OrderOutcome, PlacedOrder
from handlers.domain.errors import InvalidPayloadError, InvalidReason
from handlers.domain.messages import AccountId, ConversationId, MessageId
from handlers.domain.notice_templates import NoticeTemplate, NoticeTemplates
from handlers.domain.orders.values import Language
from handlers.domain.outgoing import OutgoingKind, OutgoingPurpose
from handlers.domain.ready import OutcomeReport, outcome_notice, read_outcome

ORDER_ID: Final = OrderId("0ab1c2d3-0000-4000-8000-000000000001")
ORDER: Final = PlacedOrder(
    account_id=AccountId("7"),
    conversation_id=ConversationId("118"),
    order_message_id=MessageId("50001"),
    order_id=ORDER_ID,
    language=Language.PORTUGUESE,
)
TEMPLATES: Final = NoticeTemplates(
    ready=(
        NoticeTemplate(name="content_ready", language="en_US"),
        NoticeTemplate(name="conteudo_pronto", language="pt_BR"),
    ),
    failed=(NoticeTemplate(name="content_failed", language="en", category="MARKETING"),),
)


def said(**report: object) -> bytes:
    return json.dumps({"order_id": ORDER_ID, "status": "ready", **report}).encode()


@pytest.mark.parametrize("outcome", OrderOutcome)
def test_a_report_names_an_order_and_its_end(outcome: OrderOutcome) -> None:
    report = read_outcome(said(status=outcome.value, title="passed over", attempt=3))

    assert report == OutcomeReport(order_id=ORDER_ID, outcome=outcome)


def test_an_id_is_the_same_in_capitals() -> None:
    assert read_outcome(said(order_id=f" {ORDER_ID.upper()} ")).order_id == ORDER_ID


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", InvalidReason.BODY_EMPTY),
        (b"{", InvalidReason.NOT_JSON),
        (b"[]", InvalidReason.NOT_AN_OBJECT),
        (b"{}", InvalidReason.ORDER_ID_INVALID),
        (said(order_id=None), InvalidReason.ORDER_ID_INVALID),
        (said(order_id=5), InvalidReason.ORDER_ID_INVALID),
        (said(order_id="42"), InvalidReason.ORDER_ID_INVALID),
        (said(order_id=f"{ORDER_ID}; drop"), InvalidReason.ORDER_ID_INVALID),
        (said(order_id=f"{ORDER_ID}\n0"), InvalidReason.ORDER_ID_INVALID),
        (said(status=None), InvalidReason.ORDER_STATUS_UNKNOWN),
        (said(status=True), InvalidReason.ORDER_STATUS_UNKNOWN),
        (said(status="processing"), InvalidReason.ORDER_STATUS_UNKNOWN),
        (said(status="READY"), InvalidReason.ORDER_STATUS_UNKNOWN),
    ],
)
def test_anything_else_is_refused_with_a_reason(data: bytes, reason: InvalidReason) -> None:
    with pytest.raises(InvalidPayloadError) as raised:
        read_outcome(data)

    assert raised.value.reason is reason


def test_what_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(InvalidPayloadError):
        read_outcome(b'{"a":' * 5000 + b"1" + b"}" * 5000)


@given(data=st.binary())
def test_no_bytes_do_anything_else_than_be_read_or_refused(data: bytes) -> None:
    with pytest.raises(InvalidPayloadError):
        read_outcome(data)


def test_a_ready_notice_names_the_order_in_its_persons_language() -> None:
    notice = outcome_notice(ORDER, OrderOutcome.READY, TEMPLATES)

    assert (notice.cause, notice.kind) == ("ready:50001", OutgoingKind.MESSAGE)
    assert notice.purpose is OutgoingPurpose.READY
    assert notice.order_message_id == "50001"
    assert notice.expires_at is None
    content = notice.document["content"]
    assert isinstance(content, str)
    assert ORDER_ID in content
    assert "pronto" in content
    assert set(notice.document) == {"content"}
    assert notice.template == {
        "content": content,
        "template_params": {
            "name": "conteudo_pronto",
            "category": "UTILITY",
            "language": "pt_BR",
            "processed_params": {"1": ORDER_ID},
        },
    }


def test_a_failure_notice_has_its_own_template_and_says_nothing_of_ready() -> None:
    ready = outcome_notice(ORDER, OrderOutcome.READY, TEMPLATES)
    failed = outcome_notice(ORDER, OrderOutcome.FAILED, TEMPLATES)

    assert failed.purpose is OutgoingPurpose.FAILURE
    assert failed.document != ready.document
    assert failed.template is not None
    assert failed.template["template_params"] == {
        "name": "content_failed",
        "category": "MARKETING",
        "language": "en",
        "processed_params": {"1": ORDER_ID},
    }


def test_a_message_leads_to_one_failure_notice_whoever_fails() -> None:
    told_before = failure_notice(ORDER.order_message_id, ORDER.language, Failure.ORDER)

    assert outcome_notice(ORDER, OrderOutcome.FAILED, TEMPLATES).cause == told_before.cause


@pytest.mark.parametrize("outcome", OrderOutcome)
def test_without_templates_there_is_none(outcome: OrderOutcome) -> None:
    assert outcome_notice(ORDER, outcome, NoticeTemplates()).template is None
