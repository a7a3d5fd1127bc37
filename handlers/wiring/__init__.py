"""Builds the collaborators of each function, once per instance and only when first needed.

functions-framework imports the source in gunicorn's master process and forks afterwards, so nothing
that owns a thread, a socket or a channel may be made at import time. Each function imports its own
builder only: the webhook must start without Postgres, Cloud Storage and OpenAI.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from handlers.settings import (
    dead_letter_settings,
    function_target,
    maintenance_settings,
    ready_settings,
    webhook_settings,
    worker_settings,
)
from handlers.settings_catalogue import DEAD_LETTERS, MAINTENANCE, READY, WEBHOOK, WORKER
from handlers.wiring.instance import once

if TYPE_CHECKING:
    from handlers.chatwoot_webhook import ChatwootWebhook
    from handlers.notify_ready import NotifyReady
    from handlers.process_message import ProcessMessage
    from handlers.record_dead_letter import RecordDeadLetter
    from handlers.run_maintenance import RunMaintenance


def prepare() -> None:
    """Read the settings of the function that is about to start, and load what it always needs.

    Loaded at start-up, while Cloud Run lends the instance more processor, and not by the first
    request, which Chatwoot waits for.

    Raises:
        SettingsError: the function cannot start; all that is wrong is named.
    """
    load = _LOADERS.get(function_target())
    if load is not None:
        load()


def _load_webhook() -> None:
    webhook_settings()
    import handlers.clients.publish_call
    import handlers.clients.pubsub_publisher
    import handlers.wiring.webhook  # noqa: F401 - loaded now, used by the builder


def _load_worker() -> None:
    worker_settings()
    import handlers.wiring.worker  # noqa: F401


def _load_dead_letters() -> None:
    dead_letter_settings()
    import handlers.wiring.maintenance  # noqa: F401


def _load_ready() -> None:
    ready_settings()
    import handlers.wiring.ready  # noqa: F401


def _load_maintenance() -> None:
    maintenance_settings()
    import handlers.wiring.maintenance  # noqa: F401


_LOADERS: Final[dict[str, Callable[[], None]]] = {
    WEBHOOK: _load_webhook,
    WORKER: _load_worker,
    DEAD_LETTERS: _load_dead_letters,
    READY: _load_ready,
    MAINTENANCE: _load_maintenance,
}


def _build_chatwoot_webhook() -> "ChatwootWebhook":
    from handlers.wiring.webhook import build_chatwoot_webhook

    return build_chatwoot_webhook()


def _build_process_message() -> "ProcessMessage":
    from handlers.wiring.worker import build_process_message

    return build_process_message()


def _build_record_dead_letter() -> "RecordDeadLetter":
    from handlers.wiring.maintenance import build_record_dead_letter

    return build_record_dead_letter()


def _build_notify_ready() -> "NotifyReady":
    from handlers.wiring.ready import build_notify_ready

    return build_notify_ready()


def _build_run_maintenance() -> "RunMaintenance":
    from handlers.wiring.maintenance import build_run_maintenance

    return build_run_maintenance()


chatwoot_webhook: Final = once(_build_chatwoot_webhook)
process_message: Final = once(_build_process_message)
record_dead_letter: Final = once(_build_record_dead_letter)
notify_ready: Final = once(_build_notify_ready)
run_maintenance: Final = once(_build_run_maintenance)
