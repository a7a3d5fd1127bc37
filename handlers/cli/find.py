"""`find`: everything that is known of one message id."""

import argparse
from collections.abc import Iterator
from typing import Final

from handlers.cli.arguments import Commands
from handlers.cli.exit_codes import ExitCode
from handlers.cli.output import Output
from handlers.cli.rendering import tree
from handlers.cli.report import Report
from handlers.cli.tools import Tools
from handlers.domain.errors import RetryableError
from handlers.domain.json_values import JsonObject, child, text
from handlers.ports.doctor import ObjectPresence

_SECTIONS: Final = (
    *("ledger", "note", "objects", "attachments", "fallback", "outbox", "dead_letters"),
)


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "find",
        help="show all that is known of one message id",
        description="Shows ledger, note, objects, attachments, outbox and dead letters of a"
        " message id, in every account that has it. Exits with 1 where nobody knows it.",
    )
    parser.add_argument("message_id", help="Chatwoot's id of the message")
    parser.add_argument("--account", metavar="ID", help="only in this Chatwoot account")
    parser.add_argument(
        "--show-content",
        action="store_true",
        help="also what was written and said, and the number: personal data",
    )
    parser.add_argument("--no-store", action="store_true", help="do not ask Cloud Storage")
    parser.set_defaults(run=find)


def find(arguments: argparse.Namespace, tools: Tools, _: Output) -> Report:
    """Find the message."""
    found = tools.operator_records().find_message(
        arguments.message_id, arguments.account, with_content=arguments.show_content
    )
    if not found:
        return Report(
            lines=(f"nothing is known of message {arguments.message_id}",),
            document={"message_id": arguments.message_id, "found": []},
            exit_code=ExitCode.WRONG,
        )
    presence = None if arguments.no_store else tools.object_presence()
    for message in found:
        message["objects"] = list(_objects(message, presence))
    lines = [
        line
        for message in found
        for line in (
            f"account {text(message, 'account_id') or '(unknown)'} message {arguments.message_id}",
            *tree({name: message.get(name) for name in _SECTIONS}, 1),
        )
    ]
    return Report(lines=tuple(lines), document={"message_id": arguments.message_id, "found": found})


def _objects(message: JsonObject, presence: ObjectPresence | None) -> Iterator[JsonObject]:
    ledger = child(message, "ledger")
    bucket = text(ledger, "bucket_name")
    if bucket is None:
        return
    in_fallback = {text(row, "object_name") for row in _rows(message, "fallback")}
    names = [text(ledger, "object_name")]
    names += [text(row, "object_name") for row in _rows(message, "attachments")]
    for name in names:
        if name is not None:
            yield {
                "bucket": bucket,
                "object": name,
                "in_fallback": name in in_fallback,
                "in_store": "not asked" if presence is None else _in_store(presence, bucket, name),
            }


def _in_store(presence: ObjectPresence, bucket: str, name: str) -> bool | str:
    try:
        return presence.is_there(bucket, name)
    except RetryableError as error:
        # The rest of what is known is worth showing without it.
        return f"could not be asked: {error.reason.value}"


def _rows(message: JsonObject, name: str) -> list[JsonObject]:
    rows = message.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
