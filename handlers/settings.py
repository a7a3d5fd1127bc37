"""The only reader of the environment: one frozen settings value for each function."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from handlers.domain.deliveries import InboxRules
from handlers.domain.media_hosts import MediaRules
from handlers.domain.owners import DEFAULT_INSTALLATION
from handlers.domain.signature import SenderRules
from handlers.settings_catalogue import DEAD_LETTERS, MAINTENANCE, MIGRATE, WEBHOOK, WORKER
from handlers.settings_parsers import (
    as_base_url,
    as_bucket_prefix,
    as_installation,
    as_language,
    as_media_hosts,
    as_owner_hash_key,
    as_postgres_url,
    as_private_key,
)
from handlers.settings_reader import SettingsReader, as_integer, as_list, as_switch, as_text

_TRANSACTION_POOLER_PORT: Final = 6543
_NONE_LISTED: Final[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccountKey:
    """Credentials for Cloud Storage where the platform has none of its own."""

    client_email: str
    private_key: str = field(repr=False)
    private_key_id: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """Where deliveries are published."""

    project_id: str
    topic: str
    emulator_host: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """Whose Cloud Storage it is."""

    project_id: str
    service_account_key: ServiceAccountKey | None
    emulator_host: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """Where the ledger is, and what its keys begin with."""

    url: str = field(repr=False)
    pool_size: int
    installation: str
    owner_hash_key: bytes = field(repr=False)


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
    project_number: int
    bucket_prefix: str
    bucket_location: str
    kms_key: str | None
    inbox_rules: InboxRules
    media_rules: MediaRules
    media_max_bytes: int
    openai_api_key: str = field(repr=False)
    openai_base_url: str | None
    transcribe_model: str
    transcribe_language: str | None
    audio_max_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterSettings:
    """What `record_dead_letter` needs."""

    project_id: str
    database: DatabaseSettings
    inbox_rules: InboxRules


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceSettings:
    """What `run_maintenance` needs."""

    broker: BrokerSettings
    storage: StorageSettings
    spool_bucket: str
    database: DatabaseSettings


def function_target(environ: Mapping[str, str] = os.environ) -> str:
    """Return which function functions-framework is starting; empty outside it."""
    return environ.get("FUNCTION_TARGET", "")


def webhook_settings(environ: Mapping[str, str] = os.environ) -> WebhookSettings:
    """Read the webhook's settings.

    Raises:
        SettingsError: something is missing, malformed or not allowed here; all of it is named.
    """
    reader = SettingsReader(environ, function=WEBHOOK)
    settings = WebhookSettings(
        broker=_broker(reader),
        storage=_storage(reader),
        spool_bucket=reader.required("GCS_SPOOL_BUCKET", as_text, ""),
        sender_rules=_sender_rules(reader),
        inbox_rules=_inbox_rules(reader),
    )
    reader.finish()
    return settings


def worker_settings(environ: Mapping[str, str] = os.environ) -> WorkerSettings:
    """Read the worker's settings.

    Raises:
        SettingsError: something is missing, malformed or not allowed here; all of it is named.
    """
    reader = SettingsReader(environ, function=WORKER)
    settings = WorkerSettings(
        storage=_storage(reader),
        database=_database(reader),
        project_number=reader.required("GCS_PROJECT_NUMBER", as_integer(1, 10**15), 0),
        bucket_prefix=reader.optional("GCS_BUCKET_PREFIX", as_bucket_prefix, "pacelane-whatsapp"),
        bucket_location=reader.optional("GCS_LOCATION", as_text, "US"),
        kms_key=reader.maybe("GCS_KMS_KEY", as_text),
        inbox_rules=_inbox_rules(reader),
        media_rules=_media_rules(reader),
        media_max_bytes=reader.optional("MEDIA_MAX_BYTES", as_integer(1, 2**31), 104_857_600),
        openai_api_key=reader.required("OPENAI_API_KEY", as_text, ""),
        openai_base_url=reader.maybe("OPENAI_BASE_URL", as_text),
        transcribe_model=reader.optional("OPENAI_TRANSCRIBE_MODEL", as_text, "gpt-transcribe"),
        transcribe_language=reader.maybe("OPENAI_TRANSCRIBE_LANGUAGE", as_language),
        audio_max_seconds=reader.optional("AUDIO_MAX_SECONDS", as_integer(1, 86_400), 1500),
    )
    reader.finish()
    return settings


def dead_letter_settings(environ: Mapping[str, str] = os.environ) -> DeadLetterSettings:
    """Read the dead-letter recorder's settings.

    Raises:
        SettingsError: something is missing, malformed or not allowed here; all of it is named.
    """
    reader = SettingsReader(environ, function=DEAD_LETTERS)
    settings = DeadLetterSettings(
        project_id=reader.required("GCS_PROJECT_ID", as_text, ""),
        database=_database(reader),
        inbox_rules=_inbox_rules(reader),
    )
    reader.finish()
    return settings


def maintenance_settings(environ: Mapping[str, str] = os.environ) -> MaintenanceSettings:
    """Read the maintenance function's settings.

    Raises:
        SettingsError: something is missing, malformed or not allowed here; all of it is named.
    """
    reader = SettingsReader(environ, function=MAINTENANCE)
    settings = MaintenanceSettings(
        broker=_broker(reader),
        storage=_storage(reader),
        spool_bucket=reader.required("GCS_SPOOL_BUCKET", as_text, ""),
        database=_database(reader),
    )
    reader.finish()
    return settings


def migration_database_url(environ: Mapping[str, str] = os.environ) -> str:
    """Read where migrations run.

    Raises:
        SettingsError: it is missing, or leads through a transaction pooler.
    """
    reader = SettingsReader(environ, function=MIGRATE)
    name = "SUPABASE_MIGRATION_DB_URL"
    if not reader.is_set(name):
        name = "SUPABASE_DB_URL"
    url = reader.required(name, as_postgres_url, "")
    if url and urlsplit(url).port == _TRANSACTION_POOLER_PORT:
        reader.complain(
            "SUPABASE_MIGRATION_DB_URL",
            "must not be a transaction pooler (port 6543): locks would not hold",
        )
    reader.finish()
    return url


def _broker(reader: SettingsReader) -> BrokerSettings:
    return BrokerSettings(
        project_id=reader.required("GCS_PROJECT_ID", as_text, ""),
        topic=reader.optional("PUBSUB_TOPIC", as_text, "chatwoot-events"),
        emulator_host=reader.maybe("PUBSUB_EMULATOR_HOST", as_text),
    )


def _storage(reader: SettingsReader) -> StorageSettings:
    return StorageSettings(
        project_id=reader.required("GCS_PROJECT_ID", as_text, ""),
        service_account_key=_service_account_key(reader),
        emulator_host=reader.maybe("STORAGE_EMULATOR_HOST", as_text),
    )


def _database(reader: SettingsReader) -> DatabaseSettings:
    return DatabaseSettings(
        url=reader.required("SUPABASE_DB_URL", as_postgres_url, ""),
        pool_size=reader.optional("DB_POOL_SIZE", as_integer(1, 100), 4),
        installation=reader.optional(
            "CHATWOOT_INSTALLATION", as_installation, DEFAULT_INSTALLATION
        ),
        owner_hash_key=reader.required("OWNER_HASH_KEY", as_owner_hash_key, b""),
    )


def _sender_rules(reader: SettingsReader) -> SenderRules:
    is_cloud_run = reader.is_set("K_SERVICE")
    rules = SenderRules(
        secrets=reader.optional("CHATWOOT_WEBHOOK_SECRET", as_list, _NONE_LISTED),
        url_token=reader.maybe("CHATWOOT_URL_TOKEN", as_text),
        tolerance_seconds=reader.optional("CHATWOOT_TOLERANCE_SECONDS", as_integer(1, 86_400), 300),
        allow_body_signature=reader.optional("CHATWOOT_BODY_SIGNATURE", as_switch, default=False),
        allow_unsigned=reader.optional("ALLOW_UNSIGNED", as_switch, default=False),
    )
    if rules.allow_unsigned and is_cloud_run:
        reader.complain("ALLOW_UNSIGNED", "is refused on Cloud Run")
    if not (rules.secrets or rules.url_token or rules.allow_unsigned):
        reader.complain(
            "CHATWOOT_WEBHOOK_SECRET", "is not set, nor is CHATWOOT_URL_TOKEN: anybody could post"
        )
    return rules


def _inbox_rules(reader: SettingsReader) -> InboxRules:
    return InboxRules(
        inbox_ids=frozenset(reader.optional("CHATWOOT_INBOX_IDS", as_list, _NONE_LISTED))
    )


def _media_rules(reader: SettingsReader) -> MediaRules:
    allow_insecure = reader.optional("ALLOW_INSECURE_DOWNLOADS", as_switch, default=False)
    if allow_insecure and reader.is_set("K_SERVICE"):
        reader.complain("ALLOW_INSECURE_DOWNLOADS", "is refused on Cloud Run")
    scheme, host = reader.required("CHATWOOT_BASE_URL", as_base_url, ("", ""))
    if scheme == "http" and not allow_insecure:
        reader.complain("CHATWOOT_BASE_URL", "must begin with https://")
    hosts = reader.optional("CHATWOOT_MEDIA_HOSTS", as_media_hosts, _NONE_LISTED)
    return MediaRules(
        chatwoot_host=host,
        other_hosts=frozenset(hosts),
        allow_insecure=allow_insecure,
    )


def _service_account_key(reader: SettingsReader) -> ServiceAccountKey | None:
    names = ("GCS_CLIENT_EMAIL", "GCS_PRIVATE_KEY", "GCS_PRIVATE_KEY_ID")
    if not any(reader.is_set(name) for name in names):
        return None
    return ServiceAccountKey(
        client_email=reader.required("GCS_CLIENT_EMAIL", as_text, ""),
        private_key=reader.required("GCS_PRIVATE_KEY", as_private_key, ""),
        private_key_id=reader.required("GCS_PRIVATE_KEY_ID", as_text, ""),
    )
