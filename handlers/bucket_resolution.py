"""Finds the bucket that a message goes to, creating it where the owner has none yet."""

from dataclasses import dataclass, field, replace
from typing import Final

from handlers.circuit_breaker import CircuitBreaker
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.fallback import STORE_FAILURES
from handlers.domain.filing import BucketRecord, BucketState, Claimed
from handlers.domain.log_events import LogEvent
from handlers.domain.owners import OwnerId, bucket_name
from handlers.domain.tracing import Trace
from handlers.logs import EventLog, Severity
from handlers.ports.clock import Clock
from handlers.ports.ledger import Ledger
from handlers.ports.storage import Buckets

# Names carry 96 bits of a secret, so even one stranger's bucket is a sign that the key is known.
MAX_GENERATIONS: Final = 5
# A store that throttles or hangs is left alone for so long: only one person in it waits, two
# seconds, and maintenance creates what is missing.
_PAUSE_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketNaming:
    """What the names of people's buckets are made of."""

    prefix: str
    owner_hash_key: bytes = field(repr=False)

    def record(self, owner_id: OwnerId, generation: int) -> BucketRecord:
        """Return a generation of an owner's bucket that nobody has asked for yet."""
        return BucketRecord(
            owner_id=owner_id,
            generation=generation,
            name=bucket_name(self.prefix, self.owner_hash_key, owner_id, generation),
            state=BucketState.CREATING,
        )


class BucketCreator:
    """Creates buckets, and records and says what became of that."""

    def __init__(self, *, ledger: Ledger, buckets: Buckets, log: EventLog) -> None:
        self._ledger = ledger
        self._buckets = buckets
        self._log = log

    def create(self, bucket: BucketRecord, trace: Trace | None = None) -> bool:
        """Return whether the bucket is ready and ours; a stranger's is recorded as such.

        Raises:
            RetryableError: the store did not answer, or throttles.
        """
        creation = self._buckets.create(bucket.name)
        state = BucketState.READY if creation.is_ours else BucketState.FOREIGN
        self._ledger.set_bucket_state(replace(bucket, state=state))
        if creation.was_created:
            self._log.emit(LogEvent.BUCKET_CREATED, trace=trace, generation=bucket.generation)
        if not creation.is_ours:
            self._log.emit(
                LogEvent.BUCKET_FOREIGN,
                Severity.CRITICAL,
                trace=trace,
                generation=bucket.generation,
            )
        return creation.is_ours


class BucketResolution:
    """Pins, creates and checks buckets; never waits longer than one creation may take."""

    def __init__(  # noqa: PLR0913 - one parameter for each collaborator
        self,
        *,
        ledger: Ledger,
        buckets: Buckets,
        prefix: str,
        owner_hash_key: bytes,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._ledger = ledger
        self._creator = BucketCreator(ledger=ledger, buckets=buckets, log=log)
        self._naming = BucketNaming(prefix=prefix, owner_hash_key=owner_hash_key)
        self._breaker = CircuitBreaker(clock=clock, pause_seconds=_PAUSE_SECONDS)

    def resolve(self, claimed: Claimed, trace: Trace | None) -> str:
        """Return the name of the owner's bucket, which is not a stranger's as far as we know.

        Where the store does not answer it may not be there yet: its objects go to the fallback.

        Raises:
            RetryableError: the ledger failed, or every name we tried is a stranger's.
        """
        bucket = claimed.bucket
        if bucket is not None and bucket.state is BucketState.READY:
            return bucket.name
        generation = 1 if bucket is None else bucket.generation
        while generation <= MAX_GENERATIONS:
            if bucket is None or bucket.state is BucketState.FOREIGN:
                named = self._naming.record(claimed.owner_id, generation)
                bucket = self._ledger.pin_bucket(claimed.lease, named)
            if bucket.state is BucketState.READY:
                return bucket.name
            if bucket.state is BucketState.CREATING and self._may_use(bucket, trace):
                return bucket.name
            bucket = replace(bucket, state=BucketState.FOREIGN)
            generation = bucket.generation + 1
        raise RetryableError(RetryReason.BUCKET_UNAVAILABLE)

    def _may_use(self, bucket: BucketRecord, trace: Trace | None) -> bool:
        if not self._breaker.allows():
            return True
        try:
            is_ours = self._creator.create(bucket, trace)
        except RetryableError as error:
            if error.reason not in STORE_FAILURES:
                raise
            self._breaker.failed()
            return True
        self._breaker.succeeded()
        return is_ours
