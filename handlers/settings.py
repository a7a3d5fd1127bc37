"""The only reader of the environment: one frozen settings value for each function."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from handlers.domain.deliveries import InboxRules
from handlers.domain.media_hosts import MediaRules
from handlers.domain.owners import DEFAULT_INSTALLATION, is_bucket_prefix
from handlers.domain.signature import SenderRules
from handlers.settings_catalogue import MIGRATE, WEBHOOK, WORKER
from handlers.settings_reader import SettingsReader, as_integer, as_list, as_switch, as_text

_OWNER_HASH_KEY_BYTES: Final = 32
_TRANSACTION_POOLER_PORT: Final = 6543
_INSTALLATION: Final = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)
_HOST: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:.]+", re.ASCII)
_HOST_AND_PORT: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*(:[0-9]{1,5})?", re.ASCII)
_PEM_PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN ([A-Z ]*)PRIVATE KEY-----\n.+\n-----END \1PRIVATE KEY-----\n", re.DOTALL
)
_NONE_LISTED: Final[tuple[str, ...]] = ()
_LANGUAGE: Final = re.compile(r"[a-z]{2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """What `chatwoot_webhook` needs."""

    project_id: str
    topic: str
    sender_rules: SenderRules
    inbox_rules: InboxRules
    pubsub_emulator_host: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccountKey:
    """Credentials for Cloud Storage where the platform has none of its own."""

    client_email: str
    private_key: str = field(repr=False)
    private_key_id: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """What `process_message` needs."""

    project_id: str
    project_number: int
    bucket_prefix: str
    bucket_location: str
    kms_key: str | None
    service_account_key: ServiceAccountKey | None
    storage_emulator_host: str | None
    owner_hash_key: bytes = field(repr=False)
    database_url: str = field(repr=False)
    database_pool_size: int
    installation: str
    inbox_rules: InboxRules
    media_rules: MediaRules
    media_max_bytes: int
    openai_api_key: str = field(repr=False)
    openai_base_url: str | None
    transcribe_model: str
    transcribe_language: str | None
    audio_max_seconds: int


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
        project_id=reader.required("GCS_PROJECT_ID", as_text, ""),
        topic=reader.optional("PUBSUB_TOPIC", as_text, "chatwoot-events"),
        sender_rules=_sender_rules(reader),
        inbox_rules=_inbox_rules(reader),
        pubsub_emulator_host=reader.maybe("PUBSUB_EMULATOR_HOST", as_text),
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
        project_id=reader.required("GCS_PROJECT_ID", as_text, ""),
        project_number=reader.required("GCS_PROJECT_NUMBER", as_integer(1, 10**15), 0),
        bucket_prefix=reader.optional("GCS_BUCKET_PREFIX", _bucket_prefix, "pacelane-whatsapp"),
        bucket_location=reader.optional("GCS_LOCATION", as_text, "US"),
        kms_key=reader.maybe("GCS_KMS_KEY", as_text),
        service_account_key=_service_account_key(reader),
        storage_emulator_host=reader.maybe("STORAGE_EMULATOR_HOST", as_text),
        owner_hash_key=reader.required("OWNER_HASH_KEY", _owner_hash_key, b""),
        database_url=reader.required("SUPABASE_DB_URL", _postgres_url, ""),
        database_pool_size=reader.optional("DB_POOL_SIZE", as_integer(1, 100), 4),
        installation=reader.optional("CHATWOOT_INSTALLATION", _installation, DEFAULT_INSTALLATION),
        inbox_rules=_inbox_rules(reader),
        media_rules=_media_rules(reader),
        media_max_bytes=reader.optional("MEDIA_MAX_BYTES", as_integer(1, 2**31), 104_857_600),
        openai_api_key=reader.required("OPENAI_API_KEY", as_text, ""),
        openai_base_url=reader.maybe("OPENAI_BASE_URL", as_text),
        transcribe_model=reader.optional("OPENAI_TRANSCRIBE_MODEL", as_text, "gpt-transcribe"),
        transcribe_language=reader.maybe("OPENAI_TRANSCRIBE_LANGUAGE", _language),
        audio_max_seconds=reader.optional("AUDIO_MAX_SECONDS", as_integer(1, 86_400), 1500),
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
    url = reader.required(name, _postgres_url, "")
    if url and urlsplit(url).port == _TRANSACTION_POOLER_PORT:
        reader.complain(
            "SUPABASE_MIGRATION_DB_URL",
            "must not be a transaction pooler (port 6543): locks would not hold",
        )
    reader.finish()
    return url


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
    scheme, host = reader.required("CHATWOOT_BASE_URL", _base_url, ("", ""))
    if scheme == "http" and not allow_insecure:
        reader.complain("CHATWOOT_BASE_URL", "must begin with https://")
    hosts = reader.optional("CHATWOOT_MEDIA_HOSTS", _media_hosts, _NONE_LISTED)
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
        private_key=reader.required("GCS_PRIVATE_KEY", _private_key, ""),
        private_key_id=reader.required("GCS_PRIVATE_KEY_ID", as_text, ""),
    )


def _private_key(written: str) -> str:
    # Dashboards keep the quotes of a pasted line and turn newlines into backslash-n.
    key = written.strip().strip("\"'").replace("\\n", "\n").strip() + "\n"
    if not _PEM_PRIVATE_KEY.fullmatch(key):
        raise ValueError("must be a PEM private key, from -----BEGIN to -----END")
    return key


def _bucket_prefix(written: str) -> str:
    if not is_bucket_prefix(written):
        raise ValueError("must be 2 to 37 small letters, digits or dashes, without 'google'")
    return written


def _owner_hash_key(written: str) -> bytes:
    key = written.encode()
    if len(key) < _OWNER_HASH_KEY_BYTES:
        raise ValueError(f"must have at least {_OWNER_HASH_KEY_BYTES} bytes")
    return key


def _postgres_url(written: str) -> str:
    try:
        parts = urlsplit(written)
        is_usable = parts.scheme in {"postgres", "postgresql"} and bool(parts.hostname)
        is_usable = is_usable and parts.port != 0 and "@" not in (parts.hostname or "")
    except ValueError:
        # Its text would quote a part of the password.
        is_usable = False
    if not is_usable:
        raise ValueError(
            "must look like postgresql://role:password@host:port/database,"
            " with @ : / ? # in the password percent-encoded"
        )
    return written


def _base_url(written: str) -> tuple[str, str]:
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or parts.username:
        raise ValueError("must look like https://chat.example.com")
    default_port = 80 if parts.scheme == "http" else 443
    if parts.scheme == "https" and port not in {None, default_port}:
        raise ValueError("must not name a port other than 443: media is fetched from no other")
    return parts.scheme, host if port in {None, default_port} else f"{host}:{port}"


def _media_hosts(written: str) -> tuple[str, ...]:
    hosts = tuple(part.strip().lower() for part in written.split(",") if part.strip())
    if not all(_HOST_AND_PORT.fullmatch(host) for host in hosts):
        raise ValueError("must be host names alone, comma-separated, e.g. media.example.com")
    return hosts


def _installation(written: str) -> str:
    if not _INSTALLATION.fullmatch(written):
        raise ValueError("must be 1 to 32 small letters, digits or dashes")
    return written


def _language(written: str) -> str:
    if not _LANGUAGE.fullmatch(written.lower()):
        raise ValueError("must be a two-letter ISO 639-1 code, e.g. pt")
    return written.lower()
