"""Recorded payloads with media, and files to stand behind their links."""

import json
from pathlib import Path
from typing import Any

import local.voice
from handlers.ports.media import Transcript
from tests.component.worker_world import WorkerWorld
from tests.unit.chatwoot_samples import sample

_FILES = Path(local.voice.__file__).parent
NOTE_OGG = (_FILES / "note.ogg").read_bytes()
SILENCE_OGG = (_FILES / "silence.ogg").read_bytes()
PHOTO_JPG = (_FILES / "photo.jpg").read_bytes()
DOCUMENT_PDF = (_FILES / "document.pdf").read_bytes()

VOICE = sample("02_whatsapp_voice_note_message_created")
VOICE_WITH_CAPTAINS_WORDS = sample("13_message_updated_audio_transcribed_by_captain")
IMAGE = sample("07_whatsapp_image_with_caption")
VOICE_URL = str(VOICE["attachments"][0]["data_url"])
IMAGE_URL = str(IMAGE["attachments"][0]["data_url"])
VOICE_OBJECT = "whatsapp-audio/2026-08-02/118/50002_801.ogg"
SAID = "Quick note from the meeting"


def put_voice_note(world: WorkerWorld) -> None:
    """Let the voice note be there and be understood."""
    world.downloads.files[VOICE_URL] = NOTE_OGG
    world.transcriber.transcripts[NOTE_OGG] = Transcript(text=SAID, language="en", seconds=8.0)


def changed(payload: dict[str, Any], **attachment: object) -> dict[str, Any]:
    """Return a copy of a payload with keys of its only attachment replaced."""
    copy: dict[str, Any] = json.loads(json.dumps(payload))
    copy["attachments"][0].update(attachment)
    return copy


def deletion_of(payload: dict[str, Any]) -> dict[str, Any]:
    """Return what Chatwoot sends when an agent deletes a message."""
    copy: dict[str, Any] = json.loads(json.dumps(payload))
    copy.update(event="message_updated", content="This message was deleted")
    copy["content_attributes"] = {"deleted": True}
    copy.pop("attachments", None)
    return copy
