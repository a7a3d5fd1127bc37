"""The trace of a request, in the two formats that reach us."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.tracing import Trace, read_trace

TRACE_ID: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN_ID: Final = "00f067aa0ba902b7"
W3C: Final = f"00-{TRACE_ID}-{SPAN_ID}-01"


@pytest.mark.parametrize(
    ("flags", "expected"), [("00", False), ("01", True), ("02", False), ("03", True), ("ff", True)]
)
def test_w3cs_header_is_read(flags: str, expected: bool) -> None:
    assert read_trace(f"00-{TRACE_ID}-{SPAN_ID}-{flags}") == Trace(
        trace_id=TRACE_ID, span_id=SPAN_ID, is_sampled=expected
    )


@pytest.mark.parametrize(
    ("written", "span_id", "is_sampled"),
    [
        (f"{TRACE_ID}/1;o=1", "0000000000000001", True),
        (f"{TRACE_ID}/1;o=0", "0000000000000001", False),
        (f"{TRACE_ID}/255", "00000000000000ff", False),
        (f"{TRACE_ID.upper()}/18446744073709551615;o=1", "ffffffffffffffff", True),
        (f" {TRACE_ID}/0 ", "0000000000000000", False),
    ],
)
def test_googles_header_is_read(written: str, span_id: str, is_sampled: bool) -> None:
    assert read_trace(None, written) == Trace(
        trace_id=TRACE_ID, span_id=span_id, is_sampled=is_sampled
    )


def test_w3cs_header_goes_before_googles() -> None:
    trace = read_trace(W3C, f"{'a' * 32}/1;o=1")

    assert trace is not None
    assert trace.trace_id == TRACE_ID


def test_googles_header_serves_where_w3cs_is_broken() -> None:
    trace = read_trace("00-broken", f"{TRACE_ID}/1")

    assert trace is not None
    assert trace.trace_id == TRACE_ID


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "x",
        f"00-{'0' * 32}-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{'0' * 16}-01",
        f"ff-{TRACE_ID}-{SPAN_ID}-01",
        W3C.upper(),
        W3C + "-extra",
        W3C + "\nX-Injected: 1",
    ],
)
def test_what_is_no_trace_is_none(written: str | None) -> None:
    assert read_trace(written) is None


@pytest.mark.parametrize(
    "written", ["", "/1", f"{'0' * 32}/1", f"{TRACE_ID}/", f"{TRACE_ID}/x", f"{TRACE_ID}/1;o=x"]
)
def test_what_is_no_trace_of_googles_is_none(written: str) -> None:
    assert read_trace(None, written) is None


@given(st.from_regex(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", fullmatch=True))
def test_a_trace_is_carried_on_as_it_came(written: str) -> None:
    trace = read_trace(written)

    assert trace is None or trace.traceparent == written
