"""`sweep`: runs what Scheduler runs, in this process."""

import argparse
from typing import Final

from handlers.cli.arguments import Commands
from handlers.cli.exit_codes import ExitCode, worst
from handlers.cli.output import Output, counted
from handlers.cli.report import Report
from handlers.cli.tools import Tools
from handlers.domain.json_values import JsonObject, child, text

_UNKNOWN: Final = 404
# Counting goes no further: it is one listing.
_MOST_SPOOLED: Final = 1000
# What a sweep counts that is not as it should be.
_LEFT: Final = ("left", "conflicts", "failed", "missing", "accounts_failed")


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "sweep",
        help="run a sweep as run_maintenance does",
        description="Runs one sweep, or each of them, in this process, and prints the report."
        " Without a name it lists them. Safe beside the deployed function.",
    )
    parser.add_argument("name", nargs="?", help="the sweep's name")
    parser.add_argument("--all", action="store_true", help="each of them, one after the other")
    parser.add_argument(
        "--dry-run", action="store_true", help="only count what waits for it, due or not"
    )
    parser.set_defaults(run=sweep)


def sweep(arguments: argparse.Namespace, tools: Tools, output: Output) -> Report:
    """Run one, run all, list them, or count what waits for them."""
    if arguments.dry_run:
        return _waiting(arguments, tools)
    maintenance = tools.maintenance()
    if arguments.name is None and not arguments.all:
        names = maintenance.names
        return Report(lines=names, document={"sweeps": list(names)})
    chosen = maintenance.names if arguments.all else (arguments.name,)
    documents: list[JsonObject] = []
    lines: list[str] = []
    codes: list[ExitCode] = []
    for name in chosen:
        output.progress(f"running {name}")
        report = maintenance.run(name)
        if report.http_status == _UNKNOWN:
            known = ", ".join(maintenance.names)
            return Report(
                lines=(f"there is no sweep {name}; there are {known}",),
                document=report.document,
                exit_code=ExitCode.USAGE,
            )
        documents.append(report.document)
        lines.append(_line(report.document))
        codes.append(_exit_code(report.document))
    return Report(lines=tuple(lines), document={"sweeps": documents}, exit_code=worst(*codes))


def _waiting(arguments: argparse.Namespace, tools: Tools) -> Report:
    waiting = dict(tools.operator_records().waiting_work())
    spooled = tools.spool().oldest(limit=_MOST_SPOOLED) if _wants(arguments, "spool") else []
    if _wants(arguments, "spool"):
        waiting["spool"] = len(spooled)
    if arguments.name is not None and arguments.name not in waiting:
        return Report(
            lines=(f"there is no sweep {arguments.name}; there are {', '.join(sorted(waiting))}",),
            document={"status": "rejected", "reason": "unknown_sweep"},
            exit_code=ExitCode.USAGE,
        )
    chosen = {name: waiting[name] for name in sorted(waiting) if _wants(arguments, name)}
    lines = [f"{name}: {number} waiting" for name, number in chosen.items()]
    if len(spooled) == _MOST_SPOOLED:
        lines.append(f"the spool holds {_MOST_SPOOLED} or more")
    return Report(lines=tuple(lines), document={"waiting": chosen, "dry_run": True})


def _wants(arguments: argparse.Namespace, name: str) -> bool:
    return arguments.name in {None, name}


def _line(document: JsonObject) -> str:
    found = child(document, "counts")
    counts = {name: count for name, count in found.items() if isinstance(count, int)}
    ended = text(document, "reason")
    end = "done" if ended is None else f"ended early, {ended}"
    return f"{document['sweep']}: {end}; {counted(counts)}; {document['seconds']} s"


def _exit_code(document: JsonObject) -> ExitCode:
    if document["status"] != "done":
        return ExitCode.RETRY
    counts = child(document, "counts")
    return ExitCode.WRONG if any(counts.get(name) for name in _LEFT) else ExitCode.DONE
