"""What Google refuses and the official emulator lets pass."""

from collections.abc import Iterator

import pytest
from google.api_core.exceptions import InvalidArgument, MethodNotImplemented
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1 import types
from google.pubsub_v1.services.schema_service.client import SchemaServiceClient
from google.pubsub_v1.services.schema_service.transports import SchemaServiceGrpcTransport

from tests.local.test_pubsub_process import PROJECT, Lane, local_server


@pytest.fixture(scope="module")
def lane() -> Iterator[Lane]:
    with local_server() as lane:
        yield lane


def text(size: int) -> str:
    """Return as many bytes in half as many characters, for limits that count bytes."""
    return "é" * (size // 2) + "x" * (size % 2)


def a_message(**fields: object) -> types.PubsubMessage:
    return types.PubsubMessage({"data": b"x", **fields})


REFUSED = {
    "attribute key of 257 bytes": [a_message(attributes={text(257): "v"})],
    "attribute value of 1,025 bytes": [a_message(attributes={"k": text(1025)})],
    "101 attributes": [a_message(attributes={f"k{number}": "" for number in range(101)})],
    "neither data nor attributes": [types.PubsubMessage(ordering_key="key")],
    "over 10 MB of data": [a_message(data=b"x" * 10_000_001)],
    "over 10 MB together": [a_message(data=b"x" * 5_000_000)] * 2,
    "1,001 messages": [a_message()] * 1001,
    "no messages": [],
    "two ordering keys": [a_message(ordering_key="a"), a_message(ordering_key="b")],
    "one ordering key and none": [a_message(ordering_key="a"), a_message()],
    "ordering key of 1,025 bytes": [a_message(ordering_key=text(1025))],
}
TAKEN = {
    "attributes at their limits": [a_message(attributes={text(256): text(1024)})],
    "100 attributes": [a_message(attributes={f"k{number}": "" for number in range(100)})],
    "attributes only": [types.PubsubMessage(attributes={"k": ""})],
    "nearly 10 MB": [a_message(data=b"x" * 9_999_000)],
    "1,000 messages of one key": [a_message(ordering_key=text(1024))] * 1000,
}


@pytest.mark.parametrize("messages", REFUSED.values(), ids=REFUSED)
def test_a_request_over_a_limit_is_refused_whole(
    lane: Lane, messages: list[types.PubsubMessage]
) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    with pytest.raises(InvalidArgument):
        lane.publish(topic, *messages)
    assert lane.pull_now(name) == []


@pytest.mark.parametrize("messages", TAKEN.values(), ids=TAKEN)
def test_a_request_at_the_limits_is_taken(lane: Lane, messages: list[types.PubsubMessage]) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    assert len(lane.publish(topic, *messages)) == len(messages)
    assert lane.pull(name, limit=1)[0].message.data == messages[0].data


@pytest.mark.parametrize(
    "config",
    [
        {"ack_deadline_seconds": 9},
        {"dead_letter_policy": {"max_delivery_attempts": 5}},
        {
            "dead_letter_policy": {
                "dead_letter_topic": f"{PROJECT}/topics/d",
                "max_delivery_attempts": 4,
            }
        },
        {"message_retention_duration": Duration(seconds=599)},
        {"expiration_policy": {"ttl": Duration(seconds=60)}},
        {"retry_policy": {"minimum_backoff": Duration(seconds=601)}},
        {
            "retry_policy": {
                "minimum_backoff": Duration(seconds=2),
                "maximum_backoff": Duration(seconds=1),
            }
        },
        {"push_config": {"push_endpoint": "http://127.0.0.1/", "oidc_token": {"audience": "a"}}},
    ],
)
def test_a_configuration_out_of_range_is_refused(lane: Lane, config: dict[str, object]) -> None:
    with pytest.raises(InvalidArgument):
        lane.subscription(lane.topic(), **config)


@pytest.mark.parametrize(
    "config",
    [
        {"filter": 'attributes.k = "v"'},
        {"enable_exactly_once_delivery": True},
        {"bigquery_config": {"table": "p.d.t"}},
        {"cloud_storage_config": {"bucket": "b"}},
    ],
)
def test_what_the_server_cannot_do_for_a_subscription_it_says(
    lane: Lane, config: dict[str, object]
) -> None:
    with pytest.raises(MethodNotImplemented, match=f"Subscription.{next(iter(config))}"):
        lane.subscription(lane.topic(), **config)


def test_methods_it_does_not_have_it_names(lane: Lane) -> None:
    name = lane.subscription(lane.topic())
    with pytest.raises(MethodNotImplemented, match=r"Publisher\.DetachSubscription|DetachSub"):
        lane.publisher.detach_subscription(request={"subscription": name})
    with pytest.raises(MethodNotImplemented, match="Seek"):
        lane.subscriber.seek(request={"subscription": name})
    with pytest.raises(MethodNotImplemented, match="CreateSnapshot"):
        lane.subscriber.create_snapshot(name=f"{PROJECT}/snapshots/s", subscription=name)
    transport = SchemaServiceGrpcTransport(channel=lane.channel)
    with pytest.raises(MethodNotImplemented, match="ListSchemas"):
        SchemaServiceClient(transport=transport).list_schemas(parent=PROJECT)


def test_a_topic_with_a_schema_or_a_key_is_not_pretended(lane: Lane) -> None:
    for field in ({"kms_key_name": "k"}, {"schema_settings": {"schema": "s"}}):
        with pytest.raises(MethodNotImplemented):
            lane.publisher.create_topic(request={"name": f"{PROJECT}/topics/ttt", **field})
