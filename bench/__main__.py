"""Runs benchmarks: `python -m bench`, `python -m bench NAME …`, `--quick` for a first look."""

import argparse
import sys
import time
from typing import Protocol

from bench import (
    cold_start,
    growth,
    intent_rules,
    lost_webhooks,
    memory,
    requests_per_message,
    spool_recovery,
    webhook,
    worker,
)
from bench.machine import describe_machine
from bench.report import Section, markdown, write_section
from local.functions import REPOSITORY

_DOCUMENT = REPOSITORY / "docs" / "benchmarks.md"
_RELIABILITY = REPOSITORY / "docs" / "reliability.md"
_RELIABILITY_NAMES = frozenset({"spool_recovery", "lost_webhooks"})


class _Measure(Protocol):
    def __call__(self, *, is_quick: bool) -> Section: ...


_BENCHMARKS: dict[str, _Measure] = {
    "webhook": webhook.measure,
    "cold_start": cold_start.measure,
    "requests_per_message": requests_per_message.measure,
    "worker": worker.measure,
    "memory": memory.measure,
    "growth": growth.measure,
    "spool_recovery": spool_recovery.measure,
    "lost_webhooks": lost_webhooks.measure,
    "intent_rules": intent_rules.measure,
}


def main() -> int:
    """Run what was asked for; a quick run is printed only."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(_BENCHMARKS)}")
    parser.add_argument("--quick", action="store_true", help="fewer rounds; prints, writes nothing")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(_BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    command = " ".join(["python -m bench", *arguments.names, *["--quick"] * arguments.quick])
    missed: list[str] = []
    for name in arguments.names or _BENCHMARKS:
        started = time.monotonic()
        section = _BENCHMARKS[name](is_quick=arguments.quick)
        machine = describe_machine(command)
        print(markdown(section, machine), end="\n\n")
        print(f"({name} took {time.monotonic() - started:.0f} s)", end="\n\n", flush=True)
        if not arguments.quick:
            write_section(
                _RELIABILITY if name in _RELIABILITY_NAMES else _DOCUMENT, section, machine
            )
        missed += [f"{name}: {v.what}" for v in section.verdicts if v.is_met is False]
    for line in missed:
        print(f"missed: {line}")
    # A missed budget is a finding, not a failure of the measurement.
    return 0


if __name__ == "__main__":
    sys.exit(main())
