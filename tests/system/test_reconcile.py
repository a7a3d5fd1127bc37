"""A message whose webhook never came is brought by the sweep, as if nothing had happened."""

import base64
import time
from pathlib import Path
from typing import Any

import pytest
import requests

import local.voice
from local.chatwoot_people import ChatwootPeople
from local.stack import Stack
from tests.system.waiting import query, settled

pytestmark = pytest.mark.system


def write_lost(stack: Stack, conversation_id: int, **wish: object) -> str:
    """Write twenty minutes ago, with the webhook lost."""
    url = f"{stack.chatwoot_url}/_control/conversations/{conversation_id}/incoming"
    wish = {"fire": False, "created_at": time.time() - 1200, **wish}
    answer = requests.post(url, json=wish, timeout=20)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["message_id"])


def source(stack: Stack, message_id: str) -> Any:  # noqa: ANN401 - a column
    statement = "select source from whatsapp.messages where message_id = %s"
    return query(stack, statement, message_id)


def let_yesterday_count(stack: Stack) -> None:
    """Move the deployment back: just after midnight what is twenty minutes old is from before."""
    early = "(date_trunc('day', now() at time zone 'UTC') - interval '1 day')"
    query(
        stack,
        f"update whatsapp.sync_state set value = {early}::text || '+00'"  # noqa: S608 - our own
        " where name = 'reconcile_start' returning 1",
    )
    query(
        stack,
        "with moved as (update whatsapp.reconciled_accounts"  # noqa: S608 - our own
        f" set started_at = {early} at time zone 'UTC' returning 1) select 1",
    )


def test_a_lost_text_and_a_lost_voice_note_are_stored_like_any_other(
    stack: Stack, people: ChatwootPeople
) -> None:
    let_yesterday_count(stack)
    conversation_id = people.add_person("Ira", phone="+15550100190")["conversation_id"]
    note = base64.b64encode((Path(local.voice.__file__).parent / "note.ogg").read_bytes())
    voice = {"file_type": "audio", "content_type": "audio/ogg", "base64": note.decode()}
    text_id = write_lost(stack, conversation_id, content="never came")
    voice_id = write_lost(stack, conversation_id, attachments=[voice])

    report = stack.sweep("reconcile")

    assert report["status"] == "done", report
    assert report["counts"]["fed"] >= 2
    text, heard = settled(stack, text_id), settled(stack, voice_id)
    assert (text.content, text.processing_status) == ("never came", "stored")
    assert heard.processing_status == "stored"
    assert heard.content
    assert source(stack, text_id) == source(stack, voice_id) == [("reconcile",)]
    again = stack.sweep("reconcile")
    assert again["counts"]["fed"] == 0
    lost = query(
        stack,
        "select 1 from whatsapp.messages where state = 'expected' and message_id = any(%s)",
        [text_id, voice_id],
    )
    assert lost == []
