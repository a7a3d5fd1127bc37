"""Builds what sends: into Chatwoot's conversations and to the topic of content jobs."""

import ssl
from collections.abc import Callable, Mapping

import certifi

from db.outbox import PostgresOutbox
from db.pool import ConnectionPool
from handlers.clients.chatwoot_http import ChatwootHttp
from handlers.clients.chatwoot_messages import ChatwootMessages
from handlers.logs import EventLog
from handlers.outbox_delivery import OutboxDelivery
from handlers.ports.broker import Publisher
from handlers.settings_parts import BrokerSettings, ChatwootSettings
from handlers.wiring import adapters
from handlers.wiring.instance import SystemClock, jitter, once


def outbox_delivery(
    *,
    chatwoot: ChatwootSettings,
    jobs_broker: BrokerSettings,
    pool: ConnectionPool,
    installation: str,
    log: EventLog,
) -> OutboxDelivery:
    """Build the sender; nothing connects before there is something to send."""
    clock = SystemClock()
    tls = ssl.create_default_context(cafile=certifi.where())
    reading = ChatwootHttp(chatwoot.base_url, chatwoot.api_token, clock=clock, tls=tls)
    sending = reading
    if chatwoot.bot_token is not None:
        sending = ChatwootHttp(chatwoot.base_url, chatwoot.bot_token, clock=clock, tls=tls)
    return OutboxDelivery(
        outbox=PostgresOutbox(pool, installation=installation),
        conversations=ChatwootMessages(sending=sending, reading=reading, clock=clock),
        jobs=_LazyPublisher(lambda: adapters.publisher(jobs_broker)),
        account_ids=chatwoot.account_ids,
        clock=clock,
        jitter=jitter,
        log=log,
    )


class _LazyPublisher:
    """Loads the broker's client with the first job: most instances send none."""

    def __init__(self, build: Callable[[], Publisher]) -> None:
        self._built = once(build)

    def publish(self, data: bytes, attributes: Mapping[str, str], *, budget_seconds: float) -> str:
        """Return the broker's id once it has confirmed."""
        return self._built().publish(data, attributes, budget_seconds=budget_seconds)
