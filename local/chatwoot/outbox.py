"""What the channel does with an outgoing message: accept it and report delivery, or refuse."""

import secrets
import threading
import time
from collections.abc import Callable

from local.chatwoot.events import Events
from local.chatwoot.records import WHATSAPP_CHANNELS, Conversation, Message
from local.chatwoot.rendering import rendered
from local.chatwoot.store import Store
from local.chatwoot.whatsapp_limits import options_of, template_error, text_error

_WINDOW_CLOSED = (
    "Message not sent because the WhatsApp 24-hour customer service window is closed and no "
    "template parameters were provided. Send an approved template message instead."
)


class Outbox:
    """Sends stored messages on in the background; every step is a message_updated."""

    def __init__(self, store: Store, events: Events, step_seconds: float) -> None:
        self.templates: dict[tuple[str, str], str] = {}
        """Approved ones: their text by name and language."""
        self._store = store
        self._events = events
        self._step_seconds = step_seconds
        self._pending = 0

    def pending(self) -> int:
        """Count steps not taken yet."""
        with self._store.lock:
            return self._pending

    def send(self, message: Message, conversation: Conversation) -> None:
        """Pass a public message that nobody else has sent to WhatsApp."""
        if message.private or message.source_id or self._step_seconds < 0:
            return
        if conversation.inbox.channel in WHATSAPP_CHANNELS:
            self._later(self._accept, message, conversation)

    def _accept(self, message: Message, conversation: Conversation) -> None:
        with self._store.lock:
            message.updated_at = time.time()
            error = self._error(message, conversation, message.updated_at)
            if error is None:
                message.source_id = provider_id(conversation)
            else:
                message.status = "failed"
                message.content_attributes["external_error"] = error
        self._events.fire("message_updated", message_id=message.id)
        if error is None:
            self._later(self._deliver, message, conversation)

    def _error(self, message: Message, conversation: Conversation, now: float) -> str | None:
        template = message.additional_attributes.get("template_params")
        if template:
            return template_error(template, self.templates)
        if not conversation.can_reply(now):
            return _WINDOW_CLOSED
        if message.attachments:
            return None
        is_whatsapp = conversation.inbox.channel == "Channel::Whatsapp"
        options = options_of(message) if is_whatsapp else []
        return text_error(rendered(message, conversation, self._store.account), options)

    def _deliver(self, message: Message, _: Conversation) -> None:
        with self._store.lock:
            message.updated_at = time.time()
            message.status = "delivered"
        self._events.fire("message_updated", message_id=message.id)

    def _later(
        self,
        step: Callable[[Message, Conversation], None],
        message: Message,
        conversation: Conversation,
    ) -> None:
        def take_step() -> None:
            step(message, conversation)
            with self._store.lock:
                self._pending -= 1

        with self._store.lock:
            self._pending += 1
        timer = threading.Timer(self._step_seconds, take_step)
        timer.daemon = True
        timer.start()


def provider_id(conversation: Conversation) -> str | None:
    """Return an id as the channel's provider gives it to a message; None where there is none."""
    match conversation.inbox.channel:
        case "Channel::Whatsapp":
            return f"wamid.{secrets.token_hex(20).upper()}"
        case "Channel::TwilioSms":
            return f"SM{secrets.token_hex(16)}"
        case _:
            return None
