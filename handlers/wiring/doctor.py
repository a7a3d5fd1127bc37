"""Builds the doctor's checks, each from the one part of the settings that it needs.

Every library is loaded here, before the checks' threads start: threads that load the same ones at
once can meet one that is half loaded.
"""

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, Protocol
from urllib.parse import urlsplit

import certifi

from db.health import PostgresHealth
from db.migrate import list_migrations
from handlers import settings_parts as parts
from handlers.clients.chatwoot_health import ChatwootAccounts
from handlers.clients.chatwoot_http import ChatwootHttp
from handlers.clients.openai_models import OpenAIModels
from handlers.doctor.bucket_checks import BucketRightsCheck, SpoolBucketCheck
from handlers.doctor.chatwoot_checks import ChatwootTokenCheck, ChatwootWebhookCheck
from handlers.doctor.database_checks import (
    ConnectionsCheck,
    DatabaseRoleCheck,
    MigrationsCheck,
    OwnerKeyCheck,
)
from handlers.doctor.diagnosis import Check, Doctor
from handlers.doctor.openai_checks import ModelCheck, ModelOffCheck
from handlers.doctor.settings_checks import SettingsCheck
from handlers.domain.owners import key_canary
from handlers.logs import EventLog
from handlers.settings import (
    TRANSACTION_POOLER_PORT,
    command_settings,
    dead_letter_settings,
    maintenance_settings,
    ready_settings,
    webhook_settings,
    worker_settings,
)
from handlers.settings_catalogue import DEAD_LETTERS, MAINTENANCE, READY, WEBHOOK, WORKER
from handlers.settings_reader import SettingsError
from handlers.wiring import adapters
from handlers.wiring.broker_checks import broker_checks
from handlers.wiring.deferred_checks import Deferred
from handlers.wiring.instance import SystemClock, new_token, once
from storage.health import GcsHealth

_POSTGRES_PORT: Final = 5432
_FUNCTIONS: Final[Mapping[str, Callable[[], object]]] = {
    WEBHOOK: webhook_settings,
    WORKER: worker_settings,
    DEAD_LETTERS: dead_letter_settings,
    READY: ready_settings,
    MAINTENANCE: maintenance_settings,
}


class Options(Protocol):
    """What the doctor cannot know by itself."""

    @property
    def instances(self) -> int:
        """How many instances of a function may run at once."""

    @property
    def pooler_clients(self) -> int | None:
        """How many clients the pooler takes, where it is known."""

    @property
    def webhook_url(self) -> str | None:
        """Where Chatwoot is to deliver; None for the setting."""

    @property
    def check_seconds(self) -> float:
        """How long the checks may take."""


def build_doctor(options: Options, log: EventLog) -> Doctor:
    """Build every check."""
    return Doctor(
        checks=[
            *(
                SettingsCheck(function=function, read=partial(_problems, read))
                for function, read in _FUNCTIONS.items()
            ),
            *_database_checks(options, log),
            *broker_checks(),
            *_bucket_checks(),
            *_chatwoot_checks(options),
            Deferred(about="OpenAI model", build=_model_check),
            Deferred(about="OpenAI intent model", build=_intent_model_check),
        ],
        seconds=options.check_seconds,
        clock=SystemClock(),
        on_unexpected=lambda error, about: log.unexpected(error, source=about),
    )


def _problems(read: Callable[[], object]) -> Sequence[str]:
    try:
        read()
    except SettingsError as error:
        return error.problems
    return ()


def _database_checks(options: Options, log: EventLog) -> Iterator[Check]:
    @once
    def health() -> PostgresHealth:
        settings = command_settings(parts.database)
        return PostgresHealth(adapters.pool(settings, log), url=settings.url)

    def connections() -> Check:
        settings = command_settings(parts.database)
        return ConnectionsCheck(
            health=health(),
            url_port=urlsplit(settings.url).port or _POSTGRES_PORT,
            transaction_pooler_port=TRANSACTION_POOLER_PORT,
            pool_size=settings.pool_size,
            instances=options.instances,
            pooler_clients=options.pooler_clients,
        )

    def migrations() -> Check:
        known = [migration.version for migration in list_migrations()]
        return MigrationsCheck(health=health(), known=known)

    def owner_key() -> Check:
        key = command_settings(parts.owner_hash_key)
        return OwnerKeyCheck(health=health(), canary=key_canary(key))

    yield Deferred(about="database role", build=lambda: DatabaseRoleCheck(health=health()))
    yield Deferred(about="migrations", build=migrations)
    yield Deferred(about="owner hash key", build=owner_key)
    yield Deferred(about="database connections", build=connections)


def _bucket_checks() -> Iterator[Check]:
    @once
    def health() -> GcsHealth:
        return GcsHealth(adapters.cloud_storage(command_settings(parts.storage)))

    def spool() -> Check:
        return SpoolBucketCheck(
            health=health(),
            bucket=command_settings(parts.spool_bucket),
            project_number=command_settings(parts.buckets).project_number,
        )

    def rights() -> Check:
        return BucketRightsCheck(
            health=health(),
            bucket=command_settings(parts.spool_bucket),
            new_name=lambda: f"doctor/{new_token()}",
        )

    yield Deferred(about="spool bucket", build=spool)
    yield Deferred(about="bucket rights", build=rights)


def _chatwoot_checks(options: Options) -> Iterator[Check]:
    @once
    def health() -> ChatwootAccounts:
        settings = command_settings(parts.chatwoot)
        return ChatwootAccounts(
            ChatwootHttp(
                settings.base_url,
                settings.api_token,
                clock=SystemClock(),
                tls=ssl.create_default_context(cafile=certifi.where()),
            )
        )

    def webhook(account_id: str) -> Check:
        rules = command_settings(parts.sender_rules)
        return ChatwootWebhookCheck(
            health=health(),
            account_id=account_id,
            webhook_url=options.webhook_url or command_settings(parts.webhook_url),
            secrets=rules.secrets,
            url_token=rules.url_token,
        )

    def token(account_id: str) -> Check:
        return ChatwootTokenCheck(health=health(), account_id=account_id)

    try:
        account_ids = command_settings(parts.chatwoot).account_ids
    except SettingsError:
        # Their own checks say what is missing.
        account_ids = ("",)
    for account_id in account_ids:
        name = f" {account_id}".rstrip()
        yield Deferred(about=f"Chatwoot account{name}", build=partial(token, account_id))
        yield Deferred(about=f"Chatwoot webhook{name}", build=partial(webhook, account_id))


def _model_check() -> Check:
    settings = command_settings(parts.transcription)
    return ModelCheck(
        catalogue=OpenAIModels(api_key=settings.api_key, base_url=settings.base_url),
        model=settings.model,
        variable="OPENAI_TRANSCRIBE_MODEL",
        clock=SystemClock(),
    )


def _intent_model_check() -> Check:
    from handlers.clients.openai_models import OpenAIModels

    variable = "OPENAI_INTENT_MODEL"
    model = command_settings(parts.intents).model
    if model is None:
        return ModelOffCheck(variable=variable)
    # The key is needed for transcription, so it is missed where it is not set.
    settings = command_settings(parts.transcription)
    return ModelCheck(
        catalogue=OpenAIModels(api_key=settings.api_key, base_url=settings.base_url),
        model=model,
        variable=variable,
        clock=SystemClock(),
    )
