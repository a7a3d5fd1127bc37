"""When a push counts as done, when it comes again, and where it ends that never succeeds."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1 import types

from tests.local.test_pubsub_process import Lane, local_server
from tests.local.test_pubsub_push import Endpoint, Push, push_endpoint, until


@pytest.fixture(scope="module")
def lane() -> Iterator[Lane]:
    with local_server("--allow-short-deadlines") as lane:
        yield lane


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with push_endpoint() as endpoint:
        yield endpoint


def counts(lane: Lane, subscription: str) -> dict[str, int]:
    stats = requests.get(f"{lane.control}/stats", timeout=5).json()
    found: dict[str, int] = stats["subscriptions"][subscription]
    return found


def backoff(minimum: float, maximum: float) -> dict[str, Duration]:
    policy = {"minimum_backoff": Duration(), "maximum_backoff": Duration()}
    policy["minimum_backoff"].FromTimedelta(timedelta(seconds=minimum))
    policy["maximum_backoff"].FromTimedelta(timedelta(seconds=maximum))
    return policy


@pytest.mark.parametrize("status", [102, 200, 201, 202, 204])
def test_these_answers_acknowledge(lane: Lane, endpoint: Endpoint, status: int) -> None:
    endpoint.status = lambda _: status
    topic = lane.topic()
    name = lane.subscription(topic, push_config={"push_endpoint": endpoint.url})
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    until(lambda: counts(lane, name)["acked"] == 1)
    assert counts(lane, name) == {
        "delivered": 1,
        "acked": 1,
        "nacked": 0,
        "expired": 0,
        "dead_lettered": 0,
        "outstanding": 0,
    }


@pytest.mark.parametrize("status", [203, 206, 301, 400, 404, 429, 500, 503])
def test_every_other_answer_brings_the_message_again(
    lane: Lane, endpoint: Endpoint, status: int
) -> None:
    endpoint.status = lambda _: status if len(endpoint.pushes) == 1 else 200
    topic = lane.topic()
    name = lane.subscription(topic, push_config={"push_endpoint": endpoint.url})
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    first, second = endpoint.wait(2)
    assert first.body == second.body
    until(lambda: counts(lane, name)["acked"] == 1)
    assert counts(lane, name)["nacked"] == 1


def test_the_retry_policy_sets_the_first_wait_its_doubling_and_its_end(
    lane: Lane, endpoint: Endpoint
) -> None:
    endpoint.status = lambda _: 204 if len(endpoint.pushes) == 4 else 500
    topic = lane.topic()
    lane.subscription(
        topic, push_config={"push_endpoint": endpoint.url}, retry_policy=backoff(0.3, 0.7)
    )
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    endpoint.wait(4)
    for gap, expected in zip(endpoint.gaps(), [0.3, 0.6, 0.7], strict=True):
        assert expected <= gap < expected + 0.25


def test_without_a_policy_the_waits_double_from_a_tenth_of_a_second(
    lane: Lane, endpoint: Endpoint
) -> None:
    endpoint.status = lambda _: 204 if len(endpoint.pushes) == 4 else 500
    topic = lane.topic()
    lane.subscription(topic, push_config={"push_endpoint": endpoint.url})
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    endpoint.wait(4)
    for gap, expected in zip(endpoint.gaps(), [0.1, 0.2, 0.4], strict=True):
        assert expected <= gap < expected + 0.25


def test_a_message_in_backoff_still_counts_as_outstanding(lane: Lane, endpoint: Endpoint) -> None:
    endpoint.status = lambda _: 500
    topic = lane.topic()
    name = lane.subscription(
        topic, push_config={"push_endpoint": endpoint.url}, retry_policy=backoff(100, 100)
    )
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    until(lambda: counts(lane, name)["nacked"] == 1)
    assert counts(lane, name)["outstanding"] == 1


def test_an_endpoint_silent_until_the_ack_deadline_gets_the_message_again(
    lane: Lane, endpoint: Endpoint
) -> None:
    def slow_at_first(_: Push) -> int:
        if len(endpoint.pushes) == 1:
            time.sleep(1.5)
        return 204

    endpoint.status = slow_at_first
    topic = lane.topic()
    lane.subscription(
        topic,
        push_config={"push_endpoint": endpoint.url},
        ack_deadline_seconds=1,
        retry_policy=backoff(0.2, 0.2),
    )
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    endpoint.wait(2)
    assert 1.15 <= endpoint.gaps()[0] < 5


def test_an_endpoint_that_is_down_gets_its_messages_when_it_is_back(lane: Lane) -> None:
    with push_endpoint() as endpoint:
        url, port = endpoint.url, endpoint.port
    topic = lane.topic()
    name = lane.subscription(topic, push_config={"push_endpoint": url})
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    until(lambda: counts(lane, name)["nacked"] >= 1)
    with push_endpoint(port) as revived:
        assert revived.wait(1)[0].data == b"x"


def test_an_endpoint_that_does_not_speak_http_is_a_failed_attempt(lane: Lane) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        topic = lane.topic()
        config = {"push_endpoint": f"http://127.0.0.1:{server.getsockname()[1]}/"}
        name = lane.subscription(topic, push_config=config)
        lane.publish(topic, types.PubsubMessage(data=b"x"))
        connection, _ = server.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(b"220 mail.example ESMTP\r\n\r\n")
        until(lambda: counts(lane, name)["nacked"] >= 1)
        lane.subscriber.delete_subscription(subscription=name)


def test_five_refused_pushes_end_in_the_dead_letter_topic(lane: Lane, endpoint: Endpoint) -> None:
    endpoint.status = lambda _: 500
    topic, dead_letters = lane.topic(), lane.topic()
    graveyard = lane.subscription(dead_letters)
    name = lane.subscription(
        topic,
        push_config={"push_endpoint": endpoint.url},
        retry_policy=backoff(0.02, 0.05),
        dead_letter_policy={"dead_letter_topic": dead_letters, "max_delivery_attempts": 5},
    )
    [message_id] = lane.publish(
        topic, types.PubsubMessage(data=b"doomed", attributes={"k": "v"}, ordering_key="key")
    )
    until(lambda: counts(lane, name)["dead_lettered"] == 1)
    assert counts(lane, name)["outstanding"] == 0
    assert len(endpoint.pushes) == 5
    [received] = lane.pull(graveyard)
    assert received.message.data == b"doomed"
    assert received.message.ordering_key == "key"
    assert received.message.message_id != message_id
    attributes = dict(received.message.attributes)
    published_at = attributes.pop("CloudPubSubDeadLetterSourceTopicPublishTime")
    assert published_at == str(endpoint.pushes[0].message["publishTime"]).replace("Z", "+00:00")
    assert attributes == {
        "k": "v",
        "CloudPubSubDeadLetterSourceDeliveryCount": "5",
        "CloudPubSubDeadLetterSourceSubscription": name.rpartition("/")[2],
        "CloudPubSubDeadLetterSourceSubscriptionProject": name.split("/")[1],
    }


def test_without_its_dead_letter_topic_a_message_goes_on_being_tried(
    lane: Lane, endpoint: Endpoint
) -> None:
    endpoint.status = lambda _: 204 if len(endpoint.pushes) == 7 else 500
    topic, dead_letters = lane.topic(), lane.topic()
    name = lane.subscription(
        topic,
        push_config={"push_endpoint": endpoint.url},
        retry_policy=backoff(0.02, 0.05),
        dead_letter_policy={"dead_letter_topic": dead_letters, "max_delivery_attempts": 5},
    )
    lane.publisher.delete_topic(topic=dead_letters)
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    until(lambda: counts(lane, name)["acked"] == 1)
    assert len(endpoint.pushes) == 7


def test_a_failing_head_holds_back_its_own_ordering_key_only(
    lane: Lane, endpoint: Endpoint
) -> None:
    def fail_first_of_a(push: Push) -> int:
        return 500 if push.data == b"a1" and len(pushed(b"a1")) < 3 else 204

    def pushed(data: bytes) -> list[Push]:
        return [push for push in endpoint.pushes if push.data == data]

    endpoint.status = fail_first_of_a
    topic = lane.topic()
    lane.subscription(
        topic,
        push_config={"push_endpoint": endpoint.url},
        retry_policy=backoff(0.2, 0.2),
        enable_message_ordering=True,
    )
    for key in ("a", "b"):
        drafts = [
            types.PubsubMessage(data=f"{key}{number}".encode(), ordering_key=key)
            for number in (1, 2, 3)
        ]
        lane.publish(topic, *drafts)
    order = [push.data for push in endpoint.wait(8)]
    assert [data for data in order if data.startswith(b"a")] == [b"a1", b"a1", b"a1", b"a2", b"a3"]
    assert [data for data in order if data.startswith(b"b")] == [b"b1", b"b2", b"b3"]
    assert pushed(b"b3")[0].at < pushed(b"a1")[1].at


def test_sixteen_messages_are_pushed_at_once_and_no_more(lane: Lane, endpoint: Endpoint) -> None:
    is_open = threading.Event()

    def wait_until_open(_: Push) -> int:
        is_open.wait(5)
        return 204

    endpoint.status = wait_until_open
    topic = lane.topic()
    name = lane.subscription(topic, push_config={"push_endpoint": endpoint.url})
    lane.publish(topic, *(types.PubsubMessage(data=b"x") for _ in range(20)))
    endpoint.wait(16)
    time.sleep(0.2)
    assert len(endpoint.pushes) == 16
    is_open.set()
    until(lambda: counts(lane, name)["acked"] == 20)
