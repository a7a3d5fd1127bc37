"""Builds what the commands work with; each builder reads only the settings that it needs."""

import sys
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from handlers import settings_parts as parts
from handlers.domain.deliveries import InboxRules
from handlers.logs import EventLog, capture_library_logs
from handlers.ports.broker import BatchPublisher
from handlers.ports.clock import Clock
from handlers.ports.doctor import ObjectPresence
from handlers.ports.operator_records import OperatorRecords
from handlers.ports.spool import Spool
from handlers.settings import command_settings
from handlers.settings_reader import SettingsReader
from handlers.wiring import adapters
from handlers.wiring.instance import SystemClock

if TYPE_CHECKING:
    from handlers.doctor.diagnosis import Doctor
    from handlers.reading_back.backfill import Backfill
    from handlers.reading_back.reconciliation import Reconciliation
    from handlers.run_maintenance import RunMaintenance
    from handlers.understanding import Understander
    from handlers.wiring.doctor import Options
    from handlers.wiring.reading_back import ReadingBackParts


@dataclass(frozen=True, slots=True, kw_only=True)
class _SpoolSettings:
    """What looking into the spool needs."""

    storage: parts.StorageSettings
    bucket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadingBackSettings:
    """What reconcile and backfill need."""

    broker: parts.BrokerSettings
    database: parts.DatabaseSettings
    owner_hash_key: bytes = field(repr=False)
    inbox_rules: InboxRules
    chatwoot: parts.ChatwootSettings


class CommandTools:
    """The log goes to standard error, since standard output is for results."""

    def __init__(self) -> None:
        # Of no function and no trace, so its project does not matter.
        self._log = EventLog(project_id="", write=sys.stderr.write)
        capture_library_logs(self._log)

    def operator_records(self) -> OperatorRecords:
        """Return the records."""
        from db.operator_records import PostgresOperatorRecords

        settings = command_settings(parts.database)
        return PostgresOperatorRecords(
            adapters.pool(settings, self._log), installation=settings.installation
        )

    def publisher(self) -> BatchPublisher:
        """Return the way into the queue."""
        return adapters.publisher(command_settings(parts.broker))

    def maintenance(self) -> "RunMaintenance":
        """Return the sweeps."""
        from handlers.wiring.maintenance import build_run_maintenance

        return build_run_maintenance(self._log)

    def spool(self) -> Spool:
        """Return the deliveries that the broker would not take."""
        settings = command_settings(_spool_settings)
        return adapters.spool(settings.storage, settings.bucket)

    def object_presence(self) -> ObjectPresence:
        """Return who looks whether an object is in the store."""
        from storage.health import GcsHealth

        return GcsHealth(adapters.cloud_storage(command_settings(parts.storage)))

    def reconciliation(self, account_id: str | None) -> "Reconciliation":
        """Return who compares one account, or all, with the ledger."""
        from handlers.wiring.reading_back import reconciliation

        return reconciliation(self._reading_back(), _only(account_id))

    def backfill(self, since: datetime, account_id: str | None) -> "Backfill":
        """Return who takes in the history of one account, or of all."""
        from handlers.wiring.reading_back import backfill

        return backfill(self._reading_back(), since, _only(account_id))

    def understander(self, *, rules_only: bool) -> "Understander":
        """Return who tells notes from orders."""
        from handlers.wiring.intents import understander

        settings = None if rules_only else command_settings(parts.intents)
        return understander(settings, self._log)

    def standard_input(self) -> BinaryIO:
        """Return what the command reads."""
        return sys.stdin.buffer

    def clock(self) -> Clock:
        """Return the clock."""
        return SystemClock()

    def _reading_back(self) -> "ReadingBackParts":
        from handlers.wiring.reading_back import ReadingBackParts

        settings = command_settings(_reading_back_settings)
        pool = adapters.pool(settings.database, self._log)
        return ReadingBackParts(
            installation=settings.database.installation,
            chatwoot=settings.chatwoot,
            inbox_rules=settings.inbox_rules,
            pool=pool,
            ledger=adapters.ledger(settings.owner_hash_key, pool),
            publisher=adapters.publisher(settings.broker),
            clock=SystemClock(),
            log=self._log,
        )

    def doctor(self, options: "Options") -> "Doctor":
        """Return the checks."""
        from handlers.wiring.doctor import build_doctor

        return build_doctor(options, self._log)


def _spool_settings(reader: SettingsReader) -> _SpoolSettings:
    return _SpoolSettings(storage=parts.storage(reader), bucket=parts.spool_bucket(reader))


def _reading_back_settings(reader: SettingsReader) -> _ReadingBackSettings:
    return _ReadingBackSettings(
        broker=parts.broker(reader),
        database=parts.database(reader),
        owner_hash_key=parts.owner_hash_key(reader),
        inbox_rules=parts.inbox_rules(reader),
        chatwoot=parts.chatwoot(reader),
    )


def _only(account_id: str | None) -> tuple[str, ...] | None:
    return None if account_id is None else (account_id,)
