"""The broker's side of a sweep, as a list of batches."""

from collections.abc import Callable, Mapping, Sequence

from handlers.domain.errors import RetryReason
from tests.fakes.failing import FailingPort

Delivery = tuple[bytes, dict[str, str]]


class FakeBatchPublisher(FailingPort):
    """Confirms everything but what `refuse` gives a reason for."""

    def __init__(self, refuse: Callable[[bytes], RetryReason | None] = lambda _: None) -> None:
        super().__init__()
        self.refuse = refuse
        self.batches: list[list[Delivery]] = []
        self.budgets: list[float] = []

    @property
    def confirmed(self) -> list[Delivery]:
        """What the broker holds now, in its order."""
        return [d for batch in self.batches for d in batch if self.refuse(d[0]) is None]

    def publish_all(
        self, deliveries: Sequence[tuple[bytes, Mapping[str, str]]], *, budget_seconds: float
    ) -> list[RetryReason | None]:
        with self._call("publish_all"):
            self.batches.append([(data, dict(attributes)) for data, attributes in deliveries])
            self.budgets.append(budget_seconds)
            return [self.refuse(data) for data, _ in deliveries]
