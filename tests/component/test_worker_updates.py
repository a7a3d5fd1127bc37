"""Later deliveries of the same message, in every order of arrival."""

import itertools
import json

import pytest

from handlers.domain.errors import MediaReason, MediaRefusedError
from tests.component.media_samples import (
    NOTE_OGG,
    SAID,
    VOICE,
    VOICE_OBJECT,
    VOICE_URL,
    VOICE_WITH_CAPTAINS_WORDS,
    deletion_of,
    put_voice_note,
)
from tests.component.worker_world import WorkerWorld, make_worker_world
from tests.factories import make_delivery

_CAPTAINS = "please change my address"
_TEXT_NAME = "whatsapp-messages/2026-08-02/118/50001.json"


def test_captains_transcript_does_not_replace_ours(worker: WorkerWorld) -> None:
    put_voice_note(worker)
    worker.deliver(VOICE)

    assert worker.deliver(VOICE_WITH_CAPTAINS_WORDS).status_code == 200

    assert worker.note("50002").content == SAID


@pytest.mark.parametrize("is_update_first", [False, True], ids=["in_order", "update_first"])
def test_captains_transcript_fills_in_where_ours_failed(
    worker: WorkerWorld, is_update_first: bool
) -> None:
    worker.downloads.files[VOICE_URL] = NOTE_OGG
    worker.transcriber.transcripts[NOTE_OGG] = MediaRefusedError(MediaReason.AUDIO_UNREADABLE)
    deliveries = [VOICE, VOICE_WITH_CAPTAINS_WORDS]

    for payload in reversed(deliveries) if is_update_first else deliveries:
        assert worker.deliver(payload).status_code == 200

    note = worker.note("50002")
    assert (note.content, note.error_details) == (_CAPTAINS, "audio_unreadable")


@pytest.mark.parametrize("is_update_first", [False, True], ids=["in_order", "update_first"])
def test_edited_words_win_whichever_comes_first(worker: WorkerWorld, is_update_first: bool) -> None:
    deliveries = [
        make_delivery(),
        make_delivery(event="message_updated", content="Call Ana on Friday"),
    ]

    for payload in reversed(deliveries) if is_update_first else deliveries:
        assert worker.deliver(payload).status_code == 200

    assert worker.note().content == "Call Ana on Friday"
    assert worker.message().content == "Call Ana on Friday"


def test_an_update_that_comes_before_the_creation_archives_the_message(worker: WorkerWorld) -> None:
    worker.deliver(event="message_updated")

    assert worker.deliver().json == {"status": "stored", "reason": "done"}

    assert worker.object_names == [_TEXT_NAME]


@pytest.mark.parametrize(
    "order", list(itertools.permutations(range(3))), ids=lambda order: "".join(map(str, order))
)
def test_a_deleted_message_is_gone_for_good_in_every_order(
    worker: WorkerWorld, order: tuple[int, ...]
) -> None:
    put_voice_note(worker)
    deliveries = [VOICE, VOICE_WITH_CAPTAINS_WORDS, deletion_of(VOICE)]

    for index in order:
        assert worker.deliver(deliveries[index]).status_code == 200

    note = worker.note("50002")
    assert (note.content, note.error_details) == (None, "deleted")
    assert note.metadata == {"channel": "whatsapp", "deleted": True}
    assert worker.object_names == ["whatsapp-messages/2026-08-02/118/50002.json"]
    kept = json.loads(worker.stored(worker.object_names[0]).data)
    assert (kept["webhook_payload"], kept["deleted"]) == (None, True)
    rows = worker.ledger.tables.attachments["main", "7", "50002"].values()
    assert all((r.transcript, r.chatwoot_transcript, r.sha256) == (None,) * 3 for r in rows)


def test_a_deletion_that_is_delivered_twice_does_nothing_the_second_time(
    worker: WorkerWorld,
) -> None:
    worker.deliver(make_delivery())
    worker.deliver(deletion_of(make_delivery()))
    worker.objects.calls.clear()

    response = worker.deliver(deletion_of(make_delivery()))

    assert response.json == {"status": "stored", "reason": "done"}
    assert worker.objects.calls == []


def test_a_note_that_its_owner_deleted_stays_away_when_an_update_comes(worker: WorkerWorld) -> None:
    worker.deliver()
    worker.ledger.tables.notes.delete("7", "50001")

    assert worker.deliver(event="message_updated", content="edited").status_code == 200

    assert worker.ledger.tables.notes.rows == {}


def test_a_note_that_its_owner_edited_keeps_the_edit(worker: WorkerWorld) -> None:
    worker.deliver()
    worker.note().content = "Call Ana and Bob"

    worker.deliver(event="message_updated", content="edited in Chatwoot")

    assert worker.note().content == "Call Ana and Bob"


def test_a_late_creation_of_a_voice_note_under_way_does_not_upload_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = make_worker_world(monkeypatch)
    put_voice_note(worker)

    for payload in (VOICE_WITH_CAPTAINS_WORDS, VOICE, VOICE_WITH_CAPTAINS_WORDS):
        worker.deliver(payload)

    assert worker.objects.uploads.count(VOICE_OBJECT) == 1
    assert len(worker.transcriber.heard) == 1
