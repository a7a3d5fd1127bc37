"""Whoever dies, stalls or comes late while sending leaves what the sweep puts right."""

import pytest

from tests.unit.outbox_sending import JOB, QUESTION, SendingWorld


class _CrashError(BaseException):
    """The end of the process."""


def test_whoever_comes_late_finds_the_message_of_the_one_who_was_thought_dead() -> None:
    world = SendingWorld()
    world.decide(QUESTION)

    def stall() -> None:
        """After the post and before its result is recorded, the lease runs out."""
        world.conversations.on_effect = lambda: None
        world.clock.advance(61)
        assert world.sweep()["sent"] == 1

    world.conversations.on_effect = stall
    late = world.send_next()

    assert late is not None
    assert late.reason == "lease_lost"
    assert len(world.conversations.posted) == 1
    assert (world.row().state, world.row().fence) == ("sent", 2)


def test_a_sender_that_wakes_up_after_its_lease_does_not_send() -> None:
    world = SendingWorld()
    world.decide(QUESTION)
    world.outbox.on_effect = lambda: world.clock.advance(58)

    world.send_next()

    assert world.conversations.calls == []


@pytest.mark.parametrize("port", ["outbox", "conversations", "jobs"])
def test_a_crash_after_any_effect_is_repaired_by_the_sweep(port: str) -> None:
    for fail_at in range(3):
        world = SendingWorld()
        effects = iter(range(100))

        def die(effects: object = effects, fail_at: int = fail_at) -> None:
            assert hasattr(effects, "__next__")
            if next(effects) == fail_at:
                raise _CrashError

        failing = {
            "outbox": world.outbox,
            "conversations": world.conversations,
            "jobs": world.jobs,
        }[port]
        ids = world.decide(QUESTION, JOB)
        failing.on_effect = die
        try:
            world.send_now(ids)
        except _CrashError:
            world.clock.advance(61)
        world.sweep()

        assert len(world.conversations.posted) == 1, fail_at
        assert 1 <= len(world.jobs.published) <= 2, fail_at
        assert {row.state for row in world.ledger.tables.outbox} == {"sent"}, fail_at


def test_a_crash_between_decision_and_sending_is_repaired_by_the_sweep() -> None:
    world = SendingWorld()
    world.decide(QUESTION, JOB)

    assert world.sweep() == {"sent": 2, "retried": 0, "failed": 0, "cancelled": 0, "skipped": 0}
    assert world.sweep()["sent"] == 0
