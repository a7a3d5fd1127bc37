"""Turns what was found into the section of docs/reliability.md."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.chaos.load import Written
from bench.chaos.verdict import Findings, accepted_ids
from bench.report import Section, Table, Verdict
from local.chatwoot_people import Delivery

_METHOD: Final = (
    "The whole stack as `make demo` starts it: functions under functions-framework, real "
    "PostgreSQL, and the local servers for Pub/Sub, Cloud Storage, speech and Chatwoot. People "
    "write {per_second:g} messages a second all the time, texts in several scripts, one in 15 "
    "with a picture, one in 40 as a voice note; every twelfth comes from somebody new. Meanwhile "
    "one thing after the other is broken and mended, with {rest_seconds:g} s between. The sweeps "
    "run every {sweep_pause:g} s, where a deployment runs them every five minutes. Then every "
    "message that was answered 200 is looked for: its row in the ledger, exactly one note with its "
    "words, its object with its content, its file with its size, and no object beyond these."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """An episode as it was: when, and what was sent meanwhile."""

    title: str
    began_at: float
    ended_at: float

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return self.ended_at - self.began_at


def outage_row(
    outage: Outage, written: Sequence[Written], deliveries: Sequence[Delivery], findings: Findings
) -> tuple[str, ...]:
    """Return an outage's line: what was sent meanwhile, and when all of it was stored."""
    accepted = accepted_ids(deliveries)
    sent = [w for w in written if outage.began_at <= w.written_at < outage.ended_at]
    answered = [w for w in sent if w.message_id in accepted]
    ends = [
        findings.stored_at[w.message_id] for w in answered if w.message_id in findings.stored_at
    ]
    recovery = max([moment - outage.ended_at for moment in ends], default=0.0)
    return (
        outage.title,
        f"{outage.seconds:.0f} s",
        str(len(sent)),
        str(len(answered)),
        f"{max(recovery, 0.0):.0f} s",
    )


def chaos_section(
    findings: Findings,
    deliveries: Sequence[Delivery],
    rows: Sequence[tuple[str, ...]],
    sweeps: Sequence[str],
    pace: Mapping[str, float],
) -> Section:
    """Return the verdicts and everything they rest on."""
    left = sum(findings.left_behind.values())
    return Section(
        name="chaos",
        title="Chaos run",
        method=_METHOD.format(**pace),
        verdicts=(
            _none("messages answered 200 and not stored, with exactly one note", findings.lost),
            _none("second notes, and objects that no row knows", findings.duplicated),
            _none("rows and objects that disagree with what was written", findings.disagreeing),
            _none("anything left in spool, fallback or dead letters", range(left)),
        ),
        tables=(
            Table(
                title="What was broken",
                columns=("what", "for", "written", "answered 200", "all stored, after its end"),
                rows=rows,
            ),
        ),
        notes=(_answers(findings, deliveries), *sweeps),
    )


def _none(what: str, found: Sequence[object]) -> Verdict:
    return Verdict(what=what, measured=str(len(found)), budget="0", is_met=not found)


def _answers(findings: Findings, deliveries: Sequence[Delivery]) -> str:
    seconds = [each.seconds for each in deliveries]
    return (
        f"{findings.written} messages were written in {len(deliveries)} deliveries; "
        f"{findings.accepted} of them were answered 200 (median of all answers "
        f"{statistics.median(seconds) * 1000:.0f} ms, slowest {max(seconds):.1f} s) and "
        f"{findings.refused} were not: the webhook itself was down, or broker and store refused "
        "both. Chatwoot does not send those again; reconcile finds them."
    )
