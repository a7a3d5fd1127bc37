"""What an operator selects, sees and takes, on Postgres directly and through a pooler."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from db.operator_records import PostgresOperatorRecords
from db.pool import ConnectionPool
from handlers.domain.operator_records import LetterSelection, ReplayPosition
from tests.contract.backlog_world import BacklogWorld, letter, voice
from tests.databases import Database
from tests.factories import make_message

ANY = LetterSelection()


@pytest.fixture(params=["direct", "pgbouncer"])
def backlog(request: pytest.FixtureRequest, ledger_database: Database) -> Iterator[BacklogWorld]:
    url = ledger_database.worker_url
    if request.param == "pgbouncer":
        server = request.getfixturevalue("databases").server
        pooler = request.getfixturevalue("pgbouncer")
        url = url.replace(f":{server.port}/", f":{pooler.port}/")
    with closing(ConnectionPool(url, size=4)) as pool:
        world = BacklogWorld(database=ledger_database, pool=pool)
        world.clear()
        world.database.run("truncate whatsapp.outbox, whatsapp.fallback_objects")
        yield world


@pytest.fixture
def records(backlog: BacklogWorld) -> PostgresOperatorRecords:
    return PostgresOperatorRecords(backlog.pool, installation="main")


def keys(records: PostgresOperatorRecords, selection: LetterSelection = ANY) -> list[str]:
    return [each.key for each in records.list_dead_letters(selection, limit=50).letters]


def take_all(
    records: PostgresOperatorRecords, selection: LetterSelection = ANY, *, batch: int = 2
) -> list[str]:
    taken: list[str] = []
    after: ReplayPosition | None = None
    while found := records.take_dead_letters(selection, after, batch=batch):
        taken += [each.position.key for each in found]
        after = found[-1].position
    return taken


def find(
    records: PostgresOperatorRecords,
    message_id: str,
    account_id: str | None,
    *,
    with_content: bool = False,
) -> Any:  # noqa: ANN401 - documents of many shapes
    return records.find_message(message_id, account_id, with_content=with_content)


def test_letters_are_listed_latest_first_and_counted_by_reason(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    for number in range(3):
        backlog.record(letter(number, reason="unrecorded" if number else "out_of_time"))

    found = records.list_dead_letters(ANY, limit=2)

    assert [each.key for each in found.letters] == ["delivery-02", "delivery-01"]
    assert [(c.reason, c.state, c.letters) for c in found.counts] == [
        ("unrecorded", "open", 2),
        ("out_of_time", "open", 1),
    ]
    assert found.total == 3
    assert (found.letters[0].replays, found.letters[0].times_seen) == (0, 1)
    assert found.letters[0].source == "webhook"


def test_a_letter_is_selected_by_key_reason_account_message_and_age(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    backlog.record(letter(1, message=make_message(), reason="out_of_time"))
    backlog.let_pass("3 days")
    backlog.record(letter(2))

    assert keys(records, LetterSelection(key="delivery-02")) == ["delivery-02"]
    assert keys(records, LetterSelection(reason="out_of_time")) == ["delivery-01"]
    assert keys(records, LetterSelection(account_id="7")) == ["delivery-01"]
    assert keys(records, LetterSelection(account_id="8")) == []
    by_message = LetterSelection(account_id="7", message_id="50001")
    assert keys(records, by_message) == ["delivery-01"]
    assert keys(records, LetterSelection(older_than_seconds=86_400)) == ["delivery-01"]
    assert keys(records, LetterSelection(newer_than_seconds=86_400)) == ["delivery-02"]


def test_a_letter_that_could_not_be_read_is_found_by_the_ids_that_the_webhook_noted(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    made = letter(1)
    noted = {**made.attributes, "account_id": "7", "message_id": "50001"}
    backlog.record(replace(made, attributes=noted))

    assert keys(records, LetterSelection(account_id="7", message_id="50001")) == ["delivery-01"]


def test_closed_letters_are_listed_only_when_they_are_asked_for(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    backlog.record(letter(1))
    backlog.ledger.close_dead_letter("main", "delivery-01")

    assert keys(records) == []
    assert keys(records, LetterSelection(state="closed")) == ["delivery-01"]
    assert keys(records, LetterSelection(state=None)) == ["delivery-01"]


def test_closing_is_repeatable_and_takes_no_other_letter_along(backlog: BacklogWorld) -> None:
    backlog.record(letter(1))
    backlog.record(letter(2))

    for _ in range(2):
        backlog.ledger.close_dead_letter("main", "delivery-01")
    backlog.ledger.close_dead_letter("main", "never-there")
    backlog.ledger.close_dead_letter("other", "delivery-02")

    states = {row["key"]: row["state"] for row in backlog.rows("dead_letters")}
    assert states == {"delivery-01": "closed", "delivery-02": "open"}
    assert backlog.take() == ["delivery-02"]


def test_a_letter_is_read_with_its_payload(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    kept = letter(1)
    backlog.record(replace(kept, payload=b"\x00\xff{"))

    found = records.read_dead_letter("delivery-01")

    assert found is not None
    assert (found.payload, found.attributes) == (b"\x00\xff{", kept.attributes)
    assert records.read_dead_letter("another") is None


def test_every_selected_letter_is_taken_once_oldest_first(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    for number in range(5):
        backlog.record(letter(number, reason="out_of_time" if number == 3 else "payload_invalid"))

    assert take_all(records, LetterSelection(reason="payload_invalid")) == [
        f"delivery-{number:02}" for number in (0, 1, 2, 4)
    ]


def test_letters_of_one_moment_are_all_taken(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    for number in range(5):
        backlog.record(letter(number))
    backlog.database.run("update whatsapp.dead_letters set first_seen_at = '2026-11-01'")

    assert len(take_all(records)) == 5


def test_what_was_taken_by_hand_the_sweep_leaves_alone_for_a_while(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    backlog.record(letter(1))

    assert take_all(records) == ["delivery-01"]

    assert backlog.letter()["replays"] == 1
    assert backlog.take() == []
    backlog.let_pass("6 minutes")
    assert backlog.take() == ["delivery-01"]


def test_a_letter_that_waits_for_its_next_replay_is_taken_by_hand_all_the_same(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    backlog.record(letter(1))
    backlog.take()

    assert take_all(records) == ["delivery-01"]


def test_a_closed_letter_is_not_taken(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    backlog.record(letter(1))
    backlog.ledger.close_dead_letter("main", "delivery-01")

    assert take_all(records, LetterSelection(state=None)) == []


def test_of_a_message_everything_is_found_and_nothing_that_was_said(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    message = replace(voice(), content="PLANTED words")
    backlog.store_pending(message)
    backlog.transcribe(message)
    backlog.record(letter(1, message=message))
    backlog.database.run(
        "insert into whatsapp.outbox (installation, account_id, conversation_id, message_id,"
        " cause, kind, document, correlation_id) values"
        " ('main', '7', '118', '50001', 'c', 'message', '{\"content\": \"PLANTED\"}', 'k')"
    )

    (found,) = find(records, "50001", None)
    (whole,) = find(records, "50001", "7", with_content=True)

    assert found["account_id"] == "7"
    assert found["ledger"]["state"] == "stored"
    assert found["note"]["id"] == backlog.message()["note_id"]
    assert [a["attachment_id"] for a in found["attachments"]] == ["801"]
    assert [o["state"] for o in found["outbox"]] == ["waiting"]
    for hidden in ("PLANTED", "the words", "+1555", "Dana"):
        assert hidden not in str(found), hidden
        assert hidden in str(whole), hidden


def test_an_object_that_waits_in_the_fallback_is_found(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    backlog.store(make_message())
    backlog.database.run(
        "insert into whatsapp.fallback_objects (bucket_name, object_name, mode, upload_id)"
        " select bucket_name, object_name, 'create', 'u1' from whatsapp.messages"
    )

    (found,) = find(records, "50001", None)

    (row,) = found["fallback"]
    assert row["object_name"] == backlog.message()["object_name"]


def test_a_message_id_of_two_accounts_is_found_in_both_and_in_the_one_that_is_named(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    for account_id in ("7", "8", "9"):
        backlog.ledger.ignore("main", (account_id, "1"), "webhook", "not_incoming")
    backlog.ledger.ignore("main", ("8", "2"), "webhook", "not_incoming")

    found = find(records, "2", None)
    assert [each["account_id"] for each in found] == ["8"]
    everywhere = find(records, "1", None)
    assert [each["account_id"] for each in everywhere] == ["7", "8", "9"]
    (one,) = find(records, "1", "9")
    assert one["account_id"] == "9"
    assert find(records, "3", None) == []


def test_a_message_that_only_a_dead_letter_names_is_found(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    made = letter(1, reason="payload_invalid")
    noted = {**made.attributes, "account_id": "7", "message_id": "4711"}
    backlog.record(replace(made, attributes=noted))

    (found,) = find(records, "4711", None)

    assert found["ledger"] is None
    assert [each["key"] for each in found["dead_letters"]] == ["delivery-01"]


def test_the_loss_account_of_the_last_hours_is_read(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    backlog.ledger.ignore("main", ("7", "1"), "webhook", "not_incoming")

    rows = records.loss(2)

    assert [(row["account_id"], row["ignored"], row["missing"]) for row in rows] == [("7", 1, 0)]
    backlog.database.run(
        "update whatsapp.messages set received_at = received_at - interval '5 hours'"
    )
    assert records.loss(2) == []


def test_what_waits_for_each_sweep_is_counted(
    backlog: BacklogWorld, records: PostgresOperatorRecords
) -> None:
    backlog.record(letter(1))

    waiting = records.waiting_work()

    assert waiting.pop("dead-letters") == 1
    assert waiting == dict.fromkeys(
        ("transcriptions", "fallback", "outbox", "orphans", "orders", "ready", "reconcile"), 0
    )
