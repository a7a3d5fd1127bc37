"""How a delivery is kept in the spool bucket while the broker cannot take it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

SPOOL_PREFIX: Final = "spool/"
MALFORMED_PREFIX: Final = "malformed/"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolEntry:
    """A delivery that lies in the spool: its object's name and the envelope's attributes."""

    name: str
    attributes: Mapping[str, str]


def spool_object_name(received_at: datetime, token: str) -> str:
    """Return a name that sorts by arrival; `token` keeps two of one millisecond apart."""
    return f"{SPOOL_PREFIX}{received_at.strftime('%Y-%m-%dT%H:%M:%S.%f')}Z-{token}"


def malformed_object_name(received_at: datetime, body: bytes) -> str:
    """Return where a signed but unreadable body is kept: one object a day for the same bytes."""
    digest = hashlib.sha256(body).hexdigest()
    return f"{MALFORMED_PREFIX}{received_at.strftime('%Y-%m-%d')}/{digest}"
