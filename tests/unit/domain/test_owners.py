"""Whose data it is, and what their bucket is called."""

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.messages import AccountId
from handlers.domain.owners import (
    OwnerId,
    bucket_name,
    fallback_owner,
    is_bucket_prefix,
    key_canary,
    subkey,
)

KEY: Final = b"k" * 32
OWNER: Final = OwnerId("3e2f5b0c-52f6-4b5f-9b3f-0e2a8f1d7c11")
# https://cloud.google.com/storage/docs/buckets#naming, for names without dots.
GOOGLES_RULE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]")

owners = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).map(OwnerId)
keys = st.binary(min_size=32, max_size=64)
generations = st.integers(1, 1000)
prefixes = st.from_regex(r"[a-z0-9][a-z0-9-]{1,36}", fullmatch=True).filter(is_bucket_prefix)


def test_people_without_a_user_belong_to_their_account() -> None:
    assert fallback_owner("main", AccountId("789")) == "account_789"


def test_another_installation_has_owners_of_its_own() -> None:
    assert fallback_owner("second", AccountId("789")) == "second_account_789"


@given(st.tuples(owners, keys, generations), st.tuples(owners, keys, generations))
def test_owner_key_and_generation_each_make_another_bucket(
    left: tuple[OwnerId, bytes, int], right: tuple[OwnerId, bytes, int]
) -> None:
    def name(owner: OwnerId, key: bytes, generation: int) -> str:
        return bucket_name("pacelane-whatsapp", key, owner, generation)

    assert (name(*left) == name(*right)) == (left == right)


@pytest.mark.parametrize(
    ("key", "owner", "generation"),
    [
        (b"K" * 32, OWNER, 1),
        (KEY, OwnerId(OWNER.upper()), 1),
        (KEY, OwnerId(OWNER + " "), 1),
        (KEY, OWNER, 2),
        (KEY, OwnerId(OWNER + ":1"), 1),
    ],
    ids=["key", "case", "blank", "generation", "colon"],
)
def test_the_smallest_difference_makes_another_bucket(
    key: bytes, owner: OwnerId, generation: int
) -> None:
    ours = bucket_name("pacelane-whatsapp", KEY, OWNER, 1)

    assert bucket_name("pacelane-whatsapp", key, owner, generation) != ours


@given(prefix=prefixes, key=keys, owner=owners, generation=generations)
def test_a_bucket_name_obeys_googles_rules(
    prefix: str, key: bytes, owner: OwnerId, generation: int
) -> None:
    name = bucket_name(prefix, key, owner, generation)

    assert GOOGLES_RULE.fullmatch(name)
    assert len(name) <= 63
    assert "google" not in name
    assert not name.startswith("goog")
    assert name.startswith(f"{prefix}-")


def test_a_bucket_name_does_not_tell_whose_it_is() -> None:
    for owner in (OWNER, OwnerId("account_789")):
        name = bucket_name("pacelane-whatsapp", KEY, owner, 1)

        assert owner not in name
        assert owner.replace("-", "")[:8] not in name


def test_a_bucket_name_holds_at_least_80_bits_nobody_can_guess() -> None:
    secret_part = bucket_name("p1", KEY, OWNER, 1).removeprefix("p1-")

    assert len(secret_part) * 4 >= 80
    assert int(secret_part, base=16)


def test_a_bucket_name_stays_what_it_is() -> None:
    # Buckets exist under this name: another way to make it would lose every one of them.
    name = bucket_name("pacelane-whatsapp", bytes(range(32)), OwnerId("account_789"), 1)

    assert name == "pacelane-whatsapp-ca638d682a4ce34d7538da8d"


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "a",
        "Pacelane",
        "with_underscore",
        "with.dot",
        "-dash-first",
        "goog-whatsapp",
        "my-google-notes",
        "a" * 38,
        "n\u00f6tes",
        "\u0663\u0663\u0663",
        "notes\n",
    ],
)
def test_a_prefix_that_google_would_refuse_is_refused(prefix: str) -> None:
    assert not is_bucket_prefix(prefix)


@pytest.mark.parametrize("prefix", ["p1", "pacelane-whatsapp", "0-9", "a" * 37])
def test_a_prefix_that_leaves_room_is_taken(prefix: str) -> None:
    assert is_bucket_prefix(prefix)
    assert len(bucket_name(prefix, KEY, OWNER, 1)) <= 63


def test_keys_of_different_purposes_tell_nothing_of_each_other() -> None:
    assert len({subkey(KEY, "bucket"), subkey(KEY, "canary"), subkey(KEY, "log"), KEY}) == 4


@given(keys, keys)
def test_the_canary_tells_keys_apart_and_hides_them(left: bytes, right: bytes) -> None:
    assert (key_canary(left) == key_canary(right)) == (left == right)
    assert left.hex() not in key_canary(left)
