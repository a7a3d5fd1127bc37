"""Real connections that want the same thing at the same moment, and what only Postgres knows."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Final, TypeVar

import pytest

from db.ledger import PostgresLedger, WrongOwnerKeyError
from db.pool import ConnectionPool
from handlers.domain.errors import PermanentError, PermanentReason, RetryableError
from handlers.domain.filing import Claimed, NotClaimed, Refusal, TranscriptSource
from handlers.domain.messages import AccountId, MessageId
from tests.contract.ledger_requests import (
    archived_file,
    audio,
    bucket,
    claim_request,
    claimed,
    finish_request,
)
from tests.contract.ledger_world import PostgresLedgerWorld
from tests.databases import Database
from tests.factories import make_message

T = TypeVar("T")
_RACERS: Final = 4


def _race(runs: Sequence[Callable[[], T]]) -> list[T]:
    start = threading.Barrier(len(runs))

    def racer(run: Callable[[], T]) -> T:
        start.wait(5)
        return run()

    with ThreadPoolExecutor(len(runs)) as threads:
        return list(threads.map(racer, runs))


def test_of_several_connections_that_claim_one_message_exactly_one_gets_it(
    postgres_world: PostgresLedgerWorld,
) -> None:
    ledger = postgres_world.ledger
    for number in range(10):
        message = make_message(message_id=MessageId(str(number)))
        requests = [claim_request(message) for _ in range(_RACERS)]
        results = _race([partial(ledger.claim, request) for request in requests])

        assert len([r for r in results if isinstance(r, Claimed)]) == 1
        losers = {r.refusal for r in results if isinstance(r, NotClaimed)}
        assert losers <= {Refusal.LEASED, Refusal.UNREAD}


def test_all_that_register_an_owners_first_bucket_at_once_get_the_same(
    postgres_world: PostgresLedgerWorld,
) -> None:
    ledger = postgres_world.ledger
    messages = [make_message(message_id=MessageId(str(n))) for n in range(_RACERS)]
    leases = [claimed(ledger, claim_request(message)).lease for message in messages]

    pinned = _race(
        [
            partial(ledger.pin_bucket, lease, bucket(name=f"bucket-of-{number}"))
            for number, lease in enumerate(leases)
        ]
    )

    assert len(set(pinned)) == 1


def test_of_several_that_hold_the_same_recording_one_transcribes_it(
    postgres_world: PostgresLedgerWorld,
) -> None:
    ledger = postgres_world.ledger
    voices = [
        make_message(message_id=MessageId(str(n)), attachments=(audio(),)) for n in range(_RACERS)
    ]
    leases = [claimed(ledger, claim_request(voice)).lease for voice in voices]

    lookups = _race([partial(ledger.pin_attachment, lease, archived_file()) for lease in leases])

    sources = sorted(lookup.source for lookup in lookups)
    running = [TranscriptSource.RUNNING] * (_RACERS - 1)
    assert sources == [TranscriptSource.OURS_TO_MAKE, *running]


def test_finishing_at_the_same_time_with_one_fence_writes_one_note(
    postgres_world: PostgresLedgerWorld,
) -> None:
    ledger = postgres_world.ledger
    claim = claimed(ledger)
    request = finish_request(make_message(), claim.state)

    _race([partial(ledger.finish, claim.lease, request)] * _RACERS)

    assert postgres_world.note() is not None


def test_a_sender_seen_by_several_at_once_is_one_contact(
    postgres_world: PostgresLedgerWorld,
) -> None:
    messages = [make_message(message_id=MessageId(str(n))) for n in range(_RACERS)]
    claim = postgres_world.ledger.claim

    results = _race([partial(claim, claim_request(message)) for message in messages])

    assert all(isinstance(result, Claimed) for result in results)
    assert postgres_world.contact() is not None


def test_a_ledger_with_another_owner_key_is_refused(
    postgres_world: PostgresLedgerWorld, ledger_database: Database
) -> None:
    claimed(postgres_world.ledger)

    with closing(ConnectionPool(ledger_database.worker_url, size=1)) as pool:
        other = PostgresLedger(pool, owner_key_canary="d" * 64)
        with pytest.raises(WrongOwnerKeyError):
            other.claim(claim_request())

    assert len(ledger_database.run("select message_id from whatsapp.messages")) == 1


def test_ids_of_different_accounts_do_not_meet(postgres_world: PostgresLedgerWorld) -> None:
    claimed(postgres_world.ledger)

    claimed(postgres_world.ledger, claim_request(make_message(account_id=AccountId("8"))))


def test_a_value_that_postgres_refuses_is_permanent(postgres_world: PostgresLedgerWorld) -> None:
    claim = claimed(postgres_world.ledger, claim_request(make_message(attachments=(audio(),))))

    with pytest.raises(PermanentError) as caught:
        postgres_world.ledger.pin_attachment(claim.lease, archived_file(lease_seconds=2**40))

    assert caught.value.reason is PermanentReason.DATA_REJECTED


def test_a_worker_without_rights_is_handed_back_and_not_given_up(
    ledger_database: Database,
) -> None:
    ledger_database.run("revoke execute on function whatsapp.claim_message from whatsapp_pipeline")
    try:
        with closing(ConnectionPool(ledger_database.worker_url, size=1)) as pool:
            ledger = PostgresLedger(pool, owner_key_canary="c" * 64)
            with pytest.raises(RetryableError):
                ledger.claim(claim_request())
    finally:
        ledger_database.run("grant execute on function whatsapp.claim_message to whatsapp_pipeline")
