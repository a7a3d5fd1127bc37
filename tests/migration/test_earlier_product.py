"""The tables and rows that the earlier product left: all kept, their holes closed."""

import pytest
from psycopg2 import errors

from db.migrate import apply_missing
from tests.databases import Database
from tests.migration.callers import ANA, BOB, ana, anon, bob, service

_NOTES = (
    "select id, user_id, content, source_type, chatwoot_message_id, created_at, processing_status"
    " from public.meeting_notes order by id"
)


def test_every_row_stays_as_it_was(earlier: Database) -> None:
    queries = (
        _NOTES,
        "select * from public.user_bucket_mapping order by id",
        "select * from public.whatsapp_user_mapping order by id",
        "select * from public.conversations order by id",
        "select * from public.content_order order by id",
        "select * from public.agent_job order by id",
        "select * from public.saved_drafts order by id",
    )
    before = [earlier.run(query) for query in queries]

    apply_missing(earlier.url)

    assert [earlier.run(query) for query in queries] == before


def test_messages_of_old_rows_are_known_once_each(migrated_earlier: Database) -> None:
    rows = migrated_earlier.run(
        "select m.installation, m.account_id, m.message_id, m.conversation_id, m.state, n.content,"
        " m.received_at = n.created_at from whatsapp.messages as m"
        " left join public.meeting_notes as n on n.id = m.note_id order by m.message_id"
    )

    assert rows == [
        ("main", "", "900", "5", "legacy", "twice", True),
        ("main", "", "901", "6", "legacy", "bob's", True),
    ]


def test_the_apps_own_conversations_are_left_alone(migrated_earlier: Database) -> None:
    columns = migrated_earlier.run(
        "select column_name from information_schema.columns"
        " where table_schema = 'public' and table_name = 'conversations'"
    )
    assert {name for (name,) in columns} == {"id", "user_id", "title"}


def test_notes_without_a_user_may_be_kept_now(migrated_earlier: Database) -> None:
    statement = "insert into public.meeting_notes (source_type) values ('whatsapp')"

    assert service(migrated_earlier).run(statement) == 1


def test_the_hole_for_anonymous_inserts_is_closed(migrated_earlier: Database) -> None:
    planted = "insert into public.meeting_notes (source_type) values ('whatsapp')"
    for caller in (anon(migrated_earlier), ana(migrated_earlier)):
        with pytest.raises(errors.InsufficientPrivilege):
            caller.run(planted)

    policies = migrated_earlier.run(
        "select policyname from pg_policies"
        " where schemaname = 'public' and tablename = 'meeting_notes'"
    )
    names = {name for (name,) in policies}
    assert "Allow anonymous WhatsApp inserts" not in names
    assert "Users can view own notes" in names


def test_owners_read_their_bucket_and_choose_their_notices_only(migrated_earlier: Database) -> None:
    table = "public.user_bucket_mapping"
    caller = ana(migrated_earlier)

    assert caller.read(f"select user_id::text from {table}") == [(ANA,)]  # noqa: S608
    assert caller.run(f"update {table} set notify_on_ready = true") == 1  # noqa: S608
    assert bob(migrated_earlier).read(f"select user_id::text from {table}") == [(BOB,)]  # noqa: S608
    for statement in (
        f"update {table} set bucket_name = 'another'",  # noqa: S608
        f"update {table} set user_id = user_id",  # noqa: S608
        f"delete from {table}",  # noqa: S608
        f"insert into {table} (user_id, bucket_name) values ('{ANA}', 'x')",  # noqa: S608
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            caller.run(statement)
    with pytest.raises(errors.InsufficientPrivilege):
        anon(migrated_earlier).run(f"select 1 from {table}")  # noqa: S608


@pytest.mark.parametrize(
    "column", ["is_verified", "chatwoot_contact_id", "chatwoot_account_id", "user_id"]
)
def test_no_user_may_verify_a_number_or_claim_a_contact(
    migrated_earlier: Database, column: str
) -> None:
    for role in ("anon", "authenticated"):
        for verb in ("insert", "update"):
            (row,) = migrated_earlier.run(
                "select has_column_privilege("
                "%(role)s, 'public.whatsapp_user_mapping', %(column)s, %(verb)s)",
                role=role,
                column=column,
                verb=verb,
            )
            is_own_claim = (role, column, verb) == ("authenticated", "user_id", "insert")
            assert row == (is_own_claim,)


def test_users_may_still_name_their_own_numbers(migrated_earlier: Database) -> None:
    caller = ana(migrated_earlier)
    insert = "insert into public.whatsapp_user_mapping (user_id, whatsapp_number) values "

    assert caller.run(insert + f"('{ANA}', '+15550100999')") == 1
    with pytest.raises(errors.InsufficientPrivilege):
        caller.run(insert + f"('{BOB}', '+15550100999')")


def test_bucket_name_is_out_of_every_users_hands(migrated_earlier: Database) -> None:
    (row,) = migrated_earlier.run(
        "select has_column_privilege('authenticated', 'public.user_bucket_mapping', 'bucket_name',"
        " 'update') or has_column_privilege('authenticated', 'public.user_bucket_mapping',"
        " 'bucket_name', 'insert')"
    )
    assert row == (False,)
