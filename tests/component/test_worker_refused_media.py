"""Attachments that cannot be had: the message is stored all the same, with the reason."""

import pytest

from handlers.domain.errors import (
    MediaReason,
    MediaRefusedError,
    RetryableError,
    RetryReason,
)
from tests.component.media_samples import (
    IMAGE,
    IMAGE_URL,
    NOTE_OGG,
    PHOTO_JPG,
    VOICE,
    VOICE_URL,
    changed,
    put_voice_note,
)
from tests.component.worker_world import WorkerWorld

_HOUR = 3600


@pytest.mark.parametrize("reason", MediaReason)
def test_refused_media_is_recorded_with_its_reason_and_the_message_stored(
    worker: WorkerWorld, reason: MediaReason
) -> None:
    worker.downloads.refusals[IMAGE_URL] = reason

    assert worker.deliver(IMAGE).json == {"status": "stored"}

    note = worker.note("50007")
    assert (note.content, note.error_details) == ("Here is the receipt", reason.value)
    is_ours_to_refuse = reason.value.startswith(("url_", "host_", "address_", "too_"))
    expected = "blocked" if is_ours_to_refuse else "failed"
    assert worker.attachment("805", "50007").state == expected
    assert worker.object_names == ["whatsapp-messages/2026-08-02/118/50007.json"]


def test_an_attachment_without_a_link_is_blocked(worker: WorkerWorld) -> None:
    assert worker.deliver(changed(IMAGE, data_url=None)).status_code == 200

    assert worker.attachment("805", "50007").reason == "url_missing"


def test_a_file_that_is_not_there_yet_is_waited_for_by_redelivery(worker: WorkerWorld) -> None:
    response = worker.deliver(IMAGE)
    assert response.json == {"status": "pending", "reason": "media_not_ready"}
    assert worker.note("50007").processing_status == "processing"

    worker.downloads.files[IMAGE_URL] = PHOTO_JPG
    assert worker.deliver(IMAGE).status_code == 200

    note = worker.note("50007")
    assert (note.processing_status, note.error_details) == ("stored", None)


def test_a_file_that_has_not_appeared_within_an_hour_never_will(worker: WorkerWorld) -> None:
    assert worker.deliver(IMAGE).json == {"status": "pending", "reason": "media_not_ready"}
    worker.clock.advance(_HOUR)

    assert worker.deliver(IMAGE).json == {"status": "stored"}

    row = worker.attachment("805", "50007")
    assert (row.state, row.reason) == ("failed", "not_found")
    assert worker.note("50007").error_details == "not_found"


@pytest.mark.parametrize(
    "reason",
    [
        MediaReason.AUDIO_UNREADABLE,
        MediaReason.AUDIO_TOO_LONG,
        MediaReason.AUDIO_TOO_LARGE,
        MediaReason.AUDIO_FORMAT_UNSUPPORTED,
    ],
)
def test_a_recording_that_is_not_understood_is_kept_with_the_reason(
    worker: WorkerWorld, reason: MediaReason
) -> None:
    worker.downloads.files[VOICE_URL] = NOTE_OGG
    worker.transcriber.transcripts[NOTE_OGG] = MediaRefusedError(reason)

    assert worker.deliver(VOICE).status_code == 200

    row = worker.attachment("801")
    assert (row.state, row.reason, row.is_stored) == ("failed", reason.value, True)
    assert worker.note("50002").error_details == reason.value


@pytest.mark.parametrize(
    ("port", "method"),
    [
        ("downloads", "fetch"),
        ("transcriber", "transcribe"),
    ],
)
@pytest.mark.parametrize(
    "reason", [RetryReason.MEDIA_UNAVAILABLE, RetryReason.TRANSCRIPTION_THROTTLED]
)
def test_help_that_comes_later_leaves_the_attachment_pending_with_a_time(
    worker: WorkerWorld, port: str, method: str, reason: RetryReason
) -> None:
    put_voice_note(worker)
    worker.ports[port].fail_next(RetryableError(reason), method=method)

    response = worker.deliver(VOICE)

    assert response.json == {"status": "pending", "reason": reason.value}
    row = worker.attachment("801")
    assert row.state == "pending"
    assert row.next_attempt_at is not None
    assert row.next_attempt_at > worker.clock.now()
    assert (worker.message("50002").state, row.transcribing_until) == ("stored", None)


def test_a_recording_that_another_worker_is_transcribing_waits(worker: WorkerWorld) -> None:
    put_voice_note(worker)
    worker.transcriber.fail_next(SystemExit())
    with pytest.raises(SystemExit):
        worker.deliver(VOICE)

    response = worker.deliver(VOICE, id=50009)

    assert response.json == {"status": "pending", "reason": "transcription_running"}
    worker.clock.advance(301)
    assert worker.deliver(VOICE, id=50009).json == {"status": "stored"}
    assert worker.deliver(VOICE).json == {"status": "stored"}
    assert len(worker.transcriber.heard) == 1


def test_other_bytes_under_an_attachments_pinned_name_stay_because_they_were_first(
    worker: WorkerWorld,
) -> None:
    worker.downloads.files[IMAGE_URL] = PHOTO_JPG
    worker.ledger.fail_next(RetryableError(RetryReason.DATABASE_BUSY), method="settle_attachment")
    assert worker.deliver(IMAGE).status_code == 503
    worker.downloads.files[IMAGE_URL] = PHOTO_JPG + b"other"

    response = worker.deliver(IMAGE)

    assert response.json == {"status": "stored"}
    assert worker.attachment("805", "50007").byte_count == len(PHOTO_JPG)
    assert worker.note("50007").processing_status == "stored"


def test_two_attachments_fail_and_succeed_on_their_own(worker: WorkerWorld) -> None:
    first = IMAGE["attachments"][0]
    second = first | {"id": 806, "data_url": "https://elsewhere.example.org/x"}
    worker.downloads.files[IMAGE_URL] = PHOTO_JPG
    worker.downloads.refusals[second["data_url"]] = MediaReason.HOST_NOT_ALLOWED

    worker.deliver(IMAGE, attachments=[first, second])

    states = [worker.attachment(each, "50007").state for each in ("805", "806")]
    assert states == ["done", "blocked"]
    assert worker.note("50007").error_details == "host_not_allowed"
