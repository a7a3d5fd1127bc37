"""Attachments that arrive: kept under their true type, recordings turned into words."""

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from handlers.ports.media import Transcript
from tests.component.media_samples import (
    DOCUMENT_PDF,
    IMAGE,
    IMAGE_URL,
    NOTE_OGG,
    PHOTO_JPG,
    SAID,
    SILENCE_OGG,
    VOICE,
    VOICE_OBJECT,
    VOICE_URL,
    changed,
    put_voice_note,
)
from tests.component.worker_world import WorkerWorld


def test_a_voice_note_is_kept_and_its_words_are_the_note(worker: WorkerWorld) -> None:
    put_voice_note(worker)

    assert worker.deliver(VOICE).json == {"status": "stored"}

    assert worker.stored(VOICE_OBJECT).data == NOTE_OGG
    assert worker.stored(VOICE_OBJECT).content_type == "audio/ogg"
    note = worker.note("50002")
    assert (note.content, note.processing_status, note.error_details) == (SAID, "stored", None)
    (heard,) = worker.transcriber.heard
    assert (heard.extension, heard.media_type, heard.budget_seconds) == ("ogg", "audio/ogg", 240.0)


def test_a_voice_note_asks_each_port_no_more_than_budgeted(worker: WorkerWorld) -> None:
    worker.deliver()
    for port in worker.ports.values():
        port.calls.clear()
    put_voice_note(worker)

    worker.deliver(VOICE)

    assert worker.ledger.calls == ["claim", "pin_attachment", "settle_attachment", "finish"]
    assert worker.objects.calls == ["create", "create_from_file"]
    assert worker.downloads.calls == ["fetch"]
    assert worker.transcriber.calls == ["transcribe"]


def test_an_image_is_kept_with_its_caption_as_the_note(worker: WorkerWorld) -> None:
    worker.downloads.files[IMAGE_URL] = PHOTO_JPG

    worker.deliver(IMAGE)

    kept = worker.stored("whatsapp-media/2026-08-02/118/50007_805.jpg")
    assert (kept.data, kept.content_type) == (PHOTO_JPG, "image/jpeg")
    assert worker.note("50007").content == "Here is the receipt"
    assert worker.transcriber.calls == []


@pytest.mark.parametrize(
    ("described_as", "data", "expected"),
    [
        (("file", "image/png"), DOCUMENT_PDF, ("pdf", "application/pdf")),
        (("file", "text/csv"), b"a,b\n1,2\n", ("csv", "text/csv")),
        (("file", "text/html"), b"<script>", ("bin", "application/octet-stream")),
        (("video", "video/mp4"), PHOTO_JPG, ("jpg", "image/jpeg")),
    ],
)
def test_a_file_is_named_after_what_it_is_and_not_after_what_it_is_called(
    worker: WorkerWorld, described_as: tuple[str, str], data: bytes, expected: tuple[str, str]
) -> None:
    worker.downloads.files[IMAGE_URL] = data
    file_type, declared = described_as

    worker.deliver(changed(IMAGE, file_type=file_type, content_type=declared))

    extension, media_type = expected
    kept = worker.stored(f"whatsapp-media/2026-08-02/118/50007_805.{extension}")
    assert (kept.data, kept.content_type) == (data, media_type)


def test_the_same_recording_is_transcribed_once(worker: WorkerWorld) -> None:
    put_voice_note(worker)
    worker.deliver(VOICE)

    worker.deliver(VOICE, id=50009)

    assert worker.note("50009").content == SAID
    assert len(worker.transcriber.heard) == 1
    assert worker.log.named("transcript.reused")
    assert len([n for n in worker.object_names if n.startswith("whatsapp-audio/")]) == 2


def test_a_silent_recording_is_done_with_the_reason(worker: WorkerWorld) -> None:
    worker.downloads.files[VOICE_URL] = SILENCE_OGG

    assert worker.deliver(VOICE).status_code == 200

    note, attachment = worker.note("50002"), worker.attachment("801")
    assert (note.content, note.processing_status) == (None, "stored")
    assert note.error_details == attachment.reason == "audio_silent"
    assert attachment.state == "done"


def test_a_recording_that_is_too_long_is_kept_and_not_sent(worker: WorkerWorld) -> None:
    # The last page's granule position says how long an OGG recording is.
    page = NOTE_OGG.rfind(b"OggS")
    longer = (48_000 * 1501 + 312).to_bytes(8, "little")
    worker.downloads.files[VOICE_URL] = NOTE_OGG[: page + 6] + longer + NOTE_OGG[page + 14 :]

    assert worker.deliver(VOICE).status_code == 200

    assert worker.note("50002").error_details == "audio_too_long"
    assert worker.attachment("801").state == "failed"
    assert worker.transcriber.calls == []
    assert VOICE_OBJECT in worker.object_names


def test_a_recording_in_a_format_nobody_transcribes_is_kept_and_not_sent(
    worker: WorkerWorld,
) -> None:
    worker.downloads.files[VOICE_URL] = b"#!AMR\n" + bytes(200)

    assert worker.deliver(VOICE).status_code == 200

    assert worker.note("50002").error_details == "audio_format_unsupported"
    assert worker.transcriber.calls == []
    assert "whatsapp-audio/2026-08-02/118/50002_801.amr" in worker.object_names


def test_while_speech_is_down_the_note_says_processing_and_later_gets_its_words(
    worker: WorkerWorld,
) -> None:
    put_voice_note(worker)
    for _ in range(2):
        error = RetryableError(RetryReason.TRANSCRIPTION_UNAVAILABLE)
        worker.transcriber.fail_next(error)
        response = worker.deliver(VOICE)
        expected = {"status": "pending", "reason": "transcription_unavailable"}
        assert (response.status_code, response.json) == (200, expected)
        note = worker.note("50002")
        assert (note.content, note.processing_status) == (None, "processing")
        assert note.error_details == "transcription_unavailable"

    assert worker.deliver(VOICE).status_code == 200

    note = worker.note("50002")
    assert (note.content, note.processing_status, note.error_details) == (SAID, "stored", None)
    assert worker.objects.uploads.count(VOICE_OBJECT) == 1
    assert worker.downloads.calls == ["fetch"]


def test_an_attachment_without_an_id_is_filed_by_its_position(worker: WorkerWorld) -> None:
    worker.downloads.files[IMAGE_URL] = PHOTO_JPG

    worker.deliver(changed(IMAGE, id=None))

    assert "whatsapp-media/2026-08-02/118/50007_position%200.jpg" in worker.object_names


def test_the_model_and_language_of_a_transcript_are_recorded(worker: WorkerWorld) -> None:
    worker.downloads.files[VOICE_URL] = NOTE_OGG
    transcript = Transcript(text="olá", language="pt", seconds=None)
    worker.transcriber.transcripts[NOTE_OGG] = transcript

    worker.deliver(VOICE)

    row = worker.attachment("801")
    assert (row.model, row.language, row.byte_count) == ("gpt-transcribe", "pt", len(NOTE_OGG))
    assert row.seconds == pytest.approx(8, abs=1)
