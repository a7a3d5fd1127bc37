"""The names under which the spool keeps what the broker would not take."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.spooling import (
    MALFORMED_PREFIX,
    SPOOL_PREFIX,
    malformed_object_name,
    spool_object_name,
)

START: Final = datetime(2026, 8, 2, 9, 0, 0, 482_913, tzinfo=UTC)
moments = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2099, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
tokens = st.text("0123456789abcdef", min_size=32, max_size=32)


def test_a_name_tells_when_the_delivery_came() -> None:
    assert spool_object_name(START, "abc") == "spool/2026-08-02T09:00:00.482913Z-abc"


def test_a_whole_second_is_written_as_long_as_any_other() -> None:
    whole = spool_object_name(START.replace(microsecond=0), "abc")

    assert len(whole) == len(spool_object_name(START, "abc"))


@given(moments, moments, tokens, tokens)
def test_names_sort_by_arrival(
    first: datetime, second: datetime, first_token: str, second_token: str
) -> None:
    earlier, later = sorted([first, second])

    if earlier < later:
        assert spool_object_name(earlier, first_token) < spool_object_name(later, second_token)


@given(moments, tokens, tokens)
def test_two_of_one_moment_are_kept_apart(moment: datetime, first: str, second: str) -> None:
    same = spool_object_name(moment, first) == spool_object_name(moment, second)

    assert same is (first == second)


@given(moments, st.binary(max_size=200), tokens)
def test_the_sweep_never_takes_a_malformed_body_for_a_delivery(
    moment: datetime, body: bytes, token: str
) -> None:
    assert spool_object_name(moment, token).startswith(SPOOL_PREFIX)
    assert malformed_object_name(moment, body).startswith(MALFORMED_PREFIX)
    assert not malformed_object_name(moment, body).startswith(SPOOL_PREFIX)


def test_a_malformed_body_is_kept_once_a_day() -> None:
    name = malformed_object_name(START, b"{")

    assert name == f"malformed/2026-08-02/{hashlib.sha256(b'{').hexdigest()}"
    assert name == malformed_object_name(START + timedelta(hours=14), b"{")
    assert name != malformed_object_name(START + timedelta(hours=16), b"{")
    assert name != malformed_object_name(START, b"[")


@given(st.dates(min_value=date(2020, 1, 1), max_value=date(2099, 12, 31)), st.binary(max_size=99))
def test_the_time_of_day_does_not_matter_to_a_malformed_body(day: date, body: bytes) -> None:
    names = {
        malformed_object_name(datetime.combine(day, moment, tzinfo=UTC), body)
        for moment in (time.min, time(12), time.max)
    }

    assert len(names) == 1
