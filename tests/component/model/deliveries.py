"""The messages of the model, every event that Chatwoot sends of them, and where they end."""

import json
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, Final

from tests.component.media_samples import SAID, VOICE, changed, deletion_of
from tests.factories import encode, make_delivery, push_request


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedDelivery:
    """One message of the queue; redelivered as it is until somebody acknowledges it."""

    body: bytes
    attributes: dict[str, str]
    number: int
    message_id: str
    attempt: int = 1

    def request(self) -> bytes:
        return push_request(
            self.body,
            attributes=self.attributes,
            message_id=str(self.number),
            publish_time=f"2026-08-02T09:00:{self.number % 60:02d}.123Z",
            delivery_attempt=self.attempt,
        )

    def again(self) -> "QueuedDelivery":
        return replace(self, attempt=self.attempt + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndState:
    """What a person and the bucket have of a message once everything has come to rest."""

    content: str | None
    error_details: str | None
    objects: frozenset[str]


TEXT: Final = make_delivery()
_FORWARDED: Final = changed(VOICE, id=803) | {"id": 50003}
_EDITS: Final = ("Call Ana on Friday", "Call Ana on Monday")
EVENTS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "50001": {
        "created": TEXT,
        "edited": make_delivery(event="message_updated", content=_EDITS[0]),
        "edited_again": make_delivery(event="message_updated", content=_EDITS[1]),
        "deleted": deletion_of(TEXT),
    },
    **{
        str(voice["id"]): {
            "created": voice,
            "words_from_chatwoot": changed(voice, transcribed_text="something else")
            | {"event": "message_updated"},
            "deleted": deletion_of(voice),
        }
        for voice in (VOICE, _FORWARDED)
    },
}
_MEDIA: Final = {"50001": set[str](), "50002": {"50002_801"}, "50003": {"50003_803"}}


def body_of(message_id: str, event: str) -> bytes:
    return encode(EVENTS[message_id][event])


def end_state(message_id: str, events: AbstractSet[str]) -> EndState:
    """Return where a message ends after these events, whatever happened on the way."""
    document = f"whatsapp-messages/2026-08-02/118/{message_id}.json"
    if "deleted" in events:
        return EndState(content=None, error_details="deleted", objects=frozenset({document}))
    media = {f"whatsapp-audio/2026-08-02/118/{name}.ogg" for name in _MEDIA[message_id]}
    content = SAID
    if message_id == "50001":
        edits = {EVENTS[message_id][event]["content"] for event in events if "edited" in event}
        content = max(edits, default=str(TEXT["content"]))
    return EndState(content=content, error_details=None, objects=frozenset({document, *media}))


def is_stub(document: bytes) -> bool:
    found: dict[str, Any] = json.loads(document)
    return found["webhook_payload"] is None
