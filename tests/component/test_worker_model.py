"""A stateful model of the worker: any order, crashes, late writers, dead letters; one end."""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.component.model.fake_lane import FakeLane
from tests.component.model.machine import WorkerMachine


class _InMemory(WorkerMachine):
    make_lane = FakeLane


def test_whatever_happens_to_the_worker_every_message_ends_as_if_nothing_had() -> None:
    run_state_machine_as_test(
        _InMemory,
        settings=settings(max_examples=300, stateful_step_count=30, deadline=None, print_blob=True),
    )
