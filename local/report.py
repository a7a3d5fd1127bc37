"""Prints the demo's outcome as a table that fits a terminal."""

import json
import shutil
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from local.stored_state import StoredMessage
from local.text_width import shown_width

_TITLE, _ANSWER, _STATUS = 19, 27, 10
_MIN_WIDTH, _MAX_WIDTH = 100, 140


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of one step."""

    title: str
    http_status: int | None
    answer: str
    message: StoredMessage | None
    object_sizes: Mapping[str, int]
    problem: str | None


def print_report(rows: list[Row]) -> None:
    """Print a block for each step: status, objects, words and row."""
    width = min(max(shutil.get_terminal_size((_MAX_WIDTH, 40)).columns, _MIN_WIDTH), _MAX_WIDTH)
    rule = "─" * width
    heading = f"{'message':<{_TITLE}}{'answer':<{_ANSWER}}{'ledger':<{_STATUS}}stored"
    sys.stdout.write(f"\n{heading}\n{rule}\n")
    for row in rows:
        facts = _facts(row, width - _TITLE - _ANSWER - _STATUS)
        ledger = row.message.state if row.message else "-"
        left = _pad(row.title, _TITLE) + _pad(_answer(row), _ANSWER) + _pad(ledger, _STATUS)
        sys.stdout.write(left + facts[0] + "\n")
        for fact in facts[1:]:
            sys.stdout.write(" " * (_TITLE + _ANSWER + _STATUS) + fact + "\n")
    sys.stdout.write(f"{rule}\n")


def print_timings(timings: Mapping[str, float | None]) -> None:
    """Print durations, in milliseconds below one second."""
    sys.stdout.write("\n")
    for name, seconds in timings.items():
        if seconds is not None:
            written = f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
            sys.stdout.write(f"{name:<50}{written:>8}\n")


def _answer(row: Row) -> str:
    try:
        said = json.loads(row.answer)
    except ValueError:
        said = {}
    word = said.get("reason") or said.get("status") or "no answer"
    return f"{row.http_status} {word}"


def _facts(row: Row, width: int) -> list[str]:
    facts = [f"!! {row.problem}"] if row.problem else []
    if row.message is None:
        return facts or ["nothing"]
    facts += [f"{name} ({size:,} bytes)" for name, size in row.object_sizes.items()]
    if row.message.content:
        facts += textwrap.wrap("“" + " ".join(row.message.content.split()) + "”", width)
    details = f" ({row.message.error_details})" if row.message.error_details else ""
    owner = row.message.user_id or "no user yet"
    facts.append(f"meeting_notes: {row.message.processing_status}{details}, {owner}")
    return facts


def _pad(text: str, width: int) -> str:
    return text + " " * max(width - shown_width(text), 1)
