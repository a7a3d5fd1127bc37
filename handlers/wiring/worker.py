"""Builds `process_message`."""

import ssl

import certifi

from handlers.attachments import AttachmentArchiver
from handlers.bucket_resolution import BucketResolution
from handlers.clients.media_downloads import ChatwootMediaDownloads
from handlers.ports.media import Transcriber
from handlers.process_message import ProcessMessage
from handlers.recordings import Recordings
from handlers.settings import WorkerSettings, worker_settings
from handlers.wiring import adapters
from handlers.wiring.instance import SystemClock, event_log, jitter, new_token
from storage.buckets import GcsBuckets
from storage.objects import GcsObjects


def build_process_message() -> ProcessMessage:
    """Build the worker from the environment."""
    settings = worker_settings()
    clock = SystemClock()
    log = event_log(settings.storage.project_id)
    ledger = adapters.ledger(settings.owner_hash_key, adapters.pool(settings.database, log))
    client = adapters.cloud_storage(settings.storage)
    objects = GcsObjects(client)
    return ProcessMessage(
        installation=settings.database.installation,
        inbox_rules=settings.inbox_rules,
        ledger=ledger,
        objects=objects,
        buckets=BucketResolution(
            ledger=ledger,
            buckets=GcsBuckets(
                client,
                project_number=settings.buckets.project_number,
                location=settings.buckets.location,
                kms_key=settings.buckets.kms_key,
            ),
            prefix=settings.buckets.prefix,
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
