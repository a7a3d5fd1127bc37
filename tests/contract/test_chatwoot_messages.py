"""Messages in conversations of a real Chatwoot's stand-in: written once, and found again."""

import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.clients.chatwoot_http import ChatwootHttp
from handlers.clients.chatwoot_messages import ChatwootMessages
from handlers.domain.errors import (
    OutcomeUnknownError,
    RetryableError,
    RetryReason,
    SendReason,
    SendRefusedError,
)
from handlers.domain.messages import AccountId, ConversationId, MessageId
from handlers.domain.outgoing import OutgoingId, OutgoingKind, TakenOutgoing
from handlers.domain.undelivered import CORRELATION_KEY
from handlers.wiring.instance import SystemClock
from tests.local.chatwoot_server import ADMINISTRATOR, BOT, Chatwoot, run_chatwoot

TLS = ssl.create_default_context()
POST = "POST /api/v1/accounts/7/conversations"
READ = "GET /api/v1/accounts/7/conversations"


@pytest.fixture(scope="module")
def chatwoot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chatwoot]:
    with run_chatwoot(tmp_path_factory.mktemp("chatwoot")) as running:
        yield running


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One person's conversation and the client under test."""

    chatwoot: Chatwoot
    conversation_id: int
    messages: ChatwootMessages

    def taken(self, **changes: Any) -> TakenOutgoing:  # noqa: ANN401 - the value's own fields
        made = TakenOutgoing(
            outgoing_id=OutgoingId(1),
            fence=1,
            account_id=AccountId("7"),
            conversation_id=ConversationId(str(self.conversation_id)),
            message_id=MessageId("1"),
            kind=OutgoingKind.MESSAGE,
            document={"content": "Which platform?"},
            correlation_id="c0ffee",
            attempts=1,
            is_unknown=False,
            refusals=0,
            last_reason=None,
            created_at=datetime.now(UTC),  # noqa: TID251 - the server's clock is the real one
        )
        return replace(made, **changes)

    def post(self, **changes: Any) -> str:  # noqa: ANN401
        return self.messages.post(self.taken(**changes), budget_seconds=5)

    def find(self, **changes: Any) -> str | None:  # noqa: ANN401
        return self.messages.find(self.taken(**changes), budget_seconds=5)

    def fault(self, match: str, **fault: object) -> None:
        self.chatwoot.control("faults", {"match": match, **fault})

    def outgoing(self) -> list[dict[str, Any]]:
        path = f"conversations/{self.conversation_id}/messages"
        payload: list[dict[str, Any]] = self.chatwoot.api("GET", path).json()["payload"]
        return [each for each in payload if each["message_type"] == 1]

    def write(self, count: int) -> None:
        for number in range(count):
            self.chatwoot.incoming(self.conversation_id, content=f"line {number}", fire=False)


@pytest.fixture
def talk(chatwoot: Chatwoot) -> Iterator[Talk]:
    person = chatwoot.contact()
    sending = ChatwootHttp(chatwoot.url, BOT, clock=SystemClock(), tls=TLS)
    reading = ChatwootHttp(chatwoot.url, ADMINISTRATOR, clock=SystemClock(), tls=TLS)
    with closing(sending), closing(reading):
        yield Talk(
            chatwoot=chatwoot,
            conversation_id=person["conversation_id"],
            messages=ChatwootMessages(sending=sending, reading=reading, clock=SystemClock()),
        )
    chatwoot.control("faults", method="DELETE")
    chatwoot.control("rate-limit", {"per_minute": None})


def test_a_message_goes_out_as_the_bot_with_its_correlation_id(talk: Talk) -> None:
    items = [{"title": "LinkedIn", "value": "linkedin"}]
    message_id = talk.post(
        document={
            "content": "Which platform?",
            "content_type": "input_select",
            "content_attributes": {"items": items},
        }
    )

    (message,) = talk.outgoing()
    assert str(message["id"]) == message_id
    assert message["content"] == "Which platform?"
    assert message["content_attributes"] == {"items": items, CORRELATION_KEY: "c0ffee"}
    assert message["sender"]["type"] == "agent_bot"


def test_a_message_is_found_by_its_correlation_id_and_no_other(talk: Talk) -> None:
    talk.post(correlation_id="another")
    message_id = talk.post()

    assert talk.find() == message_id
    assert talk.find(correlation_id="missing") is None


def test_a_message_is_found_below_many_that_came_after_it(talk: Talk) -> None:
    message_id = talk.post()
    talk.write(45)

    assert talk.find() == message_id


def test_looking_ends_at_the_conversations_first_message(talk: Talk) -> None:
    talk.write(41)

    assert talk.find() is None


def test_looking_ends_where_messages_are_older_than_the_decision(talk: Talk) -> None:
    talk.write(45)
    talk.chatwoot.control("requests", method="DELETE")

    later = talk.taken().created_at + timedelta(minutes=6)
    assert talk.find(created_at=later) is None

    asked = talk.chatwoot.control("requests", method="GET")["requests"]
    assert sum(asked.values()) == 1


def test_a_conversation_that_is_gone_is_refused_for_good(talk: Talk) -> None:
    for call in (talk.post, talk.find):
        with pytest.raises(SendRefusedError) as raised:
            call(conversation_id=ConversationId("424242"))
        assert raised.value.reason is SendReason.CONVERSATION_GONE


@pytest.mark.parametrize(
    "hostile", ["1/../2", "1?x=", "%2e%2e", "\u0661", "-1", "1 2", "1\r\nX: y"]
)
def test_an_id_that_is_no_number_reaches_nothing(talk: Talk, hostile: str) -> None:
    talk.chatwoot.control("requests", method="DELETE")
    for call in (talk.post, talk.find):
        with pytest.raises(SendRefusedError):
            call(conversation_id=ConversationId(hostile))
        with pytest.raises(SendRefusedError):
            call(account_id=AccountId(hostile))

    assert talk.chatwoot.control("requests", method="GET")["requests"] == {}


@pytest.mark.parametrize(
    ("fault", "is_stored"),
    [
        ({"status": 422}, False),
        ({"status": 422, "after": True}, True),
        ({"status": 500}, False),
        ({"status": 500, "after": True}, True),
        ({"status": 503}, False),
        ({"reset_connection": True}, False),
        ({"reset_connection": True, "after": True}, True),
        ({"cut_after_bytes": 10}, True),
        ({"delay_seconds": 1.5}, None),
        ({"status": 200, "body": "{}"}, False),
    ],
    ids=str,
)
def test_where_nobody_can_tell_the_outcome_is_unknown_and_looking_tells(
    talk: Talk, fault: dict[str, object], is_stored: bool | None
) -> None:
    talk.fault(POST, **fault)

    with pytest.raises(OutcomeUnknownError):
        talk.messages.post(talk.taken(), budget_seconds=0.8)

    # A slow one is stored at any time from now on, which is why looking waits.
    if is_stored is not None:
        assert (talk.find() is not None) is is_stored


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, RetryReason.CHATWOOT_FORBIDDEN),
        (403, RetryReason.CHATWOOT_FORBIDDEN),
        (429, RetryReason.CHATWOOT_THROTTLED),
    ],
)
def test_what_is_answered_before_anything_is_stored_is_surely_not_sent(
    talk: Talk, status: int, reason: RetryReason
) -> None:
    talk.fault(POST, status=status)

    with pytest.raises(RetryableError) as raised:
        talk.post()

    assert raised.value.reason is reason
    assert not isinstance(raised.value, OutcomeUnknownError)


def test_a_body_that_is_malformed_is_refused_for_good(talk: Talk) -> None:
    talk.fault(POST, status=400)

    with pytest.raises(SendRefusedError) as raised:
        talk.post()

    assert raised.value.reason is SendReason.SEND_REFUSED


@pytest.mark.parametrize(
    "fault",
    [
        *({"status": status} for status in (401, 403, 422, 429, 500)),
        {"reset_connection": True},
        {"cut_after_bytes": 30},
        {"delay_seconds": 1.5},
        {"status": 200, "body": '{"payload": 5}'},
        {"status": 200, "body": '{"payload": [{"created_at": "never", "id": 1}]}'},
        {"status": 200, "body": '{"payload": [{"created_at": 9999999999}]}'},
    ],
    ids=str,
)
def test_a_conversation_that_cannot_be_read_is_not_taken_for_one_without_the_message(
    talk: Talk, fault: dict[str, object]
) -> None:
    talk.fault(READ, **fault)

    with pytest.raises(RetryableError):
        talk.messages.find(talk.taken(), budget_seconds=0.8)


def test_a_conversation_that_repeats_its_page_is_not_read_for_ever(talk: Talk) -> None:
    page = '{"payload": [{"created_at": 9999999999, "id": 5}]}'
    talk.fault(READ, status=200, body=page, times=-1)

    with pytest.raises(RetryableError):
        talk.find()
