"""Runs one command: `python -m handlers.cli --help`."""

import os
import sys
from collections.abc import Sequence
from typing import TextIO

from handlers.cli.command_line import PROGRAM, parser
from handlers.cli.exit_codes import ExitCode
from handlers.cli.output import Output
from handlers.cli.report import Report
from handlers.cli.tools import Tools
from handlers.domain.errors import PipelineError, RetryableError
from handlers.settings_reader import SettingsError
from handlers.wiring.cli import CommandTools


def main(words: Sequence[str], tools: Tools, out: TextIO, err: TextIO) -> ExitCode:
    """Run the command and return its exit code."""
    arguments = parser().parse_args(words)
    is_asked = getattr(arguments, "progress", False)
    output = Output(
        out=out,
        err=err,
        is_json=getattr(arguments, "json", False),
        shows_progress=is_asked or (err.isatty() and not getattr(arguments, "quiet", False)),
    )
    try:
        report: Report = arguments.run(arguments, tools, output)
    except SettingsError as error:
        return _failed(output, ExitCode.SETTINGS, "settings", str(error))
    except RetryableError as error:
        said = f"{PROGRAM}: {error.reason.value}; nothing is lost, try again later"
        return _failed(output, ExitCode.RETRY, error.reason.value, said)
    except PipelineError as error:
        return _failed(output, ExitCode.WRONG, str(error), f"{PROGRAM}: {error}")
    output.show(report)
    return report.exit_code


def _failed(output: Output, code: ExitCode, reason: str, said: str) -> ExitCode:
    output.complain(said)
    if output.is_json:
        document = {"status": code.name.lower(), "reason": reason}
        output.show(Report(lines=(), document=dict(document)))
    return code


def run() -> ExitCode:
    """Run the command of this process; whoever stops reading its output ends it without a word."""
    try:
        return main(sys.argv[1:], CommandTools(), sys.stdout, sys.stderr)
    except BrokenPipeError:
        # What is left in the buffer would fail once more when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.WRONG


if __name__ == "__main__":
    # pragma: no cover
    sys.exit(run())
