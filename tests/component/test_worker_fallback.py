"""What the store will not take: the job completes all the same, and the sweep brings the rest."""

import contextlib
import io
import threading

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.fallback import STORE_FAILURES, FallbackMode
from handlers.durable_objects import DurableObjects
from tests.component.fallback_sweep import bring_back, sweep
from tests.component.media_samples import (
    NOTE_OGG,
    SAID,
    VOICE,
    VOICE_OBJECT,
    VOICE_URL,
    deletion_of,
    put_voice_note,
)
from tests.component.worker_world import BUCKET, WorkerWorld, make_worker_world
from tests.factories import make_delivery

_TEXT = "whatsapp-messages/2026-08-02/118/50001.json"
_LARGE_BYTES = 16 * 1024 * 1024


@pytest.mark.parametrize("reason", sorted(STORE_FAILURES))
def test_a_text_is_stored_though_the_store_does_not_take_it(
    reason: RetryReason, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = make_worker_world(monkeypatch)
    undisturbed.deliver()
    worker = make_worker_world(monkeypatch)
    worker.deliver(id=1)
    worker.objects.away = reason

    response = worker.deliver()

    assert (response.status_code, response.json) == (200, {"status": "stored"})
    assert (worker.message().state, worker.note().processing_status) == ("stored", "stored")
    assert worker.note().gcs_storage_path == f"gs://{BUCKET}/{_TEXT}"
    (line,) = worker.log.named("fallback.kept")
    assert (line["severity"], line["reason"]) == ("WARNING", reason.value)

    bring_back(worker)
    assert sweep(worker) == {"moved": 1, "deleted": 0, "buckets": 0, "left": 0, "conflicts": 0}
    assert worker.stored(_TEXT) == undisturbed.stored(_TEXT)


def test_a_store_that_hangs_is_gone_past_for_a_while(worker: WorkerWorld) -> None:
    worker.deliver(id=1)
    worker.objects.away = RetryReason.STORAGE_UNAVAILABLE
    worker.objects.calls.clear()
    for number in range(2, 5):
        worker.deliver(id=number)
    assert worker.objects.calls == ["create"]

    worker.clock.advance(10)
    worker.deliver(id=5)
    worker.deliver(id=6)
    assert worker.objects.calls == ["create", "create"]

    bring_back(worker)
    worker.clock.advance(10)
    for number in range(7, 10):
        worker.deliver(id=number)
    assert len(worker.objects.calls) == 5
    assert len(worker.fallback.rows) == 5


@pytest.mark.parametrize("reason", sorted(STORE_FAILURES - {RetryReason.STORAGE_UNAVAILABLE}))
def test_a_store_that_answers_is_asked_each_time(worker: WorkerWorld, reason: RetryReason) -> None:
    worker.deliver(id=1)
    worker.objects.away = reason
    for number in range(2, 5):
        worker.deliver(id=number)

    assert worker.objects.calls == ["create"] * 4


@pytest.mark.parametrize("reason", [RetryReason.STORAGE_FORBIDDEN, RetryReason.STORAGE_REFUSED])
def test_a_refusal_shows_that_the_store_is_back(worker: WorkerWorld, reason: RetryReason) -> None:
    worker.deliver(id=1)
    worker.objects.away = RetryReason.STORAGE_UNAVAILABLE
    worker.deliver(id=2)
    worker.clock.advance(10)
    worker.objects.away = reason
    worker.deliver(id=3)
    bring_back(worker)

    worker.deliver(id=4)

    assert worker.objects.calls == ["create"] * 4
    assert len(worker.fallback.rows) == 2


def test_a_recording_is_kept_and_transcribed_though_the_store_is_away(worker: WorkerWorld) -> None:
    put_voice_note(worker)
    worker.objects.away = RetryReason.STORAGE_UNAVAILABLE

    assert worker.deliver(VOICE).json == {"status": "stored"}

    assert worker.note("50002").content == SAID
    assert worker.attachment("801").is_stored
    bring_back(worker)
    assert sweep(worker)["moved"] == 2
    moved = worker.stored(VOICE_OBJECT)
    assert (moved.data, moved.content_type, moved.metadata) == (NOTE_OGG, "audio/ogg", {})


def test_a_large_recording_comes_through_byte_for_byte(worker: WorkerWorld) -> None:
    large = NOTE_OGG + bytes(range(256)) * ((_LARGE_BYTES - len(NOTE_OGG)) // 256)
    worker.downloads.files[VOICE_URL] = large
    worker.objects.away = RetryReason.STORAGE_UNAVAILABLE

    assert worker.deliver(VOICE).status_code == 200
    bring_back(worker)
    sweep(worker)

    assert worker.stored(VOICE_OBJECT).data == large


def test_a_waiting_recording_is_read_out_of_the_fallback(worker: WorkerWorld) -> None:
    put_voice_note(worker)
    worker.objects.away = RetryReason.STORAGE_UNAVAILABLE
    worker.transcriber.fail_next(RetryableError(RetryReason.TRANSCRIPTION_UNAVAILABLE))
    assert (worker.deliver(VOICE).json or {})["status"] == "pending"
    worker.downloads.files.clear()

    assert worker.deliver(VOICE).json == {"status": "stored"}

    assert worker.note("50002").content == SAID


def test_above_the_limit_the_delivery_is_handed_back(worker: WorkerWorld) -> None:
    worker.fallback.max_bytes = 100
    worker.objects.away = RetryReason.STORAGE_UNAVAILABLE

    response = worker.deliver()

    assert (response.status_code, response.json) == (
        503,
        {"status": "retry", "reason": "fallback_full"},
    )
    assert (worker.message().state, worker.fallback.rows) == ("processing", {})
    bring_back(worker)
    worker.clock.advance(60)
    assert worker.deliver().status_code == 200


def test_what_is_deleted_while_the_store_is_away_is_deleted_there_later(
    worker: WorkerWorld,
) -> None:
    put_voice_note(worker)
    worker.deliver(VOICE)
    worker.objects.away = RetryReason.STORAGE_UNAVAILABLE

    assert worker.deliver(deletion_of(VOICE)).status_code == 200

    modes = {name: row.kept.mode for (_, name), row in worker.fallback.rows.items()}
    assert modes == {
        VOICE_OBJECT: FallbackMode.ABSENT,
        _TEXT.replace("50001", "50002"): FallbackMode.REPLACE,
    }
    bring_back(worker)
    assert sweep(worker) == {"moved": 1, "deleted": 1, "buckets": 0, "left": 0, "conflicts": 0}
    assert VOICE_OBJECT not in worker.object_names
    (stub,) = worker.objects.rows.values()
    assert b'"deleted":true' in stub.data


def test_a_deletion_takes_the_words_out_of_the_fallback_at_once(worker: WorkerWorld) -> None:
    worker.deliver(id=1)
    worker.objects.away = RetryReason.STORAGE_UNAVAILABLE
    worker.deliver()
    assert b"Call Ana" in worker.fallback.rows[BUCKET, _TEXT].data
    bring_back(worker)
    worker.clock.advance(60)

    assert worker.deliver(deletion_of(make_delivery())).status_code == 200

    assert b"Call Ana" not in worker.fallback.rows[BUCKET, _TEXT].data
    assert worker.stored(_TEXT).data == worker.fallback.rows[BUCKET, _TEXT].data
    assert sweep(worker)["left"] == 0
    assert b'"deleted":true' in worker.stored(_TEXT).data


@pytest.mark.parametrize("is_away", [False, True], ids=["store_back", "store_away"])
def test_a_deletion_that_races_the_mover_wins(worker: WorkerWorld, is_away: bool) -> None:
    keep_the_recording_only(worker)
    answers: list[int] = []

    def delete_meanwhile(_: str) -> None:
        # The mover has read the recording and is about to write it.
        worker.objects.before_write = lambda _: None
        worker.objects.away = RetryReason.STORAGE_UNAVAILABLE if is_away else None
        answers.append(worker.deliver(deletion_of(VOICE)).status_code)
        worker.objects.away = None

    worker.objects.before_write = delete_meanwhile
    assert sweep(worker)["left"] == 0

    assert answers == [200]
    assert VOICE_OBJECT in worker.objects.uploads
    (name,) = worker.object_names
    assert b'"deleted":true' in worker.stored(name).data


def test_a_reader_finds_an_object_before_during_and_after_its_move(worker: WorkerWorld) -> None:
    keep_the_recording_only(worker)
    reader = DurableObjects(
        store=worker.objects,
        fallback=worker.fallback,
        clock=worker.clock,
        log=worker.log.event_log(),
    )
    found: list[bytes] = []
    looking = threading.Lock()

    def look() -> None:
        if looking.acquire(blocking=False):
            with contextlib.closing(io.BytesIO()) as file:
                reader.read_into(BUCKET, VOICE_OBJECT, file)
                found.append(file.getvalue())
            looking.release()

    look()
    worker.objects.on_effect = worker.fallback.on_effect = look
    sweep(worker)
    worker.objects.on_effect = worker.fallback.on_effect = lambda: None
    look()

    assert VOICE_OBJECT in worker.object_names
    assert len(found) > 5
    assert set(found) == {NOTE_OGG}


def keep_the_recording_only(worker: WorkerWorld) -> None:
    """Leave the message's JSON in the store and its recording in the fallback."""
    put_voice_note(worker)
    worker.downloads.on_effect = lambda: setattr(
        worker.objects, "away", RetryReason.STORAGE_UNAVAILABLE
    )
    worker.deliver(VOICE)
    worker.downloads.on_effect = lambda: None
    bring_back(worker)
    # Past the time in which this instance goes past the store.
    worker.clock.advance(60)
    assert [name for _, name in worker.fallback.rows] == [VOICE_OBJECT]
