"""Builds `process_message`."""

import ssl

import certifi

from handlers.attachments import AttachmentArchiver
from handlers.bucket_resolution import BucketResolution
from handlers.clients.media_downloads import ChatwootMediaDownloads
from handlers.domain.orders.languages import detect_language
from handlers.durable_objects import DurableObjects
from handlers.message_finishing import MessageFinishing
from handlers.ports.media import Transcriber
from handlers.process_message import ProcessMessage
from handlers.recordings import Recordings
from handlers.settings import WorkerSettings, worker_settings
from handlers.wiring import adapters, intents, sending
from handlers.wiring.instance import SystemClock, event_log, jitter, new_token
from storage.objects import GcsObjects


def build_process_message() -> ProcessMessage:
    """Build the worker from the environment."""
    settings = worker_settings()
    clock = SystemClock()
    log = event_log(settings.storage.project_id)
    pool = adapters.pool(settings.database, log)
    ledger = adapters.ledger(settings.owner_hash_key, pool)
    client = adapters.cloud_storage(settings.storage)
    objects = DurableObjects(
        store=GcsObjects(client),
        fallback=adapters.fallback(settings.fallback_max_bytes, pool),
        clock=clock,
        log=log,
    )
    return ProcessMessage(
        installation=settings.database.installation,
        inbox_rules=settings.inbox_rules,
        ledger=ledger,
        objects=objects,
        buckets=BucketResolution(
            ledger=ledger,
            buckets=adapters.buckets(settings.buckets, client),
            prefix=settings.buckets.prefix,
            owner_hash_key=settings.owner_hash_key,
            clock=clock,
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
                transcriber=adapters.LazyTranscriber(
                    model=settings.transcribe_model, build=lambda: _transcriber(settings)
                ),
                clock=clock,
                max_seconds=settings.audio_max_seconds,
            ),
            clock=clock,
            jitter=jitter,
            log=log,
        ),
        finishing=MessageFinishing(
            ledger=ledger,
            understander=intents.understander(settings.intents, log),
            detect_language=detect_language,
            clock=clock,
        ),
        outbox=sending.outbox_delivery(
            chatwoot=settings.chatwoot,
            jobs_broker=settings.jobs_broker,
            pool=pool,
            installation=settings.database.installation,
            log=log,
        ),
        clock=clock,
        new_token=new_token,
        log=log,
    )


def _transcriber(settings: WorkerSettings) -> Transcriber:
    from handlers.clients.openai_transcriber import OpenAITranscriber

    return OpenAITranscriber(
        api_key=settings.openai_api_key,
        base_url=settings.openai_base_url,
        model=settings.transcribe_model,
        language=settings.transcribe_language,
    )
