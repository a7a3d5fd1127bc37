"""What the webhook relies on in a publisher: confirmed within the budget, or an error."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
import requests
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from handlers.clients.publish_call import PublishCall
from handlers.clients.pubsub_publisher import GroupCommitPublisher
from handlers.domain.errors import RetryableError, RetryReason
from handlers.ports.broker import Publisher
from local import processes
from local.official_pubsub import find_emulator, start_emulator
from tests.fakes.publisher import FakePublisher

_TOPIC: Final = "projects/test-project/topics/chatwoot-events"
_SUBSCRIPTION: Final = "projects/test-project/subscriptions/reader"
_ATTRIBUTES: Final = {"v": "1", "source": "webhook"}


@dataclass(slots=True)
class Lane:
    """A broker with our topic, and a reader of it."""

    call: PublishCall
    subscriber: SubscriberClient
    control: str | None
    requests: list[Any] = field(default_factory=list)

    def publish(self, request: Any, *, timeout: float) -> Any:  # noqa: ANN401 - as the port says
        """Stand in for the call and keep what went through."""
        self.requests.append(request)
        return self.call.publish(request, timeout=timeout)

    def publisher(self, topic: str = _TOPIC) -> GroupCommitPublisher:
        return GroupCommitPublisher(client=self, topic_path=topic, monotonic=time.monotonic)

    def received(self, count: int) -> list[tuple[bytes, dict[str, str]]]:
        found: list[tuple[bytes, dict[str, str]]] = []
        while len(found) < count:
            answer = self.subscriber.pull(
                request={"subscription": _SUBSCRIPTION, "max_messages": 100}, timeout=10
            )
            messages = answer.received_messages
            found += [(m.message.data, dict(m.message.attributes)) for m in messages]
            ids = [m.ack_id for m in messages]
            self.subscriber.acknowledge(request={"subscription": _SUBSCRIPTION, "ack_ids": ids})
        return found

    def fail(self, **fault: Any) -> None:  # noqa: ANN401 - JSON
        if self.control is None:
            pytest.skip("the official emulator takes no orders to fail")
        answer = requests.post(f"{self.control}/faults", data=json.dumps(fault), timeout=5)
        answer.raise_for_status()


@pytest.fixture(scope="module", params=["own", "official"])
def broker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lane]:
    log: Path = tmp_path_factory.mktemp("pubsub") / "pubsub.log"
    if request.param == "own":
        command = [sys.executable, "-m", "local.pubsub", "--host", "127.0.0.1", "--port", "0"]
        child = processes.start(command, log=log, ready_timeout=20)
        port, control = child.port, f"http://127.0.0.1:{child.ready['control_port']}"
    else:
        if (jar := find_emulator()) is None:
            pytest.skip("the official Pub/Sub emulator is not here")
        port, control = processes.free_port(), ""
        child = start_emulator(jar, port=port, log=log)
    with child, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        transport = PublisherGrpcTransport(channel=channel)
        client = PublisherClient(transport=transport)
        reader = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        client.create_topic(name=_TOPIC)
        reader.create_subscription(request={"name": _SUBSCRIPTION, "topic": _TOPIC})
        yield Lane(PublishCall(transport), reader, control or None)


@pytest.fixture
def lane(broker: Lane) -> Iterator[Lane]:
    broker.requests.clear()
    yield broker
    if broker.control is not None:
        requests.delete(f"{broker.control}/faults", timeout=5)


def _publish(publisher: Publisher, data: bytes = b"x", budget_seconds: float = 5) -> str:
    return publisher.publish(data, _ATTRIBUTES, budget_seconds=budget_seconds)


def test_the_fake_confirms_with_an_id_of_its_own_for_each() -> None:
    fake = FakePublisher()

    assert len({_publish(fake), _publish(fake)}) == 2
    fake.fail_after_next(RetryableError(RetryReason.PUBLISH_TIMEOUT))
    with pytest.raises(RetryableError):
        _publish(fake)
    assert len(fake.published) == 3


def test_a_delivery_reaches_the_topic_as_it_is(lane: Lane) -> None:
    body = bytes(range(256))

    message_id = _publish(lane.publisher(), body)

    assert message_id
    assert lane.received(1) == [(body, _ATTRIBUTES)]


def test_deliveries_at_once_share_requests_and_each_is_confirmed(lane: Lane) -> None:
    publisher, count = lane.publisher(), 40
    bodies = [f"delivery {number}".encode() for number in range(count)]
    start = threading.Barrier(8)

    def publish(body: bytes) -> str:
        return _publish(publisher, body)

    with ThreadPoolExecutor(8, initializer=start.wait) as threads:
        ids = list(threads.map(publish, bodies))

    assert len(set(ids)) == count
    assert sorted(body for body, _ in lane.received(count)) == sorted(bodies)
    assert len(lane.requests) <= count


def test_what_waited_while_the_line_was_taken_goes_in_one_request(lane: Lane) -> None:
    publisher = lane.publisher()
    lane.fail(method="Publish", delay_seconds=0.4)

    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(_publish, publisher, b"first")
        threading.Event().wait(0.1)
        others = [threads.submit(_publish, publisher, b"other") for _ in range(7)]
        ids = {first.result(), *(other.result() for other in others)}

    assert len(ids) == 8
    assert [len(request.messages) for request in lane.requests] == [1, 7]
    lane.received(8)


def test_a_topic_that_is_not_there_is_an_error_and_not_a_wait(lane: Lane) -> None:
    began = time.monotonic()

    with pytest.raises(RetryableError, match="publish_failed"):
        _publish(lane.publisher("projects/test-project/topics/none"))

    assert time.monotonic() - began < 1


def test_a_message_that_the_broker_refuses_does_not_spoil_its_companions(lane: Lane) -> None:
    publisher = lane.publisher()
    lane.fail(method="Publish", delay_seconds=0.3)

    def publish(attributes: dict[str, str]) -> str | None:
        try:
            return publisher.publish(b"x", attributes, budget_seconds=5)
        except RetryableError:
            return None

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(publish, _ATTRIBUTES)
        threading.Event().wait(0.1)
        wishes = [_ATTRIBUTES, {"too_long": "x" * 1025}, _ATTRIBUTES]
        results = [threads.submit(publish, wish) for wish in wishes]
        answers = [bool(result.result()) for result in results]

    assert first.result() is not None
    assert answers == [True, False, True]
    lane.received(3)


@pytest.mark.parametrize("code", ["INTERNAL", "PERMISSION_DENIED", "ABORTED", "UNKNOWN"])
def test_a_broker_that_fails_is_asked_once(lane: Lane, code: str) -> None:
    lane.fail(method="Publish", code=code)

    with pytest.raises(RetryableError, match="publish_failed"):
        _publish(lane.publisher())

    assert len(lane.requests) == 1


def test_a_connection_that_was_found_closed_is_tried_once_more(lane: Lane) -> None:
    lane.fail(method="Publish", code="UNAVAILABLE")
    assert _publish(lane.publisher(), b"second try")
    assert len(lane.requests) == 2

    lane.requests.clear()
    lane.fail(method="Publish", code="UNAVAILABLE", times=2)
    with pytest.raises(RetryableError, match="publish_failed"):
        _publish(lane.publisher())
    assert len(lane.requests) == 2


def test_a_slow_broker_is_waited_for_no_longer_than_the_budget(lane: Lane) -> None:
    lane.fail(method="Publish", delay_seconds=2)
    began = time.monotonic()

    with pytest.raises(RetryableError, match="publish_timeout"):
        _publish(lane.publisher(), budget_seconds=0.3)

    assert time.monotonic() - began < 0.6


def test_who_waits_behind_a_slow_request_keeps_to_their_own_budget(lane: Lane) -> None:
    publisher = lane.publisher()
    lane.fail(method="Publish", delay_seconds=1.2)
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(_publish, publisher, b"slow", 3)
        threading.Event().wait(0.1)
        began = time.monotonic()
        with pytest.raises(RetryableError, match="publish_timeout"):
            _publish(publisher, b"late", 0.3)
        assert time.monotonic() - began < 0.6
        assert slow.result()

    # Earlier tests leave copies of what the broker took after they had given up.
    found: list[bytes] = []
    while b"slow" not in found:
        found += [body for body, _ in lane.received(1)]
    assert b"late" not in found


def test_a_broker_that_is_away_is_an_error_within_the_budget() -> None:
    with grpc.insecure_channel("127.0.0.1:9") as channel:
        call = PublishCall(PublisherGrpcTransport(channel=channel))
        publisher = GroupCommitPublisher(client=call, topic_path=_TOPIC, monotonic=time.monotonic)
        began = time.monotonic()
        with pytest.raises(RetryableError, match="publish_"):
            _publish(publisher, budget_seconds=1)

    assert time.monotonic() - began < 1.5
