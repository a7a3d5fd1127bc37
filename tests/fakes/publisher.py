"""The broker's side of the webhook, as a list."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.fakes.failing import FailingPort


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One message that the broker holds."""

    message_id: str
    data: bytes
    attributes: dict[str, str]
    budget_seconds: float


class FakePublisher(FailingPort):
    """Confirms everything at once."""

    def __init__(self) -> None:
        super().__init__()
        self.published: list[Published] = []

    def publish(self, data: bytes, attributes: Mapping[str, str], *, budget_seconds: float) -> str:
        with self._call("publish"):
            message = Published(
                message_id=str(len(self.published) + 1),
                data=data,
                attributes=dict(attributes),
                budget_seconds=budget_seconds,
            )
            self.published.append(message)
            return message.message_id
