"""True types by content."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.media_types import SNIFF_BYTES, MediaType, sniff
from handlers.domain.messages import AttachmentId, AttachmentKind, ConversationId, MessageId
from handlers.domain.object_names import media_object_name, message_day
from tests.factories import make_message
from tests.unit.domain import media_bytes as files

BY_CONTENT: Final = {
    "jpeg": (files.JPEG, "image/jpeg", "jpg"),
    "png": (files.png(), "image/png", "png"),
    "webp-sticker": (files.webp(), "image/webp", "webp"),
    "gif": (files.GIF, "image/gif", "gif"),
    "mp4": (files.iso_media(b"isom", b"isom", b"iso2", b"mp41"), "video/mp4", "mp4"),
    "mp4-of-whatsapp": (files.iso_media(b"mp42", b"isom", b"mp42"), "video/mp4", "mp4"),
    "3gp": (files.iso_media(b"3gp4", b"isom", b"3gp4"), "video/3gpp", "3gp"),
    "3gp5": (files.iso_media(b"3gp5"), "video/3gpp", "3gp"),
    "m4a": (files.iso_media(b"M4A ", b"mp42", b"isom"), "audio/mp4", "m4a"),
    "ogg-opus": (files.opus_file(48_000), "audio/ogg", "ogg"),
    "ogg-vorbis": (files.ogg_page(files.vorbis_head()), "audio/ogg", "ogg"),
    "ogg-speex": (files.ogg_page(b"Speex   1.2"), "audio/ogg", "ogg"),
    "ogg-theora": (files.ogg_page(b"\x80theora\x03\x02\x01"), "video/ogg", "ogg"),
    "ogg-dirac": (files.ogg_page(b"BBCD\x00"), "video/ogg", "ogg"),
    "mp3-tagged": (files.MP3_TAGGED, "audio/mpeg", "mp3"),
    "mp3-bare": (files.MP3_BARE, "audio/mpeg", "mp3"),
    "amr": (files.AMR, "audio/amr", "amr"),
    "aac": (files.AAC, "audio/aac", "aac"),
    "wav": (files.riff(b"WAVE"), "audio/x-wav", "wav"),
    "flac": (b"fLaC\x00\x00\x00\x22", "audio/x-flac", "flac"),
    "webm": (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm", "webm"),
    "pdf": (files.PDF, "application/pdf", "pdf"),
    "zip": (files.archive("a.txt"), "application/zip", "zip"),
    "docx": (
        files.DOCX,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
    ),
    "exe": (files.EXE, "application/x-msdownload", "exe"),
}
BY_DECLARATION: Final = {
    "plain": (b"Buy milk\n", "text/plain", "txt"),
    "plain-with-charset": (b"Buy milk\n", "Text/Plain; charset=utf-8", "txt"),
    "csv": (b"a;b\n1;2\n", "text/csv", "csv"),
    "vcard": (files.VCARD, "text/vcard", "vcf"),
    "json": (b'{"a": 1}', "application/json", "json"),
    "html-called-plain": (files.HTML, "text/plain", "txt"),
}
NOT_BELIEVED: Final = {
    "html": (files.HTML, "text/html"),
    "svg": (files.SVG, "image/svg+xml"),
    "svg-called-png": (files.SVG, "image/png"),
    "javascript": (b"alert(1)", "text/javascript"),
    "text-called-audio": (b"not a recording", "audio/ogg"),
    "nothing-declared": (b"Buy milk\n", None),
    "declared-nonsense": (b"Buy milk\n", ";;;"),
    "binary-called-text": (b"\x00\x01\x02\x03", "text/plain"),
    "latin-1-called-text": (b"caf\xe9 com leite", "text/plain"),
    "nothing": (b"", None),
}


@pytest.mark.parametrize(("head", "name", "extension"), BY_CONTENT.values(), ids=BY_CONTENT)
@pytest.mark.parametrize("declared", [None, "text/plain", "audio/mpeg", "image/svg+xml"])
def test_the_content_decides(head: bytes, name: str, extension: str, declared: str | None) -> None:
    assert sniff(head, declared=declared) == MediaType(name=name, extension=extension)


@pytest.mark.parametrize(
    ("head", "declared", "extension"), BY_DECLARATION.values(), ids=BY_DECLARATION
)
def test_text_without_a_signature_is_what_it_is_declared_as(
    head: bytes, declared: str, extension: str
) -> None:
    found = sniff(head, declared=declared)

    assert found.name == declared.partition(";")[0].lower()
    assert found.extension == extension


@pytest.mark.parametrize(("head", "declared"), NOT_BELIEVED.values(), ids=NOT_BELIEVED)
def test_a_declaration_that_could_mislead_is_not_believed(
    head: bytes, declared: str | None
) -> None:
    assert sniff(head, declared=declared) == MediaType(
        name="application/octet-stream", extension="bin"
    )


@pytest.mark.parametrize(
    "text",
    [
        "n\u00fameros de avi\u00f3n: tr\u00eas\n",
        "\u6f22\u5b57\n",
        "\u0645\u0631\u062d\u0628\u0627\n",
        "emoji \U0001f469!",
        "\u00e9",
        "\U0001f469",
    ],
    ids=["portuguese", "han", "arabic", "emoji", "one-letter", "one-emoji"],
)
def test_text_in_every_script_is_text(text: str) -> None:
    assert sniff(text.encode(), declared="text/plain").extension == "txt"


@pytest.mark.parametrize("offset", range(4))
def test_text_is_text_wherever_the_head_is_cut(offset: int) -> None:
    head = ("a" * offset + "\U0001f469" * SNIFF_BYTES).encode()[:SNIFF_BYTES]

    assert sniff(head, declared="text/plain").extension == "txt"


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        ("ogg", True),
        ("mp3", True),
        ("m4a", True),
        ("mp4", True),
        ("wav", True),
        ("webm", True),
        ("flac", True),
        ("amr", False),
        ("aac", False),
        ("3gp", False),
        ("bin", False),
    ],
)
def test_what_the_speech_service_takes(extension: str, *, expected: bool) -> None:
    assert MediaType(name="x/y", extension=extension).is_transcribable is expected


def object_name(extension: str) -> str:
    message = make_message()
    return media_object_name(
        day=message_day(message.created_at, message.created_at),  # type: ignore[arg-type]
        conversation=ConversationId("1"),
        message=MessageId("2"),
        attachment=AttachmentId("3"),
        kind=AttachmentKind.FILE,
        extension=extension,
    )


def test_a_file_of_unix_compress_has_an_object_name() -> None:
    assert object_name(sniff(files.COMPRESS).extension)


@given(head=st.binary(max_size=200), declared=st.none() | st.text(max_size=30))
def test_any_bytes_have_a_type_and_an_object_name(head: bytes, declared: str | None) -> None:
    found = sniff(head, declared=declared)

    assert found.name.count("/") == 1
    assert found.name.isascii()
    assert object_name(found.extension)


@given(data=st.data(), known=st.sampled_from(sorted(BY_CONTENT)))
def test_a_file_that_is_cut_or_damaged_has_a_type(data: st.DataObject, known: str) -> None:
    whole = BY_CONTENT[known][0]
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    at = data.draw(st.integers(0, len(whole)))
    damaged = whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + 4 :]

    for head in (cut, damaged):
        assert sniff(head).name
