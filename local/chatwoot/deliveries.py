"""Sends events to webhooks once, as Chatwoot does: five seconds, no retry, no order."""

import http.client
import queue
import ssl
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from local.chatwoot.signature import signed_headers

_TIMEOUT_SECONDS = 5.0
_THREADS = 10
_KEPT_RESPONSE_BYTES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One event for one webhook; the body is made when its turn comes, of what is true then."""

    url: str
    secret: str | None
    event: str
    message_id: int
    body: Callable[[], bytes]
    delivery_id: str | None = None
    timestamp_offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of an order: an HTTP status, or an error without one."""

    url: str
    event: str
    message_id: int
    delivery_id: str
    sent_at: float
    seconds: float
    status: int | None
    error: str | None
    response_body: str


class Deliveries:
    """A pool of senders and the log of what they sent."""

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[tuple[Order, queue.SimpleQueue[Delivery]]] = (
            queue.SimpleQueue()
        )
        self._log: list[Delivery] = []
        self._pending = 0
        self._lock = threading.Lock()
        for _ in range(_THREADS):
            threading.Thread(target=self._send_orders, daemon=True).start()

    def send(self, orders: list[Order], *, wait: bool) -> list[Delivery]:
        """Queue orders; with `wait` return what became of them, else nothing."""
        answers: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        with self._lock:
            self._pending += len(orders)
        for order in orders:
            self._orders.put((order, answers))
        return [answers.get() for _ in orders] if wait else []

    def log(self) -> list[Delivery]:
        """Return every finished attempt, oldest first."""
        with self._lock:
            return list(self._log)

    def pending(self) -> int:
        """Count orders not finished yet."""
        with self._lock:
            return self._pending

    def forget(self) -> None:
        """Empty the log."""
        with self._lock:
            self._log.clear()

    def _send_orders(self) -> None:
        while True:
            order, answers = self._orders.get()
            delivery = _post(order)
            with self._lock:
                self._log.append(delivery)
                self._pending -= 1
            answers.put(delivery)


def _post(order: Order) -> Delivery:
    delivery_id = order.delivery_id or str(uuid.uuid4())
    sent_at = time.time()
    status, error, said = None, None, b""
    connection = None
    try:
        connection = _connection(order.url)
        body = order.body()
        headers = signed_headers(
            body,
            secret=order.secret,
            timestamp=int(sent_at) + order.timestamp_offset,
            delivery_id=delivery_id,
        )
        headers |= {"Content-Type": "application/json", "Accept": "application/json"}
        headers |= {"User-Agent": "Ruby", "Connection": "close"}
        parts = urlsplit(order.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, headers)
        response = connection.getresponse()
        status = response.status
        said = response.read(_KEPT_RESPONSE_BYTES)
    except (OSError, ValueError, http.client.HTTPException) as failure:
        error = f"{type(failure).__name__}: {failure}"
    finally:
        if connection is not None:
            connection.close()
    return Delivery(
        url=order.url,
        event=order.event,
        message_id=order.message_id,
        delivery_id=delivery_id,
        sent_at=sent_at,
        seconds=round(time.time() - sent_at, 4),
        status=status,
        error=error,
        response_body=said.decode(errors="replace"),
    )


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.hostname is None:
        raise ValueError(f"not a webhook URL: {url}")
    if parts.scheme == "https":
        return http.client.HTTPSConnection(
            parts.hostname,
            parts.port,
            timeout=_TIMEOUT_SECONDS,
            context=ssl.create_default_context(),
        )
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=_TIMEOUT_SECONDS)
