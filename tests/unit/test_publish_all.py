"""Publishing for a sweep: batch after batch, and None means that the broker has confirmed."""

from typing import Final

import pytest
from google.api_core.exceptions import (
    DeadlineExceeded,
    GoogleAPICallError,
    InternalServerError,
    InvalidArgument,
    PermissionDenied,
    ServiceUnavailable,
)
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.pubsub_v1.types import PublishRequest

from handlers.clients.pubsub_publisher import GroupCommitPublisher
from handlers.domain.errors import RetryReason
from tests.unit.publisher_fake import Answer, FailingAnswer, FakePublisherApi, JumpingClock, confirm

TOPIC: Final = "projects/test-project/topics/chatwoot-events"
REFUSED: Final = RetryReason.PUBLISH_REFUSED
TIMEOUT: Final = RetryReason.PUBLISH_TIMEOUT


class World:
    def __init__(self, answer: Answer = confirm) -> None:
        self.clock = JumpingClock()
        self.api = FakePublisherApi(answer)
        self.publisher = GroupCommitPublisher(
            client=self.api, topic_path=TOPIC, monotonic=self.clock
        )

    def publish(self, *bodies: bytes, budget: float = 30.0) -> list[RetryReason | None]:
        return self.publisher.publish_all([(body, {}) for body in bodies], budget_seconds=budget)


def numbered(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


def sent(api: FakePublisherApi) -> list[bytes]:
    return [message.data for request in api.requests for message in request.messages]


def test_nothing_to_publish_asks_nothing_of_the_broker() -> None:
    world = World()

    assert world.publish() == []
    assert world.api.requests == []


def test_everything_confirmed_is_none_in_the_order_given() -> None:
    world = World()

    reasons = world.publisher.publish_all(
        [(b"a", {"v": "1"}), (b"b", {"v": "2"})], budget_seconds=30.0
    )

    assert reasons == [None, None]
    (request,) = world.api.requests
    assert request.topic == TOPIC
    assert [(m.data, dict(m.attributes)) for m in request.messages] == [
        (b"a", {"v": "1"}),
        (b"b", {"v": "2"}),
    ]


def test_at_most_a_hundred_messages_share_a_request() -> None:
    world = World()

    assert world.publish(*numbered(250)) == [None] * 250
    assert world.api.sizes == [100, 100, 50]
    assert sent(world.api) == numbered(250)


def test_at_most_eight_megabytes_share_a_request() -> None:
    world = World()
    bodies = [b"a" * 3_000_000, b"b" * 5_000_000, b"c" * 8_100_000, b"d"]

    assert world.publish(*bodies) == [None] * 4
    assert world.api.sizes == [2, 1, 1]


def test_all_requests_share_one_budget() -> None:
    def slow(request: PublishRequest, timeout: float) -> list[str]:
        world.clock.seconds += 4.0
        return confirm(request, timeout)

    world = World(slow)

    reasons = world.publish(*numbered(350), budget=10.0)

    assert world.api.timeouts == [10.0, 6.0, 2.0]
    assert reasons == [None] * 300 + [TIMEOUT] * 50


@pytest.mark.parametrize("budget", [0.0, -1.0])
def test_without_a_budget_nothing_is_sent(budget: float) -> None:
    world = World()

    assert world.publish(*numbered(150), budget=budget) == [TIMEOUT] * 150
    assert world.api.requests == []


def test_what_a_broker_gave_up_early_is_not_taken_for_confirmed() -> None:
    # It may answer so long before our own deadline, or a hair before it by our clock.
    world = World(FailingAnswer(DeadlineExceeded("slow")))

    assert world.publish(*numbered(150)) == [TIMEOUT] * 150


@pytest.mark.parametrize(
    "error",
    [InternalServerError("down"), PermissionDenied("no"), RefreshError("no token")],
    ids=lambda error: type(error).__name__,
)
def test_a_failure_of_the_broker_is_told_for_each(
    error: GoogleAPICallError | GoogleAuthError,
) -> None:
    world = World(FailingAnswer(error))

    assert world.publish(*numbered(3)) == [RetryReason.PUBLISH_FAILED] * 3


def test_a_batch_that_fails_does_not_spoil_the_next() -> None:
    def second_fails(request: PublishRequest, timeout: float) -> list[str]:
        if request.messages[0].data == b"100":
            raise InternalServerError("once")
        return confirm(request, timeout)

    reasons = World(second_fails).publish(*numbered(250))

    assert reasons == [None] * 100 + [RetryReason.PUBLISH_FAILED] * 100 + [None] * 50


def test_a_connection_that_was_closed_meanwhile_is_tried_once_more() -> None:
    failures = [ServiceUnavailable("connection reset")]

    def answer(request: PublishRequest, timeout: float) -> list[str]:
        if failures:
            raise failures.pop()
        return confirm(request, timeout)

    world = World(answer)

    assert world.publish(b"a", b"b") == [None, None]
    assert world.api.sizes == [2, 2]


def test_one_bad_message_does_not_spoil_the_others() -> None:
    def refuse_bad(request: PublishRequest, timeout: float) -> list[str]:
        if any(message.data == b"bad" for message in request.messages):
            raise InvalidArgument("attribute too long")
        return confirm(request, timeout)

    world = World(refuse_bad)

    assert world.publish(b"a", b"bad", b"b") == [None, REFUSED, None]
    assert world.api.sizes == [3, 1, 1, 1]


def test_of_a_refused_batch_what_no_time_was_left_for_is_not_taken_for_confirmed() -> None:
    def slow_to_refuse(request: PublishRequest, timeout: float) -> list[str]:
        world.clock.seconds += 4.0
        if any(message.data == b"bad" for message in request.messages):
            raise InvalidArgument("attribute too long")
        return confirm(request, timeout)

    world = World(slow_to_refuse)

    assert world.publish(b"a", b"bad", b"b", budget=10.0) == [None, REFUSED, TIMEOUT]


def test_an_answer_with_too_few_ids_confirms_nothing() -> None:
    world = World(lambda request, timeout: confirm(request, timeout)[:-1])

    with pytest.raises(ValueError, match="zip"):
        world.publish(b"a", b"b")


def test_a_sweep_does_not_hold_the_line_of_those_who_publish_one() -> None:
    def answer(request: PublishRequest, timeout: float) -> list[str]:
        if request.messages[0].data == b"sweep":
            assert world.publisher.publish(b"one", {}, budget_seconds=1.0) == "id-one"
        return confirm(request, timeout)

    world = World(answer)

    assert world.publish(b"sweep") == [None]
