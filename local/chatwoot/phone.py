"""The customer's phone: what it shows of a conversation, and tapping an option on it."""

from dataclasses import dataclass
from typing import Any

from local.chatwoot.outbox import Outbox
from local.chatwoot.records import WHATSAPP_CHANNELS, Account, Conversation, Message
from local.chatwoot.rendering import rendered
from local.chatwoot.store import Store
from local.chatwoot.whatsapp_limits import options_kind, options_of, template_text

# Other gateways and channels are given the text alone.
_SHOWS_OPTIONS = "Channel::Whatsapp"
_LIST_LABEL = "Choose an item"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """Looks at the store with the customer's eyes; hold its lock while asking."""

    store: Store
    outbox: Outbox

    def screen(self, conversation: Conversation) -> list[dict[str, Any]]:
        """Return what the customer has on the screen, oldest first."""
        shown = (each for each in conversation.messages if self._is_there(each, conversation))
        return [self._bubble(each, conversation, self.store.account) for each in shown]

    def option(self, conversation: Conversation, title: str) -> Message:
        """Return the newest message that shows this option; raise ValueError for none."""
        for message in reversed(conversation.messages):
            titles = [each["title"] for each in _options(message, conversation)]
            if title in titles and self._is_there(message, conversation):
                return message
        raise ValueError(f"no option {title!r} is on the screen")

    def _is_there(self, message: Message, conversation: Conversation) -> bool:
        if message.private or message.message_type == "activity":
            return False
        if message.message_type == "incoming" or conversation.inbox.channel not in (
            WHATSAPP_CHANNELS
        ):
            return True
        return message.status != "failed" and message.source_id is not None

    def _bubble(
        self, message: Message, conversation: Conversation, account: Account
    ) -> dict[str, Any]:
        is_theirs = message.message_type == "incoming"
        template = message.additional_attributes.get("template_params")
        if is_theirs:
            text = message.content or ""
        elif template:
            text = template_text(template, self.outbox.templates)
        else:
            text = rendered(message, conversation, account)
        options = _options(message, conversation)
        kind = options_kind(options)
        return {
            "message_id": message.id,
            "from": "customer" if is_theirs else "us",
            "text": text,
            "options": [each["title"] for each in options],
            "shown_as": None if not options else kind,
            "label": _LIST_LABEL if options and kind == "list" else None,
            "attachments": [each.file_type for each in message.attachments],
            "quotes": message.content_attributes.get("in_reply_to"),
            "is_template": bool(template),
        }


def _options(message: Message, conversation: Conversation) -> list[dict[str, Any]]:
    if conversation.inbox.channel != _SHOWS_OPTIONS or message.message_type == "incoming":
        return []
    return options_of(message)
