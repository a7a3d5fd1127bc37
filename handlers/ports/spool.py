"""Deliveries kept while the broker cannot take them."""

from collections.abc import Mapping
from typing import Protocol

from handlers.domain.spooling import SpoolEntry


class Spool(Protocol):
    """Keeps deliveries that the broker would not take."""

    def put(
        self, name: str, body: bytes, attributes: Mapping[str, str], *, budget_seconds: float
    ) -> None:
        """Keep a delivery once.

        Raises:
            RetryableError: not confirmed within the budget, or refused.
        """

    def oldest(self, *, limit: int) -> list[SpoolEntry]:
        """Return the entries that have lain longest."""

    def read(self, entry: SpoolEntry) -> bytes | None:
        """Return a delivery's raw body, or None where it is gone already."""

    def delete(self, name: str) -> None:
        """Remove a delivery; one that is not there is success."""
