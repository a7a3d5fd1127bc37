"""True media types by content: what a file is called or declared as is not believed."""

import codecs
from dataclasses import dataclass
from typing import Final

import filetype

# As many bytes as the longest signature needs.
SNIFF_BYTES: Final = 8192

# Types that have no signature, taken from the declaration because a viewer cannot be misled by
# them: they are shown as text or saved, never run.
_DECLARED: Final = {
    "text/plain": "txt",
    "text/csv": "csv",
    "text/vcard": "vcf",
    "application/json": "json",
}
_OGG_MAGIC: Final = b"OggS"
_OGG_VIDEO_CODECS: Final = (b"\x80theora", b"BBCD\x00")
_FTYP_AUDIO_BRANDS: Final = (b"M4A ", b"M4B ", b"M4P ", b"F4A ")
# What OpenAI's speech endpoint takes, by the extension it wants to see.
_TRANSCRIBABLE: Final = frozenset({"flac", "m4a", "mp3", "mp4", "ogg", "wav", "webm"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaType:
    """What a file is."""

    name: str
    """As in RFC 6838, e.g. audio/ogg."""
    extension: str

    @property
    def is_transcribable(self) -> bool:
        """Whether the speech service takes this format."""
        return self.extension in _TRANSCRIBABLE


_UNKNOWN: Final = MediaType(name="application/octet-stream", extension="bin")


def sniff(head: bytes, *, declared: str | None = None) -> MediaType:
    """Return the type that the first `SNIFF_BYTES` bytes show."""
    if head.startswith(_OGG_MAGIC):
        # One container for sound and pictures; voice notes hold Opus, older ones Vorbis or Speex.
        has_video = any(codec in head for codec in _OGG_VIDEO_CODECS)
        return MediaType(name="video/ogg" if has_video else "audio/ogg", extension="ogg")
    if head[4:8] == b"ftyp" and head[8:12] in _FTYP_AUDIO_BRANDS:
        return MediaType(name="audio/mp4", extension="m4a")
    if head[4:11] == b"ftyp3gp":
        return MediaType(name="video/3gpp", extension="3gp")
    kind = filetype.guess(head)
    if kind is not None:
        # The library names one extension, that of Unix's compress, in a capital letter.
        return MediaType(name=kind.mime, extension=kind.extension.lower())
    bare = (declared or "").partition(";")[0].strip().lower()
    if bare in _DECLARED and _is_text(head):
        return MediaType(name=bare, extension=_DECLARED[bare])
    return _UNKNOWN


def _is_text(head: bytes) -> bool:
    try:
        # Not final: the last bytes may be the start of a character that the cut went through.
        codecs.getincrementaldecoder("utf-8")().decode(head, final=False)
    except UnicodeDecodeError:
        return False
    return b"\x00" not in head
