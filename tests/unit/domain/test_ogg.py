"""How long a recording is, from its pages."""

import struct
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.ogg import ogg_seconds
from tests.unit.domain.media_bytes import ogg_page, opus_file, opus_head, vorbis_head

UNKNOWN: Final = 0xFFFF_FFFF_FFFF_FFFF
VOICE: Final = Path(__file__).parents[3] / "local" / "voice"


def seconds(whole: bytes) -> float | None:
    return ogg_seconds(whole, whole)


@pytest.mark.parametrize(
    ("granule", "pre_skip", "expected"),
    [
        (48_000, 0, 1.0),
        (48_312, 312, 1.0),
        (72_312, 312, 1.5),
        (48_000 * 3600, 0, 3600.0),
        (312, 312, 0.0),
        (100, 312, 0.0),
        (0, 0, 0.0),
    ],
    ids=["one", "pre-skip", "one-and-a-half", "an-hour", "nothing", "less-than-pre-skip", "zero"],
)
def test_opus_counts_at_48_khz_after_its_pre_skip(
    granule: int, pre_skip: int, expected: float
) -> None:
    assert seconds(opus_file(granule, pre_skip=pre_skip)) == expected


@pytest.mark.parametrize(
    ("rate", "granule", "expected"), [(44_100, 88_200, 2.0), (8000, 4000, 0.5)]
)
def test_vorbis_counts_at_its_own_rate(rate: int, granule: int, expected: float) -> None:
    whole = ogg_page(vorbis_head(rate), flags=2) + ogg_page(b"\x00" * 20, granule=granule)

    assert seconds(whole) == expected


def test_the_last_page_counts_that_ends_a_packet() -> None:
    whole = opus_file(48_312) + ogg_page(b"\xfc" * 255, granule=UNKNOWN)

    assert seconds(whole) == 1.0


def test_a_last_page_that_is_cut_leaves_the_one_before() -> None:
    whole = opus_file(48_312) + ogg_page(b"\xfc" * 20, granule=96_312)[:20]

    assert seconds(whole) == 1.0


def test_head_and_tail_may_be_apart() -> None:
    whole = opus_file(480_312)

    assert ogg_seconds(whole[:60], whole[-80:]) == 10.0


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        (b"", b""),
        (opus_file(48_000), b""),
        (b"", opus_file(48_000)),
        (opus_file(48_000)[:39], opus_file(48_000)),
        (ogg_page(vorbis_head(0)), ogg_page(b"", granule=1)),
        (ogg_page(vorbis_head())[:40], ogg_page(b"", granule=1)),
        (ogg_page(b"Speex   1.2"), ogg_page(b"", granule=1)),
        (ogg_page(opus_head()), ogg_page(b"", granule=UNKNOWN)),
        (ogg_page(opus_head()), b"OggS"),
        (b"RIFF....WAVE", b"RIFF....WAVE"),
    ],
    ids=[
        "nothing",
        "no-tail",
        "no-head",
        "cut-opus-head",
        "rate-zero",
        "cut-vorbis-head",
        "speex",
        "no-end-known",
        "cut-page",
        "no-ogg",
    ],
)
def test_where_the_pages_do_not_tell_there_is_no_length(head: bytes, tail: bytes) -> None:
    assert ogg_seconds(head, tail) is None


@pytest.mark.parametrize("path", sorted(VOICE.glob("*.ogg")), ids=lambda path: path.stem)
def test_a_real_voice_note_has_a_plausible_length(path: Path) -> None:
    whole = path.read_bytes()

    found = ogg_seconds(whole[:8192], whole[-65_536:])

    assert found is not None
    assert 0.5 < found < 60


@given(head=st.binary(max_size=80), tail=st.binary(max_size=80), granule=st.integers(0, UNKNOWN))
def test_hostile_pages_give_a_length_or_none(head: bytes, tail: bytes, granule: int) -> None:
    page = b"OggS\x00\x00" + struct.pack("<Q", granule)

    for first, last in ((head, tail), (b"OpusHead" + head, page + tail), (page, page + tail)):
        found = ogg_seconds(first, last)
        assert found is None or found >= 0
