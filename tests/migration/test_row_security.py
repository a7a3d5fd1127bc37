"""What each kind of caller may do to notes and mappings after the migrations."""

from collections.abc import Callable, Iterator

import psycopg2
import pytest
from psycopg2 import errors

from db.migrate import apply_missing
from tests.databases import Database
from tests.migration.callers import ANA, BOB, Caller, ana, anon, bob, pipeline, service

_INSERT = "insert into public.meeting_notes (user_id, source_type, content) values "
_UPDATE = "update public.meeting_notes set content = 'x'"
_DELETE = "delete from public.meeting_notes"
_MAY = "select has_column_privilege(%(role)s, 'public.meeting_notes', %(column)s, %(verb)s)"
_PROTECTED = (
    *("user_id", "source_type", "chatwoot_conversation_id", "chatwoot_message_id"),
    *("chatwoot_contact_id", "chatwoot_account_id", "gcs_storage_path", "processing_status"),
    *("error_details", "message_type", "contact_identifier", "created_at", "id", "processed_at"),
)


@pytest.fixture(params=["migrated_platform", "migrated_earlier"])
def migrated(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Migrated, with a note of Ana's, one of Bob's, and one of nobody's, all of WhatsApp."""
    database: Database = request.getfixturevalue(request.param)
    database.run(
        "insert into public.meeting_notes"
        " (user_id, source_type, content, chatwoot_message_id, chatwoot_account_id) values"
        " (%(ana)s, 'whatsapp', 'ours: ana', '1', '7'),"
        " (%(bob)s, 'whatsapp', 'ours: bob', '2', '7'),"
        " (null, 'whatsapp', 'ours: nobody', '3', '7')",
        ana=ANA,
        bob=BOB,
    )
    yield database
    database.run("delete from public.meeting_notes where chatwoot_account_id = '7'")


def _refused(caller: Caller, statement: str) -> bool:
    try:
        return caller.run(statement) == 0
    except errors.InsufficientPrivilege:
        return True


@pytest.mark.parametrize(
    "statement",
    [
        "select 1 from public.meeting_notes",
        _INSERT + "(null, 'whatsapp', 'planted')",
        _INSERT + f"('{ANA}', 'manual', 'planted')",
        "update public.meeting_notes set content = 'planted'",
        "delete from public.meeting_notes",
        "truncate public.meeting_notes",
    ],
)
def test_anonymous_callers_may_do_nothing(migrated: Database, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        anon(migrated).run(statement)


@pytest.mark.parametrize(("who", "other"), [(ana, "bob"), (bob, "ana")], ids=["ana", "bob"])
def test_owners_see_and_change_only_their_own_notes(
    migrated: Database, who: Callable[[Database], Caller], other: str
) -> None:
    caller = who(migrated)

    contents = {content for (content,) in caller.read("select content from public.meeting_notes")}
    assert f"ours: {'ana' if other == 'bob' else 'bob'}" in contents
    assert not contents & {f"ours: {other}", "ours: nobody"}
    for verb in (
        "update public.meeting_notes set content = 'x'",
        "delete from public.meeting_notes",
    ):
        mine = caller.run(verb)
        assert mine == len(caller.read("select 1 from public.meeting_notes"))
        assert caller.run(f"{verb} where content = 'ours: {other}'") == 0


@pytest.mark.parametrize(
    ("values", "is_allowed"),
    [
        (f"('{ANA}', 'manual', 'mine')", True),
        (f"('{ANA}', 'email', 'mine')", True),
        (f"('{ANA}', 'whatsapp', 'planted')", False),
        (f"('{BOB}', 'manual', 'planted')", False),
        ("(null, 'manual', 'planted')", False),
        ("(null, 'whatsapp', 'planted')", False),
    ],
)
def test_users_may_add_their_own_notes_but_none_that_pass_for_ours(
    migrated: Database, values: str, is_allowed: bool
) -> None:
    assert _refused(ana(migrated), _INSERT + values) is not is_allowed


@pytest.mark.parametrize("column", _PROTECTED)
def test_no_user_may_update_a_column_that_the_pipeline_goes_by(
    migrated: Database, column: str
) -> None:
    for role in ("anon", "authenticated"):
        (row,) = migrated.run(_MAY, role=role, column=column, verb="update")
        assert row == (False,)
    with pytest.raises(errors.InsufficientPrivilege):
        ana(migrated).run(f"update public.meeting_notes set {column} = {column}")  # noqa: S608


@pytest.mark.parametrize(
    "column",
    [
        *("chatwoot_conversation_id", "chatwoot_message_id", "chatwoot_contact_id"),
        *("chatwoot_account_id", "gcs_storage_path", "processing_status", "error_details"),
    ],
)
def test_no_user_may_set_a_column_of_ours_on_a_new_note(migrated: Database, column: str) -> None:
    (row,) = migrated.run(_MAY, role="authenticated", column=column, verb="insert")
    assert row == (False,)


@pytest.mark.parametrize("column", ["content", "metadata"])
def test_owners_may_change_what_is_theirs_to_say(migrated: Database, column: str) -> None:
    (row,) = migrated.run(_MAY, role="authenticated", column=column, verb="update")
    assert row == (True,)


def test_the_service_role_may_do_everything(migrated: Database) -> None:
    everything = len(migrated.run("select 1 from public.meeting_notes"))

    assert len(service(migrated).read("select 1 from public.meeting_notes")) == everything
    assert service(migrated).run(_DELETE) == everything


def test_the_pipeline_sees_and_writes_whatsapp_rows_and_deletes_none(migrated: Database) -> None:
    caller = pipeline(migrated)

    sources = set(caller.read("select source_type from public.meeting_notes"))
    assert sources == {("whatsapp",)}
    assert caller.run(_INSERT + "(null, 'whatsapp', 'new')") == 1
    with pytest.raises(errors.InsufficientPrivilege):
        caller.run(_INSERT + "(null, 'manual', 'new')")
    with pytest.raises(errors.InsufficientPrivilege):
        caller.run("update public.meeting_notes set source_type = 'manual'")
    with pytest.raises(errors.InsufficientPrivilege):
        caller.run(_DELETE)


@pytest.mark.parametrize("who", [anon, ana, service], ids=["anon", "user", "service role"])
@pytest.mark.parametrize(
    "statement",
    [
        "select 1 from whatsapp.messages",
        "select 1 from whatsapp.ingestion_per_day",
        "insert into whatsapp.sync_state (name, value) values ('a', 'b')",
        "select whatsapp.owner_key_canary('planted')",
    ],
)
def test_the_schema_whatsapp_is_closed_to_the_apps_roles(
    migrated: Database, who: Callable[[Database], Caller], statement: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        who(migrated).run(statement)


def test_every_table_in_schema_whatsapp_has_row_security_on(migrated: Database) -> None:
    tables = migrated.run(
        "select relname, relrowsecurity from pg_class"
        " where relnamespace = 'whatsapp'::regnamespace and relkind = 'r'"
    )
    assert len(tables) >= 6
    assert [name for name, is_on in tables if not is_on] == []


def test_views_are_read_with_the_callers_rights(migrated: Database) -> None:
    options = migrated.run(
        "select reloptions from pg_class"
        " where relnamespace = 'whatsapp'::regnamespace and relkind = 'v'"
    )
    assert options == [(["security_invoker=true"],)] * 6


def test_notes_have_row_security_on_a_plain_postgres_too(empty: Database) -> None:
    apply_missing(empty.url)

    rows = empty.run("select relrowsecurity from pg_class where relname = 'meeting_notes'")
    assert rows == [(True,)]


def test_a_user_cannot_make_the_pipelines_row_their_own_by_taking_its_key_first(
    migrated: Database,
) -> None:
    statement = (
        "insert into public.meeting_notes"
        " (user_id, source_type, content, chatwoot_account_id, chatwoot_message_id)"
        " values (auth.uid(), 'manual', 'mine', '7', '99')"
    )
    with pytest.raises(psycopg2.Error):
        ana(migrated).run(statement)
