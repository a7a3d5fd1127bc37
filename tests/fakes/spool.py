"""The spool as a dict, under the store's own rules: created once, listed by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.domain.spooling import SPOOL_PREFIX, SpoolEntry
from tests.fakes.failing import FailingPort


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledObject:
    """What lies under one name."""

    body: bytes = field(repr=False)
    attributes: dict[str, str]
    budget_seconds: float


class FakeSpool(FailingPort):
    """Keeps the first of every name."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, SpooledObject] = {}

    def put(
        self, name: str, body: bytes, attributes: Mapping[str, str], *, budget_seconds: float
    ) -> None:
        with self._call("put"):
            self.rows.setdefault(
                name,
                SpooledObject(
                    body=body, attributes=dict(attributes), budget_seconds=budget_seconds
                ),
            )

    def oldest(self, *, limit: int) -> list[SpoolEntry]:
        with self._call("oldest"):
            names = sorted(name for name in self.rows if name.startswith(SPOOL_PREFIX))
            return [
                SpoolEntry(name=name, attributes=dict(self.rows[name].attributes))
                for name in names[:limit]
            ]

    def read(self, entry: SpoolEntry) -> bytes | None:
        with self._call("read"):
            found = self.rows.get(entry.name)
            return None if found is None else found.body

    def delete(self, name: str) -> None:
        with self._call("delete"):
            self.rows.pop(name, None)
