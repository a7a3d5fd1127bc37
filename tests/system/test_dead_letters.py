"""What the broker gives up is kept once, replayed when its reason has passed, and then closed."""

from collections.abc import Iterator

import pytest
import requests

from local.chatwoot_people import ChatwootPeople
from local.stack import Stack
from tests.system.waiting import query, settled, until

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def impatient_stack() -> Iterator[Stack]:
    # Five is the least that Pub/Sub takes. Without room in the fallback the store must answer.
    environ = {"FALLBACK_MAX_BYTES": "0"}
    with Stack(max_delivery_attempts=5, function_environ=environ) as running:
        yield running


def test_a_message_given_up_by_the_broker_is_recorded_replayed_and_closed(
    impatient_stack: Stack,
) -> None:
    stack = impatient_stack
    people = ChatwootPeople(stack.chatwoot_url)
    fault = {"match": "POST /upload", "status": 503, "times": -1}
    requests.post(f"{stack.gcs_url}/_control/faults", json=fault, timeout=5)
    person = people.add_person("Rae", phone="+15550100150")
    sent = people.write(person["conversation_id"], content="in the end")[0]
    (letter,) = until(
        lambda: query(
            stack,
            "select d.reason, d.state, d.message_id, m.state, n.processing_status"
            " from whatsapp.dead_letters d join whatsapp.messages m using"
            " (installation, account_id, message_id)"
            " left join public.meeting_notes n on n.chatwoot_message_id = m.message_id",
        ),
        seconds=60,
    )
    assert letter == ("fallback_full", "open", sent.message_id, "dead", "error")
    requests.delete(f"{stack.gcs_url}/_control/faults", timeout=5)

    report = stack.sweep("dead-letters")

    assert report["counts"] == {"replayed": 1, "left": 0}
    until(lambda: query(stack, "select 1 from whatsapp.messages where state = 'stored'"))
    message = settled(stack, sent.message_id)
    assert (message.content, message.processing_status) == ("in the end", "stored")
    assert query(stack, "select state, replays from whatsapp.dead_letters") == [("closed", 1)]
    assert stack.sweep("dead-letters")["counts"] == {"replayed": 0, "left": 0}


def test_an_unknown_sweep_is_refused_by_name(impatient_stack: Stack) -> None:
    report = impatient_stack.sweep("nothing")

    assert report["reason"] == "unknown_sweep"
    assert {"dead-letters", "spool", "transcriptions"} <= set(report["sweeps"])
