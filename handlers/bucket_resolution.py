"""Finds the bucket that a message goes to, creating it where the owner has none yet."""

from dataclasses import replace
from typing import Final

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.filing import BucketRecord, BucketState, Claimed
from handlers.domain.log_events import LogEvent
from handlers.domain.owners import bucket_name
from handlers.domain.tracing import Trace
from handlers.logs import EventLog, Severity
from handlers.ports.ledger import Ledger
from handlers.ports.storage import Buckets

# Names carry 96 bits of a secret, so even one stranger's bucket is a sign that the key is known.
_MAX_GENERATIONS: Final = 5


class BucketResolution:
    """Pins, creates and checks buckets."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        buckets: Buckets,
        prefix: str,
        owner_hash_key: bytes,
        log: EventLog,
    ) -> None:
        self._ledger = ledger
        self._buckets = buckets
        self._prefix = prefix
        self._owner_hash_key = owner_hash_key
        self._log = log

    def resolve(self, claimed: Claimed, trace: Trace | None) -> str:
        """Return the name of the owner's bucket, which is ready and ours.

        Raises:
            RetryableError: the store did not answer, or every name we tried is a stranger's.
        """
        bucket = claimed.bucket
        if bucket is not None and bucket.state is BucketState.READY:
            return bucket.name
        generation = 1 if bucket is None else bucket.generation
        while generation <= _MAX_GENERATIONS:
            if bucket is None or bucket.state is BucketState.FOREIGN:
                bucket = self._ledger.pin_bucket(claimed.lease, self._named(claimed, generation))
            if bucket.state is BucketState.READY:
                return bucket.name
            if bucket.state is BucketState.CREATING and self._create(bucket, trace):
                return bucket.name
            bucket = replace(bucket, state=BucketState.FOREIGN)
            generation = bucket.generation + 1
        raise RetryableError(RetryReason.BUCKET_UNAVAILABLE)

    def recreate(self, claimed: Claimed, trace: Trace | None) -> str:
        """Create a bucket again that we believed ready and that is gone.

        Raises:
            RetryableError: it could not be created, or is no longer ours.
        """
        if claimed.bucket is None or not self._create(claimed.bucket, trace):
            raise RetryableError(RetryReason.BUCKET_UNAVAILABLE)
        return claimed.bucket.name

    def _create(self, bucket: BucketRecord, trace: Trace | None) -> bool:
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

    def _named(self, claimed: Claimed, generation: int) -> BucketRecord:
        return BucketRecord(
            owner_id=claimed.owner_id,
            generation=generation,
            name=bucket_name(self._prefix, self._owner_hash_key, claimed.owner_id, generation),
            state=BucketState.CREATING,
        )
