"""A Chatwoot that is read back: conversations in a list, and a clock that the test moves."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.json_values import JsonObject
from handlers.domain.messages import ConversationId
from handlers.domain.reconciliation import ConversationRef, ListedConversation, MessagePage
from handlers.ports.clock import Clock
from tests.fakes.failing import FailingPort


@dataclass(slots=True, kw_only=True)
class Thread:
    """One conversation; its messages as REST shows them."""

    conversation_id: int
    created_at: datetime
    channel: str | None = "Channel::Whatsapp"
    messages: list[JsonObject] = field(default_factory=list)
    updated_at: datetime
    is_gone: bool = False

    @property
    def contact(self) -> JsonObject:
        return {"id": 9000 + self.conversation_id, "name": "Dana Vale", "type": "contact"}


class FakeConversations(FailingPort):
    """One account of one Chatwoot."""

    def __init__(self, clock: Clock, *, account_id: str = "7", first_id: int = 1) -> None:
        super().__init__()
        self.threads: dict[int, Thread] = {}
        self.reads: list[tuple[str, int]] = []
        self.is_before_ignored = False
        self._clock = clock
        self._account_id = account_id
        self._next_id = first_id

    def open(self, conversation_id: int) -> Thread:
        now = self._clock.now()
        thread = Thread(conversation_id=conversation_id, created_at=now, updated_at=now)
        self.threads[conversation_id] = thread
        return thread

    def write(self, conversation_id: int, **fields: object) -> int:
        """Store an incoming message, now unless `created_at` is given; return its id."""
        thread, now = self.threads[conversation_id], self._clock.now()
        message_id, self._next_id = self._next_id, self._next_id + 1
        document: JsonObject = {
            "id": message_id,
            "content": f"message {message_id}",
            "inbox_id": 4,
            "conversation_id": conversation_id,
            "message_type": 0,
            "content_type": "text",
            "content_attributes": {},
            "created_at": int(now.timestamp()),
            "private": False,
            "source_id": f"wamid.{message_id}",
            "sender": thread.contact,
        }
        thread.messages.append(document | fields)
        thread.updated_at = now
        return message_id

    def updated_within(self, account_id: str, seconds: int) -> list[ListedConversation]:
        with self._call("updated_within"):
            self._check(account_id)
            since = self._clock.now() - timedelta(seconds=seconds)
            return [self._listed(t) for t in self._newest_first() if t.updated_at > since]

    def page(self, account_id: str, number: int) -> list[ListedConversation]:
        with self._call("page"):
            self._check(account_id)
            found = self._newest_first()[(number - 1) * 25 : number * 25]
            return [self._listed(thread) for thread in found]

    def messages_after(
        self, account_id: str, conversation_id: ConversationId, after: int
    ) -> MessagePage | None:
        with self._call("messages_after"):
            self._check(account_id)
            self.reads.append((conversation_id, after))
            thread = self.threads[int(conversation_id)]
            found = [m for m in thread.messages if _id(m) > after][:100]
            return self._message_page(thread, found)

    def messages_before(
        self, account_id: str, conversation_id: ConversationId, before: int | None
    ) -> MessagePage | None:
        with self._call("messages_before"):
            self._check(account_id)
            thread = self.threads[int(conversation_id)]
            is_newest = before is None or self.is_before_ignored
            found = [m for m in thread.messages if is_newest or _id(m) < (before or 0)][-20:]
            return self._message_page(thread, found)

    def source_id(self, account_id: str, contact_id: str, inbox_id: str | None) -> str | None:
        with self._call("source_id"):
            self._check(account_id)
            return f"{inbox_id}-{contact_id}"

    def _message_page(self, thread: Thread, found: list[JsonObject]) -> MessagePage | None:
        if thread.is_gone:
            return None
        return MessagePage(messages=tuple(found), contact=thread.contact)

    def _newest_first(self) -> list[Thread]:
        found = [thread for thread in self.threads.values() if not thread.is_gone]
        return sorted(found, key=lambda thread: thread.updated_at, reverse=True)

    def _listed(self, thread: Thread) -> ListedConversation:
        return ListedConversation(
            ref=ConversationRef(
                conversation_id=ConversationId(str(thread.conversation_id)),
                channel=thread.channel,
                inbox_id="4",
                contact_id=str(thread.contact["id"]),
            ),
            created_at=thread.created_at,
            updated_at=thread.updated_at,
            last_activity_at=thread.updated_at,
            newest_message_id=_id(thread.messages[-1]) if thread.messages else None,
        )

    def _check(self, account_id: str) -> None:
        if account_id != self._account_id:
            raise RetryableError(RetryReason.CHATWOOT_FORBIDDEN)


def _id(document: JsonObject) -> int:
    found = document["id"]
    assert isinstance(found, int)
    return found
