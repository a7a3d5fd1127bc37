"""REST: the account's webhooks."""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from local.chatwoot.access import Access, not_found
from local.chatwoot.records import Webhook
from local.chatwoot.rest_shapes import webhook_shape
from local.chatwoot.store import Store
from local.http_messages import RefusedError, Request, Response, Route, json_response

_DEFAULT_EVENTS = [
    *("conversation_status_changed", "conversation_updated", "conversation_created"),
    *("contact_created", "contact_updated", "message_created", "message_updated"),
    "webwidget_triggered",
]
_EVENTS = {
    *_DEFAULT_EVENTS,
    *("inbox_created", "inbox_updated", "conversation_typing_on", "conversation_typing_off"),
}
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhooksApi:
    """List, create, change and delete; the secret is ours to make and cannot be chosen."""

    store: Store
    access: Access

    def routes(self, base: str) -> list[Route]:
        """Return the routes below the account's path."""
        path, one = f"{base}/webhooks", f"{base}/webhooks/{{webhook_id}}"
        checked = self.access
        return [
            Route("GET", path, checked.for_users(self._list)),
            Route("POST", path, checked.for_users(self._create)),
            Route("PATCH", one, checked.for_users(self._change)),
            Route("PUT", one, checked.for_users(self._change)),
            Route("DELETE", one, checked.for_users(self._delete)),
        ]

    def _list(self, _: Request) -> Response:
        with self.store.lock:
            webhooks = [webhook_shape(each, self.store.account) for each in self._all()]
        return json_response({"payload": {"webhooks": webhooks}})

    def _create(self, request: Request) -> Response:
        wanted = _parameters(request)
        with self.store.lock:
            url = self._checked_url(wanted.get("url"), other_than=None)
            webhook = Webhook(
                id=self.store.new_id("webhook"),
                url=url,
                secret="".join(secrets.choice(_BASE58) for _ in range(24)),
                subscriptions=_checked_events(wanted.get("subscriptions", _DEFAULT_EVENTS)),
                name=wanted.get("name"),
            )
            self.store.webhooks[webhook.id] = webhook
        return self._answer(webhook)

    def _change(self, request: Request) -> Response:
        wanted = _parameters(request)
        with self.store.lock:
            webhook = self._find(request)
            if "url" in wanted:
                webhook.url = self._checked_url(wanted["url"], other_than=webhook)
            if "subscriptions" in wanted:
                webhook.subscriptions = _checked_events(wanted["subscriptions"])
            webhook.name = wanted.get("name", webhook.name)
        return self._answer(webhook)

    def _delete(self, request: Request) -> Response:
        with self.store.lock:
            del self.store.webhooks[self._find(request).id]
        return Response(content_type="text/html")

    def _answer(self, webhook: Webhook) -> Response:
        return json_response({"payload": {"webhook": webhook_shape(webhook, self.store.account)}})

    def _all(self) -> list[Webhook]:
        return list(self.store.webhooks.values())

    def _find(self, request: Request) -> Webhook:
        webhook_id = request.params["webhook_id"]
        webhook = self.store.webhooks.get(int(webhook_id) if webhook_id.isdecimal() else 0)
        if webhook is None:
            raise not_found()
        return webhook

    def _checked_url(self, url: object, *, other_than: Webhook | None) -> str:
        if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
            raise _invalid("Url is invalid", "url")
        if any(each.url == url for each in self._all() if each is not other_than):
            raise _invalid("Url has already been taken", "url")
        return url


def _parameters(request: Request) -> dict[str, Any]:
    try:
        body = request.json()
    except ValueError as error:
        raise RefusedError(json_response({"status": 400, "error": "Bad Request"}, 400)) from error
    # Rails accepts the fields bare or below the model's name.
    inner = body.get("webhook")
    return inner if isinstance(inner, dict) else body


def _checked_events(events: object) -> list[str]:
    if not isinstance(events, list) or not events or not set(events) <= _EVENTS:
        raise _invalid("Subscriptions Invalid event", "subscriptions")
    return list(events)


def _invalid(message: str, attribute: str) -> RefusedError:
    return RefusedError(json_response({"message": message, "attributes": [attribute]}, 422))
