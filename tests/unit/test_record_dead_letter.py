"""What the broker gave up is kept whole, and handed back until the database has it."""

import hashlib
from dataclasses import replace
from typing import Final

import pytest

from handlers.domain.deliveries import InboxRules
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.filing import DeadLetter
from handlers.domain.orders.understanding import understand
from handlers.outcomes import Outcome
from handlers.record_dead_letter import RecordDeadLetter
from tests.component.logged_lines import LoggedLines
from tests.factories import encode, make_delivery, make_message, push_request
from tests.fakes.backlog import FakeBacklog

MARKER: Final = "PLANTED-WORDS"
BODY: Final = encode(make_delivery(content=MARKER))
ATTRIBUTES: Final = {
    "v": "1",
    "source": "webhook",
    "account_id": "7",
    "conversation_id": "118",
    "message_id": "50001",
    "delivery_id": "3f1f0a52",
    "received_at": "2026-08-02T09:00:00.600+00:00",
    "traceparent": f"00-{'a' * 32}-{'b' * 16}-01",
}


class World:
    def __init__(self, *inbox_ids: str) -> None:
        self.backlog = FakeBacklog()
        self.log = LoggedLines()
        self._recorder = RecordDeadLetter(
            installation="main",
            inbox_rules=InboxRules(inbox_ids=frozenset(inbox_ids)),
            rules=understand,
            backlog=self.backlog,
            log=self.log.event_log(),
        )

    def receive(self, push_body: bytes) -> Outcome:
        return self._recorder.receive(push_body)

    @property
    def letter(self) -> DeadLetter:
        (letter,) = self.backlog.recorded
        return letter


@pytest.fixture
def world() -> World:
    return World()


def test_a_dead_letter_keeps_payload_attributes_attempts_and_message(world: World) -> None:
    outcome = world.receive(push_request(BODY, attributes=ATTRIBUTES, delivery_attempt=100))

    assert (outcome.http_status, outcome.status) == (200, "recorded")
    letter = world.letter
    assert (letter.installation, letter.key) == ("main", "3f1f0a52")
    assert letter.payload == BODY
    assert letter.attributes == ATTRIBUTES
    assert letter.delivery_attempt == 100
    assert letter.message == replace(make_message(content=MARKER), shows_options=True)
    assert letter.published_at is not None
    assert letter.published_at.isoformat() == "2026-08-02T09:00:01.123000+00:00"


def test_the_broker_carries_no_reason(world: World) -> None:
    world.receive(push_request(BODY, attributes=ATTRIBUTES))

    assert world.letter.reason == "unrecorded"


def test_a_delivery_without_id_is_kept_under_its_digest(world: World) -> None:
    world.receive(push_request(BODY))

    assert world.letter.key == "sha256:" + hashlib.sha256(BODY).hexdigest()


@pytest.mark.parametrize(
    "push_body",
    [
        b"",
        b"\x00\xff",
        b"{}",
        b'{"message": {"data": "***", "publishTime": "2026-08-02T09:00:01Z"}}',
        push_request(BODY, attributes={**ATTRIBUTES, "v": "9"}),
        push_request(BODY, attributes={**ATTRIBUTES, "source": "nowhere"}),
        push_request(BODY, publish_time="yesterday"),
    ],
    ids=["empty", "binary", "no-message", "no-base64", "version", "source", "time"],
)
def test_an_unreadable_envelope_is_kept_whole(world: World, push_body: bytes) -> None:
    outcome = world.receive(push_body)

    assert (outcome.http_status, outcome.status) == (200, "recorded")
    letter = world.letter
    assert letter.reason == "envelope_invalid"
    assert letter.key == "sha256:" + hashlib.sha256(push_body).hexdigest()
    assert letter.payload == push_body
    assert (letter.attributes, letter.message) == ({}, None)
    assert (letter.delivery_attempt, letter.published_at) == (None, None)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"event": "message_created"}'])
def test_an_unreadable_payload_is_kept_with_what_the_attributes_say(
    world: World, body: bytes
) -> None:
    outcome = world.receive(push_request(body, attributes=ATTRIBUTES))

    assert (outcome.http_status, outcome.status) == (200, "recorded")
    letter = world.letter
    assert (letter.key, letter.payload) == ("3f1f0a52", body)
    assert letter.attributes == ATTRIBUTES
    assert letter.message is None
    assert letter.reason == "unrecorded"


def test_what_does_not_concern_us_has_no_message_to_close() -> None:
    world = World("99")

    world.receive(push_request(BODY, attributes=ATTRIBUTES))

    assert world.letter.message is None


def test_a_dead_letter_is_one_event_with_ids_and_trace(world: World) -> None:
    world.receive(push_request(BODY, attributes=ATTRIBUTES))

    (entry,) = world.log.entries
    assert entry == {
        "severity": "ERROR",
        "event": "dead_letter.recorded",
        "message": "dead_letter.recorded",
        "account_id": "7",
        "message_id": "50001",
        "delivery_id": "3f1f0a52",
        "reason": "recorded",
        "status": 200,
        "logging.googleapis.com/trace": f"projects/test-project/traces/{'a' * 32}",
        "logging.googleapis.com/spanId": "b" * 16,
        "logging.googleapis.com/trace_sampled": True,
    }


@pytest.mark.parametrize("state", ["stored", "ignored", "erased", "legacy"])
def test_a_message_that_needs_nothing_more_is_no_alarm(world: World, state: str) -> None:
    world.backlog.answer = state

    outcome = world.receive(push_request(BODY, attributes=ATTRIBUTES))

    assert (outcome.http_status, outcome.status) == (200, state)
    (entry,) = world.log.entries
    assert (entry["severity"], entry["reason"]) == ("INFO", state)


@pytest.mark.parametrize("push_body", [push_request(BODY, attributes=ATTRIBUTES), b"\x00"])
def test_while_the_database_is_down_it_is_handed_back(world: World, push_body: bytes) -> None:
    world.backlog.fail_next(RetryableError(RetryReason.DATABASE_UNAVAILABLE))

    outcome = world.receive(push_body)

    assert (outcome.http_status, outcome.status) == (503, "retry")
    assert outcome.reason == "database_unavailable"
    (entry,) = world.log.entries
    assert (entry["severity"], entry["status"]) == ("WARNING", 503)


def test_what_nobody_foresaw_is_handed_back_and_logged_without_its_text(world: World) -> None:
    world.backlog.fail_next(ValueError(MARKER))

    outcome = world.receive(push_request(BODY, attributes=ATTRIBUTES))

    assert (outcome.http_status, outcome.reason) == (503, "unexpected")
    unexpected, handed_back = world.log.entries
    assert unexpected["event"] == "unexpected_error"
    assert unexpected["message_id"] == handed_back["message_id"] == "50001"


def test_nothing_that_a_person_wrote_is_logged(world: World) -> None:
    world.receive(push_request(BODY, attributes=ATTRIBUTES))
    world.receive(BODY)
    world.receive(push_request(MARKER.encode(), attributes=ATTRIBUTES))

    assert len(world.log.lines) == 3
    assert MARKER not in "".join(world.log.lines)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Write a LinkedIn post about our fair", "your order could not be saved yet"),
        ("Escreve um post pro Instagram sobre a feira", "salvar o seu pedido"),
        ("The fair went well", None),
        (None, None),
    ],
)
def test_only_who_ordered_something_would_be_told(
    world: World, said: str | None, told: str | None
) -> None:
    world.receive(push_request(encode(make_delivery(content=said)), attributes=ATTRIBUTES))

    notice = world.letter.notice
    assert (notice is None) == (told is None)
    if notice is not None and told is not None:
        assert told in str(notice.document["content"])
        assert notice.cause == "failure:50001"
