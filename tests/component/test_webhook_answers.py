"""Every row of the webhook's answer table, through the entry point."""

import io
import json

import pytest
from typing_extensions import override
from werkzeug.test import EnvironBuilder, run_wsgi_app

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.signature import SenderRules
from tests.component.webhook_world import DELIVERY_ID, WebhookWorld, answer, make_webhook_world
from tests.factories import SECRET, encode, make_delivery, sign

_BODY = encode(make_delivery())


def test_a_signed_message_is_answered_200_once_the_broker_confirmed_it(
    webhook: WebhookWorld,
) -> None:
    response = webhook.post(_BODY)

    assert response.status_code == 200
    assert answer(response) == {"status": "accepted", "delivery_id": DELIVERY_ID}
    (published,) = webhook.publisher.published
    assert published.data == _BODY


def test_get_and_head_answer_that_the_function_lives(webhook: WebhookWorld) -> None:
    assert answer(webhook.client.get("/")) == {"status": "ok"}
    assert webhook.client.head("/").status_code == 200
    assert webhook.log.lines == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_answered_405_with_what_is_allowed(
    webhook: WebhookWorld, method: str
) -> None:
    response = webhook.client.open("/", method=method, data=b"{}")

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, POST"
    assert answer(response)["reason"] == "method_not_allowed"


def test_a_body_over_two_megabytes_is_answered_413_without_being_believed(
    webhook: WebhookWorld,
) -> None:
    response = webhook.post(b" " * 2_000_001)

    assert (response.status_code, answer(response)["reason"]) == (413, "too_large")
    assert webhook.publisher.published == []


class _Upload(io.BytesIO):
    """A request body that remembers how much of it was read."""

    taken = 0

    @override
    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


@pytest.mark.parametrize("is_chunked", [True, False], ids=["chunked", "announced"])
def test_no_more_of_a_body_over_the_limit_is_read_than_its_413_needs(
    webhook: WebhookWorld, is_chunked: bool
) -> None:
    body = _Upload(bytes(8_000_000))
    environ = EnvironBuilder(method="POST").get_environ() | {
        "wsgi.input": body,
        "wsgi.input_terminated": True,
    }
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked"} if is_chunked else {}
    environ["CONTENT_LENGTH"] = "" if is_chunked else "8000000"

    pieces, status, _ = run_wsgi_app(webhook.client.application, environ)

    assert status.startswith("413 ")
    assert json.loads(b"".join(pieces))["reason"] == "too_large"
    assert body.taken <= 2_100_000


def test_exactly_two_megabytes_are_read(webhook: WebhookWorld) -> None:
    padding = 2_000_000 - len(encode(make_delivery(content="")))
    body = encode(make_delivery(content="x" * padding))

    assert len(body) == 2_000_000
    assert webhook.post(body).status_code == 200


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "signature_missing"),
        ({"X-Chatwoot-Signature": "sha256=no"}, "signature_malformed"),
        ({"X-Chatwoot-Signature": f"sha256={'0' * 64}"}, "timestamp_missing"),
        (
            {"X-Chatwoot-Signature": f"sha256={'0' * 64}", "X-Chatwoot-Timestamp": "noon"},
            "timestamp_malformed",
        ),
        (
            {"X-Chatwoot-Signature": f"sha256={'0' * 64}", "X-Chatwoot-Timestamp": "1785661203"},
            "signature_mismatch",
        ),
        (sign(_BODY, "another secret", 1785661205), "signature_mismatch"),
        (sign(_BODY, SECRET, 1785661205 - 301), "timestamp_out_of_tolerance"),
        (sign(_BODY, SECRET, 1785661205 + 301), "timestamp_out_of_tolerance"),
        (sign(_BODY + b" ", SECRET, 1785661205), "signature_mismatch"),
    ],
)
def test_a_sender_who_is_not_believed_gets_401_and_nothing_is_published(
    webhook: WebhookWorld, headers: dict[str, str], reason: str
) -> None:
    response = webhook.post(_BODY, headers)

    assert response.status_code == 401
    assert answer(response) == {"status": "rejected", "reason": reason, "delivery_id": None}
    assert webhook.publisher.published == []


def test_unsigned_deliveries_are_taken_with_the_url_token_or_where_that_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_token = make_webhook_world(monkeypatch, rules=SenderRules(url_token="t0ken"))  # noqa: S106
    assert with_token.client.post("/?token=t0ken", data=_BODY).status_code == 200
    refused = with_token.client.post("/?token=other", data=_BODY)
    assert (refused.status_code, answer(refused)["reason"]) == (401, "token_mismatch")
    assert with_token.client.post("/", data=_BODY).status_code == 401

    unsigned = make_webhook_world(monkeypatch, rules=SenderRules(allow_unsigned=True))
    assert unsigned.client.post("/", data=_BODY).status_code == 200


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "body_empty", id="empty"),
        pytest.param(b"{", "not_json", id="half_json"),
        pytest.param(b"\xff\xfe\x00", "not_json", id="not_utf8"),
        pytest.param(b"[1]", "not_an_object", id="a_list"),
        pytest.param(b"[" * 100_000, "not_json", id="deep"),
        pytest.param(b"{}", "event_missing", id="no_event"),
        pytest.param(encode(make_delivery(id=None)), "message_id_invalid", id="no_id"),
        pytest.param(
            encode(make_delivery(id={"a": 1})), "message_id_invalid", id="an_object_as_id"
        ),
        pytest.param(encode(make_delivery(account=None)), "account_id_invalid", id="no_account"),
        pytest.param(
            encode(make_delivery(created_at="yesterday")), "created_at_invalid", id="no_time"
        ),
        pytest.param(
            encode(make_delivery(message_type="sideways")), "message_type_invalid", id="no_type"
        ),
        pytest.param(
            encode(make_delivery(attachments={"a": 1})),
            "attachments_invalid",
            id="attachments_object",
        ),
    ],
)
def test_a_believed_but_unreadable_body_is_answered_400_with_its_reason(
    webhook: WebhookWorld, body: bytes, reason: str
) -> None:
    response = webhook.post(body)

    assert (response.status_code, answer(response)["reason"]) == (400, reason)
    assert webhook.publisher.published == []


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"event": "conversation_created"}, "event_not_handled"),
        ({"conversation": {"id": 1, "channel": "Channel::WebWidget"}}, "channel_not_whatsapp"),
        ({"conversation": {"id": 1, "channel": "Channel::Api"}}, "inbox_not_listed"),
        ({"private": True}, "private_note"),
        ({"message_type": "outgoing"}, "not_incoming"),
        ({"message_type": "template"}, "not_incoming"),
    ],
)
def test_what_does_not_concern_us_is_answered_200_with_the_reason_and_not_published(
    webhook: WebhookWorld, overrides: dict[str, object], reason: str
) -> None:
    response = webhook.post_delivery(**overrides)

    assert response.status_code == 200
    assert answer(response) == {
        "status": "ignored",
        "reason": reason,
        "delivery_id": DELIVERY_ID,
    }
    assert webhook.publisher.published == []


@pytest.mark.parametrize("reason", [RetryReason.PUBLISH_TIMEOUT, RetryReason.PUBLISH_FAILED])
def test_neither_broker_nor_spool_is_answered_503_with_the_brokers_reason(
    webhook: WebhookWorld, reason: RetryReason
) -> None:
    webhook.publisher.fail_next(RetryableError(reason))
    webhook.spool.fail_next(RetryableError(RetryReason.STORAGE_UNAVAILABLE))

    response = webhook.post(_BODY)

    assert response.status_code == 503
    assert answer(response) == {
        "status": "unavailable",
        "reason": reason.value,
        "delivery_id": DELIVERY_ID,
    }


def test_an_error_that_nobody_foresaw_is_answered_503_and_logged_without_its_text(
    webhook: WebhookWorld,
) -> None:
    webhook.publisher.fail_next(RuntimeError("Call Ana on Tuesday"))

    response = webhook.post(_BODY)

    assert (response.status_code, answer(response)["reason"]) == (503, "unexpected")
    (entry,) = webhook.log.named("unexpected_error")
    assert entry["error_types"] == ["RuntimeError"]
    assert "Ana" not in json.dumps(webhook.log.entries)


def test_the_first_publish_of_an_instance_has_more_time_than_later_ones(
    webhook: WebhookWorld,
) -> None:
    webhook.publisher.fail_next(RetryableError(RetryReason.PUBLISH_TIMEOUT))
    for _ in range(3):
        webhook.post(_BODY)

    assert [p.budget_seconds for p in webhook.publisher.published] == [2.0, 1.0]
