"""Publishing from many threads: together where they meet, and nobody waits for another's sake."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import pytest
from google.api_core.exceptions import (
    DeadlineExceeded,
    GoogleAPICallError,
    InternalServerError,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    ServiceUnavailable,
)
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.pubsub_v1.types import PublishRequest

from handlers.clients.pubsub_publisher import GroupCommitPublisher
from handlers.domain.errors import RetryableError, RetryReason
from tests.unit.publisher_fake import Answer, FailingAnswer, FakePublisherApi, HeldAnswer, confirm

TOPIC: Final = "projects/test-project/topics/chatwoot-events"


def publisher_of(
    api: FakePublisherApi, clock: Callable[[], float] = time.monotonic
) -> GroupCommitPublisher:
    return GroupCommitPublisher(client=api, topic_path=TOPIC, monotonic=clock)


def reason_of(future: "Future[str]") -> RetryReason:
    with pytest.raises(RetryableError) as caught:
        future.result(timeout=5)
    return caught.value.reason


class Crowd:
    """Threads that publish while the first request is held."""

    def __init__(self, rest: Answer = confirm, clock: Callable[[], float] = time.monotonic) -> None:
        self.held = HeldAnswer(rest)
        self.api = FakePublisherApi(self.held)
        self.publisher = publisher_of(self.api, clock)
        self._threads = ThreadPoolExecutor(max_workers=160)

    def start(self, data: str, *, budget: float = 5.0, padding: int = 0) -> "Future[str]":
        """Start one publication and wait until it is under way or in line."""
        is_first = not self.api.is_busy.is_set()
        in_line = len(self.publisher._waiting)
        attributes = {"padding": "x" * padding} if padding else {}
        future = self._threads.submit(
            self.publisher.publish, data.encode(), attributes, budget_seconds=budget
        )
        if is_first:
            assert self.api.is_busy.wait(5)
        else:
            while len(self.publisher._waiting) == in_line and not future.done():
                threading.Event().wait(0.0005)
        return future

    def close(self) -> None:
        self.held.let_go()
        self._threads.shutdown()


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    gathered = Crowd()
    yield gathered
    gathered.close()


def test_one_delivery_is_one_request_with_its_attributes() -> None:
    api = FakePublisherApi()

    message_id = publisher_of(api).publish(b"body", {"v": "1", "event": "e"}, budget_seconds=1.0)

    assert message_id == "id-body"
    (request,) = api.requests
    assert request.topic == TOPIC
    assert request.messages[0].data == b"body"
    assert dict(request.messages[0].attributes) == {"v": "1", "event": "e"}
    assert request.messages[0].ordering_key == ""
    assert 0 < api.timeouts[0] <= 1.0


def test_one_after_the_other_each_is_sent_at_once() -> None:
    api = FakePublisherApi()
    publisher = publisher_of(api)

    ids = [publisher.publish(str(n).encode(), {}, budget_seconds=1.0) for n in range(5)]

    assert ids == ["id-0", "id-1", "id-2", "id-3", "id-4"]
    assert api.sizes == [1] * 5


def test_who_comes_while_a_request_is_under_way_goes_together_in_the_next(crowd: Crowd) -> None:
    futures = [crowd.start(name) for name in "abcd"]

    crowd.held.let_go()

    assert [future.result(5) for future in futures] == ["id-a", "id-b", "id-c", "id-d"]
    assert crowd.api.sizes == [1, 3]


def test_a_leader_does_not_wait_for_those_behind_it() -> None:
    second = threading.Event()

    def answer(request: PublishRequest, timeout: float) -> list[str]:
        assert second.wait(5)
        return confirm(request, timeout)

    crowd = Crowd(answer)
    first = crowd.start("first")
    behind = crowd.start("behind")
    crowd.held.let_go()

    assert first.result(5) == "id-first"
    assert not behind.done()
    second.set()
    assert behind.result(5) == "id-behind"
    crowd.close()


def test_at_most_a_hundred_messages_share_a_request(crowd: Crowd) -> None:
    futures = [crowd.start(str(n)) for n in range(151)]

    crowd.held.let_go()

    assert [future.result(5) for future in futures] == [f"id-{n}" for n in range(151)]
    assert crowd.api.sizes == [1, 100, 50]


def test_at_most_eight_megabytes_share_a_request(crowd: Crowd) -> None:
    futures = [crowd.start(name, padding=size) for name, size in zip("abcde", SIZES, strict=True)]

    crowd.held.let_go()

    assert [future.result(5) for future in futures] == [f"id-{name}" for name in "abcde"]
    assert crowd.api.sizes == [1, 2, 1, 1]


SIZES: Final = (1, 3_000_000, 4_900_000, 3_200_000, 8_100_000)


def test_who_waits_longer_than_its_budget_gives_up_and_is_not_sent_later(crowd: Crowd) -> None:
    first = crowd.start("first")
    impatient = crowd.start("impatient", budget=0.03)
    patient = crowd.start("patient")

    assert reason_of(impatient) is RetryReason.PUBLISH_TIMEOUT
    crowd.held.let_go()

    assert (first.result(5), patient.result(5)) == ("id-first", "id-patient")
    sent = [message.data for request in crowd.api.requests for message in request.messages]
    assert sent == [b"first", b"patient"]


def test_the_line_is_free_again_after_everybody_gave_up(crowd: Crowd) -> None:
    first = crowd.start("first")
    impatient = crowd.start("impatient", budget=0.02)
    reason_of(impatient)
    crowd.held.let_go()
    first.result(5)

    assert crowd.publisher.publish(b"later", {}, budget_seconds=1.0) == "id-later"


@pytest.mark.parametrize("budget", [0.0, -1.0])
def test_without_a_budget_nothing_is_sent(budget: float) -> None:
    api = FakePublisherApi()
    publisher = publisher_of(api)

    with pytest.raises(RetryableError) as caught:
        publisher.publish(b"late", {}, budget_seconds=budget)

    assert caught.value.reason is RetryReason.PUBLISH_TIMEOUT
    assert api.requests == []
    assert publisher.publish(b"next", {}, budget_seconds=1.0) == "id-next"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DeadlineExceeded("slow"), RetryReason.PUBLISH_TIMEOUT),
        (InternalServerError("down"), RetryReason.PUBLISH_FAILED),
        (PermissionDenied("no"), RetryReason.PUBLISH_FAILED),
        (NotFound("no topic"), RetryReason.PUBLISH_FAILED),
        (ResourceExhausted("quota"), RetryReason.PUBLISH_FAILED),
        (InvalidArgument("bad"), RetryReason.PUBLISH_REFUSED),
        (RefreshError("no token"), RetryReason.PUBLISH_FAILED),
        (TransportError("no metadata server"), RetryReason.PUBLISH_FAILED),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_failure_of_the_broker_is_retryable(
    error: GoogleAPICallError | GoogleAuthError, expected: RetryReason
) -> None:
    api = FakePublisherApi(FailingAnswer(error))
    with pytest.raises(RetryableError) as caught:
        publisher_of(api).publish(b"body", {}, budget_seconds=1.0)

    assert caught.value.reason is expected
    assert api.sizes == [1]


def test_a_connection_that_was_closed_meanwhile_is_tried_once_more() -> None:
    failures = [ServiceUnavailable("connection reset")]

    def answer(request: PublishRequest, timeout: float) -> list[str]:
        if failures:
            raise failures.pop()
        return confirm(request, timeout)

    api = FakePublisherApi(answer)

    assert publisher_of(api).publish(b"body", {}, budget_seconds=1.0) == "id-body"
    assert api.sizes == [1, 1]
    assert api.timeouts[1] <= api.timeouts[0] <= 1.0


def test_a_broker_that_stays_unavailable_is_not_asked_a_third_time() -> None:
    api = FakePublisherApi(FailingAnswer(ServiceUnavailable("down")))

    with pytest.raises(RetryableError) as caught:
        publisher_of(api).publish(b"body", {}, budget_seconds=1.0)

    assert caught.value.reason is RetryReason.PUBLISH_FAILED
    assert api.sizes == [1, 1]


def test_one_bad_message_does_not_spoil_the_others() -> None:
    def answer(request: PublishRequest, timeout: float) -> list[str]:
        if any(message.data == b"bad" for message in request.messages):
            raise InvalidArgument("attribute too long")
        return confirm(request, timeout)

    crowd = Crowd(answer)
    futures = {name: crowd.start(name) for name in ("first", "a", "bad", "b")}
    crowd.held.let_go()

    assert reason_of(futures.pop("bad")) is RetryReason.PUBLISH_REFUSED
    assert [f.result(5) for f in futures.values()] == ["id-first", "id-a", "id-b"]
    assert crowd.api.sizes == [1, 3, 1, 1, 1]
    crowd.close()


def too_few(request: PublishRequest, timeout: float) -> list[str]:
    return confirm(request, timeout)[:-1]


@pytest.mark.parametrize(
    "answer", [FailingAnswer(ValueError("unforeseen")), too_few], ids=["raises", "answers-too-few"]
)
def test_what_nobody_foresaw_hangs_nobody(answer: Answer) -> None:
    crowd = Crowd(answer)
    futures = [crowd.start(name) for name in ("first", "leader", "follower")]
    crowd.held.let_go()

    assert futures[0].result(5) == "id-first"
    with pytest.raises(ValueError, match=r".*"):
        futures[1].result(5)
    assert reason_of(futures[2]) is RetryReason.PUBLISH_FAILED
    with pytest.raises(ValueError, match=r".*"):
        crowd.publisher.publish(b"next", {}, budget_seconds=1.0)
    crowd.close()


def test_many_threads_each_get_their_own_confirmation() -> None:
    api = FakePublisherApi()
    publisher = publisher_of(api)

    def publish(name: str) -> str:
        return publisher.publish(name.encode(), {}, budget_seconds=5.0)

    names = [str(n) for n in range(400)]
    with ThreadPoolExecutor(max_workers=8) as threads:
        ids = list(threads.map(publish, names))

    assert ids == [f"id-{name}" for name in names]
    assert sum(api.sizes) == 400
