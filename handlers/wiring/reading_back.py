"""Builds what reads Chatwoot back: reconcile and backfill."""

import secrets
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import certifi

from db.pool import ConnectionPool
from db.reconciliation import PostgresReconciliation
from handlers.clients.chatwoot_conversations import ChatwootConversations
from handlers.clients.chatwoot_http import ChatwootHttp
from handlers.domain.deliveries import InboxRules
from handlers.logs import EventLog
from handlers.ports.broker import BatchPublisher
from handlers.ports.clock import Clock
from handlers.ports.ledger import Ledger
from handlers.reading_back.backfill import Backfill
from handlers.reading_back.conversation_visits import ConversationVisits
from handlers.reading_back.feeding import Feeder
from handlers.reading_back.page_comparison import PageComparison
from handlers.reading_back.reconciliation import Reconciliation
from handlers.settings_parts import ChatwootSettings

# Chatwoot takes 3000 a minute from one address, and we are not alone with it.
_INTERVAL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingBackParts:
    """What both are made of."""

    installation: str
    chatwoot: ChatwootSettings
    inbox_rules: InboxRules
    pool: ConnectionPool
    ledger: Ledger
    publisher: BatchPublisher
    clock: Clock
    log: EventLog
    http: ChatwootHttp | None = None
    """Made from the settings unless the caller brings, and closes, its own."""


def _chatwoot_http(settings: ChatwootSettings, clock: Clock) -> ChatwootHttp:
    """Build the way to Chatwoot, at a pace that leaves room for others."""
    return ChatwootHttp(
        settings.base_url,
        settings.api_token,
        clock=clock,
        tls=ssl.create_default_context(cafile=certifi.where()),
        interval_seconds=_INTERVAL_SECONDS,
    )


def reconciliation(
    parts: ReadingBackParts, account_ids: Sequence[str] | None = None
) -> Reconciliation:
    """Build reconcile for the given accounts, or for all in the settings."""
    records = _records(parts)
    return Reconciliation(
        account_ids=parts.chatwoot.account_ids if account_ids is None else account_ids,
        reader=_reader(parts),
        records=records,
        visits=_visits(parts, records),
        clock=parts.clock,
        new_token=_new_token,
        log=parts.log,
    )


def backfill(
    parts: ReadingBackParts, since: datetime, account_ids: Sequence[str] | None = None
) -> Backfill:
    """Build a backfill of the given accounts, or of all in the settings."""
    records = _records(parts)
    return Backfill(
        account_ids=parts.chatwoot.account_ids if account_ids is None else account_ids,
        since=since,
        reader=_reader(parts),
        records=records,
        visits=_visits(parts, records),
        clock=parts.clock,
        new_token=_new_token,
        log=parts.log,
    )


def _records(parts: ReadingBackParts) -> PostgresReconciliation:
    return PostgresReconciliation(parts.pool, installation=parts.installation)


def _reader(parts: ReadingBackParts) -> ChatwootConversations:
    return ChatwootConversations(parts.http or _chatwoot_http(parts.chatwoot, parts.clock))


def _visits(parts: ReadingBackParts, records: PostgresReconciliation) -> ConversationVisits:
    return ConversationVisits(
        records=records,
        pages=PageComparison(
            records=records,
            feeder=Feeder(
                installation=parts.installation,
                publisher=parts.publisher,
                ledger=parts.ledger,
                clock=parts.clock,
            ),
            inbox_rules=parts.inbox_rules,
            clock=parts.clock,
            new_token=_new_token,
        ),
        clock=parts.clock,
    )


def _new_token() -> str:
    return secrets.token_hex(16)
