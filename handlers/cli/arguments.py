"""Reads the values on the command line."""

import argparse
import re
from datetime import UTC, datetime
from typing import Final, TypeAlias

# What add_subparsers returns has no public name.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
_AGE: Final = re.compile(r"(?P<number>[0-9]{1,6})(?P<unit>[smhd])", re.ASCII)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_MESSAGE: Final = re.compile(r"(?P<account>[^/]+)/(?P<message>.+)")


def as_age(written: str) -> float:
    """Return seconds out of 90s, 30m, 12h or 7d."""
    match = _AGE.fullmatch(written)
    if match is None:
        raise argparse.ArgumentTypeError("must look like 30m, 12h or 7d")
    return float(int(match["number"]) * _SECONDS[match["unit"]])


def as_message(written: str) -> tuple[str, str]:
    """Return account and message id out of ACCOUNT/ID."""
    match = _MESSAGE.fullmatch(written)
    if match is None:
        raise argparse.ArgumentTypeError("must look like ACCOUNT/ID, e.g. 7/50001")
    return match["account"], match["message"]


def as_moment(written: str) -> datetime:
    """Return a time in UTC out of a date or an ISO 8601 time; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("must look like 2026-11-01 or 2026-11-01T08:00Z") from None


def as_count(written: str) -> int:
    """Return a whole number from 1 to a million."""
    if not (written.isascii() and written.isdigit() and 1 <= int(written[:8]) <= 10**6):
        raise argparse.ArgumentTypeError("must be a whole number from 1")
    return int(written)
