"""The spool is loaded with the first delivery that needs it, within that delivery's budget."""

from handlers.ports.spool import Spool
from handlers.wiring.webhook import LazySpool
from tests.fakes.clock import FakeClock
from tests.fakes.spool import FakeSpool


class World:
    def __init__(self, *, loading_seconds: float) -> None:
        self.clock = FakeClock()
        self.fake = FakeSpool()
        self.builds = 0
        self._loading_seconds = loading_seconds
        self.spool = LazySpool(build=self._build, monotonic=self.clock.monotonic)

    def _build(self) -> Spool:
        self.builds += 1
        self.clock.advance(self._loading_seconds)
        return self.fake

    def put(self, name: str) -> float:
        self.spool.put(name, b"body", {"v": "1"}, budget_seconds=2.0)
        return self.fake.rows[name].budget_seconds


def test_nothing_is_loaded_before_it_is_needed() -> None:
    assert World(loading_seconds=1).builds == 0


def test_the_first_delivery_pays_for_the_loading_out_of_its_budget() -> None:
    world = World(loading_seconds=0.75)

    assert world.put("spool/1") == 1.25
    assert world.put("spool/2") == 2.0
    assert world.builds == 1


def test_it_is_the_spool() -> None:
    world = World(loading_seconds=0)
    world.put("spool/2")
    world.put("spool/1")

    first, second = world.spool.oldest(limit=9)
    assert [first.name, second.name] == ["spool/1", "spool/2"]
    assert world.spool.read(first) == b"body"
    world.spool.delete(first.name)
    assert world.spool.read(first) is None
