"""Buckets as names, ours or a stranger's."""

from handlers.domain.errors import RetryableError, RetryReason
from handlers.ports.storage import BucketCreation
from tests.fakes.failing import FailingPort


class FakeBuckets(FailingPort):
    """Creates what is not there yet; strangers' buckets are put in by the test."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.foreign_names: set[str] = set()
        self.away: RetryReason | None = None
        """Why every creation fails, while it does."""

    def create(self, name: str) -> BucketCreation:
        with self._call("create"):
            if self.away is not None:
                raise RetryableError(self.away)
            if name in self.foreign_names:
                return BucketCreation(is_ours=False)
            was_created = name not in self.names
            self.names.add(name)
            return BucketCreation(is_ours=True, was_created=was_created)
