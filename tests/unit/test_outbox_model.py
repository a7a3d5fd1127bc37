"""The life of outgoing messages under every order of decisions, faults, crashes and deletions."""

from collections.abc import Callable

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from typing_extensions import override

from handlers.domain.errors import (
    OutcomeUnknownError,
    RetryableError,
    RetryReason,
    SendReason,
    SendRefusedError,
)
from handlers.domain.messages import MessageId
from handlers.domain.outgoing import OutgoingState
from handlers.tally import InterruptedSweepError
from tests.factories import make_message
from tests.fakes.ledger_rows import OutboxRow
from tests.unit.outbox_sending import SendingWorld, question


class _CrashError(BaseException):
    """The end of the process."""


_UNSENT = st.sampled_from(
    [RetryReason.CHATWOOT_THROTTLED, RetryReason.CHATWOOT_FORBIDDEN, RetryReason.OUT_OF_TIME]
)
_UNKNOWN = st.sampled_from([RetryReason.CHATWOOT_UNAVAILABLE, RetryReason.CHATWOOT_REFUSED])
_ENDED = {state.value for state in OutgoingState} - {"waiting", "sending"}


class OutboxMachine(RuleBasedStateMachine):
    """Chatwoot stores every post, so a second one is seen."""

    @initialize()
    def begin(self) -> None:
        self.world = SendingWorld()
        self.ended: dict[int, tuple[str, str | None]] = {}

    @rule(number=st.integers(0, 3), sends_now=st.booleans())
    def decide(self, number: int, sends_now: bool) -> None:
        """The same cause may be decided again and again, by an update or a redelivery."""
        key = ("main", "7", str(number))
        row = self.world.ledger.tables.messages.get(key)
        if row is not None and row.state == "erased":
            return
        if row is not None:
            row.content_hash = "another"
            row.is_deleted = False
        message = make_message(message_id=MessageId(str(number)))
        ids = self.world.decide(question(f"q{number}"), message=message)
        if sends_now:
            self._run(lambda: self.world.send_now(ids))

    @rule(seconds=st.sampled_from([1, 31, 61, 4000]))
    def wait(self, seconds: int) -> None:
        self.world.clock.advance(seconds)

    @rule()
    def sweep(self) -> None:
        self._run(self.world.sweep)

    @rule(reason=_UNSENT, method=st.sampled_from(["post", "find"]))
    def refuse_next(self, reason: RetryReason, method: str) -> None:
        self.world.conversations.fail_next(RetryableError(reason), method=method)

    @rule(reason=_UNKNOWN, is_stored=st.booleans())
    def lose_next_answer(self, reason: RetryReason, is_stored: bool) -> None:
        error = OutcomeUnknownError(reason)
        if is_stored:
            self.world.conversations.fail_after_next(error, method="post")
        else:
            self.world.conversations.fail_next(error, method="post")

    @rule()
    def conversation_is_gone(self) -> None:
        error = SendRefusedError(SendReason.CONVERSATION_GONE)
        self.world.conversations.fail_next(error, method="post")

    @rule(
        method=st.sampled_from(["take", "settle", "post", "find"]),
        is_after=st.booleans(),
        is_crash=st.booleans(),
    )
    def break_next(self, method: str, is_after: bool, is_crash: bool) -> None:
        """The process dies, or the database does not answer, before or after one step."""
        at_outbox = method in {"take", "settle"}
        port = self.world.outbox if at_outbox else self.world.conversations
        error: BaseException = _CrashError()
        if at_outbox and not is_crash:
            error = RetryableError(RetryReason.DATABASE_UNAVAILABLE)
        (port.fail_after_next if is_after else port.fail_next)(error, method=method)

    @rule(number=st.integers(0, 3), state=st.sampled_from(["deleted", "erased"]))
    def withdraw(self, number: int, state: str) -> None:
        row = self.world.ledger.tables.messages.get(("main", "7", str(number)))
        if row is not None and state == "deleted":
            row.is_deleted = True
        elif row is not None:
            row.state = "erased"

    @rule()
    def stall_after_the_next_post(self) -> None:
        """Whoever posts comes back only after somebody else has had the row."""

        def meanwhile() -> None:
            self.world.conversations.on_effect = lambda: None
            self.world.clock.advance(61)
            self.world.sweep()

        self.world.conversations.on_effect = meanwhile

    @invariant()
    def nothing_goes_out_twice(self) -> None:
        sent = [posted.correlation_id for posted in self.world.conversations.posted]
        assert len(sent) == len(set(sent))

    @invariant()
    def what_is_said_to_be_sent_was_sent(self) -> None:
        sent = {p.correlation_id: p.message_id for p in self.world.conversations.posted}
        for row in self._rows():
            if row.state == "sent":
                assert sent[row.correlation_id] == row.external_id

    @invariant()
    def what_ended_stays_as_it_ended(self) -> None:
        for row in self._rows():
            if row.id in self.ended:
                assert self.ended[row.id] == (row.state, row.reason)
            elif row.state in _ENDED:
                self.ended[row.id] = (row.state, row.reason)

    @invariant()
    def what_surely_was_not_sent_was_not(self) -> None:
        sent = {posted.correlation_id for posted in self.world.conversations.posted}
        for row in self._rows():
            if row.state == "waiting" and not row.is_unknown:
                assert row.correlation_id not in sent

    @override
    def teardown(self) -> None:
        """Once nothing fails any more, everything comes to an end within a few sweeps."""
        self.world.outbox._orders.clear()
        self.world.conversations._orders.clear()
        self.world.conversations.on_effect = lambda: None
        for _ in range(3):
            self.world.clock.advance(4000)
            self.world.sweep()
        self.nothing_goes_out_twice()
        self.what_is_said_to_be_sent_was_sent()
        assert {row.state for row in self._rows()} <= _ENDED

    def _rows(self) -> list[OutboxRow]:
        return self.world.ledger.tables.outbox

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        except (_CrashError, InterruptedSweepError):
            # The process or its sweep is over; the rows stay as they were then.
            return


TestOutboxModel = OutboxMachine.TestCase
TestOutboxModel.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
