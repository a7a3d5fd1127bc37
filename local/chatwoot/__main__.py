"""Start the local Chatwoot: `python -m local.chatwoot --help`."""

import argparse
import secrets
import time
from pathlib import Path

from local.chatwoot.access import Access, tokens
from local.chatwoot.api_contacts import ContactsApi
from local.chatwoot.api_conversations import ConversationsApi
from local.chatwoot.api_messages import MessagesApi
from local.chatwoot.api_webhooks import WebhooksApi
from local.chatwoot.blobs import Blobs
from local.chatwoot.control import Control
from local.chatwoot.deliveries import Deliveries
from local.chatwoot.events import Events
from local.chatwoot.message_changes import MessageChanges
from local.chatwoot.outbox import Outbox
from local.chatwoot.phone import Phone
from local.chatwoot.records import Account, Webhook
from local.chatwoot.store import Store
from local.chatwoot.writers import Writers
from local.http_messages import Route
from local.http_service import HttpService

_ANY_ACCOUNT = "/api/v1/accounts/{account_id}"


def main() -> None:
    """Wire it and serve until a signal comes."""
    options = _options()
    service = HttpService(options.host, options.port)
    base_url = options.public_url or f"http://{options.host}:{service.port}"
    blobs = Blobs(options.data / "blobs", base_url, options.attachment_delay)
    first = Store(Account(id=options.account_id, name="Acme Support"), options.first_id)
    access, routes = _account_routes(options, first, blobs, "/_control", _ANY_ACCOUNT)
    for number in options.more_accounts:
        account = Account(id=number, name=f"Branch {number}")
        store = Store(account, options.first_id, beside=first)
        control, base = f"/_control/accounts/{number}", f"/api/v1/accounts/{number}"
        # Before the first one's, which take any account's path and answer 404 to others.
        routes = _account_routes(options, store, blobs, control, base)[1] + routes
    media = [Route(r.method, r.path, access.throttled(r.handler)) for r in blobs.routes()]
    service.serve([*routes, *media])


def _account_routes(
    options: argparse.Namespace, store: Store, blobs: Blobs, control_base: str, base: str
) -> tuple[Access, list[Route]]:
    """Build one account's Chatwoot."""
    if options.webhook_url:
        webhook = Webhook(
            id=store.new_id("webhook"),
            url=options.webhook_url,
            secret=options.secret,
            subscriptions=["message_created", "message_updated"],
        )
        store.webhooks[webhook.id] = webhook
    deliveries = Deliveries()
    events = Events(store, deliveries)
    outbox = Outbox(store, events, options.receipts_after)
    changes = MessageChanges(store, blobs)
    access = Access(store.account, tokens(options.api_token, options.bot_token))
    control = Control(
        store=store,
        access=access,
        events=events,
        deliveries=deliveries,
        writers=Writers(store, blobs),
        changes=changes,
        outbox=outbox,
        phone=Phone(store=store, outbox=outbox),
        double_audio=options.edition == "enterprise",
    )
    messages = MessagesApi(
        store=store,
        access=access,
        events=events,
        outbox=outbox,
        changes=changes,
        flood_limit=options.messages_per_minute,
    )
    return access, [
        *control.routes(control_base),
        *messages.routes(base),
        *ConversationsApi(store=store, access=access).routes(base),
        *ContactsApi(store=store, access=access).routes(base),
        *WebhooksApi(store=store, access=access).routes(base),
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.chatwoot", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=0, help="0 takes a free one")
    add("--data", type=Path, required=True, help="directory for media files")
    add("--webhook-url", help="account webhook; more through the REST API")
    add("--secret", help="that webhook's secret; without one it is not signed")
    add("--api-token", default=secrets.token_hex(12), help="an administrator's token")
    add("--bot-token", default=secrets.token_hex(12), help="an agent bot's token")
    add("--account-id", type=int, default=7)
    add("--more-accounts", type=int, nargs="*", default=[], help="each with /_control/accounts/ID")
    add("--public-url", help="base of media links, default our own address")
    add("--attachment-delay", type=float, default=0.4, help="seconds until a file can be read")
    add("--receipts-after", type=float, default=0.2, help="pace of delivery receipts; -1 for none")
    add("--messages-per-minute", type=int, default=200, help="flood limit; 0 for none")
    add("--first-id", type=int, default=int(time.time()), help="where ids begin; default the time")
    add("--edition", choices=["enterprise", "community"], default="enterprise")
    return parser.parse_args()


if __name__ == "__main__":
    main()
