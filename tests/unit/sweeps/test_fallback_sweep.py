"""What the store would not take comes there in the end, once, whole, and only then leaves us."""

from typing import Final

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.filing import BucketState
from handlers.domain.owners import bucket_name
from handlers.tally import InterruptedSweepError
from tests.component.fallback_sweep import bring_back, sweep
from tests.component.worker_world import HASH_KEY, PREFIX
from tests.unit.sweeps.fallback_world import BUCKET, DOCUMENT, IDENTITY, MEDIA, OWNER, World

NOTHING: Final = {"moved": 0, "deleted": 0, "buckets": 0, "left": 0, "conflicts": 0}


@pytest.fixture
def world() -> World:
    return World()


def test_with_nothing_kept_the_store_is_not_asked(world: World) -> None:
    assert sweep(world) == NOTHING
    assert world.objects.calls == world.buckets.calls == []


def test_objects_are_moved_and_verified_before_the_copy_goes(world: World) -> None:
    world.keep(MEDIA, b"sound")

    assert sweep(world) == NOTHING | {"moved": 1}

    assert world.data(MEDIA) == b"sound"
    assert world.objects.calls == ["facts", "create_from_file", "facts"]
    assert world.fallback.rows == {}


def test_what_is_there_already_is_not_sent_again(world: World) -> None:
    world.keep(MEDIA, b"sound")
    world.put_in_store(MEDIA, b"sound", {})
    world.keep(DOCUMENT, b"of a later attempt")
    world.put_in_store(DOCUMENT, b"of the first attempt", IDENTITY)

    assert sweep(world) == NOTHING | {"moved": 2}

    assert world.objects.uploads == []
    assert world.data(DOCUMENT) == b"of the first attempt"


@pytest.mark.parametrize(
    ("name", "metadata"),
    [(MEDIA, {}), (DOCUMENT, IDENTITY | {"message_id": "1"}), (DOCUMENT, {})],
)
def test_another_object_in_its_place_is_left_alone_and_the_copy_stays(
    world: World, name: str, metadata: dict[str, str]
) -> None:
    world.keep(name, b"ours")
    world.put_in_store(name, b"theirs", metadata)

    assert sweep(world) == NOTHING | {"left": 1, "conflicts": 1}

    assert world.data(name) == b"theirs"
    assert (world.row(name).data, world.row(name).last_error) == (b"ours", "object_conflict")
    (line,) = world.log.named("fallback.conflict")
    assert (line["severity"], line["reason"]) == ("ERROR", "object_conflict")
    assert sweep(world)["conflicts"] == 0
    world.clock.advance(31)
    assert sweep(world)["conflicts"] == 1


def test_another_object_that_comes_in_between_is_a_conflict_too(world: World) -> None:
    world.keep(MEDIA, b"ours")
    world.objects.before_write = lambda name: world.put_in_store(name, b"theirs", {})

    assert sweep(world) == NOTHING | {"left": 1, "conflicts": 1}

    assert world.data(MEDIA) == b"theirs"


@pytest.mark.parametrize("name", [MEDIA, DOCUMENT])
def test_what_arrives_damaged_is_not_believed_and_written_over(world: World, name: str) -> None:
    world.keep(name, b"whole")
    world.objects.damage = lambda data: data[:-1]

    for runs in (1, 2):
        assert sweep(world) == NOTHING | {"left": 1, "conflicts": 1}
        assert len(world.log.named("fallback.conflict")) == runs
        assert world.row(name).data == b"whole"
        world.clock.advance(7200)
    world.objects.damage = lambda data: data

    assert sweep(world) == NOTHING | {"moved": 1}
    assert world.data(name) == b"whole"


@pytest.mark.parametrize(
    "reason",
    [
        RetryReason.STORAGE_UNAVAILABLE,
        RetryReason.STORAGE_THROTTLED,
    ],
)
def test_while_the_store_is_away_nothing_more_is_tried(world: World, reason: RetryReason) -> None:
    for number in range(40):
        world.keep(f"{number}.ogg", b"x")
    world.add_bucket(1, BucketState.CREATING, "person")
    world.objects.away = reason

    assert sweep(world) == NOTHING | {"left": 40}

    # At most one for each mover.
    assert len(world.objects.calls) <= 4
    assert world.buckets.calls == []
    bring_back(world)
    world.clock.advance(60)
    assert sweep(world) == NOTHING | {"moved": 40, "buckets": 1}


REFUSALS: Final = [RetryReason.STORAGE_FORBIDDEN, RetryReason.STORAGE_REFUSED]


@pytest.mark.parametrize("reason", REFUSALS)
def test_a_bucket_that_refuses_rests_for_the_run_and_keeps_nobody_else(
    world: World, reason: RetryReason
) -> None:
    for number in range(40):
        world.keep(f"{number}.ogg", b"x")
    world.clock.advance(1)
    theirs = world.add_bucket(1, BucketState.READY, "person")
    world.buckets.names.add(theirs)
    world.add_bucket(1, BucketState.CREATING, "newcomer")
    for number in range(20):
        world.keep(f"{number}.ogg", b"x", theirs)
    world.objects.closed[BUCKET] = reason

    assert sweep(world) == NOTHING | {"moved": 20, "buckets": 1, "left": 40}

    # At most one for each mover.
    lines = world.log.named("fallback.refused")
    assert 1 <= len(lines) <= 4
    assert {(line["severity"], line["reason"]) for line in lines} == {("WARNING", reason.value)}
    world.objects.closed.clear()
    assert sweep(world)["moved"] == 0
    world.clock.advance(421)
    assert sweep(world) == NOTHING | {"moved": 40}


def test_damaged_bytes_are_an_alarm_and_keep_nobody_else(world: World) -> None:
    world.keep("a.ogg", b"x")
    world.clock.advance(1)
    theirs = world.add_bucket(1, BucketState.READY, "person")
    world.buckets.names.add(theirs)
    world.add_bucket(1, BucketState.CREATING, "newcomer")
    for number in range(5):
        world.keep(f"{number}.ogg", b"x", theirs)
    world.fallback.damaged.add("a.ogg")

    assert sweep(world) == NOTHING | {"moved": 5, "buckets": 1, "left": 1}

    assert world.row("a.ogg").last_error == "fallback_damaged"
    (line,) = world.log.named("fallback.refused")
    assert (line["severity"], line["reason"]) == ("ERROR", "fallback_damaged")


@pytest.mark.parametrize("reason", REFUSALS)
def test_creations_that_are_refused_do_not_keep_the_others(
    world: World, reason: RetryReason
) -> None:
    for owner in "abcdef":
        world.add_bucket(1, BucketState.CREATING, owner)
    for _ in range(4):
        world.buckets.fail_next(RetryableError(reason))

    assert sweep(world)["buckets"] == 2


def test_one_object_that_the_store_never_takes_does_not_keep_the_others(world: World) -> None:
    world.keep("a.ogg", b"poison")
    world.clock.advance(1)
    for number in range(5):
        world.keep(f"{number}.ogg", b"x")

    def refuse_poison(name: str) -> None:
        if name == "a.ogg":
            raise RetryableError(RetryReason.STORAGE_UNAVAILABLE)

    world.objects.before_write = refuse_poison
    for _ in range(3):
        sweep(world)
        world.clock.advance(5)

    assert list(world.fallback.rows) == [(BUCKET, "a.ogg")]


def test_a_bucket_that_is_gone_is_created_again_in_the_same_run(world: World) -> None:
    world.keep(MEDIA, b"sound")
    world.buckets.names.clear()

    assert sweep(world) == NOTHING | {"moved": 1, "buckets": 1}

    assert world.state() is BucketState.READY


def test_absence_is_brought_to_a_store_that_has_the_object_or_not(world: World) -> None:
    world.put_in_store(MEDIA, b"sound", {})
    world.fallback.remove(BUCKET, MEDIA, only_where_kept=False)
    world.fallback.remove(BUCKET, DOCUMENT, only_where_kept=False)

    assert sweep(world) == NOTHING | {"deleted": 2}
    assert world.objects.rows == {}


def test_a_throttled_creation_ends_the_creating(world: World) -> None:
    for owner in "abc":
        world.add_bucket(1, BucketState.CREATING, owner)
    world.buckets.fail_next(RetryableError(RetryReason.STORAGE_THROTTLED))

    assert sweep(world) == NOTHING

    assert world.buckets.calls == ["create"]
    assert sweep(world)["buckets"] == 3


def test_a_creation_that_fails_by_itself_does_not_keep_the_others(world: World) -> None:
    for owner in "abc":
        world.add_bucket(1, BucketState.CREATING, owner)
    world.buckets.fail_next(RetryableError(RetryReason.STORAGE_UNAVAILABLE))

    assert sweep(world)["buckets"] == 2
    assert world.state("a") is BucketState.CREATING


def test_after_three_failed_creations_the_store_is_left_alone(world: World) -> None:
    for owner in "abcdef":
        world.add_bucket(1, BucketState.CREATING, owner)
    world.buckets.away = RetryReason.STORAGE_UNAVAILABLE

    assert sweep(world) == NOTHING
    assert world.buckets.calls == ["create"] * 3


def test_buckets_are_created_one_in_two_seconds_until_the_deadline(world: World) -> None:
    for number in range(20):
        world.add_bucket(1, BucketState.CREATING, f"person-{number}")

    assert sweep(world, seconds=9) == NOTHING | {"buckets": 5}
    assert sum(world.clock.waits) == 8.0


def test_what_waits_for_a_strangers_bucket_goes_to_one_that_is_ready_already(world: World) -> None:
    world.keep(MEDIA, b"sound")
    second = world.add_bucket(2, BucketState.READY)
    world.buckets.names.add(second)
    world.add_bucket(1, BucketState.FOREIGN)

    assert sweep(world) == NOTHING | {"moved": 1}
    assert list(world.objects.rows) == [(second, MEDIA)]


def test_names_are_given_up_after_the_fifth_stranger(world: World) -> None:
    world.keep(MEDIA, b"sound")
    world.add_bucket(1, BucketState.CREATING)
    for generation in range(1, 9):
        name = bucket_name(PREFIX, HASH_KEY, OWNER, generation)
        world.buckets.foreign_names.add(name)

    for _ in range(2):
        assert sweep(world) == NOTHING | {"left": 1}

    assert world.buckets.calls == ["create"] * 5
    assert len(world.log.named("bucket.foreign")) == 5


def test_nothing_is_begun_after_the_deadline(world: World) -> None:
    world.keep(MEDIA, b"sound")

    assert sweep(world, seconds=0) == NOTHING | {"left": 1}
    assert world.objects.calls == []


def test_a_database_that_fails_half_way_leaves_the_counts(world: World) -> None:
    world.keep(MEDIA, b"sound")
    world.fallback.fail_next(RetryableError(RetryReason.DATABASE_BUSY), method="count")

    with pytest.raises(InterruptedSweepError) as raised:
        sweep(world)

    assert raised.value.counts["moved"] == 1
