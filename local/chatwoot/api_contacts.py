"""REST: contacts."""

from dataclasses import dataclass
from typing import Any

from local.chatwoot.access import Access, not_found, unprocessable
from local.chatwoot.records import Contact, Inbox
from local.chatwoot.rest_shapes import contact_with_inboxes
from local.chatwoot.store import Store
from local.http_messages import Request, Response, Route, json_response

_PER_PAGE = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsApi:
    """Show, list and search."""

    store: Store
    access: Access

    def routes(self, base: str) -> list[Route]:
        """Return the routes below the account's path."""
        checked = self.access
        return [
            Route("GET", f"{base}/contacts", checked.for_users(self._list)),
            Route("GET", f"{base}/contacts/search", checked.for_users(self._search)),
            Route("GET", f"{base}/contacts/{{contact_id}}", checked.for_users(self._show)),
        ]

    def _show(self, request: Request) -> Response:
        contact_id = request.params["contact_id"]
        with self.store.lock:
            contact = self.store.contacts.get(int(contact_id) if contact_id.isdecimal() else 0)
            if contact is None:
                raise not_found()
            return json_response({"payload": self._shape(contact)})

    def _list(self, request: Request) -> Response:
        with self.store.lock:
            return self._page(list(self.store.contacts.values()), request, "count_all")

    def _search(self, request: Request) -> Response:
        wanted = (request.first("q") or "").strip().lower()
        if not wanted:
            raise unprocessable("Specify search string with parameter q")
        with self.store.lock:
            found = [each for each in self.store.contacts.values() if _mentions(each, wanted)]
            return self._page(found, request, "count_page")

    def _page(self, found: list[Contact], request: Request, counting: str) -> Response:
        page = max(int(request.first("page") or 1), 1)
        shown = found[(page - 1) * _PER_PAGE : page * _PER_PAGE]
        meta: dict[str, Any] = {"count": len(found), "current_page": str(page)}
        if counting == "count_page":
            meta = {
                "count": len(shown),
                "current_page": page,
                "has_more": page * _PER_PAGE < len(found),
            }
        return json_response({"meta": meta, "payload": [self._shape(each) for each in shown]})

    def _shape(self, contact: Contact) -> dict[str, Any]:
        inboxes: dict[str, Inbox] = {
            each.source_id: each.inbox
            for each in self.store.conversations.values()
            if each.contact is contact
        }
        return contact_with_inboxes(contact, list(inboxes.items()))


def _mentions(contact: Contact, wanted: str) -> bool:
    fields = (contact.name, contact.email, contact.phone_number, contact.identifier)
    return any(wanted in field.lower() for field in fields if field)
