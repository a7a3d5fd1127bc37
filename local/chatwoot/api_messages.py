"""REST: messages of a conversation."""

from dataclasses import dataclass

from local.chatwoot.access import Access, not_found
from local.chatwoot.events import Events
from local.chatwoot.message_changes import MessageChanges
from local.chatwoot.message_rules import message_fields, refuse_flood
from local.chatwoot.outbox import Outbox
from local.chatwoot.records import Conversation, Message
from local.chatwoot.rest_shapes import message_list_meta, message_shape
from local.chatwoot.store import Store
from local.http_messages import RefusedError, Request, Response, Route, json_response

_NEWEST, _AFTER, _BETWEEN = 20, 100, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesApi:
    """Create, list and delete."""

    store: Store
    access: Access
    events: Events
    outbox: Outbox
    changes: MessageChanges
    flood_limit: int

    def routes(self, base: str) -> list[Route]:
        """Return the routes below the account's path."""
        path = f"{base}/conversations/{{conversation_id}}/messages"
        checked = self.access
        return [
            Route("POST", path, checked.for_users_and_bots(self._create)),
            Route("GET", path, checked.for_users(self._list)),
            Route("DELETE", f"{path}/{{message_id}}", checked.for_users(self._delete)),
        ]

    def _create(self, request: Request) -> Response:
        conversation = find_conversation(self.store, request)
        try:
            parameters = request.json()
        except ValueError as error:
            raise RefusedError(
                json_response({"status": 400, "error": "Bad Request"}, 400)
            ) from error
        fields = message_fields(parameters, conversation)
        with self.store.lock:
            refuse_flood(conversation, self.flood_limit)
            incoming = fields["message_type"] == "incoming"
            sender = conversation.contact if incoming else self.access.caller(request)
            message = self.store.add_message(conversation, sender=sender, **fields)
            shape = message_shape(
                message, conversation, self.store.account, parameters.get("echo_id")
            )
        self.events.fire("message_created", message_id=message.id)
        if not incoming:
            self.outbox.send(message, conversation)
        return json_response(shape)

    def _list(self, request: Request) -> Response:
        conversation = find_conversation(self.store, request)
        before, after = _integer(request.first("before")), _integer(request.first("after"))
        with self.store.lock:
            messages = conversation.messages
            if request.first("filter_internal_messages"):
                messages = [m for m in messages if not m.private and m.message_type != "activity"]
            page = _page(messages, before, after)
            return json_response(
                {
                    "meta": message_list_meta(conversation),
                    "payload": [
                        message_shape(each, conversation, self.store.account) for each in page
                    ],
                }
            )

    def _delete(self, request: Request) -> Response:
        conversation = find_conversation(self.store, request)
        message_id = int(request.params["message_id"])
        if not any(each.id == message_id for each in conversation.messages):
            raise not_found()
        message = self.changes.apply(message_id, {"deleted": True})
        self.events.fire("message_updated", message_id=message_id)
        return json_response(message_shape(message, conversation, self.store.account))


def find_conversation(store: Store, request: Request) -> Conversation:
    """Return the conversation the path names, or refuse with 404."""
    conversation = store.conversations.get(_integer(request.params["conversation_id"]) or 0)
    if conversation is None:
        raise not_found()
    return conversation


def _page(messages: list[Message], before: int | None, after: int | None) -> list[Message]:
    if before is not None and after is not None:
        return [m for m in messages if after <= m.id < before][:_BETWEEN]
    if before is not None:
        return [m for m in messages if m.id < before][-_NEWEST:]
    if after is not None:
        return [m for m in messages if m.id > after][:_AFTER]
    return messages[-_NEWEST:]


def _integer(text: str | None) -> int | None:
    """Read a number as Ruby's to_i does not: what is none finds nothing."""
    return int(text) if text is not None and text.isdecimal() else None
