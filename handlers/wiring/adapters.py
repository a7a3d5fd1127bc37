"""Builds adapters from the part of the settings that each needs."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, Final

from handlers.domain.log_events import LogEvent
from handlers.domain.owners import key_canary
from handlers.logs import EventLog, Severity
from handlers.ports.media import Transcriber, Transcript
from handlers.settings_parts import (
    BrokerSettings,
    BucketSettings,
    DatabaseSettings,
    StorageSettings,
)
from handlers.wiring.instance import SystemClock, new_token, once

if TYPE_CHECKING:
    from google.cloud import storage

    from db.fallback import PostgresFallback
    from db.ledger import PostgresLedger
    from db.pool import ConnectionPool
    from handlers.clients.pubsub_publisher import GroupCommitPublisher
    from storage.buckets import GcsBuckets
    from storage.spool import GcsSpool

_STORAGE_CONNECTIONS: Final = 32


def publisher(settings: BrokerSettings) -> "GroupCommitPublisher":
    """Build the publisher of the topic between webhook and worker."""
    import grpc
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

    from handlers.clients.publish_call import PublishCall
    from handlers.clients.pubsub_publisher import GroupCommitPublisher

    if settings.emulator_host is None:
        transport = PublisherGrpcTransport()
    else:
        # Only the hand-written client reads PUBSUB_EMULATOR_HOST, and it sends from a thread after
        # a delay.
        channel = grpc.insecure_channel(settings.emulator_host)
        transport = PublisherGrpcTransport(channel=channel)
    return GroupCommitPublisher(
        client=PublishCall(transport),
        topic_path=f"projects/{settings.project_id}/topics/{settings.topic}",
        monotonic=SystemClock().monotonic,
    )


def pool(settings: DatabaseSettings, log: EventLog) -> "ConnectionPool":
    """Build the connections to the database."""
    from db.pool import ConnectionPool

    return ConnectionPool(
        settings.url,
        size=settings.pool_size,
        on_exhausted=lambda: log.emit(LogEvent.DATABASE_POOL_EXHAUSTED, Severity.WARNING),
    )


def ledger(owner_hash_key: bytes, connections: "ConnectionPool") -> "PostgresLedger":
    """Build the ledger."""
    from db.ledger import PostgresLedger

    return PostgresLedger(connections, owner_key_canary=key_canary(owner_hash_key))


def cloud_storage(settings: StorageSettings) -> "storage.Client":
    """Build the client of Cloud Storage."""
    # Else the library fetches every bucket's metadata once, from a thread of its own, for traces
    # that nobody reads: a second request, and a right that the worker need not have.
    os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    from storage.client import storage_client

    key = settings.service_account_key
    return storage_client(
        project_id=settings.project_id,
        key=None if key is None else (key.client_email, key.private_key, key.private_key_id),
        connections=_STORAGE_CONNECTIONS,
    )


def buckets(settings: BucketSettings, client: "storage.Client") -> "GcsBuckets":
    """Build what creates people's buckets."""
    from storage.buckets import GcsBuckets

    return GcsBuckets(
        client,
        project_number=settings.project_number,
        location=settings.location,
        kms_key=settings.kms_key,
    )


def fallback(max_bytes: int, connections: "ConnectionPool") -> "PostgresFallback":
    """Build what keeps the objects that the store would not take."""
    from db.fallback import PostgresFallback

    return PostgresFallback(connections, max_bytes=max_bytes, new_token=new_token)


def spool(settings: StorageSettings, bucket: str) -> "GcsSpool":
    """Build the spool."""
    from storage.spool import GcsSpool

    return GcsSpool(cloud_storage(settings), bucket=bucket)


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
