"""The first bytes of files as WhatsApp carries them, built by hand."""

import io
import struct
import zipfile
import zlib
from typing import Final

OGG_HEADER: Final = struct.Struct("<4sBBQIIIB")


def ogg_page(packet: bytes, *, granule: int = 0, flags: int = 0, sequence: int = 0) -> bytes:
    """Return one page with one packet; its checksum is left at zero."""
    lacing = bytes([255] * (len(packet) // 255) + [len(packet) % 255])
    header = OGG_HEADER.pack(b"OggS", 0, flags, granule, 1234, sequence, 0, len(lacing))
    return header + lacing + packet


def opus_head(pre_skip: int = 312) -> bytes:
    """Return Opus's identification header."""
    return b"OpusHead" + struct.pack("<BBHIhB", 1, 1, pre_skip, 16_000, 0, 0)


def vorbis_head(rate: int = 44_100) -> bytes:
    """Return Vorbis's identification header."""
    return b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 1, rate, 0, 64_000, 0, 0xB8, 1)


def opus_file(granule: int, *, pre_skip: int = 312) -> bytes:
    """Return a recording of three pages whose last one ends at `granule`."""
    return (
        ogg_page(opus_head(pre_skip), flags=2)
        + ogg_page(b"OpusTags" + b"\x00" * 8, sequence=1)
        + ogg_page(b"\xfc" * 40, granule=granule, flags=4, sequence=2)
    )


def riff(form: bytes) -> bytes:
    """Return a RIFF file of a form."""
    return b"RIFF" + struct.pack("<I", 36) + form + b"fmt \x10\x00\x00\x00" + b"\x00" * 16


def webp() -> bytes:
    """Return a WebP header, as stickers have."""
    return b"RIFF" + struct.pack("<I", 26) + b"WEBPVP8L" + struct.pack("<I", 13) + b"\x2f" * 13


def iso_media(brand: bytes, *compatible: bytes) -> bytes:
    """Return the first boxes of an ISO media file: MP4, M4A and 3GP alike."""
    body = brand + b"\x00\x00\x02\x00" + b"".join(compatible)
    return struct.pack(">I", 8 + len(body)) + b"ftyp" + body + b"\x00\x00\x00\x08free"


def png() -> bytes:
    """Return a whole picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff\x00\x00")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def archive(*names: str) -> bytes:
    """Return a ZIP file with members of these names."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(name, f"<xml>{name}</xml>" * 50)
    return whole.getvalue()


JPEG: Final = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
GIF: Final = b"GIF89a\x01\x00\x01\x00\x80\x00\x00"
AMR: Final = b"#!AMR\n" + b"\x3c" * 64
AAC: Final = b"\xff\xf1\x50\x80\x1f\xfc\xde\x02"
MP3_TAGGED: Final = b"ID3\x04\x00\x00\x00\x00\x00\x00" + b"\xff\xfb\x90\x00"
MP3_BARE: Final = b"\xff\xfb\x90\x64" + b"\x00" * 64
PDF: Final = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
DOCX: Final = archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")
EXE: Final = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"
COMPRESS: Final = b"\x1f\x9d\x90" + b"\x00" * 16
VCARD: Final = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jos\u00e9\r\nEND:VCARD\r\n".encode()
HTML: Final = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
