"""Builds `notify_ready`."""

from db.orders import PostgresOrders
from handlers.notify_ready import NotifyReady
from handlers.order_endings import OrderEndings
from handlers.settings import ready_settings
from handlers.wiring import adapters, sending
from handlers.wiring.instance import SystemClock, event_log


def build_notify_ready() -> NotifyReady:
    """Build it from the environment."""
    settings = ready_settings()
    log = event_log(settings.jobs_broker.project_id)
    pool = adapters.pool(settings.database, log)
    installation = settings.database.installation
    return NotifyReady(
        endings=OrderEndings(
            orders=PostgresOrders(pool, installation=installation),
            templates=settings.notice_templates,
        ),
        outbox=sending.outbox_delivery(
            chatwoot=settings.chatwoot,
            jobs_broker=settings.jobs_broker,
            pool=pool,
            installation=installation,
            log=log,
        ),
        clock=SystemClock(),
        log=log,
    )
