"""Runs the load and the episodes, waits until all is mended, and writes what was found."""

import sys
import time
from collections.abc import Sequence
from typing import Final

from bench.chaos.episodes import Episode, episodes
from bench.chaos.load import Load
from bench.chaos.scheduler import Scheduler
from bench.chaos.section import Outage, chaos_section, outage_row
from bench.chaos.verdict import Findings, examine, waiting
from bench.machine import describe_machine
from bench.report import markdown, write_section
from local.chatwoot_people import ChatwootPeople, Delivery
from local.functions import REPOSITORY
from local.stack import Stack

_DOCUMENT: Final = REPOSITORY / "docs" / "reliability.md"
_PER_SECOND: Final = 8.0
_NEW_PERSON_EVERY: Final = 12
_EPISODE_SECONDS: Final = 12.0
_REST_SECONDS: Final = 6.0
_SWEEPS: Final = ("spool", "fallback", "transcriptions", "outbox", "dead-letters", "orphans")
_SWEEP_PAUSE_SECONDS: Final = 5.0
# The longest wait in the pipeline that an outage of seconds can cause: a killed worker's lease of
# 300 s over a transcription, and a retry after it.
_SETTLE_SECONDS: Final = 480.0
_POLL_SECONDS: Final = 2.0


def run_chaos() -> int:
    """Run it all; return 0 when nothing is lost, doubled or different."""
    with Stack(report=_say) as stack:
        _say("\n")
        people = ChatwootPeople(stack.chatwoot_url)
        load = Load(people, per_second=_PER_SECOND, new_person_every=_NEW_PERSON_EVERY)
        scheduler = Scheduler(stack, sweeps=_SWEEPS, pause_seconds=_SWEEP_PAUSE_SECONDS)
        load.start()
        scheduler.start()
        try:
            time.sleep(_REST_SECONDS)
            outages = [_play(each, stack) for each in episodes(_EPISODE_SECONDS)]
        finally:
            load.stop()
        deliveries = _settle(stack, people)
        scheduler.stop()
        findings = examine(stack, load.written, deliveries)
    rows = [outage_row(outage, load.written, deliveries, findings) for outage in outages]
    section = chaos_section(
        findings,
        deliveries,
        rows,
        sweeps=[_sweep_report(scheduler)],
        pace={
            "per_second": _PER_SECOND,
            "rest_seconds": _REST_SECONDS,
            "sweep_pause": _SWEEP_PAUSE_SECONDS,
        },
    )
    machine = describe_machine("make chaos")
    _say(markdown(section, machine) + "\n\n")
    write_section(_DOCUMENT, section, machine)
    _tell(findings)
    return 0 if findings.is_whole else 1


def _play(episode: Episode, stack: Stack) -> Outage:
    _say(f"  {episode.title} ")
    began_at = time.time()
    episode.begin(stack)
    time.sleep(max(0.0, episode.seconds - (time.time() - began_at)))
    episode.end(stack)
    ended_at = time.time()
    _say(f"({ended_at - began_at:.0f} s)\n")
    time.sleep(_REST_SECONDS)
    return Outage(title=episode.title, began_at=began_at, ended_at=ended_at)


def _settle(stack: Stack, people: ChatwootPeople) -> Sequence[Delivery]:
    """Wait until everything that was accepted has its end, or for as long as it may take."""
    _say("  waiting until all of it has its end ")
    deadline = time.monotonic() + _SETTLE_SECONDS
    while time.monotonic() < deadline:
        deliveries, pending = people.deliveries()
        if not pending and not (left := waiting(stack, deliveries)):
            break
        _say("." if pending else f"{left} ")
        time.sleep(_POLL_SECONDS)
    _say("\n")
    return people.deliveries()[0]


def _sweep_report(scheduler: Scheduler) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in sorted(scheduler.counts.items()))
    return f"The sweeps reported {counts}; {scheduler.unanswered} calls broke off."


def _tell(findings: Findings) -> None:
    for title in ("lost", "duplicated", "disagreeing"):
        found: list[str] = getattr(findings, title)
        _say("".join(f"  {title}: {line}\n" for line in found[:20]))
    _say(f"left behind: {findings.left_behind}\n")


def _say(text: str) -> None:
    sys.stdout.write(text if text.endswith(("\n", " ", ".")) else f"{text} · ")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(run_chaos())
