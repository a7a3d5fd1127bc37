"""The local Chatwoot answers the REST calls we make as the real one does, errors included."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.local.chatwoot_server import ADMINISTRATOR, BOT, Chatwoot, run_chatwoot, run_receiver

_ITEMS = [{"title": "LinkedIn", "value": "linkedin"}, {"title": "Blog", "value": "blog"}]


@pytest.fixture(scope="module")
def chatwoot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chatwoot]:
    with run_chatwoot(tmp_path_factory.mktemp("chatwoot"), "--messages-per-minute", "0") as running:
        yield running


@pytest.fixture
def thread(chatwoot: Chatwoot) -> str:
    """The path of a new conversation's messages."""
    return f"conversations/{chatwoot.contact()['conversation_id']}/messages"


def _write(chatwoot: Chatwoot, thread: str, count: int) -> list[int]:
    wish = {"content": "hello"}
    path = thread.removesuffix("messages") + "incoming"
    return [int(chatwoot.control(path, wish)["message_id"]) for _ in range(count)]


def _ids(answer: requests.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["payload"]]


def test_a_question_is_stored_and_answered_with_integers(chatwoot: Chatwoot, thread: str) -> None:
    attributes = {"items": _ITEMS, "quick_reply": {"type": "text", "values": []}, "key": "k"}
    body = {"content": "Where?", "content_type": "input_select", "echo_id": "e1"}
    answer = chatwoot.api("POST", thread, {**body, "content_attributes": attributes}, token=BOT)
    assert answer.status_code == 200
    message = answer.json()
    assert list(message) == [
        *("id", "content", "inbox_id", "echo_id", "conversation_id", "message_type"),
        *("content_type", "status", "content_attributes", "created_at", "private", "source_id"),
        "sender",
    ]
    assert message["message_type"] == 1
    assert abs(message["created_at"] - time.time()) < 5
    assert message["content_attributes"] == attributes
    assert (message["source_id"], message["sender"]["type"]) == (None, "agent_bot")
    assert f"conversations/{message['conversation_id']}/messages" == thread


def test_an_answer_through_the_api_is_echoed_as_webhook(tmp_path: Path) -> None:
    with run_receiver() as receiver, run_chatwoot(tmp_path) as chatwoot:
        hook = {"url": receiver.url, "subscriptions": ["message_created"]}
        chatwoot.api("POST", "webhooks", hook)
        conversation = chatwoot.contact()["conversation_id"]
        attributes = {"correlation_id": "c-1"}
        body = {"content": "hi {{x}}", "content_attributes": attributes}
        chatwoot.api("POST", f"conversations/{conversation}/messages", body)
        deadline = time.monotonic() + 5
        while not receiver.received and time.monotonic() < deadline:
            time.sleep(0.01)
        (echo,) = receiver.received
    assert (echo.json["event"], echo.json["message_type"]) == ("message_created", "outgoing")
    assert (echo.json["content"], echo.json["content_attributes"]) == ("hi {{x}}", attributes)


@pytest.mark.parametrize("header", ["api_access_token", "Api-Access-Token"])
def test_the_token_is_taken_from_either_header(
    header: str, chatwoot: Chatwoot, thread: str
) -> None:
    url = f"{chatwoot.url}/api/v1/accounts/7/{thread}"
    answer = requests.post(url, json={"content": "hi"}, headers={header: BOT}, timeout=5)
    assert answer.status_code == 200


def test_missing_and_wrong_tokens_are_told_apart(chatwoot: Chatwoot, thread: str) -> None:
    missing = chatwoot.api("GET", thread, token=None)
    wrong = chatwoot.api("GET", thread, token="wrong")  # noqa: S106 - it is not one
    sign_in = "You need to sign in or sign up before continuing."
    assert (missing.status_code, missing.json()) == (401, {"errors": [sign_in]})
    assert (wrong.status_code, wrong.json()) == (401, {"error": "Invalid Access Token"})


@pytest.mark.parametrize(
    "path", ["conversations", "contacts/1", "contacts/search", "webhooks", "{thread}"]
)
def test_a_bot_may_not_read(path: str, chatwoot: Chatwoot, thread: str) -> None:
    answer = chatwoot.api("GET", path.format(thread=thread), token=BOT)
    assert answer.status_code == 401
    assert "bots" in answer.json()["error"]


def test_what_is_not_there_is_404(chatwoot: Chatwoot) -> None:
    not_found = {"error": "Resource could not be found"}
    for answer in (
        chatwoot.api("POST", "conversations/999/messages", {"content": "hi"}),
        chatwoot.api("GET", "conversations/none/messages"),
        chatwoot.api("GET", "contacts/999"),
        chatwoot.api("PATCH", "webhooks/999", {}),
        chatwoot.api("GET", "../8/conversations"),
    ):
        assert (answer.status_code, answer.json()) == (404, not_found)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"message_type": "incoming"}, "Incoming messages are only allowed in Api inboxes"),
        ({"message_type": "shout"}, "'shout' is not a valid message_type"),
        ({"content_type": "poem"}, "'poem' is not a valid content_type"),
        ({"content": "x" * 150_001}, "Content is too long"),
        ({"content_type": "input_select"}, "At least one item is required"),
        ({"content_type": "input_select", "content_attributes": {"items": ["a"]}}, "be a hash"),
        (
            {
                "content_type": "input_select",
                "content_attributes": {"items": [{"title": "a", "value": "b", "description": ""}]},
            },
            "contains invalid keys for items : [:description]",
        ),
        ({"content_type": "input_select", "content_attributes": "{"}, "unexpected token"),
    ],
)
def test_a_message_that_breaks_a_rule_is_422_and_not_stored(
    body: dict[str, Any], message: str, chatwoot: Chatwoot, thread: str
) -> None:
    answer = chatwoot.api("POST", thread, body)
    assert answer.status_code == 422
    assert message in answer.json()["error"]
    assert _ids(chatwoot.api("GET", thread)) == []


def test_an_empty_message_is_accepted_as_the_real_one_does(chatwoot: Chatwoot, thread: str) -> None:
    assert chatwoot.api("POST", thread, {}).json()["content"] is None


def test_a_gateway_may_write_as_the_customer(chatwoot: Chatwoot) -> None:
    conversation = chatwoot.contact(channel="api")["conversation_id"]
    body = {"content": "hi", "message_type": "incoming", "source_id": "WAID:1"}
    message = chatwoot.api("POST", f"conversations/{conversation}/messages", body).json()
    assert (message["message_type"], message["sender"]["type"]) == (0, "contact")


def test_the_two_hundred_first_message_of_a_minute_is_refused(tmp_path: Path) -> None:
    with run_chatwoot(tmp_path, "--messages-per-minute", "3") as chatwoot:
        thread = f"conversations/{chatwoot.contact()['conversation_id']}/messages"
        _write(chatwoot, thread, 2)
        assert chatwoot.api("POST", thread, {"content": "third"}).status_code == 200
        answer = chatwoot.api("POST", thread, {"content": "fourth"})
    assert answer.status_code == 422
    assert answer.json() == {"error": "Validation failed: Too many messages"}


def test_messages_come_in_pages_of_20_100_and_1000(chatwoot: Chatwoot, thread: str) -> None:
    ids = _write(chatwoot, thread, 130)
    assert _ids(chatwoot.api("GET", thread)) == ids[-20:]
    assert _ids(chatwoot.api("GET", thread, before=ids[50])) == ids[30:50]
    assert _ids(chatwoot.api("GET", thread, after=ids[0])) == ids[1:101]
    assert _ids(chatwoot.api("GET", thread, after=ids[100])) == ids[101:]
    assert _ids(chatwoot.api("GET", thread, after=ids[2], before=ids[128])) == ids[2:128]


def test_a_list_of_messages_shows_deletion_and_no_update_time(
    chatwoot: Chatwoot, thread: str
) -> None:
    path = thread.removesuffix("messages") + "outgoing"
    note = chatwoot.control(path, {"content": "psst", "private": True})["message_id"]
    chatwoot.control(path, {"content": "solved", "sender": "activity"})
    (message_id,) = _write(chatwoot, thread, 1)
    assert chatwoot.api("DELETE", f"{thread}/{message_id}").status_code == 200
    answer = chatwoot.api("GET", thread)
    assert answer.json()["meta"]["contact"]["name"] == "Dana Vale"
    listed = answer.json()["payload"]
    assert [each["id"] for each in listed] == [note, note + 1, message_id]
    assert [each["message_type"] for each in listed] == [1, 2, 0]
    assert listed[2]["content_attributes"] == {"deleted": True}
    assert "updated_at" not in listed[2]
    shown = chatwoot.api("GET", thread, filter_internal_messages=1)
    assert _ids(shown) == [message_id]


def test_conversations_come_25_a_page_open_ones_first_by_activity(tmp_path: Path) -> None:
    with run_chatwoot(tmp_path) as chatwoot:
        ids = [chatwoot.contact()["conversation_id"] for _ in range(30)]
        old = time.time() - 3600
        for conversation in ids:
            wish = {"content": "x", "created_at": old + conversation - ids[0]}
            chatwoot.control(f"conversations/{conversation}/incoming", wish)
        chatwoot.control(f"conversations/{ids[0]}", {"status": "resolved"})

        def listed(**parameters: object) -> list[int]:
            data = chatwoot.api("GET", "conversations", token=ADMINISTRATOR, **parameters).json()[
                "data"
            ]
            return [each["id"] for each in data["payload"]]

        newest_first = ids[::-1]
        assert listed() == newest_first[:25]
        assert listed(page=2) == newest_first[25:29]
        assert listed(status="all", page=2) == newest_first[25:]
        assert listed(status="resolved") == [ids[0]]
        assert listed(status="all", inbox_id=2) == []
        assert set(listed(status="all", assignee_type="all", updated_within=60)) == set(ids)
        answer = chatwoot.api("GET", "conversations").json()["data"]
        assert answer["meta"]["all_count"] == 29
        first = answer["payload"][0]
        assert first["meta"]["channel"] == "Channel::Whatsapp"
        assert first["meta"]["sender"]["phone_number"] == "+15550100123"
        assert isinstance(first["messages"][0]["created_at"], int)


def test_a_contact_is_shown_with_its_inboxes_and_found(chatwoot: Chatwoot) -> None:
    added = chatwoot.contact(name="Zoe Quill", phone_number="+4915550001111", email="zoe@x.test")
    wish = {"contact_id": added["contact_id"], "channel": "api", "source_id": "second"}
    again = chatwoot.control("contacts", wish)
    contact = chatwoot.api("GET", f"contacts/{added['contact_id']}").json()["payload"]
    inboxes = {each["source_id"]: each["inbox"]["id"] for each in contact["contact_inboxes"]}
    assert inboxes == {"4915550001111": 4, "second": 8}
    for query in ("+4915550001111", "zoe q", "ZOE@"):
        found = chatwoot.api("GET", "contacts/search", q=query).json()
        assert [each["id"] for each in found["payload"]] == [added["contact_id"]]
        assert found["meta"] == {"count": 1, "current_page": 1, "has_more": False}
    assert chatwoot.api("GET", "contacts/search").status_code == 422
    mine = chatwoot.api("GET", f"contacts/{added['contact_id']}/conversations").json()["payload"]
    assert {each["id"] for each in mine} == {added["conversation_id"], again["conversation_id"]}


def test_a_webhook_lives_from_creation_to_deletion(chatwoot: Chatwoot) -> None:
    body = {"url": "https://example.com/a", "name": "ours", "secret": "chosen"}
    created = chatwoot.api("POST", "webhooks", body).json()["payload"]["webhook"]
    assert len(created["secret"]) == 24
    assert "message_created" in created["subscriptions"]
    wish = {"webhook": {"subscriptions": ["message_created"]}}
    changed = chatwoot.api("PATCH", f"webhooks/{created['id']}", wish).json()["payload"]["webhook"]
    assert changed == {**created, "subscriptions": ["message_created"]}
    listed = chatwoot.api("GET", "webhooks").json()["payload"]["webhooks"]
    assert listed == [changed]
    taken = chatwoot.api("POST", "webhooks", body)
    assert (taken.status_code, taken.json()["attributes"]) == (422, ["url"])
    wrong = {"url": "https://example.com/b", "subscriptions": ["message_deleted"]}
    assert chatwoot.api("POST", "webhooks", wrong).status_code == 422
    assert chatwoot.api("DELETE", f"webhooks/{created['id']}").status_code == 200
    assert chatwoot.api("GET", "webhooks").json()["payload"]["webhooks"] == []
