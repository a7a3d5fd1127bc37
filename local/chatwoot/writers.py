"""Stores what a customer, an agent or a program writes, as the channels would."""

from collections.abc import Mapping
from typing import Any

from local.chatwoot.blobs import Blobs
from local.chatwoot.outbox import provider_id
from local.chatwoot.records import MEDIA_TYPES, Attachment, Conversation, Message, Sender
from local.chatwoot.store import ADMINISTRATOR, BOT, Store

_OUTGOING: dict[str, tuple[str, Sender]] = {
    "user": ("outgoing", ADMINISTRATOR),
    "agent_bot": ("outgoing", BOT),
    "automation": ("outgoing", None),
    "template": ("template", None),
    "external_echo": ("outgoing", None),
    "activity": ("activity", None),
}
_PLACE_FIELDS = {
    "location": ("coordinates_lat", "coordinates_long", "fallback_title", "data_url"),
    "contact": ("fallback_title", "meta"),
}


class Writers:
    """Creates messages from the control API's wishes; KeyError or ValueError for bad ones."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self._store = store
        self._blobs = blobs

    def incoming(self, conversation: Conversation, wish: Mapping[str, Any]) -> Message:
        """Store a message of the conversation's contact."""
        attachments = wish.get("attachments", [])
        # Twilio sends an empty Body with media, WhatsApp none.
        silent = "" if conversation.inbox.channel == "Channel::TwilioSms" and attachments else None
        return self._store_message(
            conversation,
            wish,
            message_type="incoming",
            sender=conversation.contact,
            content=wish.get("content", silent),
            source_id=wish.get("source_id") or provider_id(conversation),
        )

    def outgoing(self, conversation: Conversation, wish: Mapping[str, Any]) -> Message:
        """Store a message of `sender`: user, agent_bot, automation, template, external_echo."""
        kind = wish.get("sender", "user")
        if kind not in _OUTGOING:
            raise ValueError(f"sender must be one of {', '.join(_OUTGOING)}")
        message_type, sender = _OUTGOING[kind]
        fields: dict[str, Any] = {"source_id": wish.get("source_id")}
        attributes = dict(wish.get("content_attributes", {}))
        if kind == "external_echo":
            attributes["external_echo"] = True
            fields = {"source_id": provider_id(conversation), "status": "delivered"}
        return self._store_message(
            conversation,
            {**wish, "content_attributes": attributes},
            message_type=message_type,
            sender=sender,
            content=wish.get("content"),
            private=bool(wish.get("private", False)),
            **fields,
        )

    def _store_message(
        self,
        conversation: Conversation,
        wish: Mapping[str, Any],
        **fields: Any,  # noqa: ANN401 - the rest of Message, checked by its constructor
    ) -> Message:
        # Files first: a message must not be seen without them.
        blob_ids = [self._blob_id(each) for each in wish.get("attachments", [])]
        with self._store.lock:
            attributes = dict(wish.get("content_attributes", {}))
            if "in_reply_to" in wish:
                quoted, _ = self._store.message(int(wish["in_reply_to"]))
                attributes["in_reply_to_external_id"] = quoted.source_id
                attributes["in_reply_to"] = quoted.id
            message = self._store.add_message(
                conversation,
                content_type=wish.get("content_type", "text"),
                content_attributes=attributes,
                created_at=wish.get("created_at"),
                **fields,
            )
            message.attachments = [
                self._attachment(message.id, each, blob_id)
                for each, blob_id in zip(wish.get("attachments", []), blob_ids, strict=True)
            ]
            return message

    def _blob_id(self, wish: Mapping[str, Any]) -> int | None:
        kind = wish["file_type"]
        if kind in MEDIA_TYPES:
            return self._blobs.add(wish)
        if kind not in _PLACE_FIELDS:
            raise ValueError(f"file_type {kind!r} is none of {MEDIA_TYPES | set(_PLACE_FIELDS)}")
        return None

    def _attachment(
        self, message_id: int, wish: Mapping[str, Any], blob_id: int | None
    ) -> Attachment:
        kind = wish["file_type"]
        if blob_id is None:
            fields = {name: wish.get(name) for name in _PLACE_FIELDS[kind]}
        else:
            fields = self._blobs.media_fields(blob_id, kind)
        return Attachment(
            id=self._store.new_id("attachment"),
            message_id=message_id,
            file_type=kind,
            fields=fields,
            blob_id=blob_id,
        )
