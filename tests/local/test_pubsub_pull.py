"""Leases of pulled messages: how long, how often, how many."""

import queue
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import pytest
from google.api_core.exceptions import InvalidArgument, NotFound
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1 import types

from tests.local.test_pubsub_process import Lane, local_server


@pytest.fixture(scope="module")
def lane() -> Iterator[Lane]:
    with local_server("--allow-short-deadlines") as lane:
        yield lane


@contextmanager
def stream(
    lane: Lane, subscription: str, **first: int
) -> Iterator[
    tuple[Iterator[types.StreamingPullResponse], queue.Queue[types.StreamingPullRequest | None]]
]:
    """Open a streaming pull by hand; what is put into the queue is sent."""
    to_send: queue.Queue[types.StreamingPullRequest | None] = queue.Queue()
    to_send.put(
        types.StreamingPullRequest(
            {"subscription": subscription, "stream_ack_deadline_seconds": 10, **first}
        )
    )
    call: grpc.Future = lane.subscriber.streaming_pull(iter(to_send.get, None))
    try:
        yield iter(call), to_send
    finally:
        call.cancel()
        to_send.put(None)


def datas(response: types.StreamingPullResponse) -> list[bytes]:
    return [received.message.data for received in response.received_messages]


def test_a_lease_that_runs_out_brings_the_message_again(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic, ack_deadline_seconds=1)
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    pulled_at = time.monotonic()
    first = lane.pull(name)
    again = lane.pull(name)
    assert 1 <= time.monotonic() - pulled_at < 5
    # The ended lease no longer speaks for the message.
    lane.acknowledge(name, *first)
    lane.refuse(name, *again)
    assert len(lane.pull(name)) == 1


def test_a_lengthened_lease_keeps_the_message_away(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic, ack_deadline_seconds=1)
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    [received] = lane.pull(name)
    lane.subscriber.modify_ack_deadline(
        subscription=name, ack_ids=[received.ack_id], ack_deadline_seconds=60
    )
    time.sleep(1.3)
    assert lane.pull_now(name) == []
    lane.acknowledge(name, received)


def test_the_retry_policy_holds_for_refused_and_for_expired_leases(lane: Lane) -> None:
    topic = lane.topic()
    policy = {
        "minimum_backoff": Duration(nanos=400_000_000),
        "maximum_backoff": Duration(seconds=1),
    }
    name = lane.subscription(topic, ack_deadline_seconds=1, retry_policy=policy)
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    received = lane.pull(name)
    refused_at = time.monotonic()
    lane.refuse(name, *received)
    lane.pull(name)
    pulled_at = time.monotonic()
    assert 0.4 <= pulled_at - refused_at < 3
    lane.acknowledge(name, *lane.pull(name))
    # A second of lease, which began a little before its answer was here, and the longer wait.
    assert 1.5 <= time.monotonic() - pulled_at < 6


def test_a_message_goes_to_one_of_several_waiting_pullers(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    with ThreadPoolExecutor(4) as pullers:
        pulls = [pullers.submit(lane.pull, name) for _ in range(4)]
        time.sleep(0.2)
        for _ in pulls:
            lane.publish(topic, types.PubsubMessage(data=b"x"))
        assert sum(len(pull.result()) for pull in pulls) == 4


def test_a_puller_waiting_while_its_subscription_is_deleted_is_told(lane: Lane) -> None:
    name = lane.subscription(lane.topic())
    with ThreadPoolExecutor(1) as pullers:
        pull = pullers.submit(lane.pull, name)
        time.sleep(0.2)
        lane.subscriber.delete_subscription(subscription=name)
        with pytest.raises(NotFound):
            pull.result()


def test_a_refusal_in_order_keeps_the_order(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic, enable_message_ordering=True)
    lane.publish(
        topic, *(types.PubsubMessage(data=data, ordering_key="k") for data in (b"1", b"2"))
    )
    seen = []
    for is_refused in (True, False, True, False):
        [received] = lane.pull(name)
        seen.append(received.message.data)
        (lane.refuse if is_refused else lane.acknowledge)(name, received)
    assert seen == [b"1", b"1", b"2", b"2"]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_pull_of_nothing_is_refused(lane: Lane, limit: int) -> None:
    with pytest.raises(InvalidArgument):
        lane.pull(lane.subscription(lane.topic()), limit=limit)


def test_a_deadline_over_ten_minutes_is_refused(lane: Lane) -> None:
    name = lane.subscription(lane.topic())
    with pytest.raises(InvalidArgument):
        lane.subscriber.modify_ack_deadline(
            subscription=name, ack_ids=["x"], ack_deadline_seconds=601
        )


def test_a_stream_sends_no_more_than_its_client_will_hold(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    lane.publish(topic, *(types.PubsubMessage(data=b"%d" % number) for number in range(3)))
    with stream(lane, name, max_outstanding_messages=2) as (responses, to_send):
        first = next(responses)
        assert datas(first) == [b"0", b"1"]
        time.sleep(0.2)
        to_send.put(types.StreamingPullRequest(ack_ids=[first.received_messages[0].ack_id]))
        assert datas(next(responses)) == [b"2"]


def test_a_stream_sends_no_more_bytes_than_its_client_will_hold(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    lane.publish(topic, *(types.PubsubMessage(data=b"x" * 100) for _ in range(3)))
    with stream(lane, name, max_outstanding_bytes=150) as (responses, _):
        assert len(datas(next(responses))) == 2


def test_a_stream_can_refuse_and_lengthen(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    with stream(lane, name, stream_ack_deadline_seconds=1) as (responses, to_send):
        refused = next(responses).received_messages[0].ack_id
        to_send.put(
            types.StreamingPullRequest(
                modify_deadline_ack_ids=[refused], modify_deadline_seconds=[0]
            )
        )
        next(responses)
        sent_at = time.monotonic()
        assert datas(next(responses)) == [b"x"]
        assert 0.95 <= time.monotonic() - sent_at < 5


def test_a_stream_that_breaks_the_rules_is_ended_with_the_reason(lane: Lane) -> None:
    name = lane.subscription(lane.topic())
    with (
        stream(lane, name, stream_ack_deadline_seconds=0) as (responses, _),
        pytest.raises(InvalidArgument, match="deadline"),
    ):
        next(responses)
    with stream(lane, name) as (responses, to_send):
        to_send.put(types.StreamingPullRequest(subscription=name))
        with pytest.raises(InvalidArgument, match="first request"):
            next(responses)


def test_a_stream_ends_with_its_subscription(lane: Lane) -> None:
    name = lane.subscription(lane.topic())
    with stream(lane, name) as (responses, _):
        time.sleep(0.1)
        lane.subscriber.delete_subscription(subscription=name)
        with pytest.raises(NotFound):
            next(responses)
