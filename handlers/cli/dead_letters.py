"""`dead-letters` shows what was given up; `replay` sends it through the queue again."""

import argparse
import json
from dataclasses import asdict
from typing import Final

from handlers.cli.arguments import Commands, as_age, as_count, as_message
from handlers.cli.exit_codes import ExitCode
from handlers.cli.output import Output, counted
from handlers.cli.rendering import cell, table, tree
from handlers.cli.report import Report
from handlers.cli.tools import Tools
from handlers.domain.json_values import JsonObject
from handlers.domain.operator_records import CLOSED, OPEN, LetterList, LetterSelection
from handlers.replay import Replay, ReplayCounts

_LISTED: Final = 50
_COLUMNS: Final = (
    *("key", "reason", "state", "account_id", "message_id", "byte_count", "replays"),
    *("first_seen_at", "next_replay_at"),
)


def add_parsers(commands: Commands) -> None:
    """Add both commands."""
    lists = commands.add_parser(
        "dead-letters",
        help="list what was given up, counted by reason",
        description="Lists dead letters, the latest first, without what is in them.",
    )
    state = lists.add_mutually_exclusive_group()
    state.add_argument("--closed", action="store_true", help="the closed ones instead of the open")
    state.add_argument("--any-state", action="store_true", help="open and closed ones")
    lists.add_argument("--reason", help="only those given up for this reason")
    lists.add_argument("--account", metavar="ID", help="only those of this Chatwoot account")
    lists.add_argument("--older-than", type=as_age, metavar="AGE", help="e.g. 12h or 7d")
    lists.add_argument("--newer-than", type=as_age, metavar="AGE", help="e.g. 12h or 7d")
    lists.add_argument("--limit", type=as_count, default=_LISTED, help="lines, default %(default)s")
    lists.add_argument("--show", metavar="KEY", help="show one with its payload: personal data")
    lists.set_defaults(run=list_or_show)

    replay = commands.add_parser(
        "replay",
        help="send dead letters through the queue again",
        description="Publishes open dead letters with source=replay, oldest first. A letter is"
        " closed when its message comes to a good end, which takes the worker some seconds.",
    )
    which = replay.add_mutually_exclusive_group(required=True)
    which.add_argument("--key", help="this one")
    which.add_argument("--message", type=as_message, metavar="ACCOUNT/ID", help="this message's")
    which.add_argument("--reason", help="all that were given up for this reason")
    which.add_argument("--all", action="store_true", help="all open ones")
    replay.add_argument("--account", metavar="ID", help="only those of this Chatwoot account")
    replay.add_argument("--older-than", type=as_age, metavar="AGE", help="e.g. 12h or 7d")
    replay.add_argument("--newer-than", type=as_age, metavar="AGE", help="e.g. 12h or 7d")
    replay.add_argument("--dry-run", action="store_true", help="only show what would go")
    replay.set_defaults(run=replay_letters)


def list_or_show(arguments: argparse.Namespace, tools: Tools, _: Output) -> Report:
    """List the letters, or show one."""
    if arguments.show is not None:
        return _shown(arguments.show, tools)
    state = CLOSED if arguments.closed else OPEN
    selection = LetterSelection(
        state=None if arguments.any_state else state,
        reason=arguments.reason,
        account_id=arguments.account,
        older_than_seconds=arguments.older_than,
        newer_than_seconds=arguments.newer_than,
    )
    found = tools.operator_records().list_dead_letters(selection, limit=arguments.limit)
    return Report(lines=tuple(_list_lines(found)), document=_document(found))


def replay_letters(arguments: argparse.Namespace, tools: Tools, output: Output) -> Report:
    """Replay the selected letters, or show them."""
    account_id, message_id = arguments.message or (arguments.account, None)
    selection = LetterSelection(
        key=arguments.key,
        reason=arguments.reason,
        account_id=account_id,
        message_id=message_id,
        older_than_seconds=arguments.older_than,
        newer_than_seconds=arguments.newer_than,
    )
    records = tools.operator_records()
    found = records.list_dead_letters(selection, limit=_LISTED)
    is_named = arguments.key is not None or message_id is not None
    if not found.total:
        return Report(
            lines=("no open dead letter is selected",),
            document={"selected": 0, "dry_run": arguments.dry_run, **asdict(ReplayCounts())},
            exit_code=ExitCode.WRONG if is_named else ExitCode.DONE,
        )
    if arguments.dry_run:
        return Report(
            lines=(*_list_lines(found), f"{found.total} would be replayed"),
            document={"selected": found.total, "dry_run": True, **_document(found)},
        )
    replay = Replay(records=records, publisher=tools.publisher())
    counts = replay.run(selection, on_progress=output.counted)
    exit_code = ExitCode.WRONG if counts.refused else ExitCode.DONE
    return Report(
        lines=(counted(asdict(counts)),),
        document={"selected": found.total, "dry_run": False, **asdict(counts)},
        exit_code=ExitCode.RETRY if counts.left else exit_code,
    )


def _shown(key: str, tools: Tools) -> Report:
    letter = tools.operator_records().read_dead_letter(key)
    if letter is None:
        return Report(
            lines=(f"there is no dead letter {key}",), document={}, exit_code=ExitCode.WRONG
        )
    payload = letter.payload.decode("utf-8", "backslashreplace")
    document = {**asdict(letter.summary), "attributes": letter.attributes, "payload": payload}
    shown: JsonObject = {**asdict(letter.summary), "attributes": letter.attributes}
    lines = [*tree(shown), "payload", *(f"  {line}" for line in _payload_lines(payload))]
    return Report(lines=tuple(lines), document=document)


def _payload_lines(payload: str) -> list[str]:
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False).splitlines()
    except (ValueError, RecursionError):
        return payload.splitlines()


def _list_lines(found: LetterList) -> list[str]:
    if not found.letters:
        return ["no dead letters"]
    counts = [f"{cell(c.letters)} {c.reason} ({c.state})" for c in found.counts]
    lines = [*counts, "", *table([asdict(letter) for letter in found.letters], _COLUMNS)]
    hidden = found.total - len(found.letters)
    return [*lines, f"and {hidden} older ones"] if hidden else lines


def _document(found: LetterList) -> JsonObject:
    return {
        "total": found.total,
        "counts": [asdict(count) for count in found.counts],
        "letters": [asdict(letter) for letter in found.letters],
    }
