"""What webhook and sweep rely on in the spool, in memory and over Cloud Storage's protocol."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.domain.errors import RetryableError
from handlers.domain.spooling import SpoolEntry, malformed_object_name, spool_object_name
from tests.contract.spool_world import FakeSpoolWorld, SpoolWorld, gcs_spool_world
from tests.fakes.spool import FakeSpool
from tests.local.gcs_server import GcsServer, running_gcs

START: Final = datetime(2026, 8, 2, 9, 0, 0, 482_913, tzinfo=UTC)
ATTRIBUTES: Final = {
    "v": "1",
    "source": "spool",
    "account_id": "7",
    "message_id": "50001",
    "received_at": "2026-08-02T09:00:00.482+00:00",
    "traceparent": f"00-{'a' * 32}-{'b' * 16}-01",
}
GONE: Final = SpoolEntry(name="spool/gone", attributes={})


@pytest.fixture(scope="module")
def gcs() -> Iterator[GcsServer]:
    with running_gcs() as server:
        yield server


@pytest.fixture(params=["fake", "gcs"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[SpoolWorld]:
    if request.param == "fake":
        yield FakeSpoolWorld(spool=FakeSpool())
    else:
        with gcs_spool_world(request.getfixturevalue("gcs"), monkeypatch) as real:
            yield real


def put(world: SpoolWorld, name: str, body: bytes = b"body") -> None:
    world.spool.put(name, body, ATTRIBUTES, budget_seconds=2.0)


def listed(world: SpoolWorld, limit: int = 100) -> list[str]:
    return [entry.name for entry in world.spool.oldest(limit=limit)]


def test_an_empty_spool_has_no_entries(world: SpoolWorld) -> None:
    assert world.spool.oldest(limit=100) == []


def test_what_is_put_comes_back_with_its_attributes(world: SpoolWorld) -> None:
    body = b'{"content": "\xc3\xa9 \x00 \\ud83d"}'

    put(world, "spool/1", body)

    (entry,) = world.spool.oldest(limit=100)
    assert entry == SpoolEntry(name="spool/1", attributes=ATTRIBUTES)
    assert world.spool.read(entry) == body


@pytest.mark.parametrize("body", [b"", b"\x1f\x8b\x08\x00not-gzip", os.urandom(2_000_000)])
def test_the_bytes_are_kept_exactly(world: SpoolWorld, body: bytes) -> None:
    put(world, "spool/1", body)

    assert world.spool.read(world.spool.oldest(limit=1)[0]) == body


@given(
    st.dictionaries(
        st.sampled_from(sorted(ATTRIBUTES)),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    )
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_attributes_may_hold_any_text(world: SpoolWorld, attributes: dict[str, str]) -> None:
    name = f"spool/{os.urandom(8).hex()}"

    world.spool.put(name, b"body", attributes, budget_seconds=2.0)

    found = {entry.name: entry.attributes for entry in world.spool.oldest(limit=1000)}
    assert found[name] == attributes


def test_entries_come_oldest_first_whatever_the_order_they_were_put_in(world: SpoolWorld) -> None:
    names = [
        spool_object_name(START + timedelta(microseconds=offset), token)
        for offset, token in [(0, "f"), (1, "e"), (999, "d"), (86_400_000_000, "a"), (2, "c")]
    ]

    for name in names:
        put(world, name)

    assert listed(world) == [names[0], names[1], names[4], names[2], names[3]]


def test_no_more_than_asked_for_are_listed(world: SpoolWorld) -> None:
    for number in range(5):
        put(world, f"spool/{number}")

    assert listed(world, limit=2) == ["spool/0", "spool/1"]
    assert listed(world, limit=5) == [f"spool/{number}" for number in range(5)]


def test_what_is_malformed_is_kept_and_not_listed(world: SpoolWorld) -> None:
    name = malformed_object_name(START, b"{")
    world.spool.put(name, b"{", {"reason": "not_json"}, budget_seconds=2.0)

    assert listed(world) == []
    assert world.names() == [name]


def test_putting_again_changes_nothing(world: SpoolWorld) -> None:
    put(world, "spool/1", b"first")

    world.spool.put("spool/1", b"second", {"v": "1"}, budget_seconds=2.0)

    (entry,) = world.spool.oldest(limit=100)
    assert world.spool.read(entry) == b"first"
    assert entry.attributes == ATTRIBUTES


def test_a_put_whose_answer_was_lost_can_be_repeated(world: SpoolWorld) -> None:
    world.lose_next_answer()
    with pytest.raises(RetryableError, match="storage_unavailable"):
        put(world, "spool/1")

    put(world, "spool/1")

    assert world.names() == ["spool/1"]


def test_a_put_that_failed_leaves_nothing(world: SpoolWorld) -> None:
    world.fail_next()
    with pytest.raises(RetryableError, match="storage_unavailable"):
        put(world, "spool/1")

    assert world.names() == []


def test_what_another_sweep_took_already_reads_as_nothing(world: SpoolWorld) -> None:
    assert world.spool.read(GONE) is None


def test_what_is_deleted_is_gone_and_may_be_deleted_again(world: SpoolWorld) -> None:
    put(world, "spool/1")
    put(world, "spool/2")

    world.spool.delete("spool/1")
    world.spool.delete("spool/1")

    assert listed(world) == ["spool/2"]


def test_a_deletion_whose_answer_was_lost_can_be_repeated(world: SpoolWorld) -> None:
    put(world, "spool/1")
    world.lose_next_answer()
    with pytest.raises(RetryableError, match="storage_unavailable"):
        world.spool.delete("spool/1")

    world.spool.delete("spool/1")

    assert world.names() == []


@pytest.mark.parametrize("what", ["oldest", "read"])
def test_a_store_that_fails_is_not_an_empty_spool(world: SpoolWorld, what: str) -> None:
    put(world, "spool/1")
    (entry,) = world.spool.oldest(limit=1)
    world.fail_next()

    with pytest.raises(RetryableError, match="storage_unavailable"):
        world.spool.oldest(limit=1) if what == "oldest" else world.spool.read(entry)
