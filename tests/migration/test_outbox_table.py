"""The outbox is closed to the app, and is not dropped while somebody waits for what it holds."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import psycopg2
import pytest
from psycopg2 import errors

from db.migrate import apply_missing, take_back_last
from tests.databases import Database
from tests.migration.callers import Caller, ana, anon, pipeline, service
from tests.migration.catalog import history_of

_ROLLBACK: Final = Path(__file__).parents[2] / "db" / "rollback" / "20261122100100.sql"
_INSERT: Final = (
    "insert into whatsapp.outbox (installation, account_id, conversation_id, message_id, cause,"
    " kind, document, correlation_id, state)"
    " values ('main', '7', '118', '1', 'question:1', 'message', '{}', 'c0ffee', %(state)s)"
)


@pytest.mark.parametrize("who", [anon, ana, service], ids=["anon", "user", "service role"])
@pytest.mark.parametrize(
    "statement",
    [
        "select 1 from whatsapp.outbox",
        _INSERT % {"state": "'waiting'"},
        "select whatsapp.take_outgoing('main', null, '[\"message\"]', 60)",
        'select whatsapp.settle_outgoing(1, 1, \'{"state": "sent"}\')',
        "select whatsapp.finish_message_and_outbox('{}', '{}')",
    ],
)
def test_the_apps_roles_may_do_nothing_with_the_outbox(
    migrated_platform: Database, who: Callable[[Database], Caller], statement: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        who(migrated_platform).run(statement)


def test_the_pipeline_may_not_delete_what_was_decided(migrated_platform: Database) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        pipeline(migrated_platform).run("delete from whatsapp.outbox")


@pytest.mark.parametrize("state", ["waiting", "sending"])
def test_a_table_that_holds_what_is_to_be_sent_is_not_dropped(empty: Database, state: str) -> None:
    apply_missing(empty.url)
    empty.run(_INSERT, state=state)

    with pytest.raises(psycopg2.errors.RaiseException, match="still holds what is to be sent"):
        empty.run(_ROLLBACK.read_text())

    assert empty.run("select state from whatsapp.outbox") == [(state,)]


@pytest.mark.parametrize("state", ["sent", "cancelled", "failed", "skipped"])
def test_a_table_of_what_has_ended_may_be_dropped(empty: Database, state: str) -> None:
    apply_missing(empty.url)
    empty.run(_INSERT, state=state)
    # What came later stands on the table.
    while history_of(empty)[-1][0] > _ROLLBACK.stem:
        take_back_last(empty.url)

    empty.run(_ROLLBACK.read_text())

    assert empty.run("select to_regclass('whatsapp.outbox') is null") == [(True,)]


def test_the_code_of_before_still_finishes_messages(empty: Database) -> None:
    apply_missing(empty.url)

    (row,) = empty.run(
        "select pg_get_function_result('whatsapp.finish_message(jsonb, jsonb)'::regprocedure)"
    )
    assert row == ("void",)
