"""A message with an unfinished attachment comes again out of its own archive."""

import json
from datetime import UTC, datetime
from typing import Final

import pytest

from handlers.domain.archive import deleted_document, message_document
from handlers.domain.deliveries import Accepted, InboxRules, read_delivery
from handlers.domain.envelope import Attributes, Envelope
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.filing import DueMessage
from handlers.domain.messages import AccountId, ConversationId, MessageId
from handlers.sweeps.transcriptions import TranscriptionSweep
from tests.factories import encode, make_delivery, make_message
from tests.fakes.backlog import FakeBacklog
from tests.fakes.batch_publisher import FakeBatchPublisher
from tests.fakes.buckets import FakeBuckets
from tests.fakes.clock import FakeClock
from tests.fakes.objects import FakeObjects

BUCKET: Final = "owner-bucket"
ENVELOPE: Final = Envelope(
    body=b"",
    attributes=Attributes(),
    published_at=datetime(2026, 8, 2, 9, 0, 1, tzinfo=UTC),
    pubsub_message_id="1",
)


def delivered(number: int) -> Accepted:
    delivery = read_delivery(encode(make_delivery(id=number, content="\u00e9\ud83d")), InboxRules())
    assert isinstance(delivery, Accepted)
    return delivery


def due(number: int) -> DueMessage:
    return DueMessage(
        account_id=AccountId("7"),
        message_id=MessageId(str(number)),
        conversation_id=ConversationId("118"),
        bucket=BUCKET,
        object_name=f"whatsapp-messages/2026-08-02/118/{number}.json",
    )


class World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.backlog = FakeBacklog()
        self.publisher = FakeBatchPublisher()
        buckets = FakeBuckets()
        buckets.create(BUCKET)
        self.objects = FakeObjects(buckets)

    def add(self, number: int, document: bytes | None = None) -> None:
        """Make a message due; without a document, with the archive that the worker writes."""
        message = due(number)
        self.backlog.due.append(message)
        if document is None:
            delivery = delivered(number)
            document = message_document(delivery.payload, delivery.message, ENVELOPE)
        self.objects.create(
            BUCKET, message.object_name, document, content_type="application/json", metadata={}
        )

    def run(self, *, seconds: float = 60) -> dict[str, int]:
        sweep = TranscriptionSweep(
            backlog=self.backlog,
            objects=self.objects,
            publisher=self.publisher,
            clock=self.clock,
        )
        return dict(sweep.run(self.clock.monotonic() + seconds))


def test_without_anything_due_nothing_is_published() -> None:
    world = World()

    assert world.run() == {"resumed": 0, "left": 0}
    assert world.publisher.batches == []


def test_a_message_comes_again_as_it_was_delivered() -> None:
    world = World()
    world.add(50001)

    assert world.run() == {"resumed": 1, "left": 0}

    ((body, attributes),) = world.publisher.confirmed
    resumed = read_delivery(body, InboxRules())
    assert isinstance(resumed, Accepted)
    assert resumed.message == delivered(50001).message
    assert "pubsub_token" not in json.dumps(resumed.payload)
    assert attributes == {
        "v": "1",
        "source": "resume",
        "account_id": "7",
        "conversation_id": "118",
        "message_id": "50001",
    }


def test_fifty_go_at_a_time_until_none_is_due() -> None:
    world = World()
    for number in range(120):
        world.add(number)

    assert world.run() == {"resumed": 120, "left": 0}
    assert [len(batch) for batch in world.publisher.batches] == [50, 50, 20]


@pytest.mark.parametrize(
    "document",
    [b"", b"\x00no json", b"[1]", b"{}", deleted_document(make_message(), ENVELOPE)],
    ids=["empty", "no-json", "no-object", "no-payload", "deleted"],
)
def test_a_message_whose_archive_holds_no_payload_is_left_and_the_others_go(
    document: bytes,
) -> None:
    world = World()
    world.add(1, document)
    world.add(2)

    assert world.run() == {"resumed": 1, "left": 1}
    assert [attributes["message_id"] for _, attributes in world.publisher.confirmed] == ["2"]


def test_a_message_whose_archive_cannot_be_read_now_is_left_and_the_others_go() -> None:
    world = World()
    world.add(1)
    world.add(2)
    world.objects.fail_next(RetryableError(RetryReason.STORAGE_UNAVAILABLE), method="read_into")

    assert world.run() == {"resumed": 1, "left": 1}


def test_a_whole_batch_that_cannot_be_read_does_not_end_the_sweep() -> None:
    world = World()
    for number in range(50):
        world.add(number, b"")
    world.add(50)

    assert world.run() == {"resumed": 1, "left": 50}


def test_while_the_broker_is_down_no_more_are_taken() -> None:
    world = World()
    for number in range(120):
        world.add(number)
    world.publisher.refuse = lambda _: RetryReason.PUBLISH_FAILED

    assert world.run() == {"resumed": 0, "left": 50}
    assert len(world.backlog.due) == 120
    world.publisher.refuse = lambda _: None
    assert world.run() == {"resumed": 120, "left": 0}


def test_nothing_is_begun_after_the_deadline() -> None:
    world = World()
    for number in range(60):
        world.add(number)
    world.publisher.on_effect = lambda: world.clock.advance(61)

    assert world.run(seconds=60) == {"resumed": 50, "left": 0}
    assert len(world.backlog.due) == 10
