"""The local Chatwoot's files come late, and its answers fail when told to."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.local.chatwoot_server import Chatwoot, run_chatwoot


@pytest.fixture(scope="module")
def chatwoot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chatwoot]:
    with run_chatwoot(tmp_path_factory.mktemp("chatwoot"), "--attachment-delay", "0.3") as running:
        yield running


@pytest.fixture
def thread(chatwoot: Chatwoot) -> str:
    """The path of a new conversation's messages."""
    return f"conversations/{chatwoot.contact()['conversation_id']}/messages"


def test_above_the_rate_limit_the_answer_is_plain_429(chatwoot: Chatwoot) -> None:
    chatwoot.control("rate-limit", {"per_minute": 0})
    answer = chatwoot.api("GET", "webhooks")
    chatwoot.control("rate-limit", {"per_minute": None})
    assert (answer.status_code, answer.text) == (429, "Retry later\n")
    assert answer.headers["Content-Type"] == "text/plain"
    assert "Retry-After" not in answer.headers
    assert chatwoot.api("GET", "webhooks").status_code == 200


def test_an_answer_can_be_lost_after_the_message_was_stored(
    chatwoot: Chatwoot, thread: str
) -> None:
    fault = {"match": "POST /api/v1/", "status": 502, "times": 1, "after": True}
    chatwoot.control("faults", fault)
    assert chatwoot.api("POST", thread, {"content": "one"}).status_code == 502
    chatwoot.control("faults", {"match": "POST /api/v1/", "reset_connection": True})
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{chatwoot.url}/api/v1/accounts/7/{thread}", json={}, timeout=5)
    assert chatwoot.api("POST", thread, {"content": "two"}).status_code == 200
    contents = [each["content"] for each in chatwoot.api("GET", thread).json()["payload"]]
    assert contents == ["one", "two"]


def test_faults_delay_last_and_are_cleared(chatwoot: Chatwoot, thread: str) -> None:
    chatwoot.control("faults", {"match": "GET /api/v1/", "status": 503, "times": -1})
    assert [chatwoot.api("GET", thread).status_code for _ in range(3)] == [503] * 3
    chatwoot.control("faults", method="DELETE")
    chatwoot.control("faults", {"match": "GET /api/v1/", "delay_seconds": 0.3})
    began = time.monotonic()
    assert chatwoot.api("GET", thread).status_code == 200
    assert time.monotonic() - began >= 0.3
    chatwoot.control("requests", method="DELETE")
    chatwoot.api("GET", thread)
    counted = chatwoot.control("requests", method="GET")["requests"]
    route = "GET /api/v1/accounts/{account_id}/conversations/{conversation_id}/messages"
    assert counted == {route: 1}


def _attached(chatwoot: Chatwoot, thread: str, **wish: object) -> str:
    attachment = {"file_type": "audio", "filename": "file.ogg", **wish}
    path = thread.removesuffix("messages") + "incoming"
    chatwoot.control(path, {"attachments": [attachment]})
    listed = chatwoot.api("GET", thread).json()["payload"]
    return str(listed[-1]["attachments"][0]["data_url"])


def test_a_file_is_late_and_then_there_behind_a_redirect(
    chatwoot: Chatwoot, thread: str, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 1000
    (tmp_path / "note.ogg").write_bytes(content)
    url = _attached(chatwoot, thread, path=str(tmp_path / "note.ogg"), content_type="audio/ogg")
    assert url.endswith("/file.ogg?disposition=inline")
    first = requests.get(url, allow_redirects=False, timeout=5)
    assert first.status_code == 302
    assert first.headers["Location"].startswith(f"{chatwoot.url}/rails/active_storage/disk/")
    assert requests.get(url, timeout=5).status_code == 404
    time.sleep(0.35)
    answer = requests.get(url, timeout=5)
    assert answer.content == content
    assert answer.headers["Content-Type"] == "audio/ogg"
    assert answer.headers["Content-Length"] == str(len(content))
    chatwoot.control("faults", {"match": "GET /rails/active_storage/disk", "cut_after_bytes": 9})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.get(url, timeout=5)


def test_a_forged_or_lost_file_is_404_for_good(chatwoot: Chatwoot, thread: str) -> None:
    url = _attached(chatwoot, thread, base64="T2dnUw==", available_after_seconds=0)
    assert requests.get(url, timeout=5).content == b"OggS"
    for forged in (url.replace("--", "--0"), url.replace("/redirect/", "/redirect/a")):
        assert requests.get(forged, timeout=5).status_code == 404
    lost = _attached(chatwoot, thread, base64="T2dnUw==", available_after_seconds=None)
    time.sleep(0.4)
    assert requests.get(lost, timeout=5).status_code == 404


def test_wishes_that_make_no_sense_are_explained(chatwoot: Chatwoot) -> None:
    for path, body, status in (
        ("contacts", {"name": "x", "channel": "fax"}, 400),
        ("conversations/999/incoming", {}, 404),
        ("faults", {"match": "", "colour": "red"}, 400),
        ("messages/999/update", {"deleted": True}, 404),
    ):
        answer = requests.post(f"{chatwoot.url}/_control/{path}", json=body, timeout=5)
        assert answer.status_code == status
        assert answer.json()["error"]
