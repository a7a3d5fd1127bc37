"""Many people who write all the time: texts in several scripts, pictures, voice notes."""

import itertools
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests

from local.chatwoot_people import ChatwootPeople
from local.functions import REPOSITORY

_VOICE: Final = REPOSITORY / "local" / "voice"
_TEXTS: Final = (
    "Call Ana on Tuesday about the launch",
    "Ideia: café com clientes & <amigos> ☕",
    "לזכור: פגישה ביום שלישי 🙏",
    "فكرة جديدة للمشروع",
    "👩‍👩‍👧‍👦 🇧🇷 family dinner",
)
# One in so many; the rest are texts.
_VOICE_EVERY: Final = 40
_PICTURE_EVERY: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One message that somebody wrote."""

    message_id: str
    conversation_id: int
    content: str | None
    file: Path | None
    written_at: float
    """Unix time."""


class Load:
    """Writes at a steady rate until told to stop; new people keep coming."""

    def __init__(self, people: ChatwootPeople, *, per_second: float, new_person_every: int) -> None:
        self._people = people
        self._pause = 1 / per_second
        self._new_person_every = new_person_every
        self._conversations: list[int] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write_on, name="load")
        self._failure: Exception | None = None
        self.written: list[Written] = []

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write nothing more; raise what stopped the writing early, if anything did."""
        self._stop.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _write_on(self) -> None:
        try:
            for number in itertools.count():
                begun = time.monotonic()
                self._write(number)
                if self._stop.wait(max(0.0, begun + self._pause - time.monotonic())):
                    return
        except requests.RequestException as error:
            # The local Chatwoot itself is never broken: without it nothing was written.
            self._failure = error

    def _write(self, number: int) -> None:
        if number % self._new_person_every == 0:
            phone = f"+1555{number:07d}"
            person = self._people.add_person(f"Person {number}", phone=phone)
            self._conversations.append(person["conversation_id"])
        conversation = self._conversations[number % len(self._conversations)]
        content: str | None = f"{_TEXTS[number % len(_TEXTS)]} #{number}"
        file: Path | None = None
        message: dict[str, Any] = {}
        if number % _VOICE_EVERY == _VOICE_EVERY - 1:
            content, file = None, _VOICE / "note.ogg"
            message = {"attachments": [_attachment("audio", file, "audio/ogg")]}
        elif number % _PICTURE_EVERY == _PICTURE_EVERY - 1:
            file = _VOICE / "photo.jpg"
            message = {"attachments": [_attachment("image", file, "image/jpeg")]}
        written_at = time.time()
        message_id = self._people.begin_to_write(conversation, content=content, **message)
        self.written.append(
            Written(
                message_id=message_id,
                conversation_id=conversation,
                content=content,
                file=file,
                written_at=written_at,
            )
        )


def _attachment(kind: str, path: Path, media_type: str) -> dict[str, str]:
    return {
        "file_type": kind,
        "path": str(path),
        "filename": path.name,
        "content_type": media_type,
    }
