"""What every environment variable is for and where its value comes from."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One environment variable, as the operator should know it."""

    purpose: str
    source: str
    functions: tuple[str, ...]
    default: str | None = None
    """What holds when it is not set; None where it must be set or has no effect unset."""


WEBHOOK: Final = "chatwoot_webhook"
WORKER: Final = "process_message"
DEAD_LETTERS: Final = "record_dead_letter"
READY: Final = "notify_ready"
MAINTENANCE: Final = "run_maintenance"
MIGRATE: Final = "db.migrate"
COMMANDS: Final = "handlers.cli"
"""Beside its own, it reads what the functions read whose work a command looks at."""

_CHATWOOT_WEBHOOKS: Final = "Chatwoot, Settings, Integrations, Webhooks"
_SERVICE_ACCOUNT_KEY: Final = (
    "the JSON key of a service account; leave all three GCS_ key fields out on Google Cloud"
)

CATALOGUE: Final[dict[str, Variable]] = {
    "GCS_PROJECT_ID": Variable(
        purpose="the Google Cloud project of the topics and buckets",
        source="gcloud config get-value project",
        functions=(WEBHOOK, WORKER, DEAD_LETTERS, READY, MAINTENANCE),
    ),
    "GCS_PROJECT_NUMBER": Variable(
        purpose="proves that a bucket is ours and not a stranger's of the same name",
        source="gcloud projects describe PROJECT --format='value(projectNumber)'",
        functions=(WORKER, MAINTENANCE),
    ),
    "GCS_BUCKET_PREFIX": Variable(
        purpose="the beginning of every person's bucket name",
        source="your choice: small letters, digits and dashes, at most 37",
        functions=(WORKER, MAINTENANCE),
        default="pacelane-whatsapp",
    ),
    "GCS_LOCATION": Variable(
        purpose="where new buckets are created; it cannot be changed for a bucket later",
        source="a Cloud Storage location near the people, e.g. EU or SOUTHAMERICA-EAST1",
        functions=(WORKER, MAINTENANCE),
        default="US",
    ),
    "GCS_KMS_KEY": Variable(
        purpose="customer-managed encryption of new buckets",
        source="projects/P/locations/L/keyRings/R/cryptoKeys/K",
        functions=(WORKER, MAINTENANCE),
    ),
    "GCS_SPOOL_BUCKET": Variable(
        purpose="keeps deliveries while the broker cannot take them, and unreadable ones",
        source="created by the deployment; its name must not begin with GCS_BUCKET_PREFIX",
        functions=(WEBHOOK, MAINTENANCE),
    ),
    "GCS_CLIENT_EMAIL": Variable(
        purpose="service account for Cloud Storage where there are no default credentials",
        source=_SERVICE_ACCOUNT_KEY,
        functions=(WEBHOOK, WORKER, MAINTENANCE),
    ),
    "GCS_PRIVATE_KEY": Variable(
        purpose="its private key, with newlines or with \\n",
        source=_SERVICE_ACCOUNT_KEY,
        functions=(WEBHOOK, WORKER, MAINTENANCE),
    ),
    "GCS_PRIVATE_KEY_ID": Variable(
        purpose="the id of that key",
        source=_SERVICE_ACCOUNT_KEY,
        functions=(WEBHOOK, WORKER, MAINTENANCE),
    ),
    "FALLBACK_MAX_BYTES": Variable(
        purpose="how much the database keeps of what Cloud Storage would not take",
        source="your choice, well below the database's free space",
        functions=(WORKER, MAINTENANCE),
        default="1073741824",
    ),
    "OWNER_HASH_KEY": Variable(
        purpose="makes bucket names unguessable; losing or changing it orphans every bucket",
        source="openssl rand -hex 32, kept in Secret Manager for ever",
        functions=(WORKER, MAINTENANCE),
    ),
    "SUPABASE_DB_URL": Variable(
        purpose="the database, through Supabase's transaction pooler (port 6543)",
        source="Supabase, Connect, Transaction pooler; a role of its own, member of "
        "whatsapp_pipeline",
        functions=(WORKER, DEAD_LETTERS, READY, MAINTENANCE, MIGRATE),
    ),
    "SUPABASE_MIGRATION_DB_URL": Variable(
        purpose="the database for migrations: a direct or session connection (port 5432)",
        source="Supabase, Connect, Direct connection or Session pooler",
        functions=(MIGRATE,),
        default="SUPABASE_DB_URL",
    ),
    "DB_POOL_SIZE": Variable(
        purpose="connections per instance; instances times this must fit the pooler",
        source="your choice, no more than the instance's threads",
        functions=(WORKER, DEAD_LETTERS, READY, MAINTENANCE),
        default="4",
    ),
    "PUBSUB_TOPIC": Variable(
        purpose="the topic between webhook and worker",
        source="created by the deployment",
        functions=(WEBHOOK, MAINTENANCE),
        default="chatwoot-events",
    ),
    "PUBSUB_DEAD_LETTER_TOPIC": Variable(
        purpose="the topic of what the broker gave up, for the doctor to look at",
        source="created by the deployment",
        functions=(COMMANDS,),
        default="chatwoot-events-dlq",
    ),
    "CONTENT_JOBS_TOPIC": Variable(
        purpose="the topic that wakes whoever writes the content",
        source="created by the deployment",
        functions=(WORKER, READY, MAINTENANCE),
        default="content-jobs",
    ),
    "CONTENT_READY_TOPIC": Variable(
        purpose="the topic on which the writer says what became of an order, for the doctor",
        source="created by the deployment",
        functions=(COMMANDS,),
        default="content-ready",
    ),
    "CHATWOOT_WEBHOOK_SECRET": Variable(
        purpose="proves that a delivery comes from our Chatwoot; several during a rotation",
        source=f"{_CHATWOOT_WEBHOOKS}: shown beside the URL (4.11.2 and later), comma-separated",
        functions=(WEBHOOK,),
    ),
    "WEBHOOK_URL": Variable(
        purpose="where Chatwoot is to deliver, for the doctor to look for among its webhooks",
        source="gcloud run services describe chatwoot-webhook --format='value(status.url)'",
        functions=(COMMANDS,),
    ),
    "CHATWOOT_URL_TOKEN": Variable(
        purpose="a secret in the webhook's URL (?token=) for Chatwoot before 4.11.2",
        source="openssl rand -hex 32",
        functions=(WEBHOOK,),
    ),
    "CHATWOOT_BODY_SIGNATURE": Variable(
        purpose="1 also takes a bare hexadecimal HMAC over the body alone, without a time",
        source="only for senders that sign that way",
        functions=(WEBHOOK,),
        default="0",
    ),
    "CHATWOOT_TOLERANCE_SECONDS": Variable(
        purpose="how far a delivery's timestamp may be from our clock",
        source="your choice",
        functions=(WEBHOOK,),
        default="300",
    ),
    "ALLOW_UNSIGNED": Variable(
        purpose="1 takes deliveries that prove nothing; refused on Cloud Run",
        source="the local stack sets it",
        functions=(WEBHOOK,),
        default="0",
    ),
    "CHATWOOT_INBOX_IDS": Variable(
        purpose="only these inboxes; an API inbox counts as WhatsApp only when listed",
        source="the number in the inbox's settings URL, comma-separated",
        functions=(WEBHOOK, WORKER, DEAD_LETTERS, MAINTENANCE),
    ),
    "CHATWOOT_BASE_URL": Variable(
        purpose="where media is fetched from, and whose API is called",
        source="the address in the browser when you use Chatwoot, without a path",
        functions=(WORKER, READY, MAINTENANCE),
    ),
    "CHATWOOT_API_ACCESS_TOKEN": Variable(
        purpose="reads conversations back and answers in them; an administrator's",
        source="Chatwoot, Profile settings, Access token",
        functions=(WORKER, READY, MAINTENANCE),
    ),
    "CHATWOOT_BOT_TOKEN": Variable(
        purpose="sends in a bot's name in place of the administrator's",
        source="Chatwoot, Settings, Bots; leave it out to send as the administrator",
        functions=(WORKER, READY, MAINTENANCE),
    ),
    "CHATWOOT_ACCOUNT_ID": Variable(
        purpose="the accounts that are read back and answered, by number; others are only filed",
        source="the number after /accounts/ in Chatwoot's address, comma-separated if several",
        functions=(WORKER, READY, MAINTENANCE),
    ),
    "CHATWOOT_MEDIA_HOSTS": Variable(
        purpose="hosts that Chatwoot's media links may redirect to; default any public one",
        source="the host of Chatwoot's storage, comma-separated",
        functions=(WORKER,),
    ),
    "CHATWOOT_READY_TEMPLATE": Variable(
        purpose="tells that content is ready where a person has not written for a day; {{1}} is "
        "the order's id; without it nothing is sent then",
        source="approved WhatsApp templates: name:language[:UTILITY], one for each language, "
        "the first for all others",
        functions=(READY, MAINTENANCE),
    ),
    "CHATWOOT_FAILED_TEMPLATE": Variable(
        purpose="the same for content that will not come",
        source="as CHATWOOT_READY_TEMPLATE",
        functions=(READY, MAINTENANCE),
    ),
    "CHATWOOT_INSTALLATION": Variable(
        purpose="names the Chatwoot installation, whose ids are counted from 1 like any other's",
        source="your choice; never change it once messages are stored",
        functions=(WORKER, DEAD_LETTERS, READY, MAINTENANCE),
        default="main",
    ),
    "OPENAI_API_KEY": Variable(
        purpose="turns voice into text, and reads what the rules leave in doubt",
        source="OpenAI, API keys",
        functions=(WORKER,),
    ),
    "OPENAI_BASE_URL": Variable(
        purpose="another endpoint that speaks OpenAI's protocol",
        source="the local stack sets it",
        functions=(WORKER,),
    ),
    "OPENAI_TRANSCRIBE_MODEL": Variable(
        purpose="the speech model; whisper-1 and the gpt-4o ones shut down on 2027-02-26",
        source="OpenAI, models",
        functions=(WORKER,),
        default="gpt-transcribe",
    ),
    "OPENAI_TRANSCRIBE_LANGUAGE": Variable(
        purpose="the language of all voice notes, as ISO 639-1; default: the model detects it",
        source="your choice",
        functions=(WORKER,),
    ),
    "OPENAI_INTENT_MODEL": Variable(
        purpose="the model that tells notes from orders where the rules are in doubt; `off` asks"
        " none, and doubt is a note",
        source="OpenAI, models: a reasoning model with structured outputs",
        functions=(WORKER,),
        default="gpt-6-luna",
    ),
    "MEDIA_MAX_BYTES": Variable(
        purpose="the largest attachment that is fetched; it passes through the instance's memory",
        source="your choice; WhatsApp's own limit is 100 MB",
        functions=(WORKER,),
        default="104857600",
    ),
    "AUDIO_MAX_SECONDS": Variable(
        purpose="the longest recording that is transcribed",
        source="your choice, within the model's limit",
        functions=(WORKER,),
        default="1500",
    ),
    "PUBSUB_EMULATOR_HOST": Variable(
        purpose="host:port of a Pub/Sub stand-in",
        source="the local stack sets it",
        functions=(WEBHOOK, WORKER, READY, MAINTENANCE),
    ),
    "STORAGE_EMULATOR_HOST": Variable(
        purpose="URL of a Cloud Storage stand-in",
        source="the local stack sets it",
        functions=(WEBHOOK, WORKER, MAINTENANCE),
    ),
    "ALLOW_INSECURE_DOWNLOADS": Variable(
        purpose="1 fetches media over http and from loopback, from exactly the hosts of "
        "CHATWOOT_BASE_URL and CHATWOOT_MEDIA_HOSTS; refused on Cloud Run",
        source="the local stack sets it",
        functions=(WORKER, READY, MAINTENANCE),
        default="0",
    ),
    "K_SERVICE": Variable(
        purpose="tells that this is Cloud Run",
        source="Cloud Run sets it",
        functions=(WEBHOOK, WORKER, READY, MAINTENANCE),
    ),
}
