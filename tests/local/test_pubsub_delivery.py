"""Messages on their way, on our server and on the official emulator."""

import base64
import json
import queue
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from google.cloud import pubsub_v1
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1 import types

from tests.local.test_pubsub_process import Lane, local_server, official_emulator
from tests.local.test_pubsub_push import Endpoint, push_endpoint, until


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(local_server, id="ours"),
        pytest.param(official_emulator, id="official"),
    ],
)
def lane(request: pytest.FixtureRequest) -> Iterator[Lane]:
    start: Callable[[], AbstractContextManager[Lane]] = request.param
    with start() as lane:
        yield lane


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with push_endpoint() as endpoint:
        yield endpoint


def test_a_pulled_message_is_the_published_one(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    draft = types.PubsubMessage(data=b"\x00\xff", attributes={"k": "ü"}, ordering_key="key")
    [message_id] = lane.publish(topic, draft)
    [received] = lane.pull(name)
    assert received.message.data == b"\x00\xff"
    assert dict(received.message.attributes) == {"k": "ü"}
    assert received.message.message_id == message_id
    assert received.message.ordering_key == "key"
    assert types.PubsubMessage.pb(received.message).publish_time.seconds > 0
    assert received.delivery_attempt == 0


def test_every_subscription_gets_every_message_and_a_later_one_none(lane: Lane) -> None:
    topic = lane.topic()
    names = [lane.subscription(topic) for _ in range(2)]
    lane.publish(topic, *(types.PubsubMessage(data=data) for data in (b"1", b"2")))
    late = lane.subscription(topic)
    for name in names:
        assert {received.message.data for received in lane.pull(name)} == {b"1", b"2"}
    assert lane.pull_now(late) == []


def test_a_leased_message_is_not_given_to_another_puller(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    assert len(lane.pull(name)) == 1
    assert lane.pull_now(name) == []


def test_a_refused_message_comes_again_and_an_acknowledged_one_does_not(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    lane.refuse(name, *lane.pull(name))
    again = lane.pull(name)
    assert [received.message.data for received in again] == [b"x"]
    lane.acknowledge(name, *again)
    lane.acknowledge(name, *again)
    assert lane.pull_now(name) == []


def test_messages_of_one_ordering_key_are_pulled_in_order(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic, enable_message_ordering=True)
    sent = [f"{number}".encode() for number in range(5)]
    lane.publish(topic, *(types.PubsubMessage(data=data, ordering_key="k") for data in sent))
    pulled: list[bytes] = []
    while len(pulled) < len(sent):
        received = lane.pull(name)
        lane.acknowledge(name, *received)
        pulled += [one.message.data for one in received]
    assert pulled == sent


def test_five_refusals_end_in_the_dead_letter_topic(lane: Lane) -> None:
    topic, dead_letters = lane.topic(), lane.topic()
    graveyard = lane.subscription(dead_letters)
    name = lane.subscription(
        topic,
        dead_letter_policy={"dead_letter_topic": dead_letters, "max_delivery_attempts": 5},
    )
    lane.publish(topic, types.PubsubMessage(data=b"doomed", attributes={"k": "v"}))
    attempts: list[int] = []
    dead: list[types.ReceivedMessage] = []

    # The official emulator forwards a message only when its subscription is pulled once more.
    def refuse_until_dead() -> bool:
        for received in lane.pull_now(name):
            attempts.append(received.delivery_attempt)
            lane.refuse(name, received)
        dead.extend(lane.pull_now(graveyard))
        return bool(dead)

    until(refuse_until_dead)
    assert attempts == [1, 2, 3, 4, 5]
    assert dead[0].message.data == b"doomed"
    attributes = dict(dead[0].message.attributes)
    assert attributes["k"] == "v"
    assert attributes["CloudPubSubDeadLetterSourceDeliveryCount"] == "5"
    assert attributes["CloudPubSubDeadLetterSourceSubscription"] == name.rpartition("/")[2]
    assert attributes["CloudPubSubDeadLetterSourceSubscriptionProject"] == name.split("/")[1]
    assert attributes["CloudPubSubDeadLetterSourceTopicPublishTime"]


def test_the_everyday_clients_publish_and_stream_through_the_emulator_variable(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{lane.port}")
    topic = lane.topic()
    name = lane.subscription(topic)
    arrived: queue.Queue[bytes] = queue.Queue()

    def take(message: pubsub_v1.subscriber.message.Message) -> None:
        message.ack()
        arrived.put(message.data)

    publisher = pubsub_v1.PublisherClient()
    with pubsub_v1.SubscriberClient() as subscriber:
        streaming = subscriber.subscribe(name, callback=take)
        sent = {f"{number}".encode() for number in range(20)}
        for future in [publisher.publish(topic, data, k="v") for data in sent]:
            future.result(timeout=10)
        assert {arrived.get(timeout=10) for _ in sent} == sent
        streaming.cancel()
        streaming.result(timeout=10)
    publisher.stop()
    publisher.transport.close()


def test_a_push_carries_googles_envelope(lane: Lane, endpoint: Endpoint) -> None:
    topic = lane.topic()
    name = lane.subscription(topic, push_config={"push_endpoint": endpoint.url})
    [message_id] = lane.publish(topic, types.PubsubMessage(data=b"hello", attributes={"k": "v"}))
    [push] = endpoint.wait(1)
    envelope = json.loads(push.body)
    message = envelope["message"]
    assert envelope["subscription"] == name
    assert base64.b64decode(message["data"]) == b"hello"
    assert message["attributes"] == {"k": "v"}
    assert message["messageId"] == message["message_id"] == message_id
    assert message["publishTime"] == message["publish_time"]
    assert message["publishTime"].endswith("Z")
    assert push.headers["content-type"].startswith("application/json")


def test_a_refused_push_comes_again_no_sooner_than_the_minimum_backoff(
    lane: Lane, endpoint: Endpoint
) -> None:
    endpoint.status = lambda _: 500 if len(endpoint.pushes) == 1 else 200
    topic = lane.topic()
    # The official emulator's first wait is shorter than minima over a second.
    policy = {
        "minimum_backoff": Duration(nanos=500_000_000),
        "maximum_backoff": Duration(seconds=1),
    }
    lane.subscription(topic, push_config={"push_endpoint": endpoint.url}, retry_policy=policy)
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    first, second = endpoint.wait(2)
    assert first.data == second.data == b"x"
    assert second.at - first.at >= 0.5


def test_a_push_without_wrapper_is_the_bare_data(lane: Lane, endpoint: Endpoint) -> None:
    topic = lane.topic()
    config = {"push_endpoint": endpoint.url, "no_wrapper": {"write_metadata": True}}
    lane.subscription(topic, push_config=config)
    [message_id] = lane.publish(topic, types.PubsubMessage(data=b"raw", attributes={"event": "e"}))
    [push] = endpoint.wait(1)
    assert push.body == b"raw"
    assert push.headers["event"] == "e"
    assert push.headers["x-goog-pubsub-message-id"] == message_id


def test_a_failing_head_holds_back_its_ordering_key(lane: Lane, endpoint: Endpoint) -> None:
    endpoint.status = lambda _: 500 if len(endpoint.pushes) == 1 else 200
    topic = lane.topic()
    lane.subscription(
        topic, push_config={"push_endpoint": endpoint.url}, enable_message_ordering=True
    )
    lane.publish(
        topic, *(types.PubsubMessage(data=data, ordering_key="k") for data in (b"1", b"2"))
    )
    assert [push.data for push in endpoint.wait(3)] == [b"1", b"1", b"2"]
