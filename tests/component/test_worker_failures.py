"""What the worker answers, keeps and says when something around it fails."""

import pytest

from handlers.domain.errors import PermanentError, PermanentReason, RetryableError, RetryReason
from handlers.domain.owners import bucket_name
from tests.component.worker_world import BUCKET, FALLBACK, HASH_KEY, PREFIX, WorkerWorld
from tests.factories import encode, make_delivery, push_request

_SECOND = bucket_name(PREFIX, HASH_KEY, FALLBACK, 2)


@pytest.mark.parametrize(
    ("port", "method", "reason"),
    [
        ("ledger", "claim", RetryReason.DATABASE_UNAVAILABLE),
        ("ledger", "pin_bucket", RetryReason.DATABASE_BUSY),
        ("ledger", "set_bucket_state", RetryReason.DATABASE_BUSY),
        ("ledger", "finish", RetryReason.LEASE_LOST),
    ],
)
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_a_retryable_failure_is_answered_503_and_the_next_delivery_completes(
    worker: WorkerWorld, port: str, method: str, reason: RetryReason, is_after: bool
) -> None:
    failing = worker.ports[port]
    order = failing.fail_after_next if is_after else failing.fail_next
    order(RetryableError(reason), method=method)

    response = worker.deliver()
    assert (response.status_code, response.json) == (
        503,
        {"status": "retry", "reason": reason.value},
    )
    (line,) = worker.log.named("message.retried")
    assert (line["reason"], line["status"]) == (reason.value, 503)

    is_claim_lost = method == "claim" and is_after
    if is_claim_lost:
        worker.clock.advance(121)
    assert worker.deliver().status_code == 200
    assert worker.message().state == "stored"
    assert len(worker.objects.rows) == len(worker.ledger.tables.notes.rows) == 1


def test_an_error_that_nobody_foresaw_is_handed_back(worker: WorkerWorld) -> None:
    worker.ledger.fail_next(KeyError("a text that people wrote"), method="finish")

    response = worker.deliver()

    assert (response.status_code, response.json) == (
        503,
        {"status": "retry", "reason": "unexpected"},
    )
    worker.clock.advance(121)
    assert worker.deliver().status_code == 200


def test_a_live_lease_of_another_worker_is_no_warning(worker: WorkerWorld) -> None:
    worker.ledger.fail_after_next(RetryableError(RetryReason.DATABASE_UNAVAILABLE), method="claim")
    worker.deliver()

    response = worker.deliver()

    assert (response.status_code, response.json) == (
        503,
        {"status": "retry", "reason": "lease_held"},
    )
    assert worker.log.entries[-1]["severity"] == "INFO"


def test_a_strangers_bucket_is_passed_over_for_the_next_generation(worker: WorkerWorld) -> None:
    worker.buckets.foreign_names.add(BUCKET)

    assert worker.deliver().status_code == 200
    assert worker.deliver(id=50002).status_code == 200

    assert {bucket for bucket, _ in worker.objects.rows} == {_SECOND}
    assert worker.message("50002").bucket_generation == 2
    (alarm,) = worker.log.named("bucket.foreign")
    assert alarm["severity"] == "CRITICAL"


def test_only_five_generations_are_tried(worker: WorkerWorld) -> None:
    for generation in range(1, 9):
        worker.buckets.foreign_names.add(bucket_name(PREFIX, HASH_KEY, FALLBACK, generation))

    response = worker.deliver()

    assert response.json == {"status": "retry", "reason": "bucket_unavailable"}
    assert worker.buckets.calls == ["create"] * 5


def test_a_deletion_completes_though_the_bucket_vanished(worker: WorkerWorld) -> None:
    worker.deliver()
    worker.buckets.names.clear()
    worker.objects.rows.clear()

    response = worker.deliver(event="message_updated", content_attributes={"deleted": True})

    assert response.status_code == 200
    assert worker.note().content is None


def test_a_body_that_is_no_delivery_is_a_dead_letter_and_acknowledged(worker: WorkerWorld) -> None:
    body = encode(make_delivery(id=None))
    for _ in range(2):
        response = worker.deliver(body)
        assert (response.status_code, response.json) == (
            200,
            {"status": "dead", "reason": "payload_invalid"},
        )

    (letter,) = worker.ledger.tables.dead_letters.values()
    assert (letter.payload, letter.times_seen) == (body, 2)
    assert worker.log.entries[-1]["severity"] == "ERROR"


@pytest.mark.parametrize(
    "request_body",
    [
        b"",
        b"no json",
        b"{}",
        b'{"message": {"data": "!", "publishTime": "2026-08-02T09:00:01Z"}}',
        b'{"message": {"data": ""}}',
        b'{"message": {"data": "", "publishTime": "0001-01-01T00:00:00+14:00"}}',
        push_request(b"{}", attributes={"v": "2"}),
    ],
    ids=["empty", "text", "no_message", "no_base64", "no_time", "time_before_time", "version_2"],
)
def test_an_unreadable_push_request_is_a_dead_letter_and_acknowledged(
    worker: WorkerWorld, request_body: bytes
) -> None:
    response = worker.push(request_body)

    assert (response.status_code, response.json) == (
        200,
        {"status": "dead", "reason": "envelope_invalid"},
    )
    assert [d.payload for d in worker.ledger.tables.dead_letters.values()] == [request_body]


def test_another_message_under_a_known_id_changes_nothing_of_the_first(worker: WorkerWorld) -> None:
    worker.deliver()
    before = dict(worker.objects.rows)

    response = worker.deliver(created_at="2026-08-02T09:00:01.482Z", content="other words")

    assert response.json == {"status": "dead", "reason": "id_conflict"}
    assert (worker.message().state, worker.note().content) == ("stored", "Call Ana on Tuesday")
    assert worker.objects.rows == before


def test_data_that_the_database_refuses_is_a_dead_letter_with_an_error_note(
    worker: WorkerWorld,
) -> None:
    worker.ledger.fail_next(PermanentError(PermanentReason.DATA_REJECTED), method="finish")

    response = worker.deliver()

    assert response.json == {"status": "dead", "reason": "data_rejected"}
    assert (worker.message().state, worker.note().processing_status) == ("dead", "error")
    assert worker.deliver().json == {"status": "dead", "reason": "data_rejected"}


def test_a_replay_opens_a_dead_message_again(worker: WorkerWorld) -> None:
    worker.ledger.fail_next(PermanentError(PermanentReason.DATA_REJECTED), method="finish")
    worker.deliver()

    body = encode(make_delivery())
    response = worker.push(push_request(body, attributes={"v": "1", "source": "replay"}))

    assert response.json == {"status": "stored"}
    note = worker.note()
    assert (note.content, note.processing_status, note.error_details) == (
        "Call Ana on Tuesday",
        "stored",
        None,
    )


def test_an_object_of_another_message_in_our_place_is_a_dead_letter(worker: WorkerWorld) -> None:
    worker.deliver()
    worker.ledger.tables.messages.clear()
    worker.ledger.tables.notes.rows.clear()

    response = worker.deliver(created_at="2026-08-02T08:00:00.000Z")

    assert response.json == {"status": "dead", "reason": "object_conflict"}
    assert worker.message().state == "dead"


def test_the_trace_of_the_webhook_stands_in_every_line_of_the_worker(worker: WorkerWorld) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    attributes = {
        "v": "1",
        "source": "webhook",
        "message_id": "50001",
        "delivery_id": "d-1",
        "traceparent": f"00-{trace_id}-00f067aa0ba902b7-01",
    }

    worker.push(push_request(encode(make_delivery()), attributes=attributes, delivery_attempt=3))

    assert [e["event"] for e in worker.log.entries] == ["bucket.created", "message.stored"]
    for entry in worker.log.entries:
        expected = f"projects/test-project/traces/{trace_id}"
        assert entry["logging.googleapis.com/trace"] == expected
    last = worker.log.entries[-1]
    assert (last["delivery_id"], last["attempt"], last["source"]) == ("d-1", 3, "webhook")
