"""`loss`: what Chatwoot has and we do not, hour by hour."""

import argparse
from typing import Final

from handlers.cli.arguments import Commands, as_count
from handlers.cli.exit_codes import ExitCode
from handlers.cli.output import Output
from handlers.cli.rendering import table
from handlers.cli.report import Report
from handlers.cli.tools import Tools
from handlers.domain.json_values import JsonObject

_HOURS: Final = 24
_NAMES: Final = ("hour", "account_id")
# What matters first; whatever else the view has comes behind.
_FIRST: Final = (*_NAMES, "seen", "missing", "received", "stored", "ignored", "dead", "in_flight")


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "loss",
        help="show the loss account, hour by hour",
        description="Shows what was seen at Chatwoot and what became of it, by the hour in which"
        " it was written (UTC). Exits with 1 where something is missing.",
    )
    parser.add_argument(
        "--hours", type=as_count, default=_HOURS, help="how far back, default %(default)s"
    )
    parser.set_defaults(run=show_loss)


def show_loss(arguments: argparse.Namespace, tools: Tools, _: Output) -> Report:
    """Show the account."""
    rows = tools.operator_records().loss(arguments.hours)
    there = list(rows[0]) if rows else list(_NAMES)
    columns = [
        *(name for name in _FIRST if name in there),
        *(name for name in there if name not in _FIRST),
    ]
    totals: JsonObject = {
        name: sum(value for row in rows if isinstance(value := row[name], int))
        for name in columns
        if name not in _NAMES
    }
    lines = table([*rows, {"hour": "total", **totals}], columns)
    return Report(
        lines=tuple(lines) if rows else ("nothing in these hours",),
        document={"hours": arguments.hours, "totals": totals, "rows": rows},
        exit_code=ExitCode.WRONG if totals.get("missing") else ExitCode.DONE,
    )
