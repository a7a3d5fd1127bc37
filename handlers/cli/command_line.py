"""The command line: which commands there are and what they take."""

import argparse
from typing import Final

from handlers.cli import classify, dead_letters, doctor, find, loss, reading_back, sweeping
from handlers.cli.exit_codes import EXPLANATION

PROGRAM: Final = "python -m handlers.cli"


def parser() -> argparse.ArgumentParser:
    """Return the parser; each command's function is in `run`."""
    # The same options before and after the command's name; only those given set anything.
    options = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    options.add_argument("--json", action="store_true", help="one JSON object for machines")
    options.add_argument("--progress", action="store_true", help="progress also into a file")
    options.add_argument("--quiet", action="store_true", help="no progress")
    root = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Looks after the pipeline: what was lost, given up or is wrong.",
        epilog=EXPLANATION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[options],
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    dead_letters.add_parsers(commands)
    reading_back.add_parsers(commands)
    sweeping.add_parser(commands)
    loss.add_parser(commands)
    find.add_parser(commands)
    doctor.add_parser(commands)
    classify.add_parser(commands)
    for command in commands.choices.values():
        for action in options._actions:  # noqa: SLF001 - `parents` must be named at creation
            command._add_action(action)  # noqa: SLF001
        command.epilog = EXPLANATION
        command.formatter_class = argparse.RawDescriptionHelpFormatter
    return root
