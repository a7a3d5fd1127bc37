"""A message read back gives what its webhook gave, for every kind that Chatwoot knows."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from handlers.clients.chatwoot_conversations import ChatwootConversations
from handlers.clients.chatwoot_http import ChatwootHttp
from handlers.domain.deliveries import Accepted, Delivery, Ignored, InboxRules, read_delivery
from handlers.domain.message_state import MessageState, content_hash, join
from handlers.domain.messages import ConversationId, Event, Message
from handlers.domain.rest_messages import synthetic_body
from handlers.wiring.instance import SystemClock
from tests.local.chatwoot_server import (
    ADMINISTRATOR,
    Chatwoot,
    Receiver,
    run_chatwoot,
    run_receiver,
)

IMAGE: Final = {"file_type": "image", "content_type": "image/webp", "base64": "UklGRg=="}
VOICE: Final = {"file_type": "audio", "content_type": "audio/ogg", "base64": "T2dnUw=="}
PLACE: Final = {
    "file_type": "location",
    "coordinates_lat": -23.56,
    "coordinates_long": -46.65,
    "fallback_title": "MASP, Av. Paulista",
}
CARD: Final = {
    "file_type": "contact",
    "fallback_title": "+55 11 91234",
    "meta": {"firstName": "Ana", "lastName": "Souza"},
}
LISTED: Final = InboxRules(inbox_ids=frozenset({"8"}))
ALL: Final = InboxRules()
INCOMING: Final[dict[str, tuple[str, InboxRules, dict[str, Any]]]] = {
    "text": ("whatsapp", ALL, {"content": "Call <Ana> & Bo \U0001f44d"}),
    "image": ("whatsapp", ALL, {"content": "look", "attachments": [IMAGE]}),
    "voice": ("whatsapp", ALL, {"content": None, "attachments": [VOICE]}),
    "location": ("whatsapp", ALL, {"content": None, "attachments": [PLACE]}),
    "contact-card": ("whatsapp", ALL, {"content": None, "attachments": [CARD]}),
    "sticker": ("whatsapp", ALL, {"content_type": "sticker", "attachments": [IMAGE]}),
    "unsupported": ("whatsapp", ALL, {"content_attributes": {"is_unsupported": True}}),
    "voice-call": ("whatsapp", ALL, {"content_type": "voice_call"}),
    "media-not-fetched": ("whatsapp", ALL, {"content": None}),
    "twilio-whatsapp": ("twilio_whatsapp", ALL, {"content": "hi", "attachments": [VOICE]}),
    "twilio-sms": ("twilio_sms", ALL, {"content": "hi"}),
    "web-widget": ("web_widget", ALL, {"content": "hi"}),
    "api-inbox-not-listed": ("api", ALL, {"content": "hi"}),
    "api-inbox-listed": ("api", LISTED, {"content": "hi"}),
    "whatsapp-not-listed": ("whatsapp", LISTED, {"content": "hi"}),
}
OUTGOING: Final[dict[str, dict[str, Any]]] = {
    "user": {},
    "agent-bot": {"sender": "agent_bot"},
    "template": {"sender": "template"},
    "automation": {"sender": "automation"},
    "phone-app-echo": {"sender": "external_echo"},
    "private": {"private": True},
}


class Shapes:
    """Both shapes of one message."""

    def __init__(
        self, chatwoot: Chatwoot, receiver: Receiver, reader: ChatwootConversations
    ) -> None:
        self.chatwoot = chatwoot
        self._receiver = receiver
        self._reader = reader

    def conversation(self, channel: str = "whatsapp") -> int:
        wish: dict[str, object] = {"channel": channel}
        if channel == "twilio_sms":
            wish = {"channel": "twilio_whatsapp", "source_id": "+15550100123"}
        conversation_id: int = self.chatwoot.contact(**wish)["conversation_id"]
        return conversation_id

    def webhook(
        self, message_id: int, rules: InboxRules = ALL, event: str = "message_created"
    ) -> Delivery:
        # Receipts for what others of these tests have sent come in between.
        received = [each.json | {"body": each.body} for each in self._receiver.received]
        (found,) = [e for e in received if (e["event"], e["id"]) == (event, message_id)]
        return read_delivery(found["body"], rules)

    def rest(self, conversation_id: int, rules: InboxRules, event: Event) -> Delivery:
        (listed,) = [
            each
            for each in self._reader.updated_within("7", 60)
            if each.ref.conversation_id == str(conversation_id)
        ]
        page = self._reader.messages_after("7", ConversationId(str(conversation_id)), 0)
        assert page is not None
        assert listed.ref.contact_id is not None
        source_id = self._reader.source_id("7", listed.ref.contact_id, listed.ref.inbox_id)
        body = synthetic_body(
            page.messages[-1],
            event=event,
            account_id="7",
            ref=listed.ref,
            contact=page.contact,
            source_id=source_id,
        )
        return read_delivery(body, rules)


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shapes]:
    with ExitStack() as stack:
        receiver = stack.enter_context(run_receiver())
        options = ("--webhook-url", receiver.url, "--edition", "community")
        folder: Path = tmp_path_factory.mktemp("chatwoot")
        chatwoot = stack.enter_context(run_chatwoot(folder, *options))
        tls = ssl.create_default_context()
        http = ChatwootHttp(chatwoot.url, ADMINISTRATOR, clock=SystemClock(), tls=tls)
        stack.enter_context(closing(http))
        yield Shapes(chatwoot, receiver, ChatwootConversations(http))


def assert_same(webhook: Delivery, rest: Delivery) -> None:
    if isinstance(webhook, Ignored):
        assert rest == webhook
        return
    assert isinstance(webhook, Accepted)
    assert isinstance(rest, Accepted)
    # The one difference: REST cuts the time to whole seconds, as the identity check does.
    assert rest.message == _whole_second(webhook.message)
    digests = [content_hash(join(MessageState(), m)) for m in (webhook.message, rest.message)]
    assert digests[0] == digests[1]


def _whole_second(message: Message) -> Message:
    assert message.created_at is not None
    return replace(message, created_at=message.created_at.replace(microsecond=0))


@pytest.mark.parametrize("kind", INCOMING)
def test_what_a_customer_writes(shapes: Shapes, kind: str) -> None:
    channel, rules, wish = INCOMING[kind]
    conversation_id = shapes.conversation(channel)
    message_id = shapes.chatwoot.incoming(conversation_id, **wish)["message_id"]

    assert_same(
        shapes.webhook(message_id, rules),
        shapes.rest(conversation_id, rules, Event.MESSAGE_CREATED),
    )


@pytest.mark.parametrize("kind", OUTGOING)
def test_what_our_side_writes(shapes: Shapes, kind: str) -> None:
    conversation_id = shapes.conversation()
    path = f"conversations/{conversation_id}/outgoing"
    wish = {"content": "hi", "wait": True, **OUTGOING[kind]}

    webhook = shapes.webhook(shapes.chatwoot.control(path, wish)["message_id"])

    assert isinstance(webhook, Ignored)
    assert_same(webhook, shapes.rest(conversation_id, ALL, Event.MESSAGE_CREATED))


def test_an_activity_which_has_no_webhook_is_ignored(shapes: Shapes) -> None:
    conversation_id = shapes.conversation()
    path = f"conversations/{conversation_id}/outgoing"
    shapes.chatwoot.control(path, {"content": "Rui joined", "sender": "activity"})

    rest = shapes.rest(conversation_id, ALL, Event.MESSAGE_CREATED)

    assert isinstance(rest, Ignored)
    assert rest.reason.value == "not_incoming"


@pytest.mark.parametrize("change", [{"deleted": True}, {"transcribed_text": "the words"}])
def test_what_became_of_a_message_later(shapes: Shapes, change: dict[str, object]) -> None:
    conversation_id = shapes.conversation()
    written = shapes.chatwoot.incoming(conversation_id, attachments=[VOICE])
    path = f"messages/{written['message_id']}/update"
    shapes.chatwoot.control(path, {**change, "wait": True})

    assert_same(
        shapes.webhook(written["message_id"], event="message_updated"),
        shapes.rest(conversation_id, ALL, Event.MESSAGE_UPDATED),
    )
