"""Turns a change of a message into deliveries to the webhooks that want it."""

import time
from typing import Any

from local.chatwoot.deliveries import Deliveries, Delivery, Order
from local.chatwoot.rails_format import to_json
from local.chatwoot.store import Store
from local.chatwoot.webhook_body import webhook_body


class Events:
    """Fires message events."""

    def __init__(self, store: Store, deliveries: Deliveries) -> None:
        self._store = store
        self._deliveries = deliveries

    def fire(self, *events: str, message_id: int, wait: bool = False) -> list[Delivery]:
        """Send events of one message, in no order among themselves."""
        orders = [order for event in events for order in self.orders(event, message_id)]
        return self._deliveries.send(orders, wait=wait)

    def orders(self, event: str, message_id: int, **changes: Any) -> list[Order]:  # noqa: ANN401 - fields of Order
        """Return one order for each webhook that subscribed to the event."""
        with self._store.lock:
            webhooks = [
                each for each in self._store.webhooks.values() if event in each.subscriptions
            ]
        return [
            Order(
                **{
                    "url": webhook.url,
                    "secret": webhook.secret,
                    "event": event,
                    "message_id": message_id,
                    "body": lambda: self.body(event, message_id),
                    **changes,
                }
            )
            for webhook in webhooks
        ]

    def body(self, event: str, message_id: int) -> bytes:
        """Return the event's body as it would be sent now."""
        with self._store.lock:
            message, conversation = self._store.message(message_id)
            return to_json(
                webhook_body(
                    event,
                    message,
                    conversation,
                    account=self._store.account,
                    now=time.time(),
                )
            )
