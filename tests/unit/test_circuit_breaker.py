"""A service that failed is left alone for a while, and then asked by one caller first."""

from handlers.circuit_breaker import CircuitBreaker
from tests.fakes.clock import FakeClock


def make() -> tuple[CircuitBreaker, FakeClock]:
    clock = FakeClock()
    return CircuitBreaker(clock=clock, pause_seconds=10), clock


def test_everybody_may_try_until_one_fails() -> None:
    breaker, _ = make()
    assert [breaker.allows(), breaker.allows()] == [True, True]

    breaker.failed()

    assert [breaker.allows(), breaker.allows()] == [False, False]


def test_after_the_pause_one_goes_first_and_the_others_wait_for_it() -> None:
    breaker, clock = make()
    breaker.failed()
    clock.advance(10)

    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.succeeded()
    assert [breaker.allows(), breaker.allows()] == [True, True]


def test_one_who_went_first_and_failed_begins_a_new_pause() -> None:
    breaker, clock = make()
    breaker.failed()
    clock.advance(10)
    assert breaker.allows()
    clock.advance(5)
    breaker.failed()
    clock.advance(9)

    assert not breaker.allows()
    clock.advance(1)
    assert breaker.allows()


def test_one_who_went_first_and_never_came_back_is_followed_by_another() -> None:
    breaker, clock = make()
    breaker.failed()
    clock.advance(10)
    assert breaker.allows()

    clock.advance(10)

    assert [breaker.allows(), breaker.allows()] == [True, False]


def test_a_service_that_asks_for_a_longer_pause_gets_it_and_a_shorter_one_is_not_taken() -> None:
    breaker, clock = make()
    breaker.failed(asked_seconds=25)
    clock.advance(24)
    assert not breaker.allows()
    clock.advance(1)
    assert breaker.allows()

    breaker.failed(asked_seconds=1)
    clock.advance(9)
    assert not breaker.allows()
