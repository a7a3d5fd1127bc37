"""Later changes of a stored message: deletion, transcript, delivery status."""

import time
from collections.abc import Mapping
from typing import Any

from local.chatwoot.blobs import Blobs
from local.chatwoot.records import Message
from local.chatwoot.store import Store

_DELETED_TEXT = "This message was deleted"
_PLAIN = ("content", "status", "source_id", "content_attributes")


class MessageChanges:
    """Applies changes; firing message_updated is the caller's."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self._store = store
        self._blobs = blobs

    def apply(self, message_id: int, changes: Mapping[str, Any]) -> Message:
        """Change a message; raise KeyError for one unknown, ValueError for unknown changes."""
        known = {*_PLAIN, "deleted", "transcribed_text", "external_error"}
        if unknown := set(changes) - known:
            raise ValueError(f"unknown changes: {', '.join(sorted(unknown))}")
        with self._store.lock:
            message, _ = self._store.message(message_id)
            for name in _PLAIN:
                if name in changes:
                    setattr(message, name, changes[name])
            if "transcribed_text" in changes:
                for attachment in message.attachments:
                    if attachment.file_type == "audio":
                        attachment.fields["transcribed_text"] = changes["transcribed_text"]
            if "external_error" in changes:
                message.status = "failed"
                message.content_attributes["external_error"] = changes["external_error"]
            if changes.get("deleted"):
                self._delete(message)
            message.updated_at = time.time()
            return message

    def _delete(self, message: Message) -> None:
        message.content = _DELETED_TEXT
        message.content_attributes = {"deleted": True}
        for attachment in message.attachments:
            if attachment.blob_id is not None:
                self._blobs.remove(attachment.blob_id)
        message.attachments = []
