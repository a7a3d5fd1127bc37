"""The state machine: what may happen next, and what must be true at every step and in the end."""

from collections.abc import Callable
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from typing_extensions import override

from handlers.domain.errors import RetryableError, RetryReason
from tests.component.model.deliveries import EVENTS, end_state, is_stub
from tests.component.model.interruptions import CrashError, lost_answer
from tests.component.model.lane import Lane
from tests.component.model.run import WorkerRun
from tests.component.worker_world import BUCKET

_INDEX = st.integers(0, 9)
_EFFECTS = st.integers(1, 12)
_TOGETHER = [["50001"], ["50002"], ["50002", "50003"], list(EVENTS)]
_FAILURES: dict[tuple[str, str], RetryReason] = {
    ("ledger", "claim"): RetryReason.DATABASE_UNAVAILABLE,
    ("ledger", "finish"): RetryReason.DATABASE_BUSY,
    ("buckets", "create"): RetryReason.STORAGE_THROTTLED,
    ("objects", "create"): RetryReason.STORAGE_UNAVAILABLE,
    ("objects", "create_from_file"): RetryReason.STORAGE_UNAVAILABLE,
    ("downloads", "fetch"): RetryReason.MEDIA_UNAVAILABLE,
    ("transcriber", "transcribe"): RetryReason.TRANSCRIPTION_THROTTLED,
}
_MOST_STALLED = 2


def has_queue(machine: "WorkerMachine") -> bool:
    return bool(machine.run.queue)


def may_stall(machine: "WorkerMachine") -> bool:
    return has_queue(machine) and len(machine.run.stalled) < _MOST_STALLED


class WorkerMachine(RuleBasedStateMachine):
    """Whatever happens in whatever order, every message ends as if nothing had happened."""

    make_lane: ClassVar[Callable[[], Lane]]

    def __init__(self) -> None:
        super().__init__()
        self.run = WorkerRun(type(self).make_lane())
        self.messages = list(EVENTS)

    @initialize(messages=st.sampled_from(_TOGETHER))
    def choose(self, messages: list[str]) -> None:
        """Few messages meet each other's late workers more often than many."""
        self.messages = messages

    @rule(data=st.data())
    def chatwoot_sends(self, data: st.DataObject) -> None:
        message = data.draw(st.sampled_from(self.messages))
        event = data.draw(st.sampled_from(list(EVENTS[message])))
        self.run.send(message, event)

    @precondition(has_queue)
    @rule(index=_INDEX, is_kept=st.booleans())
    def a_worker_gets_a_delivery(self, index: int, *, is_kept: bool) -> None:
        self.run.deliver(index, is_kept=is_kept)

    @precondition(has_queue)
    @rule(index=_INDEX, effects=_EFFECTS)
    def a_worker_crashes(self, index: int, effects: int) -> None:
        self.run.deliver_to_interrupted(index, effects, CrashError())

    @precondition(has_queue)
    @rule(index=_INDEX, effects=_EFFECTS)
    def an_answer_is_lost(self, index: int, effects: int) -> None:
        self.run.deliver_to_interrupted(index, effects, lost_answer())

    @precondition(may_stall)
    @rule(index=_INDEX, effects=_EFFECTS, is_thought_dead=st.booleans())
    def a_worker_stalls(self, index: int, effects: int, *, is_thought_dead: bool) -> None:
        self.run.deliver_to_stalled(index, effects)
        if is_thought_dead:
            self.run.lane.end_leases()

    @precondition(may_stall)
    @rule(index=_INDEX, effects=_EFFECTS, data=st.data())
    def a_worker_thought_dead_writes_late(
        self, index: int, effects: int, data: st.DataObject
    ) -> None:
        message = self.run.pick(index).message_id
        self.run.deliver_to_stalled(index, effects)
        self.run.lane.end_leases()
        event = data.draw(st.sampled_from(list(EVENTS[message])))
        self.run.send(message, event)
        if self.run.queue:
            self.run.deliver(-1)
        if self.run.stalled:
            self.run.resume(0, -1)

    @precondition(lambda machine: bool(machine.run.stalled))
    @rule(index=_INDEX, effects=_EFFECTS)
    def a_stalled_worker_goes_on(self, index: int, effects: int) -> None:
        self.run.resume(effects, index)

    @rule()
    def leases_end(self) -> None:
        self.run.lane.end_leases()

    @rule(where=st.sampled_from(sorted(_FAILURES)))
    def the_next_call_fails(self, where: tuple[str, str]) -> None:
        port, method = where
        self.run.worker.ports[port].fail_next(RetryableError(_FAILURES[where]), method=method)

    @rule(is_due=st.booleans())
    def maintenance_runs(self, *, is_due: bool) -> None:
        if is_due:
            self.run.lane.make_due()
        self.run.sweep()

    @precondition(has_queue)
    @rule(index=_INDEX)
    def the_broker_gives_up(self, index: int) -> None:
        self.run.give_up(self.run.pick(index))

    @invariant()
    def what_is_stored_has_its_object(self) -> None:
        stored = [m for m in self.run.lane.messages().values() if m.state == "stored"]
        for message in stored:
            assert (BUCKET, message.object_name) in self.run.worker.objects.rows

    @override
    def teardown(self) -> None:
        self.run.come_to_rest()
        check_rest(self.run)


def check_rest(run: WorkerRun) -> None:
    """Compare rows, notes and objects with what the sent events lead to, undisturbed."""
    expected = {message: end_state(message, events) for message, events in run.sent.items()}
    assert {m: row.state for m, row in run.lane.messages().items()} == dict.fromkeys(
        expected, "stored"
    )
    notes = run.lane.notes()
    assert sorted(note.message_id for note in notes) == sorted(expected)
    for note in notes:
        wanted = expected[note.message_id]
        assert (note.content, note.error_details) == (wanted.content, wanted.error_details), note
        assert note.processing_status == "stored"
    names = {name for _, name in run.worker.objects.rows}
    wanted_names = {name for wanted in expected.values() for name in wanted.objects}
    assert names == wanted_names
    for message, wanted in expected.items():
        name = f"whatsapp-messages/2026-08-02/118/{message}.json"
        assert is_stub(run.worker.objects.rows[BUCKET, name].data) == (wanted.content is None)
    assert len(run.worker.transcriber.heard) <= run.most_transcriptions
