"""The /_control calls: be the customer and the agent, replay, look at deliveries."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from local.chatwoot.access import Access
from local.chatwoot.deliveries import Deliveries, Delivery
from local.chatwoot.events import Events
from local.chatwoot.message_changes import MessageChanges
from local.chatwoot.outbox import Outbox
from local.chatwoot.phone import Phone
from local.chatwoot.rails_format import to_json
from local.chatwoot.records import Conversation, Message
from local.chatwoot.store import INBOXES, Store
from local.chatwoot.writers import Writers
from local.http_messages import Handler, Request, Response, Route, json_response

_CONTACT_FIELDS = (
    *("phone_number", "email", "identifier", "blocked"),
    *("additional_attributes", "custom_attributes"),
)
_WIDGET_CONTACT = {"created_at_ip": "192.0.2.7", "browser_language": "en"}
_WIDGET_CONVERSATION = {
    "browser_language": "en",
    "browser": {
        "device_name": "Unknown",
        "browser_name": "Chrome",
        "platform_name": "Linux",
        "browser_version": "139.0.0.0",
        "platform_version": "",
    },
    "initiated_at": {"timestamp": "Sun Aug 02 2026 09:00:00 GMT+0000"},
    "referer": "https://www.example.com/pricing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Needs no token: it listens on this machine only."""

    store: Store
    access: Access
    events: Events
    deliveries: Deliveries
    writers: Writers
    changes: MessageChanges
    outbox: Outbox
    phone: Phone
    double_audio: bool

    def routes(self, base: str = "/_control") -> list[Route]:
        """Return the routes of the control API of one account."""
        one = f"{base}/conversations/{{conversation_id}}"
        calls: list[tuple[str, str, Handler]] = [
            ("POST", f"{base}/contacts", self._add_contact),
            ("POST", one, self._change_conversation),
            ("POST", f"{one}/incoming", self._incoming),
            ("POST", f"{one}/outgoing", self._outgoing),
            ("POST", f"{one}/tap", self._tap),
            ("GET", f"{one}/phone", self._show_phone),
            ("POST", f"{base}/templates", self._approve_template),
            ("POST", f"{base}/messages/{{message_id}}/update", self._update),
            ("POST", f"{base}/deliver", self._deliver),
            ("GET", f"{base}/deliveries", self._list_deliveries),
            ("DELETE", f"{base}/deliveries", self._forget_deliveries),
            ("POST", f"{base}/rate-limit", self._limit_rate),
        ]
        return [Route(method, path, _explained(handler)) for method, path, handler in calls]

    def _add_contact(self, request: Request) -> Response:
        wish = request.json()
        channel = wish.get("channel", "whatsapp")
        if channel not in INBOXES:
            raise ValueError(f"channel must be one of {', '.join(INBOXES)}")
        with self.store.lock:
            if "contact_id" in wish:
                contact = self.store.contacts[int(wish["contact_id"])]
                source_id = str(wish["source_id"])
                conversation = self.store.add_conversation(contact, INBOXES[channel], source_id)
            else:
                fields = {name: wish[name] for name in _CONTACT_FIELDS if name in wish}
                if channel == "web_widget":
                    fields.setdefault("additional_attributes", _WIDGET_CONTACT)
                conversation = self.store.add_contact(
                    channel=channel,
                    name=wish["name"],
                    source_id=wish.get("source_id"),
                    fields=fields,
                )
            if channel == "web_widget":
                conversation.additional_attributes = _WIDGET_CONVERSATION
        return json_response(
            {
                "account_id": self.store.account.id,
                "contact_id": conversation.contact.id,
                "contact_inbox_id": conversation.contact_inbox_id,
                "conversation_id": conversation.id,
                "inbox_id": conversation.inbox.id,
                "channel": conversation.inbox.channel,
                "source_id": conversation.source_id,
            }
        )

    def _change_conversation(self, request: Request) -> Response:
        conversation = self._conversation(request)
        wish = request.json()
        with self.store.lock:
            conversation.status = wish.get("status", conversation.status)
        return json_response({"conversation_id": conversation.id, "status": conversation.status})

    def _tap(self, request: Request) -> Response:
        """Choose an option: WhatsApp gives its title back as text, and nothing of its value."""
        conversation, wish = self._conversation(request), request.json()
        with self.store.lock:
            question = self.phone.option(conversation, wish["title"])
        tapped = {"content": wish["title"], "in_reply_to": question.id}
        message = self.writers.incoming(conversation, tapped)
        return self._fire(message, ["message_created"], wish)

    def _show_phone(self, request: Request) -> Response:
        conversation = self._conversation(request)
        with self.store.lock:
            return json_response({"messages": self.phone.screen(conversation)})

    def _approve_template(self, request: Request) -> Response:
        wish = request.json()
        self.outbox.templates[wish["name"], wish["language"]] = wish["text"]
        return json_response({"templates": len(self.outbox.templates)})

    def _incoming(self, request: Request) -> Response:
        wish = request.json()
        message = self.writers.incoming(self._conversation(request), wish)
        events = ["message_created"]
        # Enterprise builds touch the message again to ask for a transcription.
        if self.double_audio and any(each.file_type == "audio" for each in message.attachments):
            events.append("message_updated")
        return self._fire(message, events, wish)

    def _outgoing(self, request: Request) -> Response:
        wish = request.json()
        conversation = self._conversation(request)
        message = self.writers.outgoing(conversation, wish)
        silent = message.message_type == "activity"
        answer = self._fire(message, [] if silent else ["message_created"], wish)
        if not silent:
            self.outbox.send(message, conversation)
        return answer

    def _update(self, request: Request) -> Response:
        wish = request.json()
        how = {"wait": wish.pop("wait", False), "fire": wish.pop("fire", True)}
        message = self.changes.apply(int(request.params["message_id"]), wish)
        return self._fire(message, ["message_updated"], how)

    def _deliver(self, request: Request) -> Response:
        wish = request.json()
        event = wish.get("event", "message_created")
        message_id = int(wish.get("message_id", 0))
        changes: dict[str, Any] = {"timestamp_offset": int(wish.get("timestamp_offset", 0))}
        # A null secret sends without a signature.
        changes |= {name: wish[name] for name in ("secret", "delivery_id") if name in wish}
        if "body_override" in wish:
            override = wish["body_override"]
            body = override.encode() if isinstance(override, str) else to_json(override)
            changes["body"] = lambda: body
        else:
            self.store.message(message_id)
        times = int(wish.get("times", 1))
        orders = [
            order
            for _ in range(times)
            for order in self.events.orders(event, message_id, **changes)
        ]
        sent = self.deliveries.send(orders, wait=bool(wish.get("wait", True)))
        return json_response({"message_id": message_id, "deliveries": _shapes(sent)})

    def _list_deliveries(self, request: Request) -> Response:
        event, message_id = request.first("event"), request.first("message_id")
        found = [
            each
            for each in self.deliveries.log()
            if event in (None, each.event) and message_id in (None, str(each.message_id))
        ]
        return json_response({"pending": self._pending(), "deliveries": _shapes(found)})

    def _forget_deliveries(self, _: Request) -> Response:
        self.deliveries.forget()
        return json_response({"pending": self._pending(), "deliveries": []})

    def _limit_rate(self, request: Request) -> Response:
        limit = request.json()["per_minute"]
        self.access.limit_rate(None if limit is None else int(limit))
        return json_response({"per_minute": limit})

    def _pending(self) -> int:
        # In this order: a step becomes a delivery before it is taken off the count.
        return self.outbox.pending() + self.deliveries.pending()

    def _conversation(self, request: Request) -> Conversation:
        return self.store.conversations[int(request.params["conversation_id"])]

    def _fire(self, message: Message, events: list[str], wish: Mapping[str, Any]) -> Response:
        """Send the events, or with `fire` false lose them as a Chatwoot that is down does."""
        sent: list[Delivery] = []
        if wish.get("fire", True):
            wait = bool(wish.get("wait", False))
            sent = self.events.fire(*events, message_id=message.id, wait=wait)
        return json_response({"message_id": message.id, "deliveries": _shapes(sent)})


def _shapes(deliveries: list[Delivery]) -> list[dict[str, Any]]:
    return [asdict(delivery) for delivery in deliveries]


def _explained(handler: Handler) -> Handler:
    """Answer 404 for ids there are not and 400 for wishes that make no sense."""

    def explain(request: Request) -> Response:
        try:
            return handler(request)
        except LookupError as error:
            return json_response({"error": f"not found or not given: {error}"}, 404)
        except (ValueError, TypeError, OSError) as error:
            return json_response({"error": f"{type(error).__name__}: {error}"}, 400)

    return explain
