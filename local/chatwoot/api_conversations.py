"""REST: lists of conversations."""

import time
from dataclasses import dataclass

from local.chatwoot.access import Access, not_found
from local.chatwoot.api_messages import find_conversation
from local.chatwoot.records import Conversation
from local.chatwoot.rest_shapes import conversation_shape
from local.chatwoot.store import ADMINISTRATOR, Store
from local.http_messages import Request, Response, Route, json_response

_PER_PAGE = 25
_CONTACT_CONVERSATIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationsApi:
    """List and show; an administrator sees every inbox."""

    store: Store
    access: Access

    def routes(self, base: str) -> list[Route]:
        """Return the routes below the account's path."""
        checked = self.access
        of_contact = f"{base}/contacts/{{contact_id}}/conversations"
        one = f"{base}/conversations/{{conversation_id}}"
        return [
            Route("GET", f"{base}/conversations", checked.for_users(self._list)),
            Route("GET", one, checked.for_users_and_bots(self._show)),
            Route("GET", of_contact, checked.for_users(self._list_of_contact)),
        ]

    def _list(self, request: Request) -> Response:
        now = time.time()
        with self.store.lock:
            found = self._filtered(request)
            mine = sum(each.assignee == ADMINISTRATOR for each in found)
            assigned = sum(each.assignee is not None for each in found)
            meta = {
                "mine_count": mine,
                "assigned_count": assigned,
                "unassigned_count": len(found) - assigned,
                "all_count": len(found),
            }
            found = _assigned(found, request.first("assignee_type"))
            if within := request.first("updated_within"):
                found = [each for each in found if each.updated_at > now - float(within)]
            else:
                page = max(int(request.first("page") or 1), 1)
                found = found[(page - 1) * _PER_PAGE : page * _PER_PAGE]
            payload = [conversation_shape(each, self.store.account, now) for each in found]
        return json_response({"data": {"meta": meta, "payload": payload}})

    def _show(self, request: Request) -> Response:
        conversation = find_conversation(self.store, request)
        with self.store.lock:
            return json_response(conversation_shape(conversation, self.store.account, time.time()))

    def _list_of_contact(self, request: Request) -> Response:
        with self.store.lock:
            contact = self.store.contacts.get(int(request.params["contact_id"]))
            if contact is None:
                raise not_found()
            found = [each for each in self._newest_first() if each.contact is contact]
            now = time.time()
            shapes = [
                conversation_shape(each, self.store.account, now)
                for each in found[:_CONTACT_CONVERSATIONS]
            ]
        return json_response({"payload": shapes})

    def _filtered(self, request: Request) -> list[Conversation]:
        status = request.first("status") or "open"
        inbox_id = request.first("inbox_id")
        source_id = request.first("source_id")
        return [
            each
            for each in self._newest_first()
            if status in ("all", each.status)
            and inbox_id in (None, "", str(each.inbox.id))
            and source_id in (None, "", each.source_id)
        ]

    def _newest_first(self) -> list[Conversation]:
        conversations = self.store.conversations.values()
        return sorted(conversations, key=lambda each: each.last_activity_at, reverse=True)


def _assigned(found: list[Conversation], kind: str | None) -> list[Conversation]:
    match kind:
        case "me":
            return [each for each in found if each.assignee == ADMINISTRATOR]
        case "assigned":
            return [each for each in found if each.assignee is not None]
        case "unassigned":
            return [each for each in found if each.assignee is None]
        case _:
            return found
