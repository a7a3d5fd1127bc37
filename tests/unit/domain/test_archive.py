"""The object in which a message is kept."""

import json
from datetime import UTC, datetime
from typing import Final

import pytest

from handlers.domain.archive import (
    archived_payload,
    deleted_document,
    identity_metadata,
    message_document,
)
from handlers.domain.deliveries import Accepted, InboxRules, read_delivery
from handlers.domain.envelope import Attributes, Envelope, Source
from handlers.domain.errors import InvalidPayloadError, InvalidReason
from tests.factories import encode, make_delivery, make_message
from tests.unit.chatwoot_samples import NAMES, sample

ENVELOPE: Final = Envelope(
    body=b"",
    attributes=Attributes(
        source=Source.REPLAY,
        delivery_id="3f1f0a52",
        received_at="2026-08-02T09:00:00.600+00:00",
    ),
    published_at=datetime(2026, 8, 2, 9, 0, 1, 123_456, tzinfo=UTC),
    pubsub_message_id="1",
)


def archived(delivery: dict[str, object]) -> bytes:
    read = read_delivery(encode(delivery), InboxRules())
    assert isinstance(read, Accepted)
    return message_document(read.payload, read.message, ENVELOPE)


def test_the_object_holds_the_payload_and_the_facts() -> None:
    document = json.loads(archived(make_delivery(unknown={"field": [1, None]})))

    assert document["webhook_payload"]["content"] == "Call Ana on Tuesday"
    assert document["webhook_payload"]["unknown"] == {"field": [1, None]}
    assert document["processed_at"] == "2026-08-02T09:00:01.123456+00:00"
    assert document["message_metadata"] == {
        "account_id": "7",
        "conversation_id": "118",
        "message_id": "50001",
        "created_at": "2026-08-02T09:00:00+00:00",
        "event": "message_created",
        "source": "replay",
        "delivery_id": "3f1f0a52",
        "received_at": "2026-08-02T09:00:00.600+00:00",
    }


def without_tokens(value: object) -> object:
    if isinstance(value, dict):
        return {k: without_tokens(v) for k, v in value.items() if k != "pubsub_token"}
    return [without_tokens(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", [name for name in NAMES if name[:2] in {"01", "02", "13", "20"}])
def test_a_sample_is_kept_whole_but_for_the_live_token(name: str) -> None:
    written = archived(sample(name))

    assert b"REDACTEDpubsubTOKEN00000" not in written
    assert b"pubsub_token" not in written
    assert json.loads(written)["webhook_payload"] == without_tokens(sample(name))


def test_the_token_is_removed_however_deep_it_lies() -> None:
    hidden = {"a": [{"b": [{"pubsub_token": "SECRET", "c": 1}]}]}

    written = archived(make_delivery(additional_attributes=hidden))

    assert b"SECRET" not in written
    assert json.loads(written)["webhook_payload"]["additional_attributes"] == {
        "a": [{"b": [{"c": 1}]}]
    }


def test_what_utf8_cannot_hold_is_kept() -> None:
    content = "cut \ud83d emoji \U0001f469, \x00 and \u0645"

    assert json.loads(archived(make_delivery(content=content)))["webhook_payload"]["content"] == (
        content
    )


def test_numbers_stay_exact() -> None:
    big = {"big": 10**30, "small": 0.1, "long": 1785661200.482913}

    kept = json.loads(archived(make_delivery(additional_attributes=big)))

    assert kept["webhook_payload"]["additional_attributes"] == big


def test_a_retry_writes_the_same_bytes() -> None:
    assert archived(make_delivery()) == archived(make_delivery())


def test_of_a_deleted_message_only_the_fact_is_kept() -> None:
    written = deleted_document(make_message(content="PLANTED", is_deleted=True), ENVELOPE)

    document = json.loads(written)
    assert document["webhook_payload"] is None
    assert document["deleted"] is True
    assert document["message_metadata"]["message_id"] == "50001"
    for personal in (b"PLANTED", b"Dana", b"15550100123", b"wamid"):
        assert personal not in written


def test_a_message_knows_its_own_object_by_ids_and_time_to_the_second() -> None:
    through_webhook = make_message()
    through_rest = make_message(created_at=datetime(2026, 8, 2, 9, 0, tzinfo=UTC))

    assert identity_metadata(through_webhook) == identity_metadata(through_rest)
    assert identity_metadata(through_webhook) == {
        "account_id": "7",
        "conversation_id": "118",
        "message_id": "50001",
        "created_at": "2026-08-02T09:00:00+00:00",
    }


def test_a_message_without_time_has_an_empty_one() -> None:
    assert identity_metadata(make_message(created_at=None))["created_at"] == ""


def test_metadata_can_be_sent_as_headers_of_an_upload() -> None:
    # Cloud Storage returns metadata as JSON but also as HTTP headers, which hold no newline.
    for value in identity_metadata(make_message()).values():
        assert value.isprintable()


@pytest.mark.parametrize("name", [name for name in NAMES if name[:2] in {"01", "02", "13", "20"}])
def test_what_was_kept_is_read_as_the_same_message(name: str) -> None:
    delivered = read_delivery(encode(sample(name)), InboxRules())
    assert isinstance(delivered, Accepted)

    payload = archived_payload(archived(sample(name)))

    assert payload is not None
    resumed = read_delivery(encode(payload), InboxRules())
    assert isinstance(resumed, Accepted)
    assert resumed.message == delivered.message


def test_keeping_it_again_changes_nothing() -> None:
    kept = archived(make_delivery(content="cut \ud83d emoji"))

    assert archived(archived_payload(kept) or {}) == kept


def test_of_a_deleted_message_there_is_no_payload() -> None:
    assert archived_payload(deleted_document(make_message(), ENVELOPE)) is None


@pytest.mark.parametrize("document", [b"{}", b'{"webhook_payload": []}', b'{"webhook_payload": 1}'])
def test_an_object_without_a_payload_has_none(document: bytes) -> None:
    assert archived_payload(document) is None


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", InvalidReason.BODY_EMPTY),
        (b"\x00\xff", InvalidReason.NOT_JSON),
        (b'{"webhook_payload":', InvalidReason.NOT_JSON),
        (b"[1]", InvalidReason.NOT_AN_OBJECT),
    ],
)
def test_what_is_no_such_object_is_told(document: bytes, reason: InvalidReason) -> None:
    with pytest.raises(InvalidPayloadError) as caught:
        archived_payload(document)

    assert caught.value.reason is reason
