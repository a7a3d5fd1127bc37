"""Orders, jobs and preferences on every database: who may do what, and what an operator sees."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import psycopg2
import pytest
from psycopg2 import errors

from db.migrate import apply_missing
from tests.databases import Database
from tests.migration.callers import ANA, BOB, Caller, ana, anon, bob, pipeline, service

_ROLLBACK: Final = Path(__file__).parents[2] / "db" / "rollback" / "20261122110000.sql"
_MAY: Final = "select has_column_privilege(%(role)s, %(table)s, %(column)s, %(verb)s)"
_CHOICES: Final = (
    *("platform", "length", "tone", "topic", "language", "notify_on_ready", "user_id"),
)
_NEW_ORDER: Final = (
    "insert into public.content_order (id, user_id, source, triggered_by) values"
    " (gen_random_uuid(), '{user}', '{source}', 'whatsapp')"
)
_NEW_JOB: Final = (
    "insert into public.agent_job (id, user_id, type, status) values"
    " (gen_random_uuid(), '{user}', '{type}', '{status}')"
)
_WAITING: Final = (
    "insert into whatsapp.orders (installation, account_id, message_id, conversation_id, state,"
    " wait_reason, reason) values ('main', '7', %(id)s, '118', %(state)s, %(wait)s, %(reason)s)"
)


@pytest.fixture(params=["migrated_platform", "migrated_earlier"])
def migrated(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Migrated, with preferences of Ana's and Bob's and a bucket of each."""
    database: Database = request.getfixturevalue(request.param)
    users = {"ana": ANA, "bob": BOB}
    database.run(
        "insert into auth.users (id) values (%(ana)s), (%(bob)s) on conflict do nothing", **users
    )
    database.run(
        "insert into public.whatsapp_preferences (user_id, platform) values"
        " (%(ana)s, 'linkedin'), (%(bob)s, 'blog')",
        **users,
    )
    database.run(
        "insert into public.user_bucket_mapping (user_id, bucket_name) values"
        " (%(ana)s, 'ana'), (%(bob)s, 'bob') on conflict do nothing",
        **users,
    )
    yield database
    database.run("delete from public.whatsapp_preferences")


@pytest.mark.parametrize("verb", ["insert", "update"])
def test_users_write_their_own_preferences_and_nobody_elses(migrated: Database, verb: str) -> None:
    table = "public.whatsapp_preferences"
    caller = ana(migrated)

    assert caller.read(f"select user_id::text from {table}") == [(ANA,)]  # noqa: S608
    if verb == "insert":
        # As the API writes an upsert: the key too.
        upsert = (
            f"insert into {table} (user_id, tone) values ('{{}}', 'casual')"  # noqa: S608
            " on conflict (user_id) do update set user_id = excluded.user_id, tone = excluded.tone"
        )
        assert caller.run(upsert.format(ANA)) == 1
        with pytest.raises(errors.InsufficientPrivilege):
            caller.run(upsert.format(BOB))
    else:
        assert caller.run(f"update {table} set notify_on_ready = true") == 1  # noqa: S608
        with pytest.raises(errors.InsufficientPrivilege):
            caller.run(f"update {table} set user_id = '{BOB}'")  # noqa: S608
    assert caller.run(f"delete from {table}") == 1  # noqa: S608


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("platform", "myspace"), ("length", "Medium"), ("tone", "formal")),
        *(("topic", "our launch"), ("language", "de")),
    ],
)
def test_preferences_take_only_what_orders_know(
    migrated: Database, column: str, value: str
) -> None:
    statement = f"update public.whatsapp_preferences set {column} = '{value}'"  # noqa: S608
    with pytest.raises(errors.CheckViolation):
        ana(migrated).run(statement)


@pytest.mark.parametrize("column", [*_CHOICES, "created_at"])
@pytest.mark.parametrize("verb", ["insert", "update"])
def test_of_preferences_users_may_write_their_choices_and_nothing_else(
    migrated: Database, column: str, verb: str
) -> None:
    table = "public.whatsapp_preferences"
    for role, is_user in (("authenticated", True), ("anon", False)):
        (row,) = migrated.run(_MAY, role=role, table=table, column=column, verb=verb)
        assert row == (is_user and column in _CHOICES,)


@pytest.mark.parametrize(
    "column", ["id", "user_id", "bucket_name", "notify_on_ready", "created_at", "updated_at"]
)
def test_of_their_bucket_users_may_change_the_notices_only(migrated: Database, column: str) -> None:
    table = "public.user_bucket_mapping"
    for verb in ("insert", "update"):
        (row,) = migrated.run(_MAY, role="authenticated", table=table, column=column, verb=verb)
        assert row == ((column, verb) == ("notify_on_ready", "update"),)
        (row,) = migrated.run(_MAY, role="anon", table=table, column=column, verb=verb)
        assert row == (False,)
    assert bob(migrated).run(f"update {table} set notify_on_ready = true") == 1  # noqa: S608


@pytest.mark.parametrize(
    "table", ["whatsapp_preferences", "user_bucket_mapping", "content_order", "agent_job"]
)
def test_every_table_of_the_app_has_row_security_on(migrated: Database, table: str) -> None:
    rows = migrated.run("select relrowsecurity from pg_class where relname = %(t)s", t=table)
    assert rows == [(True,)]


@pytest.mark.parametrize("table", ["content_order", "agent_job", "whatsapp_preferences"])
def test_a_new_project_shows_users_their_own_rows_and_anonymous_callers_none(
    migrated_platform: Database, table: str
) -> None:
    assert ana(migrated_platform).read(f"select user_id from public.{table}") == []  # noqa: S608
    with pytest.raises(errors.InsufficientPrivilege):
        anon(migrated_platform).read(f"select 1 from public.{table}")  # noqa: S608


@pytest.mark.parametrize("table", ["content_order", "agent_job"])
def test_a_new_project_lets_no_user_write_orders_or_jobs(
    migrated_platform: Database, table: str
) -> None:
    statement = f"insert into public.{table} (user_id) values ('{ANA}')"  # noqa: S608
    with pytest.raises(errors.InsufficientPrivilege):
        ana(migrated_platform).run(statement)


def test_the_rules_of_the_earlier_products_orders_stay(migrated_earlier: Database) -> None:
    own = "insert into public.content_order (user_id, source) values (auth.uid(), 'app')"

    assert ana(migrated_earlier).run(own) == 1


@pytest.mark.parametrize(
    ("statement", "is_allowed"),
    [
        (_NEW_ORDER.format(user=ANA, source="whatsapp"), True),
        (_NEW_ORDER.format(user=ANA, source="app"), False),
        (_NEW_JOB.format(user=ANA, type="process_order", status="pending"), True),
        (_NEW_JOB.format(user=ANA, type="pacing_check", status="pending"), False),
        (_NEW_JOB.format(user=ANA, type="process_order", status="completed"), False),
        ("select 1 from public.content_order", False),
        ("update public.agent_job set status = 'cancelled'", False),
        ("delete from public.content_order", False),
        ("update public.whatsapp_preferences set tone = 'casual'", False),
        ("update public.user_bucket_mapping set notify_on_ready = true", False),
    ],
)
def test_the_pipeline_adds_its_own_orders_and_does_nothing_else(
    migrated: Database, statement: str, is_allowed: bool
) -> None:
    if is_allowed:
        assert pipeline(migrated).run(statement) == 1
    else:
        with pytest.raises(errors.InsufficientPrivilege):
            pipeline(migrated).run(statement)


@pytest.mark.parametrize("table", ["whatsapp_preferences", "user_bucket_mapping"])
def test_the_pipeline_reads_what_users_chose(migrated: Database, table: str) -> None:
    rows = pipeline(migrated).read(f"select user_id::text from public.{table}")  # noqa: S608
    assert sorted(rows) == [(ANA,), (BOB,)]


@pytest.mark.parametrize("who", [anon, ana, service], ids=["anon", "user", "service role"])
@pytest.mark.parametrize(
    "statement",
    [
        "select 1 from whatsapp.orders",
        "select 1 from whatsapp.conversations",
        "select 1 from whatsapp.orders_waiting",
        "select whatsapp.finished_drafts('main', 1)",
        "select whatsapp.mark_draft('main', gen_random_uuid())",
        "select whatsapp.withdraw_note(null)",
        "select whatsapp.record_undelivered('main', 'a', 'b')",
    ],
)
def test_the_dialogue_is_closed_to_the_apps_roles(
    migrated: Database, who: Callable[[Database], Caller], statement: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        who(migrated).run(statement)


def test_drafts_that_are_none_of_ours_are_neither_found_nor_marked(
    migrated_earlier: Database,
) -> None:
    caller = pipeline(migrated_earlier)

    assert caller.read("select whatsapp.finished_drafts('main', 10)") == [([],)]
    caller.run("select whatsapp.mark_draft('main', id) from (values (gen_random_uuid())) as v (id)")
    unmarked = "select count(*) from public.saved_drafts where not whatsapp_notification_sent"
    assert migrated_earlier.run(unmarked) == [(2,)]


def test_a_table_of_drafts_in_another_shape_is_left_alone(empty: Database) -> None:
    apply_missing(empty.url)
    empty.run("create table public.saved_drafts (id bigint, order_id text)")

    assert empty.run("select whatsapp.finished_drafts('main', 10)") == [([],)]
    empty.run("select whatsapp.mark_draft('main', gen_random_uuid())")


def test_an_operator_sees_what_waits_and_why(empty: Database) -> None:
    apply_missing(empty.url)
    for row, (state, wait, reason) in enumerate(
        [
            *(("waiting", "unmapped", None), ("waiting", "late", None)),
            *(("failed", None, "order_refused:23503"), ("placed", None, None)),
            *(("asking", None, None), ("asking", None, None), ("cancelled", None, None)),
        ]
    ):
        empty.run(_WAITING, id=str(row), state=state, wait=wait, reason=reason)
    for number, conversation, sent_state, why in (
        ("4", "118", "failed", "undelivered:131047"),
        ("5", "119", "sent", None),
    ):
        empty.run(
            "update whatsapp.orders set conversation_id = %(conversation)s"
            " where message_id = %(id)s",
            id=number,
            conversation=conversation,
        )
        empty.run(
            "insert into whatsapp.conversations"
            " (installation, account_id, chatwoot_conversation_id, context_json)"
            " values ('main', '7', %(conversation)s, '{\"clarifyingField\": \"tone\"}')",
            conversation=conversation,
        )
        empty.run(
            "insert into whatsapp.outbox (installation, account_id, conversation_id, message_id,"
            " cause, kind, document, correlation_id, state, reason) values ('main', '7',"
            " %(conversation)s, %(id)s, %(cause)s, 'message', '{}', %(cause)s, %(state)s,"
            " %(reason)s)",
            id=number,
            conversation=conversation,
            cause=f"question:{number}:tone",
            state=sent_state,
            reason=why,
        )

    seen = empty.run(
        "select message_id, state, why, since is not null from whatsapp.orders_waiting"
        " order by message_id"
    )

    assert seen == [
        ("0", "waiting", "unmapped", True),
        ("1", "waiting", "late", True),
        ("2", "failed", "order_refused:23503", True),
        ("4", "asking", "question_failed:undelivered:131047", True),
    ]


def test_orders_are_not_dropped(empty: Database) -> None:
    apply_missing(empty.url)
    empty.run(_WAITING, id="1", state="placed", wait=None, reason=None)

    with pytest.raises(psycopg2.errors.RaiseException, match="still holds rows"):
        empty.run(_ROLLBACK.read_text())

    assert empty.run("select state from whatsapp.orders") == [("placed",)]
