"""A settled id never passes what is not settled, and everything dropped is fed until it ends."""

from datetime import timedelta
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from typing_extensions import override

from handlers.domain.envelope import Source
from handlers.domain.reconciliation import YOUNG, SeenMessage, Settling, Verdict
from tests.fakes.clock import START
from tests.unit.sweeps.reconcile_world import ReconcileWorld

CONVERSATION: Final = 1


def seen(message_id: int, *, minutes_old: float = 30) -> SeenMessage:
    return SeenMessage(
        message_id=message_id,
        created_at=START - timedelta(minutes=minutes_old),
        ignore_reason=None,
        is_deleted=False,
        source=Source.RECONCILE,
    )


def test_it_stops_at_the_first_that_has_no_end_whatever_comes_after() -> None:
    settling = Settling(3)
    verdicts = [Verdict.ENDED, Verdict.IGNORED, Verdict.IN_WORK, Verdict.ENDED]

    settling.take(zip([seen(n) for n in (4, 6, 7, 9)], verdicts, strict=True), now=START)
    settling.take([(seen(12), Verdict.ENDED)], now=START)

    assert (settling.settled_id, settling.is_blocked) == (6, True)


def test_a_young_one_holds_it_back_even_where_it_is_stored() -> None:
    settling = Settling(0).take([(seen(1, minutes_old=9.9), Verdict.ENDED)], now=START)

    assert (settling.settled_id, settling.is_blocked) == (0, True)


def test_what_is_read_again_below_it_changes_nothing() -> None:
    settling = Settling(5).take([(seen(2), Verdict.FEED), (seen(6), Verdict.ENDED)], now=START)

    assert (settling.settled_id, settling.is_blocked) == (6, False)


class SettledId(RuleBasedStateMachine):
    """One conversation, with webhooks lost and late, sweeps at any time, and a slow worker."""

    def __init__(self) -> None:
        super().__init__()
        self.world = ReconcileWorld()
        self.world.chatwoot.open(CONVERSATION)
        self.written: list[int] = []
        self.late: list[int] = []
        self.ended: set[int] = set()

    @rule(fate=st.sampled_from(["lost", "late", "there"]))
    def write(self, fate: str) -> None:
        message_id = self.world.chatwoot.write(CONVERSATION)
        self.written.append(message_id)
        if fate == "there":
            self._arrive(message_id)
        elif fate == "late":
            self.late.append(message_id)

    @rule()
    def a_late_one_arrives(self) -> None:
        if self.late:
            self._arrive(self.late.pop(0))

    @rule(minutes=st.sampled_from([1, 6, 11, 61]))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.advance(60 * minutes)

    @rule()
    def sweep(self) -> None:
        self.world.reconcile()

    @rule()
    def the_queue_is_worked_off(self) -> None:
        self.world.queue_is_worked_off()

    @rule()
    def the_queue_is_lost(self) -> None:
        self.world.publisher.batches.clear()

    @invariant()
    def everything_at_or_below_it_is_old_and_has_ended(self) -> None:
        row = self.world.records.conversations.get(("7", str(CONVERSATION)))
        settled_id = (row.settled_id if row else None) or 0
        below = [each for each in self.written if each <= settled_id]
        assert set(below) <= self.world.stored
        for message_id in below:
            created_at = self.world.ledger.tables.messages["main", "7", str(message_id)].created_at
            assert created_at is not None
            assert created_at <= self.world.clock.now() - YOUNG

    @override
    def teardown(self) -> None:
        for _ in range(2):
            self.world.clock.advance(61 * 60)
            self.world.reconcile()
            self.world.queue_is_worked_off()
        self.world.clock.advance(60)
        self.world.reconcile()
        assert self.world.stored == set(self.written)
        if self.written:
            assert self.world.settled(CONVERSATION) == self.written[-1]

    def _arrive(self, message_id: int) -> None:
        self.world.webhook(CONVERSATION, message_id)()


SettledId.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestSettledId = SettledId.TestCase
