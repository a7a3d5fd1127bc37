"""Builds `run_maintenance` and `record_dead_letter`."""

from db.backlog import PostgresBacklog
from handlers.record_dead_letter import RecordDeadLetter
from handlers.run_maintenance import RunMaintenance
from handlers.settings import dead_letter_settings, maintenance_settings
from handlers.sweeps.dead_letters import DeadLetterSweep
from handlers.sweeps.spool import SpoolSweep
from handlers.sweeps.transcriptions import TranscriptionSweep
from handlers.wiring import adapters
from handlers.wiring.instance import SystemClock, event_log
from storage.objects import GcsObjects
from storage.spool import GcsSpool


def build_record_dead_letter() -> RecordDeadLetter:
    """Build the dead-letter recorder from the environment."""
    settings = dead_letter_settings()
    log = event_log(settings.project_id)
    return RecordDeadLetter(
        installation=settings.database.installation,
        inbox_rules=settings.inbox_rules,
        backlog=PostgresBacklog(
            adapters.pool(settings.database, log), installation=settings.database.installation
        ),
        log=log,
    )


def build_run_maintenance() -> RunMaintenance:
    """Build the sweeps from the environment."""
    settings = maintenance_settings()
    clock = SystemClock()
    log = event_log(settings.broker.project_id)
    pool = adapters.pool(settings.database, log)
    backlog = PostgresBacklog(pool, installation=settings.database.installation)
    client = adapters.cloud_storage(settings.storage)
    publisher = adapters.publisher(settings.broker)
    return RunMaintenance(
        sweeps={
            "spool": SpoolSweep(
                installation=settings.database.installation,
                spool=GcsSpool(client, bucket=settings.spool_bucket),
                publisher=publisher,
                ledger=adapters.ledger(settings.owner_hash_key, pool),
                clock=clock,
            ),
            "dead-letters": DeadLetterSweep(backlog=backlog, publisher=publisher, clock=clock),
            "transcriptions": TranscriptionSweep(
                backlog=backlog, objects=GcsObjects(client), publisher=publisher, clock=clock
            ),
        },
        clock=clock,
        log=log,
    )
