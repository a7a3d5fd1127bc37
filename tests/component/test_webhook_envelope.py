"""What the webhook hands on beside the body, and what it says in its log."""

import pytest

from handlers.domain.envelope import decode_attributes
from tests.component.webhook_world import DELIVERY_ID, NEW_TRACE, WebhookWorld, answer
from tests.factories import SECRET, encode, make_delivery, sign
from tests.unit.chatwoot_samples import NAMES, sample_bytes

_TRACE_ID, _SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
_TRACEPARENT = f"00-{_TRACE_ID}-{_SPAN_ID}-01"


def test_everything_known_of_a_delivery_travels_as_attributes(webhook: WebhookWorld) -> None:
    webhook.post_delivery()

    (published,) = webhook.publisher.published
    assert published.attributes == {
        "v": "1",
        "source": "webhook",
        "event": "message_created",
        "account_id": "7",
        "conversation_id": "118",
        "message_id": "50001",
        "delivery_id": DELIVERY_ID,
        "received_at": "2026-08-02T09:00:05.000+00:00",
        "traceparent": NEW_TRACE.traceparent,
    }
    assert decode_attributes(published.attributes).message_id == "50001"


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("traceparent", _TRACEPARENT, _TRACEPARENT),
        ("X-Cloud-Trace-Context", f"{_TRACE_ID}/67667974448284343;o=1", _TRACEPARENT),
        ("traceparent", "00-zz-zz-00", NEW_TRACE.traceparent),
    ],
)
def test_the_callers_trace_is_carried_on_and_logged(
    webhook: WebhookWorld, header: str, value: str, expected: str
) -> None:
    body = encode(make_delivery())
    webhook.post(body, {**sign(body, SECRET, webhook.timestamp()), header: value})

    (published,) = webhook.publisher.published
    assert published.attributes["traceparent"] == expected
    (line,) = webhook.log.entries
    trace_id = expected.split("-")[1]
    assert line["logging.googleapis.com/trace"] == f"projects/test-project/traces/{trace_id}"


@pytest.mark.parametrize("forged", ["", "a b", "x" * 65, "ü", "<script>"])
def test_a_delivery_id_that_is_no_id_is_dropped(webhook: WebhookWorld, forged: str) -> None:
    body = encode(make_delivery())
    headers = {**sign(body, SECRET, webhook.timestamp()), "X-Chatwoot-Delivery": forged}

    response = webhook.post(body, headers)

    assert answer(response)["delivery_id"] is None
    assert "delivery_id" not in webhook.publisher.published[0].attributes


def test_every_delivery_leaves_exactly_one_line_with_its_ids(webhook: WebhookWorld) -> None:
    webhook.post_delivery()
    webhook.post_delivery(private=True)
    webhook.post(b"{")
    webhook.post(b"{}", {})

    events = [(e["event"], e["severity"], e["status"]) for e in webhook.log.entries]
    assert events == [
        ("webhook.accepted", "INFO", 200),
        ("webhook.ignored", "INFO", 200),
        ("webhook.malformed", "ERROR", 400),
        ("webhook.rejected", "WARNING", 401),
    ]
    accepted, ignored, *_ = webhook.log.entries
    assert (accepted["message_id"], accepted["delivery_id"]) == ("50001", DELIVERY_ID)
    assert (ignored["message_id"], ignored["reason"]) == ("50001", "private_note")


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_payload_is_published_as_it_came_or_ignored(
    webhook: WebhookWorld, name: str
) -> None:
    response = webhook.post(sample_bytes(name))

    assert response.status_code == 200
    published = [p.data for p in webhook.publisher.published]
    is_accepted = answer(response)["status"] == "accepted"
    assert published == ([sample_bytes(name)] if is_accepted else [])
