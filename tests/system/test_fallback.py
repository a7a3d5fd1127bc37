"""What Cloud Storage does not take is stored all the same, and is there once it takes things again.

Every person here is a user of their own, so that their bucket is one that is not there yet.
"""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
import requests

from local.chatwoot_people import ChatwootPeople, Delivery
from local.stack import Stack
from local.stored_state import StoredMessage, list_objects, read_messages
from tests.system.waiting import query, settled, until

pytestmark = pytest.mark.system

VOICE: Final = Path(__file__).resolve().parents[2] / "local" / "voice"
# With the query, since uploads have the rest of it in their path too.
NO_BUCKET: Final = "POST /storage/v1/b?"
NO_OBJECT: Final = "POST /upload"
FAULTS: Final[dict[str, dict[str, object]]] = {
    "creation_throttled": {"match": NO_BUCKET, "status": 429},
    "creation_hangs": {"match": NO_BUCKET, "delay_seconds": 4},
    "creation_forbidden": {"match": NO_BUCKET, "status": 403},
    "uploads_fail": {"match": NO_OBJECT, "status": 503},
    "uploads_break_off": {"match": NO_OBJECT, "reset_connection": True},
    "uploads_throttled": {"match": NO_OBJECT, "status": 429},
}


@pytest.fixture(autouse=True)
def _a_store_that_works_afterwards(stack: Stack) -> Iterator[None]:
    yield
    requests.delete(f"{stack.gcs_url}/_control/faults", timeout=5)
    # An instance that remembers the failure would go past the store for a while.
    stack.functions["process_message"].stop()
    stack.start_function("process_message")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_new_persons_messages_are_stored_at_once_and_moved_later(
    stack: Stack, people: ChatwootPeople, fault: str
) -> None:
    undisturbed = write_as_new_user(stack, people)
    requests.post(f"{stack.gcs_url}/_control/faults", json=FAULTS[fault] | {"times": -1}, timeout=5)

    stored = write_as_new_user(stack, people)

    assert [message.state for message in stored] == ["stored", "stored"]
    assert "March" in (stored[1].content or "")
    assert len(kept(stack, stored)) == 3

    requests.delete(f"{stack.gcs_url}/_control/faults", timeout=5)
    until(lambda: swept(stack)["left"] == 0)

    assert kept(stack, stored) == []
    assert objects_of(stack, stored) == objects_of(stack, undisturbed)
    assert query(stack, "select byte_count::int from whatsapp.fallback_usage") == [(0,)]


def test_what_is_deleted_before_it_was_moved_never_comes_to_the_store(
    stack: Stack, people: ChatwootPeople
) -> None:
    fault = FAULTS["creation_throttled"] | {"times": -1}
    requests.post(f"{stack.gcs_url}/_control/faults", json=fault, timeout=5)
    stored = write_as_new_user(stack, people)

    people.update(stored[1].message_id, deleted=True)
    until(
        lambda: read_messages(stack.database_url)[stored[1].message_id].error_details == "deleted"
    )
    requests.delete(f"{stack.gcs_url}/_control/faults", timeout=5)
    until(lambda: swept(stack)["left"] == 0)

    assert stored[1].bucket_name is not None
    names = set(list_objects(stack.gcs_url, stored[1].bucket_name))
    assert names == {stored[0].object_name, stored[1].object_name}
    assert json.loads(download(stack, stored[1], stored[1].object_name or ""))["deleted"] is True


def write_as_new_user(stack: Stack, people: ChatwootPeople) -> list[StoredMessage]:
    """Send a text and a recording; return both once they are stored."""
    person = people.add_person("Rae", phone=None)
    query(
        stack,
        "insert into whatsapp.contacts (installation, account_id, contact_id, user_id)"
        " values ('main', '7', %s, %s)",
        str(person["contact_id"]),
        str(uuid.uuid4()),
    )
    recording = {
        "file_type": "audio",
        "path": str(VOICE / "note.ogg"),
        "filename": "note.ogg",
        "content_type": "audio/ogg",
    }
    sent: list[Delivery] = [
        people.write(person["conversation_id"], content="a thought")[0],
        people.write(person["conversation_id"], attachments=[recording])[0],
    ]
    return [settled(stack, delivery.message_id, seconds=90) for delivery in sent]


def swept(stack: Stack) -> dict[str, int]:
    # What could not be moved waits for its next attempt; nobody wants to wait for that here.
    query(stack, "update whatsapp.fallback_objects set next_attempt_at = now()")
    report = stack.sweep("fallback")
    assert report["status"] == "done", report
    counts: dict[str, int] = report["counts"]
    return counts


def kept(stack: Stack, messages: list[StoredMessage]) -> list[object]:
    statement = "select object_name from whatsapp.fallback_objects where bucket_name = %s"
    return [name for (name,) in query(stack, statement, messages[0].bucket_name)]


def objects_of(stack: Stack, messages: list[StoredMessage]) -> list[tuple[object, ...]]:
    """Return what is in the store, with what differs from message to message left out."""
    found: list[tuple[object, ...]] = []
    for message in messages:
        assert message.bucket_name is not None
        assert message.object_name is not None
        url = f"{stack.gcs_url}/storage/v1/b/{message.bucket_name}/o"
        for item in requests.get(url, timeout=10).json()["items"]:
            data = download(stack, message, item["name"])
            if item["name"] == message.object_name:
                document: dict[str, Any] = json.loads(data)
                payload = document["webhook_payload"]
                found.append((item["contentType"], sorted(item["metadata"]), sorted(document)))
                # Chatwoot announces a recording twice, and either may come first.
                found.append((payload["content"], sorted(payload)))
            elif item["name"] in message.media:
                assert "metadata" not in item
                found.append((item["contentType"], data == (VOICE / "note.ogg").read_bytes()))
    return found


def download(stack: Stack, message: StoredMessage, name: str) -> bytes:
    url = f"{stack.gcs_url}/storage/v1/b/{message.bucket_name}/o/{quote(name, safe='')}?alt=media"
    answer = requests.get(url, timeout=10)
    answer.raise_for_status()
    return answer.content
