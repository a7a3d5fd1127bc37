"""The only reader of the environment: one frozen settings value for each function."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urlsplit

from handlers import settings_parts as parts
from handlers.domain.deliveries import InboxRules
from handlers.domain.media_hosts import MediaRules
from handlers.domain.notice_templates import NoticeTemplates
from handlers.domain.signature import SenderRules
from handlers.settings_catalogue import (
    COMMANDS,
    DEAD_LETTERS,
    MAINTENANCE,
    MIGRATE,
    READY,
    WEBHOOK,
    WORKER,
)
from handlers.settings_parsers import as_language, as_postgres_url
from handlers.settings_parts import (
    BrokerSettings,
    BucketSettings,
    ChatwootSettings,
    DatabaseSettings,
    IntentSettings,
    StorageSettings,
)
from handlers.settings_reader import SettingsReader, as_integer, as_text

T = TypeVar("T")

TRANSACTION_POOLER_PORT: Final = 6543


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """What `chatwoot_webhook` needs."""

    broker: BrokerSettings
    storage: StorageSettings
    spool_bucket: str
    sender_rules: SenderRules
    inbox_rules: InboxRules


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """What `process_message` needs."""

    storage: StorageSettings
    database: DatabaseSettings
    owner_hash_key: bytes = field(repr=False)
    buckets: BucketSettings
    fallback_max_bytes: int
    inbox_rules: InboxRules
    media_rules: MediaRules
    media_max_bytes: int
    chatwoot: ChatwootSettings
    jobs_broker: BrokerSettings
    openai_api_key: str = field(repr=False)
    openai_base_url: str | None
    transcribe_model: str
    transcribe_language: str | None
    audio_max_seconds: int
    intents: IntentSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterSettings:
    """What `record_dead_letter` needs."""

    project_id: str
    database: DatabaseSettings
    inbox_rules: InboxRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadySettings:
    """What `notify_ready` needs."""

    database: DatabaseSettings
    chatwoot: ChatwootSettings
    jobs_broker: BrokerSettings
    notice_templates: NoticeTemplates


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceSettings:
    """What `run_maintenance` needs."""

    broker: BrokerSettings
    content_jobs_topic: str
    storage: StorageSettings
    spool_bucket: str
    buckets: BucketSettings
    fallback_max_bytes: int
    database: DatabaseSettings
    owner_hash_key: bytes = field(repr=False)
    inbox_rules: InboxRules
    chatwoot: ChatwootSettings
    notice_templates: NoticeTemplates


def function_target(environ: Mapping[str, str] = os.environ) -> str:
    """Return which function functions-framework is starting; empty outside it."""
    return environ.get("FUNCTION_TARGET", "")


def webhook_settings(environ: Mapping[str, str] = os.environ) -> WebhookSettings:
    """Read the webhook's settings.

    Raises:
        SettingsError: something is missing, malformed or not allowed here; all of it is named.
    """
    return _read(WEBHOOK, environ, _webhook)


def worker_settings(environ: Mapping[str, str] = os.environ) -> WorkerSettings:
    """Read the worker's settings.

    Raises:
        SettingsError: something is missing, malformed or not allowed here; all of it is named.
    """
    return _read(WORKER, environ, _worker)


def dead_letter_settings(environ: Mapping[str, str] = os.environ) -> DeadLetterSettings:
    """Read the dead-letter recorder's settings.

    Raises:
        SettingsError: something is missing, malformed or not allowed here; all of it is named.
    """
    return _read(DEAD_LETTERS, environ, _dead_letters)


def ready_settings(environ: Mapping[str, str] = os.environ) -> ReadySettings:
    """Read the settings of what tells that content is ready.

    Raises:
        SettingsError: something is missing, malformed or not allowed here; all of it is named.
    """
    return _read(READY, environ, _ready)


def maintenance_settings(environ: Mapping[str, str] = os.environ) -> MaintenanceSettings:
    """Read the maintenance function's settings.

    Raises:
        SettingsError: something is missing, malformed or not allowed here; all of it is named.
    """
    return _read(MAINTENANCE, environ, _maintenance)


def migration_database_url(environ: Mapping[str, str] = os.environ) -> str:
    """Read where migrations run.

    Raises:
        SettingsError: it is missing, or leads through a transaction pooler.
    """
    return _read(MIGRATE, environ, _migration_url)


def command_settings(
    build: Callable[[SettingsReader], T], environ: Mapping[str, str] = os.environ
) -> T:
    """Read the one part of the settings that a command needs.

    Raises:
        SettingsError: something of it is missing or malformed; all of it is named.
    """
    return _read(COMMANDS, environ, build)


def _read(function: str, environ: Mapping[str, str], build: Callable[[SettingsReader], T]) -> T:
    reader = SettingsReader(environ, function=function)
    settings = build(reader)
    reader.finish()
    return settings


def _webhook(reader: SettingsReader) -> WebhookSettings:
    return WebhookSettings(
        broker=parts.broker(reader),
        storage=parts.storage(reader),
        spool_bucket=parts.spool_bucket(reader),
        sender_rules=parts.sender_rules(reader),
        inbox_rules=parts.inbox_rules(reader),
    )


def _worker(reader: SettingsReader) -> WorkerSettings:
    transcription = parts.transcription(reader)
    return WorkerSettings(
        storage=parts.storage(reader),
        database=parts.database(reader),
        owner_hash_key=parts.owner_hash_key(reader),
        buckets=parts.buckets(reader),
        fallback_max_bytes=parts.fallback_max_bytes(reader),
        inbox_rules=parts.inbox_rules(reader),
        media_rules=parts.media_rules(reader),
        media_max_bytes=reader.optional("MEDIA_MAX_BYTES", as_integer(1, 2**31), 104_857_600),
        chatwoot=parts.chatwoot(reader),
        jobs_broker=parts.jobs_broker(reader),
        openai_api_key=transcription.api_key,
        openai_base_url=transcription.base_url,
        transcribe_model=transcription.model,
        transcribe_language=reader.maybe("OPENAI_TRANSCRIBE_LANGUAGE", as_language),
        audio_max_seconds=reader.optional("AUDIO_MAX_SECONDS", as_integer(1, 86_400), 1500),
        intents=parts.intents(reader),
    )


def _dead_letters(reader: SettingsReader) -> DeadLetterSettings:
    return DeadLetterSettings(
        project_id=reader.required("GCS_PROJECT_ID", as_text, ""),
        database=parts.database(reader),
        inbox_rules=parts.inbox_rules(reader),
    )


def _ready(reader: SettingsReader) -> ReadySettings:
    return ReadySettings(
        database=parts.database(reader),
        chatwoot=parts.chatwoot(reader),
        jobs_broker=parts.jobs_broker(reader),
        notice_templates=parts.notice_templates(reader),
    )


def _maintenance(reader: SettingsReader) -> MaintenanceSettings:
    settings = MaintenanceSettings(
        broker=parts.broker(reader),
        content_jobs_topic=parts.content_jobs_topic(reader),
        storage=parts.storage(reader),
        spool_bucket=parts.spool_bucket(reader),
        buckets=parts.buckets(reader),
        fallback_max_bytes=parts.fallback_max_bytes(reader),
        database=parts.database(reader),
        owner_hash_key=parts.owner_hash_key(reader),
        inbox_rules=parts.inbox_rules(reader),
        chatwoot=parts.chatwoot(reader),
        notice_templates=parts.notice_templates(reader),
    )
    if settings.spool_bucket.startswith(settings.buckets.prefix):
        # Rights to people's buckets are given by their prefix, and would take in the spool.
        reader.complain("GCS_SPOOL_BUCKET", "must not begin with GCS_BUCKET_PREFIX")
    return settings


def _migration_url(reader: SettingsReader) -> str:
    name = "SUPABASE_MIGRATION_DB_URL"
    if not reader.is_set(name):
        name = "SUPABASE_DB_URL"
    url = reader.required(name, as_postgres_url, "")
    if url and urlsplit(url).port == TRANSACTION_POOLER_PORT:
        reader.complain(
            "SUPABASE_MIGRATION_DB_URL",
            "must not be a transaction pooler (port 6543): locks would not hold",
        )
    return url
