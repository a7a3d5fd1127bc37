"""The payloads of Chatwoot's webhooks that are kept in tests/samples."""

import json
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parents[1] / "samples" / "chatwoot"
NAMES: Final = tuple(
    sorted(path.stem for path in FOLDER.glob("[0-9][0-9]_*.json")),
)

# The delivery that the guide for operators posts by hand: text for an id, no inbox, no signature.
HAND_POSTED: Final = (
    b'{"event":"message_created","id":"test-message-123","content":"Test WhatsApp message",'
    b'"message_type":"incoming","created_at":"2025-01-30T10:00:00Z",'
    b'"sender":{"id":123,"name":"Test User","type":"contact"},'
    b'"conversation":{"id":456,"channel":"Channel::Whatsapp","status":"open"},'
    b'"account":{"id":789,"name":"Test Account"}}'
)


def sample_bytes(name: str) -> bytes:
    """Return a sample as it would be posted."""
    return (FOLDER / f"{name}.json").read_bytes()


def sample(name: str) -> dict[str, Any]:
    """Return a sample to change and encode again."""
    loaded: dict[str, Any] = json.loads(sample_bytes(name))
    return loaded
