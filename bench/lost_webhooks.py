"""Whether one reconcile finds every webhook that was lost before us."""

import random
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Final

import psycopg2
import requests

from bench.report import Section, Table, Verdict
from local.chatwoot_people import ChatwootPeople
from local.stack import Stack

_DELIVERIES: Final = 10_000
_DELIVERIES_IN_QUICK: Final = 1_000
_CONVERSATIONS: Final = 200
_LOST: Final = 0.05
# Older than what may still be under way, as ten minutes on.
_AGE_SECONDS: Final = 1_200.0
_SETTLE_SECONDS: Final = 600.0
_METHOD: Final = (
    "The whole local stack. Customers write {deliveries:,} messages in {conversations} "
    "conversations, dated {minutes:g} minutes back as if the clock had moved on since; of each "
    "webhook a die decides with {percent:g} % that Chatwoot loses it. When the worker has stored "
    "what came, the sweep `reconcile` runs once, at its own pace of 20 requests a second."
)
_BEGIN: Final = """
update whatsapp.sync_state
set value = (date_trunc('day', now() at time zone 'UTC') - interval '1 day')::text || '+00'
where name = 'reconcile_start'
"""
_STORED: Final = "select count(*) from whatsapp.messages where state = 'stored'"
_NOTES: Final = "select count(distinct chatwoot_message_id) from public.meeting_notes"
_ACCOUNT: Final = """
select coalesce(sum(seen), 0)::int, coalesce(sum(received), 0)::int,
  coalesce(sum(stored), 0)::int, coalesce(sum(missing), 0)::int
from whatsapp.loss_per_hour
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    lost: int
    counts: dict[str, int]
    reconcile_seconds: float
    stored_seconds: float
    account: tuple[int, ...]
    notes: int


def measure(*, is_quick: bool) -> Section:
    """Lose webhooks and reconcile once."""
    deliveries = _DELIVERIES_IN_QUICK if is_quick else _DELIVERIES
    with Stack() as stack:
        found = _run(stack, deliveries)
    seen, received, stored, missing = found.account
    return Section(
        name="lost_webhooks",
        title="Webhooks lost before us",
        method=_METHOD.format(
            deliveries=deliveries,
            conversations=_CONVERSATIONS,
            minutes=_AGE_SECONDS / 60,
            percent=_LOST * 100,
        ),
        verdicts=(
            Verdict(
                what="messages missing after one reconcile",
                measured=str(deliveries - stored),
                budget="0",
                is_met=deliveries == seen == received == stored and missing == 0,
            ),
            Verdict(
                what="messages with more or less than one note",
                measured=str(abs(deliveries - found.notes)),
                budget="0",
                is_met=found.notes == deliveries,
            ),
        ),
        tables=(
            Table(
                title="What was found",
                columns=("lost", "fed", "pages read", "reconcile", "stored after"),
                rows=(
                    (
                        f"{found.lost:,}",
                        f"{found.counts['fed']:,}",
                        f"{found.counts['pages']:,}",
                        f"{found.reconcile_seconds:.1f} s",
                        f"{found.stored_seconds:.1f} s",
                    ),
                ),
            ),
        ),
    )


def _run(stack: Stack, deliveries: int) -> _Found:
    dice = random.Random(5)  # noqa: S311 - which webhooks are lost, not a secret
    people = ChatwootPeople(stack.chatwoot_url)
    conversations = [
        people.add_person(f"Person {number}", phone=f"+1555{number:07d}")["conversation_id"]
        for number in range(_CONVERSATIONS)
    ]
    lost = 0
    with (
        requests.Session() as session,
        closing(psycopg2.connect(stack.database_url)) as connection,
    ):
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(_BEGIN)
        for number in range(deliveries):
            is_lost = dice.random() < _LOST
            lost += is_lost
            wish = {
                "content": f"message {number}",
                "fire": not is_lost,
                "created_at": time.time() - _AGE_SECONDS,
            }
            url = f"{stack.chatwoot_url}/_control/conversations/{dice.choice(conversations)}"
            session.post(f"{url}/incoming", json=wish, timeout=20).raise_for_status()
        _wait_for(cursor, deliveries - lost)
        began = time.monotonic()
        report = stack.sweep("reconcile")
        reconciled = time.monotonic() - began
        _wait_for(cursor, deliveries)
        stored = time.monotonic() - began
        # Once more, so that everything fed has been seen to have ended.
        stack.sweep("reconcile")
        cursor.execute(_ACCOUNT)
        account = cursor.fetchone()
        cursor.execute(_NOTES)
        notes = cursor.fetchone()
    return _Found(
        lost=lost,
        counts=report["counts"],
        reconcile_seconds=reconciled,
        stored_seconds=stored,
        account=account or (),
        notes=notes[0] if notes else 0,
    )


def _wait_for(cursor: psycopg2.extensions.cursor, count: int) -> None:
    deadline = time.monotonic() + _SETTLE_SECONDS
    stored = 0
    while stored < count and time.monotonic() < deadline:
        time.sleep(0.2)
        cursor.execute(_STORED)
        row = cursor.fetchone()
        stored = row[0] if row else 0
