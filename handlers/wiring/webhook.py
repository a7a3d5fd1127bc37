"""Builds `chatwoot_webhook`; Cloud Storage is loaded only when the spool is needed."""

from collections.abc import Callable, Mapping

from handlers.chatwoot_webhook import ChatwootWebhook
from handlers.domain.spooling import SpoolEntry
from handlers.ports.spool import Spool
from handlers.settings import webhook_settings
from handlers.wiring import adapters
from handlers.wiring.instance import SystemClock, event_log, new_token, new_trace, once


class LazySpool:
    """Loads the storage client with the first delivery that the broker would not take."""

    def __init__(self, *, build: Callable[[], Spool], monotonic: Callable[[], float]) -> None:
        self._built = once(build)
        self._monotonic = monotonic

    def put(
        self, name: str, body: bytes, attributes: Mapping[str, str], *, budget_seconds: float
    ) -> None:
        """Keep a delivery once; what the loading takes is taken from the budget."""
        started = self._monotonic()
        spool = self._spool
        left = budget_seconds - (self._monotonic() - started)
        spool.put(name, body, attributes, budget_seconds=left)

    def oldest(self, *, limit: int) -> list[SpoolEntry]:
        """Return the entries that have lain longest."""
        return self._spool.oldest(limit=limit)

    def read(self, entry: SpoolEntry) -> bytes | None:
        """Return a delivery's raw body."""
        return self._spool.read(entry)

    def delete(self, name: str) -> None:
        """Remove a delivery."""
        self._spool.delete(name)

    @property
    def _spool(self) -> Spool:
        return self._built()


def build_chatwoot_webhook() -> ChatwootWebhook:
    """Build the webhook from the environment."""
    settings = webhook_settings()
    clock = SystemClock()
    return ChatwootWebhook(
        sender_rules=settings.sender_rules,
        inbox_rules=settings.inbox_rules,
        publisher=adapters.publisher(settings.broker),
        spool=LazySpool(
            build=lambda: adapters.spool(settings.storage, settings.spool_bucket),
            monotonic=clock.monotonic,
        ),
        clock=clock,
        new_trace=new_trace,
        new_token=new_token,
        log=event_log(settings.broker.project_id),
    )
