"""What travels through the queue comes out as it went in, whoever wraps it."""

import base64
import json
from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.envelope import (
    Attributes,
    Envelope,
    Source,
    decode_attributes,
    decode_push,
    decode_push_data,
    delivery_key,
    encode_attributes,
)
from handlers.domain.errors import InvalidPayloadError, InvalidReason
from tests.factories import push_request

BODY: Final = b'{"event": "message_created"}'

values = st.none() | st.text(st.characters(codec="utf-8"), max_size=60)
short_attributes = st.builds(
    Attributes,
    source=st.sampled_from(Source),
    event=values,
    account_id=values,
    conversation_id=values,
    message_id=values,
    delivery_id=values,
    received_at=values,
    traceparent=values,
)


def complaint(request: bytes) -> InvalidReason:
    with pytest.raises(InvalidPayloadError) as caught:
        decode_push(request)
    return caught.value.reason


def request_of(message: object) -> bytes:
    return json.dumps({"message": message, "subscription": "s"}).encode()


@given(body=st.binary(max_size=500), attributes=short_attributes)
def test_what_is_pushed_is_what_was_published(body: bytes, attributes: Attributes) -> None:
    request = push_request(body, attributes=encode_attributes(attributes), delivery_attempt=3)

    envelope = decode_push(request)

    assert envelope == Envelope(
        body=body,
        attributes=attributes,
        published_at=datetime(2026, 8, 2, 9, 0, 1, 123_000, tzinfo=UTC),
        pubsub_message_id="11223344",
        delivery_attempt=3,
    )


def test_every_attribute_of_the_envelope_is_written() -> None:
    written = encode_attributes(
        Attributes(
            source=Source.RECONCILE,
            event="message_created",
            account_id="7",
            conversation_id="118",
            message_id="50001",
            delivery_id="3f1f0a52",
            received_at="2026-08-02T09:00:00.500+00:00",
            traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01",
        )
    )

    assert written == {
        "v": "1",
        "source": "reconcile",
        "event": "message_created",
        "account_id": "7",
        "conversation_id": "118",
        "message_id": "50001",
        "delivery_id": "3f1f0a52",
        "received_at": "2026-08-02T09:00:00.500+00:00",
        "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01",
    }


def test_absent_attributes_are_not_written() -> None:
    assert encode_attributes(Attributes()) == {"v": "1", "source": "webhook"}


@pytest.mark.parametrize(
    ("value", "is_kept"),
    [("a" * 256, True), ("a" * 257, False), ("\u6f22" * 85, True), ("\u6f22" * 86, False)],
    ids=["256-bytes", "257-bytes", "255-bytes-of-han", "258-bytes-of-han"],
)
def test_an_attribute_that_is_too_long_is_left_out(value: str, is_kept: bool) -> None:
    written = encode_attributes(Attributes(message_id=value, account_id="7"))

    assert ("message_id" in written) is is_kept
    assert written["account_id"] == "7"


def test_unknown_attributes_are_passed_over() -> None:
    assert decode_attributes({"v": "1", "message_id": "5", "mood": "good", "n": 7}) == Attributes(
        message_id="5"
    )


def test_attributes_of_before_the_version_are_read() -> None:
    assert decode_attributes({}) == Attributes(source=Source.WEBHOOK)


@pytest.mark.parametrize("version", ["2", "0", "", "1.0", "01"])
def test_an_unknown_version_is_refused(version: str) -> None:
    assert (
        complaint(push_request(BODY, attributes={"v": version}))
        is InvalidReason.ENVELOPE_VERSION_UNKNOWN
    )


@pytest.mark.parametrize("source", ["", "Webhook", "elsewhere"])
def test_an_unknown_source_is_refused(source: str) -> None:
    assert (
        complaint(push_request(BODY, attributes={"source": source}))
        is InvalidReason.ENVELOPE_INVALID
    )


def test_eventarcs_structured_event_is_the_same_envelope() -> None:
    pushed = json.loads(push_request(BODY, delivery_attempt=None))
    event = {
        "specversion": "1.0",
        "type": "google.cloud.pubsub.topic.v1.messagePublished",
        "source": "//pubsub.googleapis.com/projects/p/topics/t",
        "data": pushed,
    }

    assert decode_push(json.dumps(event).encode()) == decode_push(json.dumps(pushed).encode())


def test_unknown_fields_around_the_message_are_passed_over() -> None:
    request = json.loads(push_request(BODY)) | {"new": {"field": 1}}
    request["message"]["orderingKey"] = "k"

    assert decode_push(json.dumps(request).encode()) == decode_push(push_request(BODY))


def test_a_message_without_data_has_an_empty_body() -> None:
    assert decode_push(push_request(b"")).body == b""


def test_without_a_dead_letter_policy_no_attempt_is_counted() -> None:
    assert decode_push(push_request(BODY, delivery_attempt=None)).delivery_attempt is None


@pytest.mark.parametrize(
    "data",
    ["{}", "a", "YQ", "YQ==\n", "-_-_", "\u00e9", 5, None, ["YQ=="]],
    ids=[
        "json",
        "one-character",
        "no-padding",
        "newline",
        "url-alphabet",
        "non-ascii",
        "int",
        "null",
        "list",
    ],
)
def test_data_that_is_no_base64_is_refused(data: object) -> None:
    message = {"data": data, "publishTime": "2026-08-02T09:00:01Z", "messageId": "1"}

    assert complaint(request_of(message)) is InvalidReason.ENVELOPE_INVALID


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-22T15:00:00Z", datetime(2026, 11, 22, 15, tzinfo=UTC)),
        ("2026-11-22T15:00:00.1Z", datetime(2026, 11, 22, 15, 0, 0, 100_000, tzinfo=UTC)),
        ("2026-11-22T15:00:00.12Z", datetime(2026, 11, 22, 15, 0, 0, 120_000, tzinfo=UTC)),
        ("2026-11-22T15:00:00.123Z", datetime(2026, 11, 22, 15, 0, 0, 123_000, tzinfo=UTC)),
        ("2026-11-22T15:00:00.123456Z", datetime(2026, 11, 22, 15, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-11-22T15:00:00.123456789Z", datetime(2026, 11, 22, 15, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-11-22T15:00:00.999999999Z", datetime(2026, 11, 22, 15, 0, 0, 999_999, tzinfo=UTC)),
        ("2026-11-22T12:00:00-03:00", datetime(2026, 11, 22, 15, tzinfo=UTC)),
        ("2026-11-22T15:00:00", datetime(2026, 11, 22, 15, tzinfo=UTC)),
    ],
)
def test_the_publish_time_is_read_as_google_writes_it(written: str, expected: datetime) -> None:
    published_at = decode_push(push_request(BODY, publish_time=written)).published_at

    assert published_at == expected
    assert published_at.tzinfo is UTC


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "1738231200", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"],
)
def test_a_publish_time_that_is_none_is_refused(written: str) -> None:
    assert complaint(push_request(BODY, publish_time=written)) is InvalidReason.ENVELOPE_INVALID


def test_the_older_spelling_of_the_keys_is_read() -> None:
    message = {
        "data": base64.b64encode(BODY).decode(),
        "publish_time": "2026-08-02T09:00:01Z",
        "message_id": "99",
    }

    envelope = decode_push(request_of(message))

    assert (envelope.body, envelope.pubsub_message_id) == (BODY, "99")


@pytest.mark.parametrize(
    "request_body",
    [b"{}", b'{"message": null}', b'{"message": {}}', b'{"message": "x"}', b'{"data": {}}'],
)
def test_a_request_without_message_is_refused(request_body: bytes) -> None:
    assert complaint(request_body) is InvalidReason.ENVELOPE_INVALID


@pytest.mark.parametrize("request_body", [b"", b"[]", b"\xff", b"not json"])
def test_a_request_that_is_no_object_is_refused(request_body: bytes) -> None:
    with pytest.raises(InvalidPayloadError):
        decode_push(request_body)


def test_a_delivery_is_kept_under_its_id_or_its_digest() -> None:
    named = Attributes(delivery_id="3f1f0a52")

    assert delivery_key(BODY, named) == "3f1f0a52"
    assert delivery_key(b"", Attributes()) == (
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


def test_the_body_does_not_show_in_repr() -> None:
    assert "PLANTED" not in repr(decode_push(push_request(b"PLANTED")))


@pytest.mark.parametrize(
    "attributes", [{}, {"v": "9", "source": "the-writer"}, {"v": "1", "source": "webhook"}]
)
def test_what_others_publish_is_read_whatever_they_say_beside_it(
    attributes: dict[str, str],
) -> None:
    assert decode_push_data(push_request(BODY, attributes=attributes, publish_time="")) == BODY


@pytest.mark.parametrize("request_body", [b"{}", b'{"message": {"data": "***"}}', b"[]"])
def test_what_is_no_push_request_is_refused_whoever_sends_it(request_body: bytes) -> None:
    with pytest.raises(InvalidPayloadError):
        decode_push_data(request_body)
