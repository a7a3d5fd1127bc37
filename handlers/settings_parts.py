"""The parts that the settings of several functions are made of."""

from dataclasses import dataclass, field
from typing import Final

from handlers.domain.deliveries import InboxRules
from handlers.domain.media_hosts import MediaRules
from handlers.domain.notice_templates import NoticeTemplate, NoticeTemplates
from handlers.domain.owners import DEFAULT_INSTALLATION
from handlers.domain.signature import SenderRules
from handlers.settings_parsers import (
    as_base_url,
    as_bucket_prefix,
    as_installation,
    as_media_hosts,
    as_model,
    as_notice_templates,
    as_owner_hash_key,
    as_postgres_url,
    as_private_key,
)
from handlers.settings_reader import SettingsReader, as_integer, as_list, as_switch, as_text

# The smallest of the newest generation, made for sorting; nobody has announced its end.
_INTENT_MODEL: Final[str | None] = "gpt-6-luna"
_NONE_LISTED: Final[tuple[str, ...]] = ()
_NO_TEMPLATES: Final[tuple[NoticeTemplate, ...]] = ()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketSettings:
    """How people's buckets are named and made."""

    project_number: int
    prefix: str
    location: str
    kms_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatwootSettings:
    """How Chatwoot's API is called, and for which accounts."""

    base_url: str
    """Scheme and host, without a path."""
    api_token: str = field(repr=False)
    """An administrator's."""
    bot_token: str | None = field(repr=False)
    """Sends in the administrator's place where it is set."""
    account_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptionSettings:
    """Whose speech model it is."""

    api_key: str = field(repr=False)
    base_url: str | None
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentSettings:
    """Who is asked what a message is where the rules are in doubt."""

    api_key: str | None = field(repr=False)
    """None only for commands, which then go by the rules alone."""
    base_url: str | None
    model: str | None
    """None where it is switched off."""


def transcription(reader: SettingsReader) -> TranscriptionSettings:
    """Read whose speech model it is."""
    return TranscriptionSettings(
        api_key=reader.required("OPENAI_API_KEY", as_text, ""),
        base_url=reader.maybe("OPENAI_BASE_URL", as_text),
        model=reader.optional("OPENAI_TRANSCRIBE_MODEL", as_text, "gpt-transcribe"),
    )


def intents(reader: SettingsReader) -> IntentSettings:
    """Read who is asked where the rules are in doubt."""
    return IntentSettings(
        api_key=reader.maybe("OPENAI_API_KEY", as_text),
        base_url=reader.maybe("OPENAI_BASE_URL", as_text),
        model=reader.optional("OPENAI_INTENT_MODEL", as_model, _INTENT_MODEL),
    )


def broker(reader: SettingsReader) -> BrokerSettings:
    """Read where deliveries are published."""
    return BrokerSettings(
        project_id=reader.required("GCS_PROJECT_ID", as_text, ""),
        topic=reader.optional("PUBSUB_TOPIC", as_text, "chatwoot-events"),
        emulator_host=reader.maybe("PUBSUB_EMULATOR_HOST", as_text),
    )


def storage(reader: SettingsReader) -> StorageSettings:
    """Read whose Cloud Storage it is."""
    return StorageSettings(
        project_id=reader.required("GCS_PROJECT_ID", as_text, ""),
        service_account_key=_service_account_key(reader),
        emulator_host=reader.maybe("STORAGE_EMULATOR_HOST", as_text),
    )


def database(reader: SettingsReader) -> DatabaseSettings:
    """Read where the ledger is."""
    return DatabaseSettings(
        url=reader.required("SUPABASE_DB_URL", as_postgres_url, ""),
        pool_size=reader.optional("DB_POOL_SIZE", as_integer(1, 100), 4),
        installation=reader.optional(
            "CHATWOOT_INSTALLATION", as_installation, DEFAULT_INSTALLATION
        ),
    )


def owner_hash_key(reader: SettingsReader) -> bytes:
    """Read what makes bucket names unguessable."""
    return reader.required("OWNER_HASH_KEY", as_owner_hash_key, b"")


def spool_bucket(reader: SettingsReader) -> str:
    """Read where deliveries lie while the broker cannot take them."""
    return reader.required("GCS_SPOOL_BUCKET", as_text, "")


def dead_letter_topic(reader: SettingsReader) -> str:
    """Read the topic of what the broker gave up."""
    return reader.optional("PUBSUB_DEAD_LETTER_TOPIC", as_text, "chatwoot-events-dlq")


def webhook_url(reader: SettingsReader) -> str | None:
    """Read where Chatwoot is to deliver."""
    return reader.maybe("WEBHOOK_URL", as_text)


def jobs_broker(reader: SettingsReader) -> BrokerSettings:
    """Read where content jobs are published."""
    return BrokerSettings(
        project_id=reader.required("GCS_PROJECT_ID", as_text, ""),
        topic=content_jobs_topic(reader),
        emulator_host=reader.maybe("PUBSUB_EMULATOR_HOST", as_text),
    )


def content_jobs_topic(reader: SettingsReader) -> str:
    """Read the topic that wakes whoever writes the content."""
    return reader.optional("CONTENT_JOBS_TOPIC", as_text, "content-jobs")


def content_ready_topic(reader: SettingsReader) -> str:
    """Read the topic on which the writer says what became of an order."""
    return reader.optional("CONTENT_READY_TOPIC", as_text, "content-ready")


def notice_templates(reader: SettingsReader) -> NoticeTemplates:
    """Read what people get who have not written for a day."""
    return NoticeTemplates(
        ready=reader.optional("CHATWOOT_READY_TEMPLATE", as_notice_templates, _NO_TEMPLATES),
        failed=reader.optional("CHATWOOT_FAILED_TEMPLATE", as_notice_templates, _NO_TEMPLATES),
    )


def sender_rules(reader: SettingsReader) -> SenderRules:
    """Read who may post."""
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


def inbox_rules(reader: SettingsReader) -> InboxRules:
    """Read which inboxes are ours."""
    return InboxRules(
        inbox_ids=frozenset(reader.optional("CHATWOOT_INBOX_IDS", as_list, _NONE_LISTED))
    )


def media_rules(reader: SettingsReader) -> MediaRules:
    """Read where media may be fetched from."""
    _, host = _chatwoot_host(reader)
    hosts = reader.optional("CHATWOOT_MEDIA_HOSTS", as_media_hosts, _NONE_LISTED)
    return MediaRules(
        chatwoot_host=host,
        other_hosts=frozenset(hosts),
        allow_insecure=reader.optional("ALLOW_INSECURE_DOWNLOADS", as_switch, default=False),
    )


def buckets(reader: SettingsReader) -> BucketSettings:
    """Read how buckets are named and made."""
    return BucketSettings(
        project_number=reader.required("GCS_PROJECT_NUMBER", as_integer(1, 10**15), 0),
        prefix=reader.optional("GCS_BUCKET_PREFIX", as_bucket_prefix, "pacelane-whatsapp"),
        location=reader.optional("GCS_LOCATION", as_text, "US"),
        kms_key=reader.maybe("GCS_KMS_KEY", as_text),
    )


def fallback_max_bytes(reader: SettingsReader) -> int:
    """Read how much the database may keep for the store."""
    return reader.optional("FALLBACK_MAX_BYTES", as_integer(0, 2**50), 1_073_741_824)


def chatwoot(reader: SettingsReader) -> ChatwootSettings:
    """Read how Chatwoot's API is called."""
    scheme, host = _chatwoot_host(reader)
    account_ids = reader.required("CHATWOOT_ACCOUNT_ID", as_list, _NONE_LISTED)
    if not all(each.isascii() and each.isdigit() for each in account_ids):
        reader.complain("CHATWOOT_ACCOUNT_ID", "must be a number, or several with commas")
    return ChatwootSettings(
        base_url=f"{scheme}://{host}",
        api_token=reader.required("CHATWOOT_API_ACCESS_TOKEN", as_text, ""),
        bot_token=reader.maybe("CHATWOOT_BOT_TOKEN", as_text),
        account_ids=account_ids,
    )


def _chatwoot_host(reader: SettingsReader) -> tuple[str, str]:
    allow_insecure = reader.optional("ALLOW_INSECURE_DOWNLOADS", as_switch, default=False)
    if allow_insecure and reader.is_set("K_SERVICE"):
        reader.complain("ALLOW_INSECURE_DOWNLOADS", "is refused on Cloud Run")
    scheme, host = reader.required("CHATWOOT_BASE_URL", as_base_url, ("", ""))
    if scheme == "http" and not allow_insecure:
        reader.complain("CHATWOOT_BASE_URL", "must begin with https://")
    return scheme, host


def _service_account_key(reader: SettingsReader) -> ServiceAccountKey | None:
    names = ("GCS_CLIENT_EMAIL", "GCS_PRIVATE_KEY", "GCS_PRIVATE_KEY_ID")
    if not any(reader.is_set(name) for name in names):
        return None
    return ServiceAccountKey(
        client_email=reader.required("GCS_CLIENT_EMAIL", as_text, ""),
        private_key=reader.required("GCS_PRIVATE_KEY", as_private_key, ""),
        private_key_id=reader.required("GCS_PRIVATE_KEY_ID", as_text, ""),
    )
