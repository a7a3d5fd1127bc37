"""Our own cloud: ok where all is well, and the one thing that is wrong where it is not."""

from dataclasses import replace
from typing import Any, Final

import pytest

from handlers.doctor.broker_checks import SubscriptionsCheck, TopicCheck
from handlers.doctor.bucket_checks import BucketRightsCheck, SpoolBucketCheck
from handlers.doctor.database_checks import (
    ConnectionsCheck,
    DatabaseRoleCheck,
    MigrationsCheck,
    OwnerKeyCheck,
)
from handlers.doctor.findings import Verdict
from handlers.ports.doctor import PoolerFacts
from tests.unit.doctor.doctor_world import (
    BUCKET,
    DATABASE,
    DAY,
    DEAD,
    WORK,
    FakeBrokerHealth,
    FakeDatabaseHealth,
    FakeStorageHealth,
    found,
    verdicts,
)

OK: Final = [Verdict.OK]
WRONG: Final = [Verdict.WRONG]
WARNING: Final = [Verdict.WARNING]
KNOWN: Final = ("20260101000000", "20260102000000")
POOLER: Final = PoolerFacts(pool_mode="transaction", default_pool_size=15, max_clients=200)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, OK),
        ({"is_superuser": True}, WRONG),
        ({"bypasses_row_security": True}, WRONG),
        ({"is_pipeline_member": False}, WRONG),
        ({"bypasses_row_security": True, "is_pipeline_member": False}, WRONG * 2),
    ],
)
def test_the_role(changes: dict[str, Any], expected: list[Verdict]) -> None:
    health = FakeDatabaseHealth(its_facts=replace(DATABASE, **changes))

    assert verdicts(DatabaseRoleCheck(health=health)) == expected


@pytest.mark.parametrize(
    ("applied", "expected", "said"),
    [
        ({*KNOWN}, OK, "all 2 applied"),
        ({*KNOWN, "20250101000000"}, OK, "all 2 applied"),
        ({KNOWN[0]}, WRONG, "missing 20260102000000"),
        (None, WRONG, "not, or not all applied"),
        ({*KNOWN, "20990101000000"}, WARNING, "unknown to this release: 20990101000000"),
    ],
)
def test_the_migrations(applied: set[str] | None, expected: list[Verdict], said: str) -> None:
    health = FakeDatabaseHealth(applied=None if applied is None else frozenset(applied))

    assert found(MigrationsCheck(health=health, known=KNOWN)) == [(expected[0], said)]


@pytest.mark.parametrize(("canary", "expected"), [("c1", OK), (None, OK), ("another", WRONG)])
def test_the_owner_key(canary: str | None, expected: list[Verdict]) -> None:
    check = OwnerKeyCheck(health=FakeDatabaseHealth(canary=canary), canary="c1")

    assert verdicts(check) == expected


@pytest.mark.parametrize(
    ("port", "pooler", "pooler_clients", "instances", "expected"),
    [
        (6543, POOLER, None, 20, OK),
        (6543, POOLER, None, 60, WRONG),
        (6543, replace(POOLER, pool_mode="session"), None, 20, WRONG),
        (6543, None, 200, 20, OK),
        (6543, None, 60, 20, WRONG),
        (6543, None, None, 20, WARNING),
        (7000, None, 200, 20, OK),
        (5432, None, None, 20, WARNING),
        (5432, None, None, 30, WRONG),
    ],
)
def test_the_connections(
    port: int,
    pooler: PoolerFacts | None,
    pooler_clients: int | None,
    instances: int,
    expected: list[Verdict],
) -> None:
    check = ConnectionsCheck(
        health=FakeDatabaseHealth(its_pooler=pooler),
        url_port=port,
        transaction_pooler_port=6543,
        pool_size=4,
        instances=instances,
        pooler_clients=pooler_clients,
    )

    assert verdicts(check) == expected


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ack_deadline": 10}, "ack deadline 10 s, not 600 s"),
        ({"dead_letter_topic": None}, "has no dead-letter topic"),
        ({"dead_letter_topic": "other"}, "its dead letters go to other"),
        ({"max_delivery_attempts": 5}, "gives up after 5 attempts, not 100"),
        ({"retention": DAY}, "keeps messages for 1 d, not 7 d"),
        ({"expires": True}, "disappears when it is idle"),
        ({"minimum_backoff": None, "maximum_backoff": None}, "redelivers at once"),
    ],
)
def test_the_subscription_of_the_work(changes: dict[str, Any], said: str) -> None:
    def check(changes: dict[str, Any]) -> SubscriptionsCheck:
        health = FakeBrokerHealth({"work": (replace(WORK, **changes),)})
        return SubscriptionsCheck(health=health, topic="work", dead_letter_topic="dlq", days_kept=7)

    assert verdicts(check({})) == OK
    assert found(check(changes)) == [(Verdict.WRONG, f"process-message: {said}")]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"retention": 7 * DAY}, "keeps messages for 7 d, not 31 d"),
        ({"dead_letter_topic": "dlq2"}, "gives messages up"),
    ],
)
def test_the_subscription_of_the_dead_letters(changes: dict[str, Any], said: str) -> None:
    def check(changes: dict[str, Any]) -> SubscriptionsCheck:
        health = FakeBrokerHealth({"dlq": (replace(DEAD, **changes),)})
        return SubscriptionsCheck(health=health, topic="dlq", dead_letter_topic=None, days_kept=31)

    assert verdicts(check({})) == OK
    assert found(check(changes)) == [(Verdict.WRONG, f"dead-letters: {said}")]


def test_a_topic_that_is_not_there_or_that_nobody_is_pushed_from() -> None:
    looker_on = replace(WORK, push_endpoint=None, ack_deadline=10)
    health = FakeBrokerHealth({"work": (looker_on,), "both": (WORK, looker_on)})

    def verdict(topic: str) -> list[Verdict]:
        check = SubscriptionsCheck(health=health, topic=topic, dead_letter_topic="dlq", days_kept=7)
        return verdicts(check)

    assert verdict("gone") == WRONG
    assert verdict("work") == WRONG
    assert verdict("both") == OK
    assert verdicts(TopicCheck(health=health, topic="work")) == OK
    assert verdicts(TopicCheck(health=health, topic="gone")) == WRONG


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, OK),
        ({"project_number": 2}, WRONG),
        ({"soft_delete_seconds": 604_800}, WRONG),
        ({"keeps_versions": True}, WRONG),
        ({"is_public_prevented": False}, WRONG),
        ({"deletes_spool": True}, WRONG),
        ({"keeps_versions": True, "deletes_spool": True}, WRONG * 2),
    ],
)
def test_the_spool_bucket(changes: dict[str, Any], expected: list[Verdict]) -> None:
    health = FakeStorageHealth(facts=replace(BUCKET, **changes))

    assert verdicts(SpoolBucketCheck(health=health, bucket="spool", project_number=1)) == expected


def test_a_spool_bucket_that_is_not_there() -> None:
    check = SpoolBucketCheck(health=FakeStorageHealth(facts=None), bucket="spool", project_number=1)

    assert found(check) == [(Verdict.WRONG, "there is no bucket spool")]


def test_the_rights_in_the_bucket_are_asked_for_and_then_used() -> None:
    health = FakeStorageHealth()
    check = BucketRightsCheck(health=health, bucket="spool", new_name=lambda: "doctor/1")

    assert verdicts(check) == OK
    assert health.tried == [("spool", "doctor/1")]

    health.missing, health.tried = ("storage.objects.delete",), []
    assert found(check) == [(Verdict.WRONG, "without storage.objects.delete on spool")]
    assert health.tried == []
