"""`dead-letters` and `replay`: what they show, what they publish, how they end."""

import io

import pytest

from handlers.cli.exit_codes import ExitCode
from handlers.domain.errors import RetryReason
from tests.unit.cli.command_world import FakeTools, Terminal, run


@pytest.fixture
def tools() -> FakeTools:
    made = FakeTools()
    made.keep(1)
    made.keep(2, reason="payload_invalid", account_id="8")
    made.keep(3, state="closed")
    return made


def test_open_letters_are_listed_and_counted_without_what_is_in_them(tools: FakeTools) -> None:
    ended = run(tools, "dead-letters")

    assert ended.code is ExitCode.DONE
    assert "1 unrecorded (open)" in ended.out
    assert "d1" in ended.out
    assert "d3" not in ended.out
    assert "body" not in ended.out
    assert tools.asked == ["records"]


def test_the_list_is_one_object_for_machines(tools: FakeTools) -> None:
    ended = run(tools, "dead-letters", "--json", "--reason", "unrecorded")

    assert ended.document["total"] == 1
    (letter,) = ended.document["letters"]
    assert (letter["key"], letter["first_seen_at"]) == ("d1", "2026-08-01T09:00:06+00:00")
    assert ended.document["counts"] == [{"reason": "unrecorded", "state": "open", "letters": 1}]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ([], {"d1", "d2"}),
        (["--closed"], {"d3"}),
        (["--any-state"], {"d1", "d2", "d3"}),
        (["--account", "8"], {"d2"}),
        (["--older-than", "2d"], set()),
        (["--newer-than", "2d"], {"d1", "d2"}),
        (["--limit", "1"], {"d2"}),
    ],
)
def test_the_list_is_filtered(tools: FakeTools, words: list[str], shown: set[str]) -> None:
    ended = run(tools, "--json", "dead-letters", *words)

    assert {letter["key"] for letter in ended.document["letters"]} == shown


def test_what_the_limit_hides_is_said(tools: FakeTools) -> None:
    assert "and 1 older ones" in run(tools, "dead-letters", "--limit", "1").out


def test_a_letter_is_shown_with_its_payload_only_when_it_is_named(tools: FakeTools) -> None:
    ended = run(tools, "dead-letters", "--show", "d1")

    assert "body 1" in ended.out
    assert run(tools, "dead-letters", "--show", "d9").code is ExitCode.WRONG


def test_a_replay_publishes_the_selected_ones_with_their_source_changed(tools: FakeTools) -> None:
    ended = run(tools, "replay", "--reason", "unrecorded", "--json")

    assert ended.code is ExitCode.DONE
    assert tools.broker.confirmed == [
        (b"body 1", {"v": "1", "source": "replay", "delivery_id": "d1"})
    ]
    assert ended.document == {
        "selected": 1,
        "dry_run": False,
        "replayed": 1,
        "refused": 0,
        "left": 0,
    }


@pytest.mark.parametrize(
    ("words", "bodies"),
    [
        (["--all"], [b"body 1", b"body 2"]),
        (["--key", "d2"], [b"body 2"]),
        (["--message", "7/50001"], [b"body 1"]),
        (["--all", "--account", "8"], [b"body 2"]),
    ],
)
def test_one_a_selection_or_all_are_replayed_oldest_first(
    tools: FakeTools, words: list[str], bodies: list[bytes]
) -> None:
    assert run(tools, "replay", *words).code is ExitCode.DONE
    assert [body for body, _ in tools.broker.confirmed] == bodies


def test_a_dry_run_shows_what_would_go_and_changes_nothing(tools: FakeTools) -> None:
    ended = run(tools, "replay", "--all", "--dry-run")

    assert "2 would be replayed" in ended.out
    assert tools.broker.batches == []
    assert tools.records.calls == ["list_dead_letters"]


def test_more_than_one_batch_is_replayed_once_each() -> None:
    tools = FakeTools()
    for number in range(120):
        tools.keep(number)

    ended = run(tools, "replay", "--all", err=(err := Terminal()))

    assert [len(batch) for batch in tools.broker.batches] == [50, 50, 20]
    assert len({body for body, _ in tools.broker.confirmed}) == 120
    assert "replayed 100" in err.getvalue()
    assert ended.out == "replayed 120, refused 0, left 0\n"


def test_while_the_broker_is_down_the_rest_is_not_taken() -> None:
    tools = FakeTools()
    for number in range(120):
        tools.keep(number)
    tools.broker.refuse = lambda _: RetryReason.PUBLISH_FAILED

    ended = run(tools, "replay", "--all")

    assert ended.code is ExitCode.RETRY
    assert ended.out == "replayed 0, refused 0, left 50\n"
    assert sum(kept.summary.replays for kept in tools.records.kept.values()) == 50


def test_what_the_broker_calls_invalid_is_told_apart(tools: FakeTools) -> None:
    tools.broker.refuse = lambda body: RetryReason.PUBLISH_REFUSED if b"1" in body else None

    ended = run(tools, "replay", "--all")

    assert (ended.code, ended.out) == (ExitCode.WRONG, "replayed 1, refused 1, left 0\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--key", "d9"], ExitCode.WRONG),
        (["--key", "d3"], ExitCode.WRONG),
        (["--message", "7/1"], ExitCode.WRONG),
        (["--reason", "none"], ExitCode.DONE),
    ],
)
def test_one_that_is_named_and_not_open_is_wrong_and_an_empty_selection_is_not(
    tools: FakeTools, words: list[str], code: ExitCode
) -> None:
    assert run(tools, "replay", *words).code is code
    assert tools.broker.batches == []


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nothing"],
        ["replay"],
        ["replay", "--key", "a", "--all"],
        ["replay", "--message", "50001"],
        ["dead-letters", "--older-than", "soon"],
        ["dead-letters", "--limit", "0"],
        ["loss", "--hours", "-1"],
        ["backfill"],
        ["backfill", "--since", "yesterday"],
    ],
)
def test_a_command_line_that_makes_no_sense_ends_with_2(tools: FakeTools, words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(tools, *words)

    assert caught.value.code == ExitCode.USAGE


def test_progress_is_shown_only_where_somebody_watches_or_asks(tools: FakeTools) -> None:
    assert run(tools, "replay", "--key", "d1").err == ""
    assert "replayed 1" in run(tools, "replay", "--key", "d1", "--progress").err
    assert run(tools, "replay", "--key", "d1", "--quiet", err=Terminal()).err == ""
    assert run(tools, "--progress", "replay", "--key", "d1", err=io.StringIO()).err != ""
