"""What the doctor asks of the services, and what an operator asks of the store."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """What the database says of itself and of our login."""

    role: str
    is_superuser: bool
    bypasses_row_security: bool
    is_pipeline_member: bool
    """Whether the login may do what whatsapp_pipeline may."""
    max_connections: int
    """Without those that are kept for superusers."""
    server_port: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolerFacts:
    """What a PgBouncer says of itself."""

    pool_mode: str
    default_pool_size: int
    max_clients: int


class DatabaseHealth(Protocol):
    """The database as the functions reach it."""

    def facts(self) -> DatabaseFacts:
        """Return what it says of itself and of our login."""

    def applied_migrations(self) -> frozenset[str] | None:
        """Return the applied versions; None where not even the function that tells them is."""

    def owner_key_canary(self) -> str | None:
        """Return the canary of the key that buckets were named with; None until there is one."""

    def pooler(self) -> PoolerFacts | None:
        """Return what stands between us and the database, where it lets itself be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFacts:
    """How a subscription is set up; times in seconds."""

    name: str
    push_endpoint: str | None
    ack_deadline: int
    dead_letter_topic: str | None
    max_delivery_attempts: int
    retention: int
    expires: bool
    minimum_backoff: float | None
    """None without a retry policy: redelivered at once."""
    maximum_backoff: float | None


class BrokerHealth(Protocol):
    """Topics and subscriptions of the project."""

    def subscriptions(self, topic: str) -> tuple[SubscriptionFacts, ...] | None:
        """Return a topic's subscriptions, or None where there is no such topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketFacts:
    """How a bucket is set up."""

    project_number: int
    soft_delete_seconds: int
    keeps_versions: bool
    is_public_prevented: bool
    deletes_spool: bool
    """Whether a lifecycle rule would delete what waits under `spool/`."""


class StorageHealth(Protocol):
    """Buckets as the operator's credentials reach them."""

    def bucket(self, name: str) -> BucketFacts | None:
        """Return a bucket's set-up, or None where there is none."""

    def missing_permissions(self, bucket: str, wanted: Sequence[str]) -> tuple[str, ...]:
        """Return those of the permissions that we do not have."""

    def try_object(self, bucket: str, name: str) -> None:
        """Create an object, read it, list it and remove it.

        Raises:
            RetryableError: one of these was not done.
        """


class ObjectPresence(Protocol):
    """Whether an object is in the store."""

    def is_there(self, bucket: str, name: str) -> bool:
        """Return whether the store has it; a bucket that is not there has nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFacts:
    """A webhook that an account has."""

    url: str = field(repr=False)
    """It may carry a token."""
    subscriptions: frozenset[str]
    secret: str | None = field(repr=False)
    """None before Chatwoot 4.11.2."""


class ChatwootHealth(Protocol):
    """Accounts as our token reaches them."""

    def can_read(self, account_id: str) -> bool:
        """Return whether the token may read the account's conversations.

        Raises:
            ChatwootRefusedError: there is no such account.
        """

    def webhooks(self, account_id: str) -> tuple[WebhookFacts, ...] | None:
        """Return the account's webhooks; None where the token is no administrator's.

        Raises:
            ChatwootRefusedError: there is no such account.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What is known of a model."""

    shutdown_date: date | None


class ModelCatalogue(Protocol):
    """The models that our key may use."""

    def model(self, name: str) -> ModelFacts | None:
        """Return a model, or None where there is none of that name for us.

        Raises:
            RetryableError: the service did not answer, or refuses the key.
        """
