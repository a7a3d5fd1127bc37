"""The monitoring views and the guide's plain queries give the same, true numbers."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from db.ledger import PostgresLedger
from db.pool import ConnectionPool
from db.statements import load_statements
from handlers.domain.message_state import AttachmentState
from handlers.domain.messages import Contact, ContactId, Message, MessageId
from tests.contract.ledger_requests import (
    archived_file,
    audio,
    claim_request,
    claimed,
    dead_letter,
    deferred,
    finish_request,
    store,
    transcribed,
)
from tests.databases import Database
from tests.factories import make_message

_GUIDE: Final = load_statements(Path(__file__).with_name("guide_queries.sql"))
_USER: Final = UUID("a3bb189e-8bf9-3888-9912-ace4e6543002")
_DAY_SUMS: Final = "select day, received, stored, errors from whatsapp.ingestion_per_day"
_WAITING: Final = "select coalesce(sum(messages), 0) from whatsapp.messages_waiting_for_user"
_ERRORS: Final = "select reason, messages from whatsapp.errors_last_day order by reason"


@pytest.fixture
def ledger(database: Database) -> Iterator[PostgresLedger]:
    with closing(ConnectionPool(database.worker_url, size=2)) as pool:
        yield PostgresLedger(pool, owner_key_canary="c" * 64)


def _numbered(number: int, **overrides: Any) -> Message:  # noqa: ANN401 - make_message's own
    return make_message(message_id=MessageId(str(number)), **overrides)


def _assert_equal_numbers(database: Database) -> None:
    assert database.run(_DAY_SUMS) == database.run(_GUIDE["ingestion"])
    assert database.run(_WAITING) == database.run(_GUIDE["unprocessed"])
    assert database.run(_ERRORS) == sorted(database.run(_GUIDE["errors"]))


def test_an_empty_database_shows_nothing(database: Database) -> None:
    _assert_equal_numbers(database)
    assert database.run(_DAY_SUMS) == []


def test_messages_of_every_outcome_are_counted_alike(
    database: Database, ledger: PostgresLedger
) -> None:
    for number in range(3):
        store(ledger, _numbered(number))
    ledger.bury(dead_letter(_numbered(3), key="a"))
    ledger.bury(dead_letter(_numbered(4), key="b", reason="object_conflict"))
    ledger.ignore("main", ("7", "5"), "webhook", "private_note")
    store(ledger, _numbered(6, is_deleted=True))
    database.run(
        "insert into whatsapp.contacts (installation, account_id, contact_id, user_id)"
        " values ('main', '7', '1', %(user)s)",
        user=str(_USER),
    )
    store(ledger, _numbered(7, contact=Contact(contact_id=ContactId("1"))))
    voice = _numbered(8, content=None, attachments=(audio(),))
    claim = claimed(ledger, claim_request(voice))
    ledger.pin_attachment(claim.lease, archived_file())
    refused = transcribed(None, reason="audio_unreadable")
    ledger.settle_attachment(claim.lease, refused)
    ledger.finish(
        claim.lease, finish_request(voice, replace(claim.state, attachments=(refused.record,)))
    )

    _assert_equal_numbers(database)
    ((_, received, stored, errors),) = database.run(_DAY_SUMS)
    assert (received, stored, errors) == (8, 6, 2)
    assert database.run(_WAITING) == [(5,)]
    assert database.run(_ERRORS) == [("data_rejected", 1), ("object_conflict", 1)]
    failures = "select message_id, reason, state from whatsapp.transcription_failures"
    assert database.run(failures) == [("8", "audio_unreadable", "failed")]


def test_a_message_that_waits_for_its_words_is_in_work_and_not_stored(
    database: Database, ledger: PostgresLedger
) -> None:
    voice = _numbered(1, content=None, attachments=(audio(),))
    claim = claimed(ledger, claim_request(voice))
    pending = deferred("transcription_unavailable")
    assert pending.record.state is AttachmentState.PENDING
    ledger.settle_attachment(claim.lease, pending)
    ledger.finish(
        claim.lease, finish_request(voice, replace(claim.state, attachments=(pending.record,)))
    )

    _assert_equal_numbers(database)


def test_received_is_the_sum_of_what_became_of_it(
    database: Database, ledger: PostgresLedger
) -> None:
    store(ledger, _numbered(1))
    claimed(ledger, claim_request(_numbered(2)))
    ledger.bury(dead_letter(_numbered(3)))

    sums = "select received, stored, errors, in_work from whatsapp.ingestion_per_day"
    assert database.run(sums) == [(3, 1, 1, 1)]


def test_a_note_that_its_owner_deleted_was_still_received_and_stored(
    database: Database, ledger: PostgresLedger
) -> None:
    store(ledger, _numbered(1))
    database.run("delete from public.meeting_notes")

    ((_, received, stored, errors),) = database.run(_DAY_SUMS)
    assert (received, stored, errors) == (1, 1, 0)


def test_a_delivery_that_names_no_message_shows_among_the_errors(
    database: Database, ledger: PostgresLedger
) -> None:
    ledger.bury(dead_letter(None, reason="payload_invalid"))

    assert database.run(_ERRORS) == [("payload_invalid", 1)]


def test_rows_of_the_earlier_product_are_not_counted_as_received(
    database: Database, ledger: PostgresLedger
) -> None:
    database.run(
        "insert into whatsapp.messages (installation, account_id, message_id, state, source)"
        " values ('main', '', '900', 'legacy', 'legacy')"
    )
    store(ledger, _numbered(1))

    _assert_equal_numbers(database)


def test_the_worker_may_read_the_views(database: Database) -> None:
    with closing(ConnectionPool(database.worker_url, size=1)) as pool:
        for view in ("ingestion_per_day", "messages_waiting_for_user", "errors_last_day"):
            assert pool.fetch_value(f"select count(*) from whatsapp.{view}", {}) == 0  # noqa: S608
