"""What the commands work with; built only when a command asks for it."""

from datetime import datetime
from typing import BinaryIO, Protocol

from handlers.doctor.diagnosis import Doctor
from handlers.ports.broker import BatchPublisher
from handlers.ports.clock import Clock
from handlers.ports.doctor import ObjectPresence
from handlers.ports.operator_records import OperatorRecords
from handlers.ports.spool import Spool
from handlers.reading_back.backfill import Backfill
from handlers.reading_back.reconciliation import Reconciliation
from handlers.run_maintenance import RunMaintenance
from handlers.understanding import Understander


class DoctorOptions(Protocol):
    """What the doctor cannot know by itself."""

    @property
    def instances(self) -> int:
        """How many instances of a function may run at once."""

    @property
    def pooler_clients(self) -> int | None:
        """How many clients the pooler takes, where it is known."""

    @property
    def webhook_url(self) -> str | None:
        """Where Chatwoot is to deliver."""

    @property
    def check_seconds(self) -> float:
        """How long one check may take."""


class Tools(Protocol):
    """Builds collaborators from the environment; each reads only the settings it needs."""

    def operator_records(self) -> OperatorRecords:
        """Return the records."""

    def publisher(self) -> BatchPublisher:
        """Return the way into the queue."""

    def maintenance(self) -> RunMaintenance:
        """Return the sweeps."""

    def spool(self) -> Spool:
        """Return the deliveries that the broker would not take."""

    def object_presence(self) -> ObjectPresence:
        """Return who looks whether an object is in the store."""

    def reconciliation(self, account_id: str | None) -> Reconciliation:
        """Return who compares one account, or all, with the ledger."""

    def backfill(self, since: datetime, account_id: str | None) -> Backfill:
        """Return who takes in the history of one account, or of all."""

    def understander(self, *, rules_only: bool) -> Understander:
        """Return who tells notes from orders; by rules alone also where no model is set."""

    def standard_input(self) -> BinaryIO:
        """Return what the command reads."""

    def clock(self) -> Clock:
        """Return the clock."""

    def doctor(self, options: DoctorOptions) -> Doctor:
        """Return the checks."""
