"""Chatwoot's word that our message did not arrive goes from the webhook to the outbox's row."""

from typing import Any

import pytest

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.outgoing import Outgoing, OutgoingKind, correlation_id
from handlers.domain.undelivered import CORRELATION_KEY
from tests.component.webhook_world import make_webhook_world
from tests.component.worker_world import WorkerWorld
from tests.factories import make_delivery

QUESTION = Outgoing(
    cause="question:50001", kind=OutgoingKind.MESSAGE, document={"content": "Which platform?"}
)
OURS = correlation_id("main", "7", QUESTION.cause)
STRANGE = "0" * 32


def report(mark: str = OURS, **overrides: Any) -> dict[str, object]:  # noqa: ANN401 - JSON
    body: dict[str, object] = {
        "event": "message_updated",
        "message_type": "outgoing",
        "id": 50012,
        "content": "Which platform?",
        "sender": {"id": 12, "name": "Order bot", "type": "agent_bot"},
        "source_id": None,
        "content_attributes": {
            CORRELATION_KEY: mark,
            "external_error": "131047: PLANTED words",
        },
    }
    return make_delivery(**{**body, **overrides})


def test_the_webhook_passes_it_on_as_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    webhook = make_webhook_world(monkeypatch)

    answer = webhook.post_delivery(**report())

    assert (answer.status_code, answer.json and answer.json["status"]) == (200, "accepted")
    (published,) = webhook.publisher.published
    assert published.attributes["message_id"] == "50012"
    assert published.attributes["event"] == "message_updated"
    assert published.attributes["conversation_id"] == "118"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"content_attributes": {CORRELATION_KEY: OURS}}, "not_incoming"),
        ({"content_attributes": {"external_error": "131047"}}, "not_incoming"),
        ({"event": "message_created"}, "not_incoming"),
        ({"message_type": "incoming"}, "own_echo"),
    ],
    ids=["delivered", "not-ours", "created", "echo"],
)
def test_the_webhook_passes_nothing_else_of_ours(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], reason: str
) -> None:
    webhook = make_webhook_world(monkeypatch)

    answer = webhook.post_delivery(**report(**changes))

    assert answer.json is not None
    assert (answer.json["status"], answer.json["reason"]) == ("ignored", reason)
    assert webhook.publisher.published == []


def send_question(worker: WorkerWorld) -> None:
    worker.ledger.also_sends = (QUESTION,)
    worker.deliver()
    worker.ledger.also_sends = ()


def test_the_worker_records_it_on_the_row_and_files_nothing(worker: WorkerWorld) -> None:
    send_question(worker)

    answer = worker.deliver(report())

    assert answer.json == {"status": "recorded", "reason": "undelivered:131047"}
    (row,) = worker.ledger.tables.outbox
    assert (row.state, row.reason) == ("failed", "undelivered:131047")
    assert [key[2] for key in worker.ledger.tables.messages] == ["50001"]
    (line,) = worker.log.named("outbox.undelivered")
    assert (line["severity"], line["reason"]) == ("ERROR", "undelivered:131047")
    assert "PLANTED" not in "".join(worker.log.lines)


def test_saying_it_again_changes_nothing(worker: WorkerWorld) -> None:
    send_question(worker)
    worker.deliver(report())

    assert worker.deliver(report()).status_code == 200

    (row,) = worker.ledger.tables.outbox
    assert (row.state, row.reason) == ("failed", "undelivered:131047")
    assert len(worker.sending.conversations.posted) == 1


def test_what_we_did_not_send_is_acknowledged_and_ignored(worker: WorkerWorld) -> None:
    send_question(worker)

    answer = worker.deliver(report(STRANGE))

    assert answer.json == {"status": "ignored", "reason": "not_our_sending"}
    (row,) = worker.ledger.tables.outbox
    assert row.state == "sent"
    assert [key[2] for key in worker.ledger.tables.messages] == ["50001"]


def test_while_the_database_is_down_it_is_handed_back(worker: WorkerWorld) -> None:
    send_question(worker)
    error = RetryableError(RetryReason.DATABASE_UNAVAILABLE)
    worker.sending.outbox.fail_next(error, method="record_undelivered")

    assert worker.deliver(report()).status_code == 503
    assert worker.deliver(report()).status_code == 200
    (row,) = worker.ledger.tables.outbox
    assert row.state == "failed"
