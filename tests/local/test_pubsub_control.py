"""The control port: ordered faults, progress, and a fresh start."""

import time
from collections.abc import Iterator

import pytest
import requests
from google.api_core.exceptions import (
    DeadlineExceeded,
    Forbidden,
    NotFound,
    ServiceUnavailable,
    TooManyRequests,
)
from google.api_core.retry import Retry, if_exception_type
from google.pubsub_v1 import types

from tests.local.test_pubsub_process import Lane, local_server

A_MESSAGE = types.PubsubMessage(data=b"x")


@pytest.fixture(scope="module")
def running() -> Iterator[Lane]:
    with local_server() as lane:
        yield lane


@pytest.fixture
def lane(running: Lane) -> Lane:
    assert requests.post(f"{running.control}/reset", timeout=5).status_code == 200
    return running


def order(lane: Lane, **fault: object) -> requests.Response:
    return requests.post(f"{lane.control}/faults", json=fault, timeout=5)


def stats(lane: Lane) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = requests.get(f"{lane.control}/stats", timeout=5).json()
    return found


def test_a_fault_strikes_as_often_as_ordered(lane: Lane) -> None:
    topic = lane.topic()
    assert order(lane, method="Publish", code="UNAVAILABLE", times=2).status_code == 200
    for _ in range(2):
        with pytest.raises(ServiceUnavailable):
            lane.publish(topic, A_MESSAGE)
    lane.publish(topic, A_MESSAGE)
    assert stats(lane)["topics"] == {topic: {"published": 1}}


def test_the_client_s_own_retry_gets_through_a_fault(lane: Lane) -> None:
    topic = lane.topic()
    order(lane, method="Publish", code="UNAVAILABLE", times=2)
    retry = Retry(predicate=if_exception_type(ServiceUnavailable), initial=0.01)
    lane.publisher.publish(topic=topic, messages=[A_MESSAGE], retry=retry)
    assert stats(lane)["requests"] == {"CreateTopic": 1, "Publish": 3}


def test_faults_of_one_method_come_in_the_order_given(lane: Lane) -> None:
    topic = lane.topic()
    order(lane, method="Publish", code="RESOURCE_EXHAUSTED")
    order(lane, method="Publish", code="PERMISSION_DENIED")
    with pytest.raises(TooManyRequests):
        lane.publish(topic, A_MESSAGE)
    with pytest.raises(Forbidden):
        lane.publish(topic, A_MESSAGE)
    lane.publish(topic, A_MESSAGE)


def test_a_fault_until_cleared_ends_when_cleared(lane: Lane) -> None:
    topic = lane.topic()
    order(lane, method="Publish", code="UNAVAILABLE", times=-1)
    for _ in range(5):
        with pytest.raises(ServiceUnavailable):
            lane.publish(topic, A_MESSAGE)
    assert requests.delete(f"{lane.control}/faults", timeout=5).status_code == 200
    lane.publish(topic, A_MESSAGE)


def test_an_answer_can_be_lost_after_the_effect(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    order(lane, method="Publish", code="UNAVAILABLE", after=True)
    with pytest.raises(ServiceUnavailable):
        lane.publish(topic, A_MESSAGE)
    assert len(lane.pull(name)) == 1


def test_a_delay_alone_makes_an_answer_slow(lane: Lane) -> None:
    topic = lane.topic()
    order(lane, method="Publish", delay_seconds=0.3)
    started_at = time.monotonic()
    lane.publish(topic, A_MESSAGE)
    assert 0.3 <= time.monotonic() - started_at < 5


@pytest.mark.parametrize(("after", "published"), [(False, 0), (True, 1)])
def test_a_client_that_gives_up_on_a_delay_may_or_may_not_have_published(
    lane: Lane, *, after: bool, published: int
) -> None:
    topic = lane.topic()
    order(lane, method="Publish", delay_seconds=1, after=after)
    with pytest.raises(DeadlineExceeded):
        lane.publisher.publish(topic=topic, messages=[A_MESSAGE], retry=None, timeout=0.2)
    time.sleep(1)
    assert stats(lane)["topics"] == {topic: {"published": published}}


def test_a_stream_can_be_refused(lane: Lane) -> None:
    name = lane.subscription(lane.topic())
    order(lane, method="StreamingPull", code="UNAVAILABLE")
    first = types.StreamingPullRequest(subscription=name, stream_ack_deadline_seconds=10)
    with pytest.raises(ServiceUnavailable):
        list(lane.subscriber.streaming_pull(iter([first]), retry=None))


@pytest.mark.parametrize(
    "fault",
    [
        {"method": "Publish"},
        {"method": "NoSuchMethod", "code": "UNAVAILABLE"},
        {"method": "Publish", "code": "NO_SUCH_CODE"},
        {"method": "Publish", "code": "OK"},
        {"method": "Publish", "code": "UNAVAILABLE", "times": 0},
        {"method": "Publish", "code": "UNAVAILABLE", "delay_seconds": -1},
        {"method": "Publish", "code": "UNAVAILABLE", "after": "yes"},
        {"method": "Publish", "code": "UNAVAILABLE", "delay": 1},
        {"method": "StreamingPull", "code": "UNAVAILABLE", "after": True},
    ],
)
def test_an_order_that_cannot_be_followed_is_refused_with_the_reason(
    lane: Lane, fault: dict[str, object]
) -> None:
    answer = order(lane, **fault)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_what_is_no_order_at_all_is_refused(lane: Lane) -> None:
    for body in (b"", b"[]", b"{", b"\xff"):
        assert requests.post(f"{lane.control}/faults", data=body, timeout=5).status_code == 400
    assert requests.get(f"{lane.control}/nothing-here", timeout=5).status_code == 404


def test_the_stats_follow_a_message(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    nothing = dict.fromkeys(("delivered", "acked", "nacked", "expired", "dead_lettered"), 0)
    lane.publish(topic, A_MESSAGE, A_MESSAGE)
    assert stats(lane)["subscriptions"] == {name: {**nothing, "outstanding": 2}}
    received = lane.pull(name)
    assert stats(lane)["subscriptions"] == {name: {**nothing, "delivered": 2, "outstanding": 2}}
    lane.acknowledge(name, received[0])
    lane.refuse(name, received[1])
    assert stats(lane)["subscriptions"] == {
        name: {**nothing, "delivered": 2, "acked": 1, "nacked": 1, "outstanding": 1}
    }


def test_a_reset_removes_everything(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    order(lane, method="GetTopic", code="UNAVAILABLE", times=-1)
    requests.post(f"{lane.control}/reset", timeout=5)
    assert stats(lane) == {"requests": {}, "topics": {}, "subscriptions": {}}
    with pytest.raises(NotFound):
        lane.publisher.get_topic(topic=topic)
    with pytest.raises(NotFound):
        lane.subscriber.get_subscription(subscription=name)
