"""Makes attachments of a given size."""

import os
from fractions import Fraction
from pathlib import Path

import av

_RATE = 48_000
_SAMPLES = 960
# The highest that Opus takes: a large file in few minutes, below the longest that is transcribed.
_BIT_RATE = 510_000
_NOISE_FRAMES = 50


def write_voice_note(path: Path, byte_count: int) -> float:
    """Write noise as OGG/Opus, at least so many bytes of it; return its seconds."""
    noise = [os.urandom(4 * _SAMPLES) for _ in range(_NOISE_FRAMES)]
    frames = byte_count * 8 * _RATE // (_BIT_RATE * _SAMPLES) + 1
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=_RATE, layout="stereo")
        stream.bit_rate = _BIT_RATE
        # Speed matters here, the noise's quality does not.
        stream.options = {"compression_level": "0", "vbr": "off"}
        for count in range(frames):
            frame = av.AudioFrame(format="s16", layout="stereo", samples=_SAMPLES)
            frame.planes[0].update(noise[count % _NOISE_FRAMES])
            frame.rate = _RATE
            frame.time_base = Fraction(1, _RATE)
            frame.pts = count * _SAMPLES
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return frames * _SAMPLES / _RATE


def write_document(path: Path, byte_count: int) -> None:
    """Write a file that begins like a PDF and is so large."""
    block = os.urandom(1 << 20)
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        while file.tell() < byte_count:
            file.write(block)
