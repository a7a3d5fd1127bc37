"""Builds `run_maintenance` and `record_dead_letter`."""

from dataclasses import replace

from db.backlog import PostgresBacklog
from db.orders import PostgresOrders
from handlers.bucket_resolution import BucketCreator, BucketNaming
from handlers.domain.orders.understanding import understand
from handlers.durable_objects import DurableObjects
from handlers.logs import EventLog
from handlers.object_mover import ObjectMover
from handlers.order_endings import OrderEndings
from handlers.record_dead_letter import RecordDeadLetter
from handlers.run_maintenance import RunMaintenance
from handlers.settings import dead_letter_settings, maintenance_settings
from handlers.sweeps.dead_letters import DeadLetterSweep
from handlers.sweeps.fallback import FallbackSweep
from handlers.sweeps.orders import OrderSweep
from handlers.sweeps.orphans import OrphanSweep
from handlers.sweeps.outbox import OutboxSweep
from handlers.sweeps.ready import ReadySweep
from handlers.sweeps.reconcile import ReconcileSweep
from handlers.sweeps.spool import SpoolSweep
from handlers.sweeps.transcriptions import TranscriptionSweep
from handlers.wiring import adapters, reading_back, sending
from handlers.wiring.instance import SystemClock, event_log, jitter
from storage.objects import GcsObjects
from storage.spool import GcsSpool


def build_record_dead_letter() -> RecordDeadLetter:
    """Build the dead-letter recorder from the environment."""
    settings = dead_letter_settings()
    log = event_log(settings.project_id)
    return RecordDeadLetter(
        installation=settings.database.installation,
        inbox_rules=settings.inbox_rules,
        rules=understand,
        backlog=PostgresBacklog(
            adapters.pool(settings.database, log), installation=settings.database.installation
        ),
        log=log,
    )


def build_run_maintenance(log: EventLog | None = None) -> RunMaintenance:
    """Build the sweeps from the environment; `log` takes the place of the instance's own."""
    settings = maintenance_settings()
    clock = SystemClock()
    log = log or event_log(settings.broker.project_id)
    pool = adapters.pool(settings.database, log)
    backlog = PostgresBacklog(pool, installation=settings.database.installation)
    ledger = adapters.ledger(settings.owner_hash_key, pool)
    client = adapters.cloud_storage(settings.storage)
    store = GcsObjects(client)
    fallback = adapters.fallback(settings.fallback_max_bytes, pool)
    objects = DurableObjects(store=store, fallback=fallback, clock=clock, log=log)
    publisher = adapters.publisher(settings.broker)
    orders = PostgresOrders(pool, installation=settings.database.installation)
    delivery = sending.outbox_delivery(
        chatwoot=settings.chatwoot,
        jobs_broker=replace(settings.broker, topic=settings.content_jobs_topic),
        pool=pool,
        installation=settings.database.installation,
        log=log,
    )
    return RunMaintenance(
        sweeps={
            "spool": SpoolSweep(
                installation=settings.database.installation,
                spool=GcsSpool(client, bucket=settings.spool_bucket),
                publisher=publisher,
                ledger=ledger,
                clock=clock,
            ),
            "dead-letters": DeadLetterSweep(backlog=backlog, publisher=publisher, clock=clock),
            "reconcile": ReconcileSweep(
                reading_back.reconciliation(
                    reading_back.ReadingBackParts(
                        installation=settings.database.installation,
                        chatwoot=settings.chatwoot,
                        inbox_rules=settings.inbox_rules,
                        pool=pool,
                        ledger=ledger,
                        publisher=publisher,
                        clock=clock,
                        log=log,
                    )
                )
            ),
            "transcriptions": TranscriptionSweep(
                backlog=backlog, objects=objects, publisher=publisher, clock=clock
            ),
            "orphans": OrphanSweep(queue=backlog, objects=objects, clock=clock),
            "outbox": OutboxSweep(delivery=delivery, clock=clock),
            "orders": OrderSweep(orders=orders, outbox=delivery, clock=clock),
            "ready": ReadySweep(
                orders=orders,
                endings=OrderEndings(orders=orders, templates=settings.notice_templates),
                outbox=delivery,
                clock=clock,
            ),
            "fallback": FallbackSweep(
                queue=fallback,
                mover=ObjectMover(queue=fallback, store=store, jitter=jitter, log=log),
                creator=BucketCreator(
                    ledger=ledger, buckets=adapters.buckets(settings.buckets, client), log=log
                ),
                naming=BucketNaming(
                    prefix=settings.buckets.prefix, owner_hash_key=settings.owner_hash_key
                ),
                clock=clock,
            ),
        },
        clock=clock,
        log=log,
    )
