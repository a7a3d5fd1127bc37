"""Checks and services as a test sets them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from handlers.doctor.diagnosis import Check
from handlers.doctor.findings import Finding, Verdict
from handlers.domain.errors import ChatwootRefusedError
from handlers.ports.doctor import (
    BucketFacts,
    DatabaseFacts,
    ModelFacts,
    PoolerFacts,
    SubscriptionFacts,
    WebhookFacts,
)

DAY: Final = 86_400


class FixedCheck:
    """Finds what it is told."""

    def __init__(self, about: str, findings: Sequence[Finding]) -> None:
        self.about = about
        self._findings = findings

    def run(self) -> Sequence[Finding]:
        return self._findings


DATABASE: Final = DatabaseFacts(
    role="worker",
    is_superuser=False,
    bypasses_row_security=False,
    is_pipeline_member=True,
    max_connections=97,
    server_port=5432,
)
BUCKET: Final = BucketFacts(
    project_number=1,
    soft_delete_seconds=0,
    keeps_versions=False,
    is_public_prevented=True,
    deletes_spool=False,
)


@dataclass(slots=True, kw_only=True)
class FakeDatabaseHealth:
    its_facts: DatabaseFacts = DATABASE
    applied: frozenset[str] | None = frozenset({"20260101000000", "20260102000000"})
    canary: str | None = "c1"
    its_pooler: PoolerFacts | None = None

    def facts(self) -> DatabaseFacts:
        return self.its_facts

    def applied_migrations(self) -> frozenset[str] | None:
        return self.applied

    def owner_key_canary(self) -> str | None:
        return self.canary

    def pooler(self) -> PoolerFacts | None:
        return self.its_pooler


WORK: Final = SubscriptionFacts(
    name="process-message",
    push_endpoint="https://process-message.example.com/",
    ack_deadline=600,
    dead_letter_topic="dlq",
    max_delivery_attempts=100,
    retention=7 * DAY,
    expires=False,
    minimum_backoff=10.0,
    maximum_backoff=600.0,
)
DEAD: Final = SubscriptionFacts(
    name="dead-letters",
    push_endpoint="https://record-dead-letter.example.com/",
    ack_deadline=600,
    dead_letter_topic=None,
    max_delivery_attempts=0,
    retention=31 * DAY,
    expires=False,
    minimum_backoff=10.0,
    maximum_backoff=600.0,
)


@dataclass(slots=True)
class FakeBrokerHealth:
    topics: dict[str, tuple[SubscriptionFacts, ...]]

    def subscriptions(self, topic: str) -> tuple[SubscriptionFacts, ...] | None:
        return self.topics.get(topic)


@dataclass(slots=True, kw_only=True)
class FakeStorageHealth:
    facts: BucketFacts | None = BUCKET
    missing: tuple[str, ...] = ()
    tried: list[tuple[str, str]] = field(default_factory=list)

    def bucket(self, name: str) -> BucketFacts | None:
        assert name == "spool"
        return self.facts

    def missing_permissions(self, bucket: str, wanted: Sequence[str]) -> tuple[str, ...]:
        assert bucket == "spool"
        return tuple(each for each in wanted if each in self.missing)

    def try_object(self, bucket: str, name: str) -> None:
        self.tried.append((bucket, name))


@dataclass(slots=True, kw_only=True)
class FakeChatwootHealth:
    is_administrator: bool = True
    is_member: bool = True
    is_there: bool = True
    hooks: tuple[WebhookFacts, ...] = ()

    def can_read(self, account_id: str) -> bool:
        self._look(account_id)
        return self.is_member

    def webhooks(self, account_id: str) -> tuple[WebhookFacts, ...] | None:
        self._look(account_id)
        return self.hooks if self.is_administrator else None

    def _look(self, account_id: str) -> None:
        assert account_id == "7"
        if not self.is_there:
            raise ChatwootRefusedError(404)


@dataclass(slots=True)
class FakeModels:
    models: dict[str, ModelFacts]
    error: Exception | None = None

    def model(self, name: str) -> ModelFacts | None:
        if self.error is not None:
            raise self.error
        return self.models.get(name)


def found(check: Check) -> list[tuple[Verdict, str]]:
    """Return verdicts and words; what is not ok says how to mend it."""
    findings = check.run()
    assert findings
    for each in findings:
        assert (each.mend is None) == (each.verdict is Verdict.OK), each
    return [(each.verdict, each.said) for each in findings]


def verdicts(check: Check) -> list[Verdict]:
    return [verdict for verdict, _ in found(check)]
