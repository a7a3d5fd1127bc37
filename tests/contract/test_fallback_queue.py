"""What maintenance relies on in the fallback: in memory, in Postgres, and through a pooler."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from handlers.domain.fallback import FallbackMode
from handlers.domain.filing import BucketState
from handlers.domain.message_state import join
from tests.contract.fallback_calls import IDENTITY, LEASE, keep_document, keep_media, take, taken
from tests.contract.fallback_world import BUCKET, FallbackWorld, fallback_world, foreign, record
from tests.contract.ledger_requests import claim_request, claimed, finish_request
from tests.databases import Database, Databases
from tests.factories import make_message


@pytest.fixture(scope="module")
def module_database(databases: Databases) -> Iterator[Database]:
    created = databases.migrated()
    yield created
    databases.drop(created)


@pytest.fixture(params=["fake", "direct", "pgbouncer"])
def world(request: pytest.FixtureRequest) -> Iterator[FallbackWorld]:
    with fallback_world(request.param, request) as made:
        yield made


def test_what_is_due_is_taken_once_and_the_longest_waiting_first(world: FallbackWorld) -> None:
    keep_media(world, b"1", "one")
    world.let_pass(1)
    keep_media(world, b"2", "two")

    assert [taken(world).name, taken(world).name, take(world)] == ["one", "two", None]

    world.let_pass(LEASE + 1)
    again = taken(world)
    assert (again.name, again.attempts) == ("one", 2)


@pytest.mark.parametrize("state", [BucketState.CREATING, BucketState.FOREIGN])
def test_nothing_is_taken_before_its_bucket_is_ready(
    world: FallbackWorld, state: BucketState
) -> None:
    keep_media(world, b"x")
    world.set_bucket(BUCKET, state)
    assert take(world) is None

    world.set_bucket(BUCKET, BucketState.READY)
    assert taken(world).name == "a.ogg"


def test_what_is_settled_is_gone_and_settling_is_repeatable(world: FallbackWorld) -> None:
    keep_media(world, os.urandom(2_000_000))
    held = taken(world)

    assert world.fallback.settle(held)
    assert world.fallback.settle(held)

    assert (world.fallback.count(), world.used_bytes()) == (0, 0)
    assert not world.fallback.read_into(held, io.BytesIO())


def test_what_changed_while_it_was_moved_is_not_settled_and_due_again(world: FallbackWorld) -> None:
    keep_media(world, b"words")
    held = taken(world)
    world.fallback.remove(BUCKET, "a.ogg", only_where_kept=True)
    # Nobody else may take it while its mover may still be writing.
    assert take(world) is None

    assert not world.fallback.settle(held)

    again = taken(world)
    assert (again.mode, again.generation) == (FallbackMode.ABSENT, held.generation + 1)
    assert world.fallback.settle(again)
    assert world.fallback.count() == 0


def test_a_mover_whose_lease_was_lost_settles_nothing(world: FallbackWorld) -> None:
    keep_media(world, b"words")
    late = taken(world)
    world.let_pass(LEASE + 1)
    assert world.fallback.settle(taken(world))
    # The same name again, and its first generation again.
    world.fallback.remove(BUCKET, "a.ogg", only_where_kept=False)
    held = taken(world)

    assert late.generation == held.generation
    assert world.fallback.settle(late)
    world.fallback.defer(late, reason="late", wait_seconds=0)

    assert world.fallback.count() == 1
    assert take(world) is None


def test_what_is_given_back_waits_and_says_why(world: FallbackWorld) -> None:
    keep_media(world, b"x")
    world.fallback.defer(taken(world), reason="storage_unavailable", wait_seconds=60)
    assert take(world) is None
    row = world.row("a.ogg")
    assert (row["last_error"], row["mode"], row["attempts"]) == ("storage_unavailable", "create", 1)

    world.let_pass(61)
    world.fallback.defer(
        taken(world), reason="checksum_mismatch", wait_seconds=60, has_to_replace=True
    )
    world.let_pass(61)
    assert taken(world).mode is FallbackMode.REPLACE


def test_a_bucket_at_rest_keeps_its_own_objects_only_and_what_failed_goes_last(
    world: FallbackWorld,
) -> None:
    keep_media(world, b"1", "failed")
    failed = taken(world)
    keep_media(world, b"2", "held")
    taken(world)
    keep_media(world, b"3", "neighbour")
    world.set_bucket("ours-2", BucketState.READY, 2)
    world.fallback.keep(
        "ours-2", "other", io.BytesIO(b"4"), content_type="audio/ogg", metadata=None
    )
    world.fallback.defer(failed, reason="storage_forbidden", wait_seconds=30)

    for _ in range(2):
        world.fallback.rest_bucket(BUCKET, seconds=400)

    assert (taken(world).name, take(world)) == ("other", None)
    world.let_pass(380)
    assert take(world) is None
    world.let_pass(21)
    assert [taken(world).name, taken(world).name, take(world)] == ["neighbour", "failed", None]


def test_what_changed_meanwhile_is_given_back_at_once_and_as_it_is(world: FallbackWorld) -> None:
    keep_media(world, b"words")
    held = taken(world)
    world.fallback.remove(BUCKET, "a.ogg", only_where_kept=True)

    world.fallback.defer(held, reason="bucket_unavailable", wait_seconds=60, has_to_replace=True)

    assert taken(world).mode is FallbackMode.ABSENT


def test_buckets_to_be_created_are_listed_oldest_first(world: FallbackWorld) -> None:
    world.set_bucket("new-2", BucketState.CREATING, 2)
    world.set_bucket("new-3", BucketState.CREATING, 3)
    world.set_bucket("foreign-4", BucketState.FOREIGN, 4)

    assert [b.name for b in world.fallback.unready_buckets(limit=9)] == ["new-2", "new-3"]
    assert len(world.fallback.unready_buckets(limit=1)) == 1

    world.fallback.reopen_bucket(BUCKET)
    world.fallback.reopen_bucket("foreign-4")
    assert world.bucket_state(BUCKET) == "creating"
    assert world.bucket_state("foreign-4") == "foreign"


def test_a_strangers_bucket_that_objects_wait_for_is_listed(world: FallbackWorld) -> None:
    keep_media(world, b"x")
    world.set_bucket(BUCKET, BucketState.FOREIGN)

    (found,) = world.fallback.unready_buckets(limit=9)

    assert (found.name, found.state) == (BUCKET, BucketState.FOREIGN)


def test_everything_that_points_to_a_strangers_bucket_is_turned_to_the_next(
    world: FallbackWorld,
) -> None:
    ours = world.set_bucket(BUCKET, BucketState.CREATING)
    message = make_message()
    claim = claimed(world.ledger, claim_request(message))
    assert claim.bucket == ours
    request = finish_request(message, join(claim.state, message))
    world.ledger.finish(
        claim.lease, replace(request, object_path=f"gs://{BUCKET}/{claim.object_name}")
    )
    keep_document(world, b"words", claim.object_name)
    following = record("ours-2", BucketState.CREATING, 2)

    for _ in range(2):
        assert world.fallback.repoint(foreign(ours), following) == following

    assert (world.bucket_state(BUCKET), world.bucket_state("ours-2")) == ("foreign", "creating")
    assert world.row(claim.object_name)["bucket_name"] == "ours-2"
    message_row = world.message()
    assert (message_row["bucket_name"], message_row["bucket_generation"]) == ("ours-2", 2)
    assert world.note_path() == f"gs://ours-2/{claim.object_name}"


def test_the_object_that_is_under_the_next_name_already_stays(world: FallbackWorld) -> None:
    ours = world.set_bucket(BUCKET, BucketState.CREATING)
    following = world.set_bucket("ours-2", BucketState.READY, 2)
    keep_document(world, b"an earlier attempt's words")
    world.fallback.replace(
        "ours-2",
        "m.json",
        b"stub",
        content_type="application/json",
        metadata=IDENTITY,
        only_where_kept=False,
    )

    assert world.fallback.repoint(foreign(ours), following) == following

    assert (world.row("m.json")["mode"], world.used_bytes()) == ("replace", 4)
    assert world.fallback.count() == 1
