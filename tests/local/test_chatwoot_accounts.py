"""One local Chatwoot may hold several accounts, which have nothing in common but their numbers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.local.chatwoot_server import (
    ADMINISTRATOR,
    Chatwoot,
    Receiver,
    run_chatwoot,
    run_receiver,
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as running:
        yield running


@pytest.fixture
def chatwoot(tmp_path: Path, receiver: Receiver) -> Iterator[Chatwoot]:
    options = ("--webhook-url", receiver.url, "--more-accounts", "8", "9")
    with run_chatwoot(tmp_path, *options) as running:
        yield running


def conversations(chatwoot: Chatwoot, account_id: int) -> list[dict[str, Any]]:
    answer = requests.get(
        f"{chatwoot.url}/api/v1/accounts/{account_id}/conversations?status=all",
        headers={"Api-Access-Token": ADMINISTRATOR},
        timeout=20,
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]["payload"]
    return found


def test_each_account_shows_its_own_conversations(chatwoot: Chatwoot, receiver: Receiver) -> None:
    first = chatwoot.contact()["conversation_id"]
    second = chatwoot.control("accounts/8/contacts", {"name": "Kim"})["conversation_id"]
    path = f"accounts/8/conversations/{second}/incoming"
    chatwoot.control(path, {"content": "hello", "wait": True})

    assert [each["id"] for each in conversations(chatwoot, 7)] == [first]
    (shown,) = conversations(chatwoot, 8)
    assert (shown["id"], shown["account_id"]) == (second, 8)
    assert conversations(chatwoot, 9) == []
    assert receiver.received[0].json["account"]["id"] == 8


def test_no_two_messages_of_an_installation_have_one_id(chatwoot: Chatwoot) -> None:
    first = chatwoot.contact()["conversation_id"]
    second = chatwoot.control("accounts/8/contacts", {"name": "Kim"})["conversation_id"]
    paths = [f"conversations/{first}", f"accounts/8/conversations/{second}"] * 3
    ids = [chatwoot.control(f"{path}/incoming", {"fire": False})["message_id"] for path in paths]

    assert ids == sorted(set(ids))


def test_an_account_there_is_not_is_not_found(chatwoot: Chatwoot) -> None:
    answer = requests.get(
        f"{chatwoot.url}/api/v1/accounts/99/conversations",
        headers={"Api-Access-Token": ADMINISTRATOR},
        timeout=20,
    )

    assert answer.status_code == 404
