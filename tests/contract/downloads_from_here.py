"""The download adapter as the local stack sets it up: this machine counts as Chatwoot."""

import io
import ssl
from typing import Final

from handlers.clients.media_downloads import ChatwootMediaDownloads, Resolve
from handlers.domain.media_hosts import MediaRules
from handlers.wiring.instance import SystemClock
from tests.contract.media_server import MediaServer

MAX_BYTES: Final = 100_000


def downloads_from(
    host: str,
    *,
    others: tuple[str, ...] = (),
    allow_insecure: bool = True,
    resolve: Resolve | None = None,
) -> ChatwootMediaDownloads:
    """Build the adapter for one Chatwoot host, which may be this machine."""
    return ChatwootMediaDownloads(
        MediaRules(
            chatwoot_host=host, other_hosts=frozenset(others), allow_insecure=allow_insecure
        ),
        max_bytes=MAX_BYTES,
        clock=SystemClock(),
        tls=ssl.create_default_context(),
        resolve=resolve,
    )


def fetch_from(media: MediaServer, path: str = "/x", budget_seconds: float = 5) -> bytes:
    """Return what the adapter gets from the server under a path."""
    into = io.BytesIO()
    downloads = downloads_from(f"127.0.0.1:{media.port}")
    downloads.fetch(f"{media.url}{path}", into, budget_seconds=budget_seconds)
    return into.getvalue()
