"""`doctor`: looks at everything the system stands on, and says how to mend what is wrong."""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from handlers.cli.arguments import Commands, as_age, as_count
from handlers.cli.exit_codes import ExitCode
from handlers.cli.output import Output
from handlers.cli.report import Report
from handlers.cli.tools import Tools
from handlers.doctor.findings import Finding, Verdict

# What the deployment allows of the function that has most.
_INSTANCES: Final = 20
_CHECK_SECONDS: Final = 20.0
_WIDTH: Final = max(len(verdict.value) for verdict in Verdict)


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "doctor",
        help="check settings and services, and say how to mend what is wrong",
        description="Checks settings, database, Pub/Sub, Cloud Storage, Chatwoot and OpenAI, each"
        " by itself. Run it with the union of the functions' settings. It writes one object into"
        " the spool bucket and removes it. Exits with 1 where something is wrong.",
    )
    add = parser.add_argument
    add("--instances", type=as_count, default=_INSTANCES, help="default %(default)s")
    add("--pooler-clients", type=as_count, help="how many clients the pooler takes")
    add("--webhook-url", metavar="URL", help="where Chatwoot is to deliver")
    add(
        "--check-seconds",
        type=as_age,
        default=_CHECK_SECONDS,
        metavar="AGE",
        help="how long a check may take, e.g. 20s",
    )
    parser.set_defaults(run=examine)


def examine(arguments: argparse.Namespace, tools: Tools, output: Output) -> Report:
    """Run every check."""
    findings = tools.doctor(arguments).examine(on_done=output.progress)
    verdicts = Counter(finding.verdict.value for finding in findings)
    summary = ", ".join(f"{verdicts[verdict.value]} {verdict.value}" for verdict in Verdict)
    return Report(
        lines=(*_lines(findings), "", summary),
        document={"findings": [asdict(finding) for finding in findings], "counts": dict(verdicts)},
        exit_code=ExitCode.WRONG if verdicts[Verdict.WRONG.value] else ExitCode.DONE,
    )


def _lines(findings: Sequence[Finding]) -> list[str]:
    lines = []
    for finding in findings:
        lines.append(f"{finding.verdict.value.ljust(_WIDTH)}  {finding.about}: {finding.said}")
        if finding.mend:
            lines.append(f"{' ' * _WIDTH}    mend: {finding.mend}")
    return lines
