"""Builds the collaborators of each function, once per instance and only when first needed.

functions-framework imports the source in gunicorn's master process and forks afterwards, so nothing
that owns a thread, a socket or a channel may be made at import time. Imports of adapters stand
inside the builders: the webhook must start without Postgres, Cloud Storage and OpenAI.
"""

import os
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, Final, TypeVar

from handlers.domain.log_events import LogEvent
from handlers.domain.tracing import Trace
from handlers.logs import EventLog, Severity, capture_library_logs
from handlers.ports import Transcriber, Transcript
from handlers.settings import (
    WebhookSettings,
    WorkerSettings,
    function_target,
    webhook_settings,
    worker_settings,
)
from handlers.settings_catalogue import WEBHOOK, WORKER

if TYPE_CHECKING:
    from handlers.chatwoot_webhook import ChatwootWebhook
    from handlers.process_message import ProcessMessage

T = TypeVar("T")

_STORAGE_CONNECTIONS: Final = 32


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Return after so many seconds."""
        threading.Event().wait(seconds)


class LazyTranscriber:
    """Loads the speech client with the first recording: most instances see only text."""

    def __init__(self, *, model: str, build: Callable[[], Transcriber]) -> None:
        self._model = model
        self._built = once(build)

    @property
    def model(self) -> str:
        """Name the model."""
        return self._model

    def transcribe(
        self, audio: BinaryIO, *, extension: str, media_type: str, budget_seconds: float
    ) -> Transcript:
        """Return what is said."""
        return self._built().transcribe(
            audio, extension=extension, media_type=media_type, budget_seconds=budget_seconds
        )


def prepare() -> None:
    """Read the settings of the function that is about to start, and load what it always needs.

    Loaded at start-up, while Cloud Run lends the instance more processor, and not by the first
    request, which Chatwoot waits for.

    Raises:
        SettingsError: the function cannot start; all that is wrong is named.
    """
    function = function_target()
    if function == WEBHOOK:
        _webhook_settings()
        import handlers.chatwoot_webhook
        import handlers.clients.pubsub_publisher
    elif function == WORKER:
        _worker_settings()
        import db.ledger  # noqa: F401 - loaded now, used by the builder
        import handlers.process_message  # noqa: F401
        import storage.objects  # noqa: F401


def once(build: Callable[[], T]) -> Callable[[], T]:
    """Return a function that builds on its first call, also when threads call it at once."""
    lock = threading.Lock()
    built: list[T] = []

    def get() -> T:
        if not built:
            with lock:
                if not built:
                    built.append(build())
        return built[0]

    return get


@cache
def _webhook_settings() -> WebhookSettings:
    return webhook_settings()


@cache
def _worker_settings() -> WorkerSettings:
    return worker_settings()


def _event_log(project_id: str) -> EventLog:
    log = EventLog(project_id=project_id)
    capture_library_logs(log)
    return log


def _new_trace() -> Trace:
    return Trace(trace_id=secrets.token_hex(16), span_id=secrets.token_hex(8))


def _build_transcriber(settings: WorkerSettings) -> Transcriber:
    from handlers.clients.openai_transcriber import OpenAITranscriber

    return OpenAITranscriber(
        api_key=settings.openai_api_key,
        base_url=settings.openai_base_url,
        model=settings.transcribe_model,
        language=settings.transcribe_language,
    )


def _build_chatwoot_webhook() -> "ChatwootWebhook":
    import grpc
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

    from handlers.chatwoot_webhook import ChatwootWebhook
    from handlers.clients.publish_call import PublishCall
    from handlers.clients.pubsub_publisher import GroupCommitPublisher

    settings = _webhook_settings()
    clock = SystemClock()
    if settings.pubsub_emulator_host is None:
        transport = PublisherGrpcTransport()
    else:
        # Only the hand-written client reads PUBSUB_EMULATOR_HOST, and it sends from a thread after
        # a delay.
        channel = grpc.insecure_channel(settings.pubsub_emulator_host)
        transport = PublisherGrpcTransport(channel=channel)
    return ChatwootWebhook(
        sender_rules=settings.sender_rules,
        inbox_rules=settings.inbox_rules,
        publisher=GroupCommitPublisher(
            client=PublishCall(transport),
            topic_path=f"projects/{settings.project_id}/topics/{settings.topic}",
            monotonic=clock.monotonic,
        ),
        clock=clock,
        new_trace=_new_trace,
        log=_event_log(settings.project_id),
    )


def _build_process_message() -> "ProcessMessage":
    import ssl

    import certifi

    from db.ledger import PostgresLedger
    from db.pool import ConnectionPool
    from handlers.attachments import AttachmentArchiver
    from handlers.bucket_resolution import BucketResolution
    from handlers.clients.media_downloads import ChatwootMediaDownloads
    from handlers.domain.owners import key_canary
    from handlers.process_message import ProcessMessage
    from handlers.recordings import Recordings
    from storage.buckets import GcsBuckets
    from storage.client import storage_client
    from storage.objects import GcsObjects

    settings = _worker_settings()
    # Else the library fetches every bucket's metadata once, from a thread of its own, for traces
    # that nobody reads: a second request, and a right that the worker need not have.
    os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    clock = SystemClock()
    log = _event_log(settings.project_id)
    key = settings.service_account_key
    pool = ConnectionPool(
        settings.database_url,
        size=settings.database_pool_size,
        on_exhausted=lambda: log.emit(LogEvent.DATABASE_POOL_EXHAUSTED, Severity.WARNING),
    )
    ledger = PostgresLedger(pool, owner_key_canary=key_canary(settings.owner_hash_key))
    client = storage_client(
        project_id=settings.project_id,
        key=None if key is None else (key.client_email, key.private_key, key.private_key_id),
        connections=_STORAGE_CONNECTIONS,
    )
    objects = GcsObjects(client)
    return ProcessMessage(
        installation=settings.installation,
        inbox_rules=settings.inbox_rules,
        ledger=ledger,
        objects=objects,
        buckets=BucketResolution(
            ledger=ledger,
            buckets=GcsBuckets(
                client,
                project_number=settings.project_number,
                location=settings.bucket_location,
                kms_key=settings.kms_key,
            ),
            prefix=settings.bucket_prefix,
            owner_hash_key=settings.owner_hash_key,
            log=log,
        ),
        attachments=AttachmentArchiver(
            ledger=ledger,
            objects=objects,
            downloads=ChatwootMediaDownloads(
                settings.media_rules,
                max_bytes=settings.media_max_bytes,
                clock=clock,
                tls=ssl.create_default_context(cafile=certifi.where()),
            ),
            recordings=Recordings(
                # Its import costs as much as all others together; most messages are text.
                transcriber=LazyTranscriber(
                    model=settings.transcribe_model, build=lambda: _build_transcriber(settings)
                ),
                clock=clock,
                max_seconds=settings.audio_max_seconds,
            ),
            clock=clock,
            log=log,
        ),
        clock=clock,
        new_token=lambda: secrets.token_hex(16),
        log=log,
    )


chatwoot_webhook: Final = once(_build_chatwoot_webhook)
process_message: Final = once(_build_process_message)
