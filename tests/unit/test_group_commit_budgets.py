"""Each delivery has its own budget, whoever leads the request that it travels in."""

import threading

import pytest
from google.api_core.exceptions import DeadlineExceeded, ServiceUnavailable
from google.pubsub_v1.types import PublishRequest

from handlers.domain.errors import RetryableError, RetryReason
from tests.unit.publisher_fake import FakePublisherApi, JumpingClock, confirm
from tests.unit.test_group_commit import Crowd, publisher_of, reason_of


def test_a_leader_whose_time_is_up_fails_nobody_else() -> None:
    clock = JumpingClock()
    crowd = Crowd(clock=clock)
    crowd.start("first", budget=10.0)
    late = crowd.start("late", budget=1.0)
    in_time = crowd.start("in-time", budget=10.0)

    clock.seconds += 2.0
    crowd.held.let_go()

    assert reason_of(late) is RetryReason.PUBLISH_TIMEOUT
    assert in_time.result(5) == "id-in-time"
    crowd.close()


def test_a_leader_with_little_time_left_does_not_take_the_others_time() -> None:
    def needs_half_a_second(request: PublishRequest, timeout: float) -> list[str]:
        if timeout < 0.5:
            raise DeadlineExceeded("the broker takes half a second")
        return confirm(request, timeout)

    clock = JumpingClock()
    crowd = Crowd(needs_half_a_second, clock)
    crowd.start("first", budget=10.0)
    crowd.start("hasty", budget=2.0)
    in_time = crowd.start("in-time", budget=10.0)

    clock.seconds += 1.9
    crowd.held.let_go()

    assert in_time.result(5) == "id-in-time"
    crowd.close()


def test_who_is_under_way_when_its_time_is_up_gives_up_and_nobody_else_does() -> None:
    second, under_way = threading.Event(), threading.Event()

    def answer(request: PublishRequest, timeout: float) -> list[str]:
        under_way.set()
        assert second.wait(5)
        return confirm(request, timeout)

    crowd = Crowd(answer)
    crowd.start("first")
    leader = crowd.start("leader")
    hasty = crowd.start("hasty", budget=0.1)
    crowd.held.let_go()
    assert under_way.wait(5)

    assert reason_of(hasty) is RetryReason.PUBLISH_TIMEOUT
    second.set()
    assert leader.result(5) == "id-leader"
    crowd.close()


def test_a_second_try_needs_time_that_is_left() -> None:
    clock = JumpingClock()

    def answer(_request: PublishRequest, timeout: float) -> list[str]:
        clock.seconds += timeout
        raise ServiceUnavailable("after the whole budget")

    api = FakePublisherApi(answer)
    with pytest.raises(RetryableError):
        publisher_of(api, clock).publish(b"body", {}, budget_seconds=1.0)

    assert api.sizes == [1]


def test_the_request_gets_no_more_time_than_its_leader_has() -> None:
    clock = JumpingClock()
    crowd = Crowd(clock=clock)
    first = crowd.start("first", budget=3.0)
    crowd.held.let_go()

    assert first.result(5) == "id-first"
    assert crowd.api.timeouts == [3.0]
    crowd.close()
