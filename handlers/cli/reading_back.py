"""`reconcile` and `backfill`: bring in what Chatwoot has and we do not."""

import argparse
from collections.abc import Mapping
from typing import Final

from handlers.cli.arguments import Commands, as_moment
from handlers.cli.exit_codes import ExitCode, worst
from handlers.cli.output import Output, counted
from handlers.cli.report import Report
from handlers.cli.tools import Tools

# Whoever started it ends it; this only bounds what is left alone for ever.
_SECONDS: Final = 24 * 60 * 60.0


def add_parsers(commands: Commands) -> None:
    """Add both commands."""
    reconcile = commands.add_parser(
        "reconcile",
        help="compare Chatwoot with the ledger and bring in what is missing",
        description="Reads Chatwoot's conversations back and feeds every message that the ledger"
        " does not have. Resumes where the last run ended; safe beside the deployed sweep."
        " Exits with 1 while something is missing: what was just fed is, until it is stored.",
    )
    reconcile.add_argument("--account", metavar="ID", help="only this Chatwoot account")
    reconcile.add_argument("--dry-run", action="store_true", help="only count what would come")
    reconcile.set_defaults(run=reconcile_accounts)
    backfill = commands.add_parser(
        "backfill",
        help="bring in history as notes",
        description="Feeds messages from before the deployment with source=backfill: they become"
        " notes, and nothing is sent for them. Resumes where the last run ended.",
    )
    backfill.add_argument("--since", type=as_moment, required=True, metavar="DATE", help="UTC")
    backfill.add_argument("--account", metavar="ID", help="only this Chatwoot account")
    backfill.add_argument("--dry-run", action="store_true", help="only count what would come")
    backfill.set_defaults(run=backfill_accounts)


def reconcile_accounts(arguments: argparse.Namespace, tools: Tools, output: Output) -> Report:
    """Bring the accounts up to date."""
    deadline = tools.clock().monotonic() + _SECONDS
    run = tools.reconciliation(arguments.account)
    counts = dict(run.run(deadline, output.counted, dry_run=arguments.dry_run))
    # What was fed a moment ago counts as missing until the worker has ended it.
    code = ExitCode.WRONG if counts.get("missing") else ExitCode.DONE
    return Report(
        lines=(_told(counts, is_dry=arguments.dry_run),),
        document={"counts": counts, "dry_run": arguments.dry_run},
        exit_code=worst(code, _account_code(counts)),
    )


def backfill_accounts(arguments: argparse.Namespace, tools: Tools, output: Output) -> Report:
    """Feed the history."""
    deadline = tools.clock().monotonic() + _SECONDS
    run = tools.backfill(arguments.since, arguments.account)
    counts = dict(run.run(deadline, dry_run=arguments.dry_run, on_progress=output.counted))
    return Report(
        lines=(_told(counts, is_dry=arguments.dry_run),),
        document={"counts": counts, "dry_run": arguments.dry_run},
        exit_code=_account_code(counts),
    )


def _told(counts: Mapping[str, int], *, is_dry: bool) -> str:
    return ("dry run, `missing` would be fed: " if is_dry else "") + counted(counts)


def _account_code(counts: Mapping[str, int]) -> ExitCode:
    # Busy: another run has the account; failed: Chatwoot or the database did not answer for it.
    is_left = any(counts.get(name) for name in ("accounts_failed", "accounts_busy", "left"))
    return ExitCode.RETRY if is_left else ExitCode.DONE
