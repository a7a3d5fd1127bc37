"""Crashes, lost answers and stalls: what happens to a worker right after an effect."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from handlers.domain.errors import RetryableError, RetryReason
from handlers.outcomes import Outcome
from tests.fakes.failing import FailingPort


class CrashError(BaseException):
    """The end of the process: no handler of the product catches it."""


@dataclass(slots=True)
class Interruptions:
    """Calls, after each effect, what is planned for the thread that had it."""

    plans: dict[int, Callable[[str], None]] = field(default_factory=dict)
    struck: list[str] = field(default_factory=list)
    """The calls after which a failure came."""

    def watch(self, ports: Iterable[FailingPort]) -> None:
        for port in ports:
            port.on_effect = partial(self._happened, port)

    def interrupt(self, after: int, failure: BaseException) -> None:
        """Let this thread's worker meet `failure` after so many effects."""
        counter = iter(range(1, after + 1))

        def plan(call: str) -> None:
            if next(counter, None) == after:
                self.struck.append(call)
                raise failure

        self.plans[threading.get_ident()] = plan

    def end(self) -> None:
        self.plans.pop(threading.get_ident(), None)

    def _happened(self, port: FailingPort) -> None:
        plan = self.plans.get(threading.get_ident())
        if plan is not None:
            plan(port.calls[-1])


def lost_answer() -> RetryableError:
    return RetryableError(RetryReason.DATABASE_UNAVAILABLE)


class StalledWorker:
    """A worker in a thread of its own that goes on only as far as it is let."""

    def __init__(self, work: Callable[[], Outcome], interruptions: Interruptions) -> None:
        self._work = work
        self._interruptions = interruptions
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._left = 0
        self.outcome: Outcome | None = None
        self.has_ended = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def advance(self, effects: int) -> None:
        """Go on for so many effects, then stop after the last; 0 goes on to the end."""
        if self.has_ended:
            return
        self._left = effects
        self._go.release()
        self._stopped.acquire()
        # It ends or it stops; only what has ended may be joined.
        self._join_if_ended()

    def _join_if_ended(self) -> None:
        if self.has_ended:
            self._thread.join()

    def _run(self) -> None:
        self._interruptions.plans[threading.get_ident()] = self._after_effect
        self._go.acquire()
        try:
            self.outcome = self._work()
        finally:
            self._interruptions.end()
            self.has_ended = True
            self._stopped.release()

    def _after_effect(self, _: str) -> None:
        self._left -= 1
        if self._left == 0:
            self._stopped.release()
            self._go.acquire()
