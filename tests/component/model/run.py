"""One run of the model: a queue, workers that crash and stall, sweeps, and the end."""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence

from handlers.domain.deliveries import InboxRules
from handlers.domain.envelope import Attributes, Source, encode_attributes
from handlers.domain.errors import RetryReason
from handlers.domain.orders.understanding import understand
from handlers.outcomes import Outcome
from handlers.record_dead_letter import RecordDeadLetter
from handlers.sweeps.dead_letters import DeadLetterSweep
from handlers.sweeps.orphans import OrphanSweep
from handlers.sweeps.transcriptions import TranscriptionSweep
from tests.component.model.deliveries import QueuedDelivery, body_of
from tests.component.model.interruptions import CrashError, Interruptions, StalledWorker
from tests.component.model.lane import Lane, ModelWorker, make_model_worker

_MOST_ROUNDS = 12


class WorkerRun:
    """Plays broker, Scheduler and fate; only one worker moves at a time."""

    def __init__(self, lane: Lane) -> None:
        tokens = map(str, itertools.count(1))
        self.lane = lane
        self.worker: ModelWorker = make_model_worker(lane, lambda: next(tokens))
        self.interruptions = Interruptions()
        self.interruptions.watch(self.worker.ports.values())
        self.queue: list[QueuedDelivery] = []
        self.sent: defaultdict[str, set[str]] = defaultdict(set)
        self.stalled: list[tuple[StalledWorker, QueuedDelivery]] = []
        self.given_up: set[str] = set()
        self.late_writers = 0
        self._numbers = itertools.count(1)
        self._dead_letters = RecordDeadLetter(
            installation="main",
            inbox_rules=InboxRules(),
            rules=understand,
            backlog=lane.backlog,
            log=self.worker.log,
        )
        self._sweeps = (
            TranscriptionSweep(
                backlog=lane.backlog, objects=self.worker.objects, publisher=self, clock=lane.clock
            ),
            DeadLetterSweep(backlog=lane.backlog, publisher=self, clock=lane.clock),
        )
        self._orphans = OrphanSweep(
            queue=lane.deleted_media, objects=self.worker.objects, clock=lane.clock
        )

    def send(self, message_id: str, event: str) -> None:
        """Let Chatwoot send an event; the same one twice is two deliveries."""
        self.sent[message_id].add(event)
        self._enqueue(
            body_of(message_id, event),
            encode_attributes(
                Attributes(
                    source=Source.WEBHOOK,
                    account_id="7",
                    message_id=message_id,
                    delivery_id=f"delivery-{next(self._numbers)}",
                )
            ),
        )

    def pick(self, index: int) -> QueuedDelivery:
        return self.queue[index % len(self.queue)]

    def publish_all(
        self, deliveries: Sequence[tuple[bytes, Mapping[str, str]]], *, budget_seconds: float
    ) -> list[RetryReason | None]:
        """Take what a sweep publishes."""
        assert budget_seconds > 0
        for body, attributes in deliveries:
            self._enqueue(body, dict(attributes))
        return [None] * len(deliveries)

    def deliver(self, index: int, *, is_kept: bool = False) -> None:
        """Give a delivery to a worker; the broker may deliver even an acknowledged one again."""
        delivery = self.pick(index)
        outcome = self._receive(delivery)
        self._settle(delivery, outcome, is_kept=is_kept)

    def deliver_to_interrupted(self, index: int, effects: int, failure: BaseException) -> None:
        """Let the worker crash, or lose an answer, after so many effects."""
        delivery = self.pick(index)
        self.interruptions.interrupt(effects, failure)
        outcome: Outcome | None = None
        try:
            outcome = self._receive(delivery)
        except CrashError:
            outcome = None
        finally:
            self.interruptions.end()
        self._settle(delivery, outcome)

    def deliver_to_stalled(self, index: int, effects: int) -> None:
        """Let a worker stop after so many effects; the delivery may go to others meanwhile."""
        delivery = self.pick(index)
        self.late_writers += 1
        stalled = StalledWorker(lambda: self._receive(delivery), self.interruptions)
        self.stalled.append((stalled, delivery))
        self.resume(effects, len(self.stalled) - 1)

    def resume(self, effects: int, index: int = 0) -> None:
        """Let a stalled worker go on, to its end with 0."""
        stalled, delivery = self.stalled[index % len(self.stalled)]
        stalled.advance(effects)
        if stalled.has_ended:
            self.stalled.remove((stalled, delivery))
            self._settle(delivery, stalled.outcome)

    def give_up(self, delivery: QueuedDelivery) -> None:
        """Let the broker hand a delivery to the dead-letter topic."""
        self.given_up.add(delivery.message_id)
        assert self._dead_letters.receive(delivery.request()).http_status == 200
        self.queue.remove(delivery)

    def sweep(self) -> None:
        for sweep in self._sweeps:
            sweep.run(self.lane.clock.monotonic() + 60)
        if not self.stalled:
            # A deletion's media are due after 15 minutes; by then every worker has stopped itself.
            self._orphans.run(self.lane.clock.monotonic() + 60)

    def come_to_rest(self) -> None:
        """Let everybody go on, and deliver and sweep until nothing is left to do."""
        while self.stalled:
            self.resume(0)
        for _ in range(_MOST_ROUNDS):
            self.lane.end_leases()
            self.lane.make_due()
            self.sweep()
            for delivery in list(self.queue):
                self._settle(delivery, self._receive(delivery))
            is_waiting = any(
                message.is_waiting or message.state in {"processing", "dead"}
                for message in self.lane.messages().values()
            )
            if not (self.queue or is_waiting or self.lane.open_letters()):
                return
        raise AssertionError(f"no rest: {self.queue}, {self.lane.messages()}")

    @property
    def most_transcriptions(self) -> int:
        """One, and one more where an answer was lost before it could be written down."""
        deletions = sum("deleted" in events for events in self.sent.values())
        # What was deleted is forgotten, also as the words of an equal recording.
        return 1 + self.interruptions.struck.count("transcribe") + self.late_writers + deletions

    def _receive(self, delivery: QueuedDelivery) -> Outcome:
        return self.worker.use_case.receive(delivery.request())

    def _settle(
        self, delivery: QueuedDelivery, outcome: Outcome | None, *, is_kept: bool = False
    ) -> None:
        self.queue = [
            each.again() if each.number == delivery.number else each
            for each in self.queue
            if each.number != delivery.number
            or is_kept
            or outcome is None
            or outcome.http_status != 200
        ]

    def _enqueue(self, body: bytes, attributes: dict[str, str]) -> None:
        number = next(self._numbers)
        message_id = attributes["message_id"]
        self.queue.append(
            QueuedDelivery(body=body, attributes=attributes, number=number, message_id=message_id)
        )
