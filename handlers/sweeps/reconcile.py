"""Runs reconcile as one of maintenance's sweeps."""

from collections.abc import Mapping

from handlers.reading_back.reconciliation import Reconciliation


class ReconcileSweep:
    """Comes back at the next call to what the deadline left."""

    def __init__(self, reconciliation: Reconciliation) -> None:
        self._reconciliation = reconciliation

    def run(self, deadline: float) -> Mapping[str, int]:
        """Return what was compared and fed."""
        return self._reconciliation.run(deadline)
